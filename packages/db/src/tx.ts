import type { TenantId } from '@plinth/kernel'
import type { Span } from '@plinth/telemetry'
import type pg from 'pg'

declare const open: unique symbol

/** An open database transaction. Opaque: anyone may pass it on, only infrastructure looks inside, by `@plinth/db/sql`. */
export interface Tx {
  readonly [open]: true
}

/** What a {@link Tx} is inside `@plinth/db`. */
export interface TxInside {
  readonly client: pg.PoolClient
  readonly tenantId: TenantId | undefined
  readonly strictRoles: boolean
  /** Opens a span for a statement, where the transaction is traced. */
  readonly spanOf: ((statement: string) => Span | undefined) | undefined
  /** The module role in force, in strict mode. */
  role: string | undefined
  /** Statements sent and not yet answered: the transaction ends only after them. */
  readonly unanswered: Set<Promise<unknown>>
  /** Why the first statement failed; the ones behind it only hear that the transaction is aborted. */
  failure: unknown
  /** What others may want to look at once this has committed, see `announce`. */
  readonly topics: Set<string>
  /** Settles when this attempt has committed or has not. */
  readonly committed: Settlement
}

/** A promise and its two ends. */
interface Settlement {
  readonly promise: Promise<void>
  resolve(): void
  reject(reason: unknown): void
}

function settlement(): Settlement {
  let resolve = (): void => {}
  let reject = (_reason: unknown): void => {}
  const promise = new Promise<void>((resolvePromise, rejectPromise) => {
    resolve = resolvePromise
    reject = rejectPromise
  })
  // Nobody has to ask.
  promise.catch(() => {})
  return { promise, resolve, reject }
}

export function openTx(
  inside: Pick<TxInside, 'client' | 'tenantId' | 'strictRoles'> & Partial<Pick<TxInside, 'spanOf'>>,
): Tx {
  const committed = settlement()
  const whole: TxInside = {
    spanOf: undefined,
    ...inside,
    ...{ role: undefined, unanswered: new Set(), failure: undefined, topics: new Set(), committed },
  }
  return whole as unknown as Tx
}

/** Resolves when `tx`, this very attempt, has committed; rejects with the reason if it has not, or if nobody knows. */
export const committedOf = (tx: Tx): Promise<void> => insideOf(tx).committed.promise

export const insideOf = (tx: Tx): TxInside => tx as unknown as TxInside

/** Waits until every statement was answered, whatever the answer: the work has already seen the failures it waited for. */
export async function settle(tx: Tx): Promise<void> {
  await Promise.allSettled(insideOf(tx).unanswered)
}
