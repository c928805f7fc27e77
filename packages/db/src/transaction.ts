import { setTimeout as sleep } from 'node:timers/promises'
import { invariant, type TenantId } from '@plinth/kernel'
import { type Span, secondsSince, type Telemetry, traced } from '@plinth/telemetry'
import type pg from 'pg'
import {
  DatabaseUnavailable,
  isConnectionLoss,
  isOperational,
  isOvertaken,
  isRetried,
  isUniqueViolation,
  OutcomeUnknown,
  sqlStateOf,
} from './database-errors.js'
import { gather } from './sql.js'
import { insideOf, openTx, settle, type Tx } from './tx.js'

export interface TransactionOptions {
  /** Row-level security shows and accepts rows of this tenant only. Undefined: nothing but the list of tenants. */
  tenantId: TenantId | undefined
  /** `write` commits; `read` is one snapshot that cannot write; `rehearse` does everything and rolls back. */
  mode: 'write' | 'read' | 'rehearse'
  /** Epoch milliseconds past which no further attempt starts. */
  deadlineMs: number
  /**
   * The work finds out by itself what it did before (an idempotency key): it may run again after a lost answer to COMMIT
   * and after a unique violation by somebody who was faster.
   */
  repeatable?: boolean
  /** Waited for, with no connection held, before the work runs again. */
  beforeRepeat?: () => Promise<void>
}

export interface TransactionSetting {
  pool: pg.Pool
  /** Every module's statements run under its own role (ADR 0001). */
  strictRoles: boolean
  /** Told of what committed transactions announced; never throws. */
  announced?: (tenantId: TenantId, topics: ReadonlySet<string>) => void
  telemetry: Telemetry
  /** What telemetry calls the pool. */
  lane: string
}

// Deadlock victims succeed on the second try in practice; five bounds the tail.
const attemptsMax = 5
const backoffBaseMs = 10
const backoffMaxMs = 500

/**
 * Runs `work` in one transaction and commits if it returns; rolls back if it throws. It may return while statements it sent
 * are under way: COMMIT then travels behind them, and one that fails makes the transaction fail. Runs it again, whole, after
 * deadlocks, serialization failures, lost races and lost connections. So `work` has no effect but through `tx`.
 *
 * @throws DatabaseUnavailable nothing was written; OutcomeUnknown the answer to COMMIT was lost and could not be found out.
 */
export async function runTransaction<T>(
  setting: TransactionSetting,
  options: TransactionOptions,
  work: (tx: Tx) => Promise<T>,
): Promise<T> {
  const { lane, telemetry } = setting
  const startedMs = performance.now()
  let outcome: Parameters<Telemetry['transactionEnded']>[0]['outcome'] = 'done'
  try {
    return await traced(telemetry.tracing, `transaction ${lane}`, { lane }, (span) =>
      runAttempts({ ...setting, span }, options, work),
    )
  } catch (error) {
    if (error instanceof OutcomeUnknown) outcome = 'unknown'
    else outcome = error instanceof DatabaseUnavailable ? 'unavailable' : 'failed'
    throw error
  } finally {
    telemetry.transactionEnded({ lane, outcome, seconds: secondsSince(startedMs) })
  }
}

interface TracedSetting extends TransactionSetting {
  readonly span: Span | undefined
}

async function runAttempts<T>(
  setting: TracedSetting,
  options: TransactionOptions,
  work: (tx: Tx) => Promise<T>,
): Promise<T> {
  let commitLost = false
  for (let attempt = 1; ; attempt += 1) {
    const progress = { commitSent: false }
    try {
      return await attemptOnce(setting, options, work, progress)
    } catch (error) {
      commitLost ||= progress.commitSent && isConnectionLoss(error)
      const again = mayRepeat(error, options, progress) && attempt < attemptsFor(error)
      const delayMs = isOvertaken(error)
        ? 0
        : Math.random() * Math.min(backoffMaxMs, backoffBaseMs * 2 ** attempt)
      if (again && Date.now() + delayMs < options.deadlineMs) {
        tellOfRepeat(setting, { error, attempt })
        await Promise.all([sleep(delayMs), options.beforeRepeat?.()])
        continue
      }
      if (commitLost) throw new OutcomeUnknown('the answer to COMMIT was lost', { cause: error })
      if (isOperational(error))
        throw new DatabaseUnavailable('the database cannot do it now', { cause: error })
      throw error
    }
  }
}

function tellOfRepeat(
  { telemetry, lane, span }: TracedSetting,
  { error, attempt }: { error: unknown; attempt: number },
): void {
  // PLN01 and an Overtaken of ours are one thing, and a lost connection has many names.
  const reason = isOvertaken(error)
    ? 'overtaken'
    : isConnectionLoss(error)
      ? 'connection_lost'
      : (sqlStateOf(error) ?? 'other')
  telemetry.transactionRepeated({ lane, reason })
  if (isUniqueViolation(error)) telemetry.idempotencyHit('race')
  span?.note({ attempt: attempt + 1, code: reason })
}

