import type { Tx } from '@plinth/db'
import type { AccountId, BusinessDate, CurrencyCode, EntryId, Side } from '@plinth/kernel'
import type { InOwnName } from '@plinth/posting'
import type { BookedCapitalisation, BookedRow } from '../domain/accrual-history.js'
import type { GlLine } from '../domain/gl-pairs.js'
import type { AccrualRow, DueInterest, InterestState } from '../domain/interest-state.js'

/** For whom and in whose name interest is posted. */
export interface InPosting extends InOwnName {
  /** Of a rehearsal: told of what would be posted, and nothing is; whatever else is written is rolled back. */
  readonly foresee?: ((entries: readonly ForeseenInterest[]) => void) | undefined
}

/** An entry that would be posted. */
export interface ForeseenInterest {
  readonly currency: CurrencyCode
  /** On the internal accounts of GL accounts. */
  readonly glLines: readonly GlLine[]
  /** On the customer's account, if it is about one. */
  readonly accountLines?: readonly {
    readonly accountId: AccountId
    readonly side: Side
    readonly amount: bigint
  }[]
}

/** An end of day. */
export interface InterestRun extends InPosting {
  /** The business date that is closing, and the next one: the days between them accrue with it. */
  readonly day: BusinessDate
  readonly next: BusinessDate
  /** The day, while it is closing; undefined: it has closed, and what is made up for is booked on the business date. */
  readonly bookInto: BusinessDate | undefined
}

/** Where an account stands. `rowVersion` undefined: nowhere yet. */
export interface StoredAccrued {
  readonly accountId: AccountId
  readonly state: InterestState
  readonly rowVersion: number | undefined
}

export interface StoredRow {
  readonly accountId: AccountId
  readonly row: AccrualRow
  /** Undefined: it changes no rounded sum. */
  readonly entryId: EntryId | undefined
}

export interface StoredDue {
  readonly accountId: AccountId
  readonly due: DueInterest
}

export interface InterestStore {
  /** Locks where accounts stand, in the order of the ids, which is ascending. */
  lockAccrued(tx: Tx, accountIds: readonly AccountId[]): Promise<StoredAccrued[]>
  readAccrued(tx: Tx, accountIds: readonly AccountId[]): Promise<StoredAccrued[]>
  writeAccrued(tx: Tx, states: readonly StoredAccrued[]): void
  /** The newest revision of each day from a day on. */
  readNewestRows(
    tx: Tx,
    accounts: readonly { readonly accountId: AccountId; readonly from: BusinessDate }[],
  ): Promise<Map<AccountId, AccrualRow[]>>
  writeRows(tx: Tx, rows: readonly StoredRow[], bookedOn: BusinessDate): void
  writeDue(tx: Tx, due: readonly StoredDue[], bookedOn: BusinessDate): void
  /** What is due and not posted yet. */
  lockDue(tx: Tx, accountIds: readonly AccountId[]): Promise<StoredDue[]>
  readDue(tx: Tx, accountIds: readonly AccountId[]): Promise<StoredDue[]>
  markPosted(
    tx: Tx,
    posted: readonly {
      readonly accountId: AccountId
      readonly valueDate: BusinessDate
      readonly entryId: EntryId
    }[],
  ): void
  /** What an engine outside or a closing adds, of value a day. */
  writeAdjustments(tx: Tx, adjustments: readonly StoredAdjustment[]): void
  /** Adds whole minor units to what has accrued on locked rows. */
  addAccrued(
    tx: Tx,
    added: readonly { readonly accountId: AccountId; readonly credit: bigint; readonly debit: bigint }[],
  ): void
  /** The entries that last capitalised interest of these accounts, more than can be unmet. */
  readLastCapitalisations(
    tx: Tx,
    accountIds: readonly AccountId[],
  ): Promise<{ readonly accountId: AccountId; readonly entryId: EntryId }[]>
}

/** What accrued sums changed by other than by days, in minor units. */
export interface StoredAdjustment {
  readonly accountId: AccountId
  readonly entryId: EntryId
  readonly reason: 'instructed' | 'settled'
  readonly valueDate: BusinessDate
  readonly credit: bigint
  readonly debit: bigint
}

/** What an account was charged for a period. */
export interface StoredFee {
  readonly accountId: AccountId
  readonly code: string
  readonly periodEnd: BusinessDate
  readonly snapshotNo: number
  readonly amount: bigint
  readonly entryId: EntryId
}

export interface FeeStore {
  /** What these accounts were charged for periods that ended on a day or later. */
  readFees(tx: Tx, accountIds: readonly AccountId[], from: BusinessDate): Promise<StoredFee[]>
  writeFees(tx: Tx, fees: readonly StoredFee[]): void
}

/** A row of a day with its account, as it is stored. */
export type StoredDay = AccrualRow & { readonly accountId: AccountId }

/** What was capitalised, and the entry in which; undefined if it is still due. */
export interface StoredCapitalisation extends StoredDue {
  readonly entryId: EntryId | undefined
}

export interface VerifyStore {
  listAccrued(
    tx: Tx,
    page: { readonly after: AccountId | undefined; readonly limit: number },
  ): Promise<StoredAccrued[]>
  /** All days of these accounts with all revisions, by account, day and revision. */
  readDays(tx: Tx, accountIds: readonly AccountId[]): Promise<StoredDay[]>
  readAdjustments(tx: Tx, accountIds: readonly AccountId[]): Promise<StoredAdjustment[]>
  /** By account, page by page. */
  listFees(
    tx: Tx,
    page: {
      readonly after: Pick<StoredFee, 'accountId' | 'code' | 'periodEnd'> | undefined
      readonly limit: number
    },
  ): Promise<StoredFee[]>
  readCapitalisations(tx: Tx, accountIds: readonly AccountId[]): Promise<StoredCapitalisation[]>
  /** How much the rows of each entry change, up and down, in minor units. */
  sumByEntry(tx: Tx): Promise<{ readonly entryId: EntryId; readonly changed: bigint }[]>
  countDays(tx: Tx): Promise<number>
}

export interface ExplainStore
  extends Pick<InterestStore, 'readAccrued'>,
    Pick<VerifyStore, 'readAdjustments'> {
  /** All rows of an account in the order in which they were made. */
  readBookedRows(tx: Tx, accountId: AccountId): Promise<BookedRow[]>
  /** By value date. */
  readBookedCapitalisations(tx: Tx, accountId: AccountId): Promise<BookedCapitalisation[]>
}
