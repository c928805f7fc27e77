import { type BusinessDate, currenciesWith } from '@plinth/kernel'
import { exactOf, interestTermsOf, partsOfYear } from '@plinth/product/domain'
import { expect, test } from 'vitest'
import { parametersOf } from '../../../../test/support/products.js'
import { type InterestState, netOf, stateBefore } from './interest-state.js'
import { settleAccount } from './settle-account.js'

const terms = interestTermsOf(parametersOf({ withholdingTaxRate: '0.25' }), currenciesWith())
const accrued = (rounded: bigint, rest = '0') => ({
  exact: exactOf(String(rounded)).times(partsOfYear).plus(rest),
  rounded,
})

/** Ten days behind the first of November, in minor units. */
const stateOf = (credit: bigint, debit: bigint, periodStart = '2026-11-01'): InterestState => ({
  ...stateBefore('2026-11-01' as BusinessDate),
  accruedThrough: '2026-11-10' as BusinessDate,
  snapshotNo: 1,
  accrual: {
    periodStart: periodStart as BusinessDate,
    credit: accrued(credit, '7'),
    debit: accrued(debit, '-7'),
  },
})

// Each by hand: the tax is a quarter of what was earned, never of what is paid back.
test.each([
  // credit, debit           due                                      adjustment
  [400n, 0n, { credit: 400n, tax: 100n, debit: 0n }, { credit: 0n, debit: 0n }],
  [0n, 30n, { credit: 0n, tax: 0n, debit: 30n }, { credit: 0n, debit: 0n }],
  [400n, 30n, { credit: 400n, tax: 100n, debit: 30n }, { credit: 0n, debit: 0n }],
  [-5n, 0n, undefined, { credit: 5n, debit: 0n }],
  [-5n, 30n, { credit: 0n, tax: 0n, debit: 30n }, { credit: 5n, debit: 0n }],
  [0n, -8n, { credit: 8n, tax: 0n, debit: 0n }, { credit: 8n, debit: 8n }],
  [400n, -8n, { credit: 408n, tax: 100n, debit: 0n }, { credit: 8n, debit: 8n }],
  [-5n, -8n, { credit: 8n, tax: 0n, debit: 0n }, { credit: 13n, debit: 8n }],
  [0n, 0n, undefined, { credit: 0n, debit: 0n }],
])(
  'of %s earned and %s owed nothing rounded is left, and every sum adds up',
  (credit, debit, due, adjustment) => {
    const before = stateOf(credit, debit)
    const settled = settleAccount(terms, before)
    expect(settled.due).toEqual(
      due && { ...due, periodStart: '2026-11-01', valueDate: '2026-11-11', snapshotNo: 1 },
    )
    expect(settled.adjustment).toEqual(adjustment)
    const { accrual, unmet } = settled.state
    expect([accrual.credit.rounded, accrual.debit.rounded, accrual.periodStart]).toEqual([
      0n,
      0n,
      '2026-11-11',
    ])
    // Σ accrued and adjusted = Σ capitalised + what is left, exactly: the rest of less than a minor unit is as it was.
    expect([accrual.credit.exact.toFixed(), accrual.debit.exact.toFixed()]).toEqual(['7', '-7'])
    expect(credit + settled.adjustment.credit).toBe(settled.due?.credit ?? 0n)
    expect(debit + settled.adjustment.debit).toBe(settled.due?.debit ?? 0n)
    expect(unmet).toBe(settled.due === undefined ? 0n : netOf(settled.due))
  },
)

test('a period of which no day has accrued is not ended a second time', () => {
  const state = stateOf(400n, -8n, '2026-11-11')
  expect(settleAccount(terms, state)).toEqual({
    state,
    due: undefined,
    adjustment: { credit: 0n, debit: 0n },
  })
})
