import type { AccountId, BusinessDate, CurrencyCode, GlCode } from '@plinth/kernel'
import type { Command, Submission } from '@plinth/posting'
import type { Eligibility, GlMapping, ProductParameters } from '@plinth/product'
import type { Bank } from './bank.js'
import { endOf, newGlAccount, submissionOf } from './commands.js'

const chart = {
  customerGlCode: ['2100', 'liability'],
  overdrawnGlCode: ['1310', 'asset'],
  interestExpenseGlCode: ['5100', 'expense'],
  interestIncomeGlCode: ['4200', 'income'],
  accruedPayableGlCode: ['2900', 'liability'],
  accruedReceivableGlCode: ['1900', 'asset'],
  feesGlCode: ['4100', 'income'],
  taxGlCode: ['2950', 'liability'],
} as const

/** The GL accounts that products of the tests name. */
export const glMapping = Object.fromEntries(
  Object.entries(chart).map(([name, [code]]) => [name, code as GlCode]),
) as unknown as GlMapping

/** Those of them that a bank of the tests does not have yet. */
export const missingGlAccounts = Object.values(chart).filter(([code]) => code !== '2100' && code !== '4100')

/** A savings account: 1 % on the first 1000, 2 % above; 500 of overdraft at 10 %. */
export const parametersOf = (more: Partial<ProductParameters> = {}): ProductParameters => ({
  currency: 'EUR' as CurrencyCode,
  glMapping,
  overdraftLimit: '500.00',
  creditTiers: [
    { from: '0.00', rate: '0.01' },
    { from: '1000.00', rate: '0.02' },
  ],
  debitTiers: [{ from: '0.00', rate: '0.1' }],
  dayCount: 'ACT/365F',
  capitalisation: 'monthly',
  rounding: 'half_even',
  minimumBalance: '0.00',
  fees: [],
  withholdingTaxRate: '0',
  eligibility: [],
  ...more,
})

export const newProduct = (productCode = 'SAVINGS'): Command => ({
  type: 'create_product',
  productCode,
  name: `Product ${productCode}`,
})

export const newDraft = (
  parameters: Partial<ProductParameters> = {},
  { code = 'SAVINGS', from = '2026-11-20' }: { code?: string; from?: string } = {},
): Command => ({
  type: 'draft_product_version',
  productCode: code,
  effectiveFrom: from as BusinessDate,
  parameters: parametersOf(parameters),
  reason: 'a test',
})

export const submitted = (version = 1, productCode = 'SAVINGS'): Command => ({
  type: 'submit_product_version',
  productCode,
  version,
  reason: undefined,
})

export const decided = (
  verdict: 'approve' | 'reject',
  version = 1,
  { code = 'SAVINGS', checksum }: { code?: string; checksum?: string } = {},
): Command => ({
  type: `${verdict}_product_version`,
  productCode: code,
  version,
  checksum,
  reason: 'a test',
})

/** An account of a product that leaves everything to it, unless told otherwise. */
export const openingUnder = (
  accountId: string,
  {
    product = 'SAVINGS',
    eligibility,
    ...said
  }: { product?: string; eligibility?: Eligibility; glCode?: string; currency?: string } = {},
): Command => ({
  type: 'open_account',
  accountId: accountId as AccountId,
  name: accountId,
  glCode: said.glCode as GlCode | undefined,
  currency: said.currency as CurrencyCode | undefined,
  customerId: undefined,
  productCode: product,
  overdraftLimit: 0n,
  ...(eligibility !== undefined && { eligibility }),
  unlimited: false,
  metadata: {},
})

/** A command by somebody, perhaps on behalf of somebody else. */
export function by(subject: string, command: Command, onBehalfOf?: string): Submission {
  const submission = submissionOf(command)
  return { ...submission, context: { ...submission.context, subject, onBehalfOf } }
}

/** The rest of the chart that products map to. */
export async function addProductChart(bank: Bank): Promise<void> {
  const made = await bank.batch(missingGlAccounts.map(([code, type]) => newGlAccount(code, type)))
  if (made.some((outcome) => endOf(outcome) !== 'accepted')) throw new Error('the chart is not there')
}

/** Drafts, submits and has approved the next version of a product, which is made if it is the first; answers its number. */
export async function approveVersion(
  bank: Bank,
  parameters: Partial<ProductParameters> = {},
  { code = 'SAVINGS', from = '2026-11-20' }: { code?: string; from?: string } = {},
): Promise<number> {
  await bank.submit(newProduct(code))
  const drafted = await bank.send(by('key:maker', newDraft(parameters, { code, from })))
  if (endOf(drafted) !== 'accepted') throw new Error(endOf(drafted))
  const { version } = (drafted as { answer: { body: { version: number } } }).answer.body
  for (const step of [
    by('key:maker', submitted(version, code)),
    by('key:checker', decided('approve', version, { code })),
  ]) {
    const end = endOf(await bank.send(step))
    if (end !== 'accepted') throw new Error(`${step.command.type}: ${end}`)
  }
  return version
}
