import type { BusinessDate } from './business-date.js'
import type { CurrencyCode } from './currency.js'
import { formatMinor, parseMinor } from './money.js'

/** The most of one period: in minor units, and how often. Undefined: any. */
export interface Bound {
  readonly amount: bigint | undefined
  readonly count: number | undefined
}

/** What an account may spend in a currency, by postings and holds. */
export interface Limit {
  /** Undefined: all codes together. */
  readonly transactionCode: string | undefined
  readonly currency: CurrencyCode
  /** Of one posting or hold, in minor units. */
  readonly perPosting: bigint | undefined
  /** Of one booking date. */
  readonly perDay: Bound | undefined
  /** Of one calendar month of booking dates. */
  readonly perMonth: Bound | undefined
}

/** A limit as JSON: amounts are decimal strings. What is missing is not limited. */
export interface LimitDocument {
  readonly transactionCode?: string | undefined
  readonly currency: string
  readonly perPosting?: { readonly amount: string } | undefined
  readonly perDay?: BoundDocument | undefined
  readonly perMonth?: BoundDocument | undefined
}

export interface BoundDocument {
  readonly amount?: string | undefined
  readonly count?: number | undefined
}

/** Reads a limit whose amounts were checked before. With no decimals they are minor units as they stand. */
export function limitOf(document: LimitDocument, decimals: number): Limit {
  const minor = (amount: string): bigint => parseMinor(amount, decimals) as bigint
  const boundOf = (bound: BoundDocument | undefined): Bound | undefined =>
    bound && {
      amount: bound.amount === undefined ? undefined : minor(bound.amount),
      count: bound.count,
    }
  return {
    transactionCode: document.transactionCode,
    currency: document.currency as CurrencyCode,
    perPosting: document.perPosting && minor(document.perPosting.amount),
    perDay: boundOf(document.perDay),
    perMonth: boundOf(document.perMonth),
  }
}

export function limitDocumentOf(limit: Limit, decimals: number): LimitDocument {
  const documentOf = (bound: Bound): BoundDocument => ({
    ...(bound.amount !== undefined && { amount: formatMinor(bound.amount, decimals) }),
    ...(bound.count !== undefined && { count: bound.count }),
  })
  const { transactionCode, currency, perPosting, perDay, perMonth } = limit
  return {
    ...(transactionCode !== undefined && { transactionCode }),
    currency,
    ...(perPosting !== undefined && { perPosting: { amount: formatMinor(perPosting, decimals) } }),
    ...(perDay && { perDay: documentOf(perDay) }),
    ...(perMonth && { perMonth: documentOf(perMonth) }),
  }
}

/** Whether it limits anything: one that does not is no limit. */
export const limitsSomething = ({ perPosting, perDay, perMonth }: Limit): boolean =>
  perPosting !== undefined || perDay !== undefined || perMonth !== undefined

/** Whether it takes counting to test it. */
export const limitsPeriods = ({ perDay, perMonth }: Limit): boolean =>
  perDay !== undefined || perMonth !== undefined

/** Among limits of one scope, code and currency name one. */
export const isSameLimit = (one: Limit, other: Limit): boolean =>
  one.transactionCode === other.transactionCode && one.currency === other.currency

/** The limits with this one in place of the one of its name, or without it if it limits nothing. */
export const withLimit = <Kept extends Limit>(
  limits: readonly Kept[],
  limit: Kept,
  isSame: (one: Kept, other: Kept) => boolean = isSameLimit,
): readonly Kept[] => {
  const others = limits.filter((each) => !isSame(each, limit))
  return limitsSomething(limit) ? [...others, limit] : others
}

/** The first day of the month that the date is in. */
export const monthOf = (date: BusinessDate): BusinessDate => `${date.slice(0, 8)}01` as BusinessDate
