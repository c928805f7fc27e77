import { spentUnder, type Usage } from '@plinth/account/domain'
import {
  type AccountId,
  type Bound,
  type Currencies,
  formatMinor,
  type Limit,
  limitDocumentOf,
} from '@plinth/kernel'
import type { LimitScope } from './limits.js'

/** A limit with whose it is. */
export interface ShownLimit {
  readonly limit: Limit
  /** Of an account's own one. */
  readonly accountId?: AccountId | undefined
  /** Of a product's. */
  readonly productCode?: string | undefined
}

export const scopeOf = ({ accountId, productCode }: Omit<ShownLimit, 'limit'>): LimitScope => {
  if (accountId !== undefined) return 'account'
  return productCode === undefined ? 'tenant' : 'product'
}

/** A limit as it is answered (contract §4, /limits). With `usage`: what an account has spent of it and has left. */
export function renderLimit(shown: ShownLimit, currencies: Currencies, usage?: Usage) {
  const { limit, accountId, productCode } = shown
  const decimals = currencies.decimalsOf(limit.currency) as number
  const { perDay, perMonth, ...rest } = limitDocumentOf(limit, decimals)
  const spent = usage && spentUnder(usage, limit.transactionCode)
  const amountOf = (minor: bigint): string => formatMinor(minor, decimals)
  const used = (bound: Bound | undefined, period: 'day' | 'month') => {
    if (spent === undefined || bound === undefined) return {}
    const { count, amount } = spent[period]
    const left = {
      ...(bound.amount !== undefined && { amount: amountOf(positive(bound.amount - amount)) }),
      ...(bound.count !== undefined && { count: Math.max(bound.count - count, 0) }),
    }
    return { used: { amount: amountOf(amount), count }, left }
  }
  return {
    scope: scopeOf(shown),
    ...(accountId !== undefined && { accountId }),
    ...(productCode !== undefined && { productCode }),
    ...rest,
    ...(perDay && { perDay: { ...perDay, ...used(limit.perDay, 'day') } }),
    ...(perMonth && { perMonth: { ...perMonth, ...used(limit.perMonth, 'month') } }),
  }
}

const positive = (minor: bigint): bigint => (minor > 0n ? minor : 0n)