// A server that restarts refuses connections at once, so attempts on lost connections are bounded by the deadline alone.
const attemptsFor = (error: unknown): number =>
  isConnectionLoss(error) ? Number.POSITIVE_INFINITY : attemptsMax

function mayRepeat(error: unknown, options: TransactionOptions, progress: { commitSent: boolean }): boolean {
  if (progress.commitSent && isConnectionLoss(error)) return options.repeatable === true
  return isRetried(error) || (options.repeatable === true && isUniqueViolation(error))
}

async function attemptOnce<T>(
  { pool, strictRoles, announced, telemetry, lane, span }: TracedSetting,
  options: TransactionOptions,
  work: (tx: Tx) => Promise<T>,
  progress: { commitSent: boolean },
): Promise<T> {
  const askedMs = performance.now()
  const client = await pool.connect()
  telemetry.connectionTaken({ lane, seconds: secondsSince(askedMs) })
  const spanOf = span && statementSpans(telemetry, span)
  const tx = openTx({ client, strictRoles, tenantId: options.tenantId, spanOf })
  let broken: Error | boolean = false
  try {
    // Sent together, answered in order. All are waited for, so that no work goes on after the connection is given back.
    const [begun, outcome] = await Promise.allSettled([begin(client, options), work(tx)])
    if (begun.status === 'rejected' || outcome.status === 'rejected') await settle(tx)
    if (begun.status === 'rejected') throw begun.reason
    if (outcome.status === 'rejected') throw insideOf(tx).failure ?? outcome.reason
    const ending = options.mode === 'rehearse' ? 'ROLLBACK' : 'COMMIT'
    progress.commitSent = options.mode === 'write'
    const endingSpan = spanOf?.(ending)
    const [ended] = await Promise.allSettled([client.query(ending), settle(tx)])
    endingSpan?.end(ended.status === 'rejected' ? ended.reason : undefined)
    // Of statements that travelled together, the first failure is the cause; the others hear that all is aborted.
    if (insideOf(tx).failure !== undefined) throw insideOf(tx).failure
    if (ended.status === 'rejected') throw ended.reason
    // node-postgres resolves happily when COMMIT of a failed transaction answers ROLLBACK.
    invariant(ended.value.command === ending, 'a transaction whose work succeeded ends as asked', {
      tag: ended.value.command,
    })
    insideOf(tx).committed.resolve()
    const { tenantId, topics } = insideOf(tx)
    if (topics.size > 0 && tenantId !== undefined && options.mode === 'write') announced?.(tenantId, topics)
    return outcome.value
  } catch (error) {
    insideOf(tx).committed.reject(error)
    broken = isConnectionLoss(error)
    if (!broken && !(await rolledBack(client))) broken = true
    throw error
  } finally {
    client.release(broken)
  }
}

/** A statement is traced inside its transaction, from being sent to being answered: of those sent together the later ones wait. */
const statementSpans =
  ({ tracing }: Telemetry, parent: Span) =>
  (statement: string): Span | undefined =>
    tracing?.open(statement, { parent, kind: 'client', facts: { statement } })

/**
 * Set for the transaction only, so that nothing survives it on a pooled connection. Plans are generic and go by key, row by
 * row, because a hot statement must not hang on statistics (ADR 0002): a table that grew a thousandfold since it was analysed
 * must not be read whole to find two rows.
 */
async function begin(client: pg.PoolClient, { mode, tenantId }: TransactionOptions): Promise<void> {
  gather(client)
  const opening = client.query(mode === 'read' ? 'BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY' : 'BEGIN')
  const set = client.query(mode === 'read' ? forReading : forWriting, [tenantId ?? ''])
  await Promise.all([opening, set])
}

const forReading = {
  name: 'db.begin_read',
  text: `select set_config('plinth.tenant', $1, true), set_config('statement_timeout', '120s', true)`,
}
const forWriting = {
  name: 'db.begin_write',
  text: `select set_config('plinth.tenant', $1, true), set_config('enable_seqscan', 'off', true),
    set_config('enable_bitmapscan', 'off', true), set_config('enable_hashjoin', 'off', true),
    set_config('enable_mergejoin', 'off', true), set_config('enable_material', 'off', true), set_config('enable_memoize', 'off', true),
    set_config('plan_cache_mode', 'force_generic_plan', true),
    set_config('lock_timeout', '3s', true), set_config('statement_timeout', '10s', true),
    set_config('idle_in_transaction_session_timeout', '10s', true)`,
}

async function rolledBack(client: pg.PoolClient): Promise<boolean> {
  return client.query('ROLLBACK').then(
    () => true,
    () => false,
  )
}
