import type { AccountId } from '@plinth/kernel'
import type { Range } from './run.js'

/** An account with work to do, and how much of it: 1 if nothing is said. */
export interface Load {
  readonly accountId: AccountId
  readonly load?: number
}

/** Accounts in order, cut into runs of at most `loadMax`. One account is never cut. */
export function accountPartitions(accounts: readonly Load[], loadMax: number): Range[] {
  const ranges: { from: AccountId; to: AccountId }[] = []
  let sum = Number.POSITIVE_INFINITY
  for (const { accountId, load = 1 } of accounts) {
    sum += load
    const last = ranges.at(-1)
    if (last === undefined || sum > loadMax) {
      ranges.push({ from: accountId, to: accountId })
      sum = load
    } else last.to = accountId
  }
  return ranges
}

/** Entries from `first` to `last`, cut into runs of `size`. None if there are no entries. */
export function entryPartitions({ first, last }: { first: number; last: number }, size: number): Range[] {
  const ranges: Range[] = []
  for (let from = first; from <= last; from += size)
    ranges.push({ from: String(from), to: String(Math.min(last, from + size - 1)) })
  return ranges
}
