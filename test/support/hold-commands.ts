import type { HoldId } from '@plinth/holds'
import type { AccountId, CurrencyCode, Instant } from '@plinth/kernel'
import type { Command, Outcome } from '@plinth/posting'
import { answerOf, endOf, posting } from './commands.js'

/** Sets euros aside, in cents. */
export const place = (accountId: string, cents: bigint, expiresAt?: string): Command => ({
  type: 'place_hold',
  accountId: accountId as AccountId,
  amount: cents,
  currency: 'EUR' as CurrencyCode,
  expiresAt: expiresAt as Instant | undefined,
  reference: undefined,
})

/** Takes from Alice's hold into the bank's cash, and all there is, unless told otherwise. */
export const capture = (
  holdId: HoldId,
  amount: string,
  { final = true, from = 'alice', lines }: { final?: boolean; from?: string; lines?: string[] } = {},
): Command => ({
  ...posting(lines ?? [`debit ${from} ${amount}`, `credit cash ${amount}`]),
  type: 'capture_hold',
  holdId,
  amount,
  final,
})
export const release = (holdId: HoldId): Command => ({ type: 'release_hold', holdId })
export const expire = (holdId: HoldId): Command => ({ type: 'expire_hold', holdId })
export const extend = (holdId: HoldId, expiresAt?: string): Command => ({
  type: 'extend_hold',
  holdId,
  expiresAt: expiresAt as Instant | undefined,
})

/** The hold that was placed; throws unless it was. */
export function holdIdOf(outcome: Outcome): HoldId {
  const { holdId } = answerOf(outcome)
  if (typeof holdId !== 'string') throw new Error(`not placed: ${endOf(outcome)}`)
  return holdId as HoldId
}
