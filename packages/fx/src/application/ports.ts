import type { Tx } from '@plinth/db'
import type { BusinessDate, CurrencyCode, EntryId } from '@plinth/kernel'
import type { Rate, RateKey, RateStatus } from '../domain/rate.js'

/** Whose rate on which day. */
export type RateDay = Omit<RateKey, 'version'>

export interface RateFilter {
  readonly currency?: CurrencyCode | undefined
  readonly dateFrom?: BusinessDate | undefined
  readonly dateTo?: BusinessDate | undefined
  readonly status?: RateStatus | undefined
}

/** Every version of every rate, by day, currency and version. */
export interface RatePage {
  readonly filter: RateFilter
  readonly order: 'asc' | 'desc'
  readonly limit: number
  /** The last one of the page before. */
  readonly after?: RateKey | undefined
}

export interface RateStore {
  /** The newest version of each, whatever became of it. */
  readNewest(tx: Tx, days: readonly RateDay[]): Promise<Rate[]>
  /** Fails, and a repeatable transaction is run again, if somebody else has submitted the same version. */
  insertRates(tx: Tx, rates: readonly Rate[]): void
  /** Locks versions, in the order of the keys. */
  lockRates(tx: Tx, keys: readonly RateKey[]): Promise<Rate[]>
  /** The newest approved version of each day. */
  readApproved(tx: Tx, days: readonly RateDay[]): Promise<Rate[]>
  writeDecisions(tx: Tx, rates: readonly Rate[]): void
  /** Of each currency the newest approved rate of the day or a day before, however old. */
  readNewestUpTo(tx: Tx, currencies: readonly CurrencyCode[], day: BusinessDate): Promise<Rate[]>
  listRates(tx: Tx, page: RatePage): Promise<Rate[]>
  readRates(tx: Tx, keys: readonly RateKey[]): Promise<Rate[]>
}

/** What a position was valued at at the end of a day. Amounts are credits less debits, in minor units. */
export interface Revaluation {
  readonly businessDate: BusinessDate
  readonly currency: CurrencyCode
  readonly position: bigint
  readonly counterValue: bigint
  /** Undefined: there was nothing to value. */
  readonly rate: Pick<RateKey, 'date' | 'version'> | undefined
  readonly baseValue: bigint
  /** Undefined: there was no gain or loss. */
  readonly entryId: EntryId | undefined
}

export interface RevaluationStore {
  /** The currencies that were revalued for a day. */
  readRevalued(tx: Tx, businessDate: BusinessDate): Promise<CurrencyCode[]>
  insertRevaluations(tx: Tx, rows: readonly Revaluation[]): void
  /** All, by day and currency. */
  listRevaluations(
    tx: Tx,
    page: {
      readonly after: Pick<Revaluation, 'businessDate' | 'currency'> | undefined
      readonly limit: number
    },
  ): Promise<Revaluation[]>
}
