import {
  type AccountId,
  type Brand,
  type BusinessDate,
  type CurrencyCode,
  type EntryId,
  type Instant,
  parseUuid,
  type Rejection,
  type RejectionCode,
  reject,
} from '@plinth/kernel'

export type SuspenseItemId = Brand<string, 'SuspenseItemId'>
export const parseSuspenseItemId = (text: string): SuspenseItemId | undefined =>
  parseUuid<SuspenseItemId>(text)

export const suspenseStatuses = ['open', 'cleared', 'returned'] as const
export type SuspenseStatus = (typeof suspenseStatuses)[number]

/** A credit that its own account could not take and that waits on another. Amounts are minor units of `currency`. */
export interface SuspenseItem {
  readonly suspenseItemId: SuspenseItemId
  /** The line that was diverted. */
  readonly entryId: EntryId
  readonly lineNo: number
  readonly valueDate: BusinessDate
  /** Where the money stands. */
  readonly accountId: AccountId
  /** Where it was to go. */
  readonly intendedAccountId: AccountId
  /** What it would have been refused with there. */
  readonly because: RejectionCode
  readonly currency: CurrencyCode
  readonly amount: bigint
  /** Posted on by an operator. */
  readonly cleared: bigint
  /** Taken back together with the diverted line. */
  readonly returned: bigint
  readonly openedAt: Instant
  /** Counts its changes: 1 is its opening. */
  readonly version: number
}

/** What happens to an item; each comes with an entry. */
export type SuspenseChange = 'opened' | 'cleared' | 'returned' | 'reopened'

/** What still waits on the fallback account, in minor units. */
export const remainingOf = ({ amount, cleared, returned }: SuspenseItem): bigint =>
  amount - cleared - returned

export function statusOf(item: SuspenseItem): SuspenseStatus {
  if (remainingOf(item) > 0n) return 'open'
  return item.cleared > 0n ? 'cleared' : 'returned'
}

/** Posts on all that still waits. */
export function decideCleared(item: SuspenseItem): SuspenseItem | Rejection {
  const remaining = remainingOf(item)
  return remaining > 0n ? changed(item, { cleared: item.cleared + remaining }) : notOpen(item)
}

/** The diverted line is taken back by so much; what was posted on is not there to be taken back. */
export function decideReturned(item: SuspenseItem, amount: bigint): SuspenseItem | Rejection {
  return amount <= remainingOf(item) ? changed(item, { returned: item.returned + amount }) : notOpen(item)
}

/** An entry that cleared it is taken back by so much. */
export const decideReopened = (item: SuspenseItem, amount: bigint): SuspenseItem =>
  changed(item, { cleared: item.cleared - amount })

const notOpen = ({ suspenseItemId }: SuspenseItem): Rejection =>
  reject('condition_failed', `Of suspense item ${suspenseItemId} not so much is open any more.`, {
    suspenseItemId,
    condition: 'open',
  })

const changed = (item: SuspenseItem, change: Partial<SuspenseItem>): SuspenseItem => ({
  ...item,
  ...change,
  version: item.version + 1,
})
