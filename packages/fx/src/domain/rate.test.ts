import type { BusinessDate, CurrencyCode, Instant } from '@plinth/kernel'
import { describe, expect, test } from 'vitest'
import { decideRate, submitRate } from './decide-rate.js'
import { parseRate, type Rate } from './rate.js'

describe('a rate as it is read', () => {
  test.each([
    ['0.92165', '0.92165'],
    ['1.0850', '1.085'],
    ['2.000', '2'],
    ['160', '160'],
    ['0.000000000000000001', '0.000000000000000001'],
    ['999999999999999999.999999999999999999', '999999999999999999.999999999999999999'],
    ['1.0000000000000000000000', '1'],
  ])('%s is %s', (text, rate) => expect(parseRate(text)).toBe(rate))

  test.each([
    ['0', 'amount_zero'],
    ['0.000', 'amount_zero'],
    ['-1', 'amount_malformed'],
    ['01', 'amount_malformed'],
    ['1,5', 'amount_malformed'],
    ['1e5', 'amount_malformed'],
    ['.5', 'amount_malformed'],
    ['', 'amount_malformed'],
    ['0.0000000000000000001', 'amount_too_many_decimals'],
    ['1000000000000000000', 'amount_too_large'],
  ])('%s is refused: %s', (text, fault) => expect(parseRate(text)).toEqual({ fault }))
})

const [now, later] = ['2026-11-20T09:00:00.000Z', '2026-11-20T10:00:00.000Z'] as Instant[] as [
  Instant,
  Instant,
]
const asked = {
  currency: 'USD' as CurrencyCode,
  date: '2026-11-20' as BusinessDate,
  rate: '0.9',
  source: 'ECB',
}
const ann = { subject: 'ann', onBehalfOf: undefined }
const ben = { subject: 'ben', onBehalfOf: undefined }
const submitted: Rate = {
  ...asked,
  ...{ version: 1, status: 'submitted', maker: ann, submittedAt: now, decision: undefined },
}
const approved: Rate = {
  ...submitted,
  status: 'approved',
  decision: { decider: ben, decidedAt: now, reason: undefined },
}
const rejected: Rate = { ...approved, status: 'rejected' }

describe('a rate that is submitted', () => {
  const by = { maker: ann, now }

  test('begins with version 1', () =>
    expect(submitRate(asked, undefined, by)).toEqual({ made: true, rate: submitted }))

  test.each([submitted, approved])('is there if it is said again, %#', (there) =>
    expect(submitRate(asked, there, by)).toEqual({ made: false, rate: there }),
  )

  test.each([
    ['of another value', { rate: '0.91' }, approved],
    ['of another source', { source: 'Reuters' }, submitted],
    ['that was rejected', {}, rejected],
  ])('%s is the next version', (_what, change, there) =>
    expect(submitRate({ ...asked, ...change }, there, by)).toMatchObject({
      made: true,
      rate: { version: 2 },
    }),
  )
})

describe('a rate that is decided', () => {
  const deciding = { approved: undefined, decider: ben, now: later }
  const approval = { verdict: 'approve', reason: undefined } as const

  test('by somebody else holds', () =>
    expect(decideRate(submitted, approval, deciding)).toEqual({
      ...submitted,
      status: 'approved',
      decision: { decider: ben, decidedAt: later, reason: undefined },
    }))

  test('the same way again is as it was', () => {
    expect(decideRate(approved, approval, deciding)).toBe(approved)
    expect(decideRate(rejected, { verdict: 'reject', reason: 'x' }, deciding)).toBe(rejected)
  })

  test.each([
    ['by its maker', submitted, { decider: ann }, 'self_approval'],
    ['for its maker', submitted, { decider: { subject: 'ben', onBehalfOf: 'ann' } }, 'self_approval'],
    [
      'by whom it was made for',
      { ...submitted, maker: { subject: 'zoe', onBehalfOf: 'ben' } },
      {},
      'self_approval',
    ],
    ['after it was rejected', rejected, {}, 'status_transition_invalid'],
    ['behind a newer one', submitted, { approved: 2 }, 'status_transition_invalid'],
  ])('%s is refused', (_what, rate, change, code) =>
    expect(decideRate(rate, approval, { ...deciding, ...change })).toMatchObject({ kind: 'rejected', code }),
  )

  test('is rejected after it was approved by nobody', () =>
    expect(decideRate(approved, { verdict: 'reject', reason: 'x' }, deciding)).toMatchObject({
      code: 'status_transition_invalid',
    }))

  test('behind a newer one can still be rejected', () =>
    expect(
      decideRate(submitted, { verdict: 'reject', reason: 'x' }, { ...deciding, approved: 2 }),
    ).toMatchObject({ status: 'rejected' }))
})
