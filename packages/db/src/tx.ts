import type { TenantId } from '@plinth/kernel'
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
  /** The module role in force, in strict mode. */
  role: string | undefined
  /** Statements sent and not yet answered: the transaction ends only after them. */
  readonly unanswered: Set<Promise<unknown>>
  /** Why the first statement failed; the ones behind it only hear that the transaction is aborted. */
  failure: unknown
}

export function openTx(inside: Pick<TxInside, 'client' | 'tenantId' | 'strictRoles'>): Tx {
  const whole: TxInside = { ...inside, role: undefined, unanswered: new Set(), failure: undefined }
  return whole as unknown as Tx
}

export const insideOf = (tx: Tx): TxInside => tx as unknown as TxInside

/** Waits until every statement was answered, whatever the answer: the work has already seen the failures it waited for. */
export async function settle(tx: Tx): Promise<void> {
  await Promise.allSettled(insideOf(tx).unanswered)
}
