// What accounts may spend in a posting, a day and a month (ADR 0014), written again: nothing is counted beforehand, all that was ever
// spent is added up each time somebody asks.
import type { PaperBooks, PaperHold, Tried } from './paper-books.js'
import { inWords, type Moving, netsOf, units, worstOf } from './paper-books.js'
import type { LimitWish, PaperBound } from './wishes.js'

/** What one entry took from an account. */
export interface Spent {
  readonly id: string
  readonly on: string
  readonly amount: bigint
}

/** The code of every posting on paper. */
const code = 'TRANSFER'

/** Whose limit it is and what of. */
const nameOf = ({ id = '', code: of = '', currency }: LimitWish): string => [id, of, currency].join(' ')

/** Sets a limit, or takes it away where it limits nothing. */
export function setLimit(books: PaperBooks, wish: LimitWish): Tried {
  const { id, currency, perPosting, perDay, perMonth } = wish
  const worst = id === undefined ? undefined : worstOf(faultsOfSetting(books, { id, currency }))
  if (worst !== undefined) return { end: worst }
  books.limits = new Map(books.limits)
  books.limits.delete(nameOf(wish))
  if (perPosting !== undefined || perDay || perMonth) books.limits.set(nameOf(wish), wish)
  if (id === undefined) books.settings = { ...books.settings, version: books.settings.version + 1 }
  const inFull = ({ amount, count }: PaperBound): object => ({
    ...(count !== undefined && { count }),
    ...(amount !== undefined && { amount: inWords(units(amount, currency) as bigint, currency) }),
  })
  const answer = {
    currency,
    ...(perDay && { perDay: inFull(perDay) }),
    ...(perMonth && { perMonth: inFull(perMonth) }),
  }
  return { end: 'accepted', answer }
}

function faultsOfSetting(
  { accounts }: PaperBooks,
  { id, currency }: { id: string; currency: string },
): string[] {
  const account = accounts.get(id)
  if (account === undefined) return ['account_not_found']
  return [
    ...(account.status === 'closed' ? ['account_closed'] : []),
    ...(account.currency === currency ? [] : ['currency_mismatch']),
    ...(account.unlimited ? ['condition_failed'] : []),
  ]
}

/** What an entry takes from accounts, all its lines together, but for what a hold had set aside. */
export const takenBy = (
  lines: readonly Moving[],
  setAsideFor: string | undefined,
): [id: string, amount: bigint][] =>
  [...netsOf(lines)].flatMap(([id, net]) => (net < 0n && id !== setAsideFor ? [[id, -net]] : []))

/** Whether somebody would spend more than they may. `anyCode`: of a hold, which may be captured with any code. */
export function faultsOfSpending(
  books: PaperBooks,
  taken: readonly [string, bigint][],
  anyCode = false,
): string[] {
  const over = taken.some(([id, amount]) =>
    [...books.limits.values()].some((limit) => {
      const account = books.accounts.get(id)
      if (account === undefined || account.unlimited || account.currency !== limit.currency) return false
      if (limit.id !== undefined && limit.id !== id) return false
      if (!anyCode && limit.code !== undefined && limit.code !== code) return false
      return passes(books, limit, { id, amount })
    }),
  )
  return over ? ['limit_exceeded'] : []
}

function passes(
  books: PaperBooks,
  limit: LimitWish,
  { id, amount }: { id: string; amount: bigint },
): boolean {
  const { currency, perPosting, perDay, perMonth } = limit
  const within = (bound: PaperBound | undefined, period: string): boolean => {
    if (bound === undefined) return true
    const spent = spentIn(books, { id, period, code: limit.code })
    const sum = spent.reduce((all, each) => all + each, amount)
    const most = bound.amount === undefined ? undefined : (units(bound.amount, currency) as bigint)
    return (most === undefined || sum <= most) && (bound.count === undefined || spent.length < bound.count)
  }
  const { today } = books
  if (perPosting !== undefined && amount > (units(perPosting, currency) as bigint)) return true
  return !within(perDay, today) || !within(perMonth, today.slice(0, 7))
}

/** Each posting and hold of an account in a day or a month, under a code or at all. A hold is of every code. */
function spentIn(
  { spent, holds }: PaperBooks,
  { id, period, code: of }: { id: string; period: string; code: string | undefined },
): bigint[] {
  const entries = of === undefined || of === code ? spent : []
  const counted = ({ id: owner, on, amount }: Spent): bigint[] =>
    owner === id && on.startsWith(period) && amount > 0n ? [amount] : []
  return [...entries.flatMap(counted), ...[...holds.values()].flatMap(setAside).flatMap(counted)]
}

/** What a hold took and still keeps counts on the day it was placed; what only keeps a credit back spends nothing. */
const setAside = ({ id, clears, placedOn: on, captured, remaining }: PaperHold): Spent[] =>
  clears === undefined ? [{ id, on, amount: captured + remaining }] : []
