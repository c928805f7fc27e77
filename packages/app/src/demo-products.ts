import type { CurrencyCode, GlCode } from '@plinth/kernel'
import type { GlMapping, ProductParameters } from '@plinth/product'
import type { BusinessCalendar } from '@plinth/tenancy/domain'
import type { ChartRow } from './demo-books.js'

/** What products and the end of a year need beside the chart of the demo. */
export const productChart: readonly ChartRow[] = [
  { code: '1310', name: 'Overdrawn current accounts', type: 'asset', parent: '1000' },
  { code: '1920', name: 'Interest receivable', type: 'asset', parent: '1000' },
  { code: '2910', name: 'Interest payable', type: 'liability', parent: '2000' },
  { code: '2920', name: 'Tax withheld', type: 'liability', parent: '2000' },
  { code: '3200', name: 'Retained earnings', type: 'equity', parent: '3000' },
]

const glMapping = (customerGlCode: string): GlMapping => ({
  customerGlCode: customerGlCode as GlCode,
  overdrawnGlCode: '1310' as GlCode,
  interestExpenseGlCode: '5100' as GlCode,
  interestIncomeGlCode: '4200' as GlCode,
  accruedPayableGlCode: '2910' as GlCode,
  accruedReceivableGlCode: '1920' as GlCode,
  feesGlCode: '4100' as GlCode,
  taxGlCode: '2920' as GlCode,
})

const common = {
  currency: 'EUR' as CurrencyCode,
  rounding: 'half_even',
  minimumBalance: '0.00',
  eligibility: [],
} as const

interface DemoProduct {
  readonly productCode: string
  readonly name: string
  readonly parameters: ProductParameters
}

/** A current account with an overdraft, and savings in two tiers of which tax is withheld. */
export const demoProducts: readonly DemoProduct[] = [
  {
    productCode: 'CURRENT',
    name: 'Current account',
    parameters: {
      ...common,
      glMapping: glMapping('2110'),
      overdraftLimit: '1000.00',
      creditTiers: [],
      debitTiers: [
        { from: '0.00', rate: '0.0975' },
        { from: '500.00', rate: '0.1275' },
      ],
      dayCount: 'ACT/365F',
      capitalisation: 'quarterly',
      fees: [{ code: 'ACCOUNT_KEEPING', amount: '4.90', frequency: 'monthly' }],
      withholdingTaxRate: '0',
    },
  },
  {
    productCode: 'SAVINGS',
    name: 'Savings account',
    parameters: {
      ...common,
      glMapping: glMapping('2120'),
      overdraftLimit: '0.00',
      creditTiers: [
        { from: '0.00', rate: '0.015' },
        { from: '5000.00', rate: '0.0225' },
      ],
      debitTiers: [],
      dayCount: '30E/360',
      capitalisation: 'monthly',
      dormancyDays: 60,
      fees: [],
      withholdingTaxRate: '0.26375',
    },
  },
]

/** Where the demo's years go when they are closed. */
export const demoRetainedEarnings = '3200'

/** Weekends and the holidays of the whole of Germany. */
export const demoCalendar = {
  weekend: ['saturday', 'sunday'],
  holidays: 'DE',
  extra: [],
  working: [],
} as const satisfies BusinessCalendar
