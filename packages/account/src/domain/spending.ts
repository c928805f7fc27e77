import { type AccountId, type BusinessDate, monthOf } from '@plinth/kernel'

/** How often, and how much in minor units. */
export interface Spent {
  readonly count: number
  readonly amount: bigint
}

/** What one event adds to an account's spending, or gives back: below zero. */
export interface SpendingChange extends Spent {
  readonly accountId: AccountId
  /** The booking date that it counts on, and by that its month. */
  readonly on: BusinessDate
  /** Empty: of holds that name none, which count against the limits of every code. */
  readonly transactionCode: string
}

/** What an account has spent under one transaction code, on a business date and in its month. */
export interface CodeUsage {
  readonly day: Spent
  readonly month: Spent
}

/** What an account has spent on a business date and in its month, by transaction code. */
export type Usage = ReadonlyMap<string, CodeUsage>

const nothing: Spent = { count: 0, amount: 0n }
const sum = (one: Spent, other: Spent): Spent => ({
  count: one.count + other.count,
  amount: one.amount + other.amount,
})

/** The usage on `today` with the change; one of another month leaves it as it is. */
export function usageWith(
  usage: Usage,
  change: Omit<SpendingChange, 'accountId'>,
  today: BusinessDate,
): Usage {
  const { on, transactionCode } = change
  if (monthOf(on) !== monthOf(today)) return usage
  const { day, month } = usage.get(transactionCode) ?? { day: nothing, month: nothing }
  const changed = { day: on === today ? sum(day, change) : day, month: sum(month, change) }
  return new Map(usage).set(transactionCode, changed)
}

/** What counts against a limit of this code; undefined: against one of all codes together. */
export function spentUnder(usage: Usage, transactionCode: string | undefined): CodeUsage {
  let day = nothing
  let month = nothing
  for (const [code, spent] of usage) {
    if (transactionCode !== undefined && code !== '' && code !== transactionCode) continue
    day = sum(day, spent.day)
    month = sum(month, spent.month)
  }
  return { day, month }
}

/** A row of an account's spending: a day's or a month's, under one transaction code. */
export interface SpendingRow extends Spent {
  readonly accountId: AccountId
  readonly period: 'day' | 'month'
  readonly periodStart: BusinessDate
  readonly transactionCode: string
}

/** The rows that changes add up to, each once. */
export function rowsOf(changes: readonly SpendingChange[]): SpendingRow[] {
  const rows = new Map<string, SpendingRow>()
  for (const { accountId, on, transactionCode, ...spent } of changes) {
    for (const period of ['day', 'month'] as const) {
      const periodStart = period === 'day' ? on : monthOf(on)
      const key = [accountId, period, periodStart, transactionCode].join(' ')
      const row = { accountId, period, periodStart, transactionCode }
      rows.set(key, { ...row, ...sum(rows.get(key) ?? nothing, spent) })
    }
  }
  return [...rows.values()]
}
