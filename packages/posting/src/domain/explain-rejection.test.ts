import {
  type BusinessDate,
  currenciesWith,
  type IdempotencyKey,
  type Instant,
  type RejectionCode,
  reject,
  rejectionCodes,
} from '@plinth/kernel'
import { describe, expect, test } from 'vitest'
import { explainRecorded } from './explain-rejection.js'

const explained = (code: RejectionCode, facts: Readonly<Record<string, string>> = {}) =>
  explainRecorded(
    {
      key: 'a-key' as IdempotencyKey,
      request: '{"type":"post"}',
      businessDate: '2026-11-20' as BusinessDate,
      decidedAt: '2026-11-20T10:00:00.000Z' as Instant,
      answer: {
        ...{ outcome: 'rejected', type: 'post', correlationId: 'a-trace' },
        rejection: reject(code, 'No.', facts),
      },
    },
    undefined,
    currenciesWith(),
  )

describe('what would have had to hold', () => {
  test.each<[RejectionCode, Record<string, string>, required: string]>([
    [
      'insufficient_funds',
      { accountId: 'ada', currency: 'EUR', available: '-1.50', required: '2.00' },
      'required ≤ available on account ada: 2.00 ≤ -1.50, 3.50 more than there was',
    ],
    [
      'insufficient_funds',
      { accountId: 'ada', currency: 'JPY', available: '10', required: '200' },
      'required ≤ available on account ada: 200 ≤ 10, 190 more than there was',
    ],
    // The tenant's bound on any posting, and those of an account.
    ['limit_exceeded', { limit: '10.00', required: '20.00' }, 'it moved 10.00 or less; it moves 20.00'],
    [
      'limit_exceeded',
      {
        period: 'posting',
        measure: 'amount',
        limit: '10.00',
        used: '0.00',
        left: '10.00',
        required: '20.00',
      },
      'it spent 10.00 or less; it spends 20.00',
    ],
    [
      'limit_exceeded',
      { period: 'day', measure: 'count', limit: '3', used: '3', left: '0', required: '1' },
      'fewer than 3 were counted in the day; 3 were',
    ],
    [
      'limit_exceeded',
      { period: 'month', measure: 'amount', limit: '100', used: '90', left: '10', required: '20' },
      'used + required ≤ limit in the month: 90 + 20 ≤ 100, so required was 10 or less',
    ],
    ['account_frozen', { accountId: 'ada' }, 'account ada was not frozen'],
    [
      'condition_failed',
      { accountId: 'ada', condition: 'version', found: '7' },
      'the condition version was met; found was 7',
    ],
    ['period_closed', { valueDateFloor: '2026-01-01' }, 'its value date was 2026-01-01 or later'],
    [
      'period_closed',
      { period: '2026-13' },
      'the period 2026-13 was open: its year was over and had not begun to close',
    ],
    ['hold_expired', { holdId: 'h' }, 'hold h had not expired at 2026-11-20T10:00:00.000Z'],
  ])('%s %o', (code, facts, required) => {
    expect(explained(code, facts).required).toBe(required)
  })

  test('is said of every code, also where its answer names nothing', () => {
    for (const code of rejectionCodes) {
      const { required, precedence } = explained(code)
      expect([code, required]).toEqual([code, expect.not.stringContaining('undefined')])
      expect(precedence.place).toBe(rejectionCodes.indexOf(code) + 1)
    }
  })
})
