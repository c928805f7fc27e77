import type { BusinessDate, CurrencyCode, Instant } from '@plinth/kernel'
import type { Actor } from '@plinth/tenancy'

export const rateStatuses = ['submitted', 'approved', 'rejected'] as const
export type RateStatus = (typeof rateStatuses)[number]

/** Which version of which day's rate. */
export interface RateKey {
  readonly currency: CurrencyCode
  readonly date: BusinessDate
  readonly version: number
}

/** What one unit of `currency` costs in the base currency, from `date` on until there is a newer one. */
export interface Rate extends RateKey {
  /** A decimal above zero in its one form: see `parseRate`. */
  readonly rate: string
  /** Where it was read: a central bank, a market. */
  readonly source: string
  readonly status: RateStatus
  readonly maker: Actor
  readonly submittedAt: Instant
  readonly decision: RateDecision | undefined
}

export interface RateDecision {
  readonly decider: Actor
  readonly decidedAt: Instant
  readonly reason: string | undefined
}

/** As many as fit numeric(36,18). */
const rateDigitsMax = 18

export type RateFault = 'amount_malformed' | 'amount_zero' | 'amount_too_many_decimals' | 'amount_too_large'

/** A rate in its one form, without zeroes at its end: `1.0850` is `1.085`, `2.000` is `2`. */
export function parseRate(text: string): string | { readonly fault: RateFault } {
  const parts = /^(0|[1-9][0-9]*)(?:\.([0-9]+))?$/.exec(text)
  if (parts === null) return { fault: 'amount_malformed' }
  const [whole, fraction] = [parts[1] as string, (parts[2] ?? '').replace(/0+$/, '')]
  if (fraction.length > rateDigitsMax) return { fault: 'amount_too_many_decimals' }
  if (whole.length > rateDigitsMax) return { fault: 'amount_too_large' }
  if (whole === '0' && fraction === '') return { fault: 'amount_zero' }
  return fraction === '' ? whole : `${whole}.${fraction}`
}

/** `USD 2026-11-20 1`, as audit events and lists name it. */
export const nameOfRate = ({ currency, date, version }: RateKey): string => `${currency} ${date} ${version}`

export function renderRate(
  { currency, date, version, rate, source, status, maker, submittedAt, decision }: Rate,
  baseCurrency: string,
) {
  return {
    ...{ currency, baseCurrency, date, version, rate, source, status },
    submittedBy: maker.subject,
    ...(maker.onBehalfOf !== undefined && { submittedOnBehalfOf: maker.onBehalfOf }),
    submittedAt,
    ...(decision !== undefined && {
      decidedBy: decision.decider.subject,
      ...(decision.decider.onBehalfOf !== undefined && { decidedOnBehalfOf: decision.decider.onBehalfOf }),
      decidedAt: decision.decidedAt,
      ...(decision.reason !== undefined && { reason: decision.reason }),
    }),
  }
}
