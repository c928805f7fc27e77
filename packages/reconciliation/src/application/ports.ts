import type { Tx } from '@plinth/db'
import type { AccountId, BusinessDate, CurrencyCode, Instant } from '@plinth/kernel'
import type { GlExtract } from '../domain/gl-extract.js'
import type { ReconciliationRun } from '../domain/reconciliation-run.js'
import type { Break, BreakId, ReconciliationRunId, Settled } from '../domain/settle-breaks.js'
import type { Statement } from '../domain/statement.js'

/** A statement as it is kept. */
export interface StoredStatement {
  readonly statement: Omit<Statement, 'decimals' | 'statementNo'> & {
    readonly statementNo: number
    readonly currency: CurrencyCode
  }
  readonly checksum: string
}

export interface StatementKey {
  readonly accountId: AccountId
  readonly statementNo: number
}

/** Where statements are kept. */
export interface StatementStore {
  /** The last statement of an account. */
  readLast(tx: Tx, accountId: AccountId): Promise<StoredStatement | undefined>
  readByNumber(tx: Tx, key: StatementKey): Promise<StoredStatement | undefined>
  /** The one in which a day stands. */
  readByDay(tx: Tx, accountId: AccountId, day: BusinessDate): Promise<StoredStatement | undefined>
  /** Fails, and a repeatable transaction is run again, if somebody else has made the same one. */
  insert(tx: Tx, statement: StoredStatement): void
  /** All statements of the tenant by account and number. */
  readAfter(tx: Tx, page: { after: StatementKey | undefined; limit: number }): Promise<StoredStatement[]>
}

/** An extract as it was made. */
export interface MadeExtract {
  readonly extract: GlExtract
  readonly checksum: string
}

/** What lists say of an extract. */
export interface ExtractHead {
  readonly businessDate: BusinessDate
  readonly form: number
  readonly rows: number
  readonly checksum: string
  readonly madeAt: Instant
}

/** Where GL extracts are kept. */
export interface ExtractStore {
  insert(tx: Tx, made: MadeExtract): Promise<void>
  /** How many there are of the tenant. */
  count(tx: Tx): Promise<number>
  /** Undefined: there is none of the day. */
  read(
    tx: Tx,
    businessDate: BusinessDate,
  ): Promise<(MadeExtract & { readonly head: ExtractHead }) | undefined>
}

/** Where breaks and the runs that found them are kept. */
export interface BreakStore {
  readRun(tx: Tx, runId: ReconciliationRunId): Promise<ReconciliationRun | undefined>
  writeRun(tx: Tx, run: ReconciliationRun): Promise<void>
  /** Locks the breaks that are not closed, by id. */
  lockStanding(tx: Tx): Promise<Break[]>
  lockBreak(tx: Tx, breakId: BreakId): Promise<Break | undefined>
  /** Fails, and a repeatable transaction is run again, if somebody else has opened one of the same. */
  writeSettled(tx: Tx, settled: Settled): Promise<void>
  countStanding(tx: Tx): Promise<{ readonly open: number; readonly explained: number }>
  /** Breaks that are not what their events made them: how many, and the first of them. */
  readUnfounded(tx: Tx): Promise<{ readonly count: number; readonly first: UnfoundedBreak | undefined }>
}

/** A break, and what its events say. */
export interface UnfoundedBreak {
  readonly breakId: BreakId
  readonly expected: string
  readonly found: string
}
