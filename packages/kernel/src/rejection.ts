/**
 * Every rejection of contract §6 in its order of precedence: a command with two faults always answers the first.
 * packages/posting/src/domain/precedence.test.ts holds `decide` to this order.
 */
export const rejectionCodes = [
  'command_abandoned',
  'command_expired',
  'decision_expired',
  'decision_negative',
  'gl_account_not_found',
  'account_not_found',
  'hold_not_found',
  'entry_not_found',
  'product_not_found',
  'gl_account_exists',
  'account_exists',
  'account_closed',
  'account_frozen',
  'account_dormant',
  'account_debits_blocked',
  'account_credits_blocked',
  'status_transition_invalid',
  'currency_mismatch',
  'period_closed',
  'value_date_out_of_window',
  'hold_expired',
  'hold_released',
  'hold_captured',
  'hold_amount_exceeded',
  'hold_account_mismatch',
  'entry_already_reversed',
  'entry_is_a_reversal',
  'reversal_exceeds_entry',
  'account_not_empty',
  'condition_failed',
  'self_approval',
  'limit_exceeded',
  'nothing_available',
  'insufficient_funds',
  'balance_out_of_range',
] as const

export type RejectionCode = (typeof rejectionCodes)[number]

/** A command understood and refused for a business reason: a value, recorded, final for its key (contract §1). */
export interface Rejection {
  readonly kind: 'rejected'
  readonly code: RejectionCode
  /** One sentence for the caller. Names accounts and amounts of the command, nothing else. */
  readonly detail: string
  /** Members the contract adds to the answer, e.g. `available` and `required`. JSON values; amounts are strings. */
  readonly facts: Readonly<Record<string, string>>
}

export const reject = (
  code: RejectionCode,
  detail: string,
  facts: Readonly<Record<string, string>> = {},
): Rejection => ({ kind: 'rejected', code, detail, facts })

const precedence: ReadonlyMap<RejectionCode, number> = new Map(
  rejectionCodes.map((code, index) => [code, index]),
)

/** The one of two rejections that the contract answers first; the earlier found where they are alike. */
export function prevailing(found: Rejection | undefined, next: Rejection | undefined): Rejection | undefined {
  if (found === undefined) return next
  if (next === undefined) return found
  return (precedence.get(next.code) as number) < (precedence.get(found.code) as number) ? next : found
}
