import { describe, expect, test } from 'vitest'
import { prevailing, type RejectionCode, reject, rejectionCodes } from './rejection.js'

// Contract §6, copied by hand: a list that is changed there is changed here by somebody who means it.
const contract =
  'command_abandoned · command_expired · decision_expired · decision_negative · gl_account_not_found · ' +
  'account_not_found · hold_not_found · entry_not_found · product_not_found · gl_account_exists · account_exists · ' +
  'account_closed · account_frozen · account_dormant · account_debits_blocked · account_credits_blocked · ' +
  'status_transition_invalid · currency_mismatch · period_closed · value_date_out_of_window · hold_expired · ' +
  'hold_released · hold_captured · hold_amount_exceeded · hold_account_mismatch · entry_already_reversed · ' +
  'entry_is_a_reversal · reversal_exceeds_entry · account_not_empty · condition_failed · self_approval · ' +
  'limit_exceeded · nothing_available · insufficient_funds · balance_out_of_range'

test('the rejections stand in the order of the contract', () => {
  expect(rejectionCodes.join(' · ')).toBe(contract)
})

describe('of two rejections', () => {
  test('the one that the contract lists first prevails, whichever was found first', () => {
    for (const [index, code] of rejectionCodes.entries()) {
      for (const later of rejectionCodes.slice(index + 1)) {
        expect(prevailing(reject(code, ''), reject(later, ''))?.code).toBe(code)
        expect(prevailing(reject(later, ''), reject(code, ''))?.code).toBe(code)
      }
    }
  })

  test('the earlier found prevails where the codes are alike', () => {
    const [first, second] = [reject('account_closed', 'alice'), reject('account_closed', 'bob')]
    expect(prevailing(first, second)).toBe(first)
  })

  test.each<[RejectionCode | undefined, RejectionCode | undefined]>([
    [undefined, undefined],
    ['account_closed', undefined],
    [undefined, 'account_closed'],
  ])('none is no rejection: %s and %s', (left, right) => {
    const found = prevailing(left && reject(left, ''), right && reject(right, ''))
    expect(found?.code).toBe(left ?? right)
  })
})
