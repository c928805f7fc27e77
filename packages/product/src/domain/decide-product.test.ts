import {
  type BusinessDate,
  type CurrencyCode,
  currenciesWith,
  type GlCode,
  type Instant,
} from '@plinth/kernel'
import type { Actor } from '@plinth/tenancy'
import { describe, expect, test } from 'vitest'
import { type Catalogue, decideProduct } from './decide-product.js'
import {
  checksumOf,
  type Product,
  type ProductVersion,
  type ProductVersionId,
  parametersText,
  statusOn,
  type VersionStatus,
  versionInForce,
} from './product.js'
import type { ProductCommand } from './product-command.js'
import { glTypesOf, type ProductParameters } from './product-parameters.js'

const date = (text: string): BusinessDate => text as BusinessDate
const maker: Actor = { subject: 'maker', onBehalfOf: undefined }
const checker: Actor = { subject: 'checker', onBehalfOf: undefined }

const glMapping = Object.fromEntries(
  Object.keys(glTypesOf).map((name) => [name, name as GlCode]),
) as unknown as ProductParameters['glMapping']
const chart = new Map(
  Object.entries(glTypesOf).map(([name, types]) => [
    name as GlCode,
    { type: types[0] as string, postable: true },
  ]),
)
const parameters: ProductParameters = {
  currency: 'EUR' as CurrencyCode,
  glMapping,
  overdraftLimit: '0.00',
  creditTiers: [],
  debitTiers: [],
  dayCount: 'ACT/360',
  capitalisation: 'none',
  rounding: 'half_even',
  minimumBalance: '0.00',
  fees: [],
  withholdingTaxRate: '0',
  eligibility: [],
}

const versionOf = (
  status: VersionStatus,
  more: Partial<Omit<ProductVersion, 'effectiveFrom'>> & { readonly effectiveFrom?: string } = {},
): ProductVersion => ({
  versionId: `id-${more.version ?? 1}` as ProductVersionId,
  version: 1,
  status,
  parameters,
  makers: [maker],
  history: [],
  ...more,
  effectiveFrom: date(more.effectiveFrom ?? '2027-01-10'),
})
const productOf = (...versions: ProductVersion[]): Product => ({
  productCode: 'P',
  name: 'P',
  createdAt: '' as Instant,
  versions,
  rowVersion: 7,
})

interface World {
  readonly product?: Product | undefined
  readonly actor?: Actor
  readonly glAccounts?: Catalogue['glAccounts']
}
const decide = (command: ProductCommand, { product, actor = checker, glAccounts = chart }: World = {}) =>
  decideProduct(command, {
    product,
    actor,
    glAccounts,
    currencies: currenciesWith(),
    businessDate: date('2027-01-10'),
    now: '2027-01-10T10:00:00.000Z' as Instant,
    newVersionId: 'new' as ProductVersionId,
  })
const endOf = (decision: ReturnType<typeof decide>): string =>
  decision.kind === 'rejected'
    ? [decision.code, decision.facts.condition].filter(Boolean).join(' ')
    : (decision.version?.status ?? 'created')

const onVersion = (type: ProductCommand['type'], more: object = {}, version = 1) =>
  ({ type, productCode: 'P', version, reason: 'a test', ...more }) as ProductCommand
const draft = onVersion('draft_product_version', { effectiveFrom: '2027-01-10', parameters })
const approve = onVersion('approve_product_version')

describe('the life of a version', () => {
  const types = [
    'change_product_version',
    'submit_product_version',
    'approve_product_version',
    'reject_product_version',
  ] as const
  test.each<[VersionStatus, string[]]>([
    ['draft', ['draft', 'submitted', 'status_transition_invalid', 'status_transition_invalid']],
    ['submitted', ['status_transition_invalid', 'status_transition_invalid', 'approved', 'rejected']],
    ['approved', types.map(() => 'status_transition_invalid')],
    ['rejected', types.map(() => 'status_transition_invalid')],
  ])('one that is %s', (status, ends) => {
    const product = productOf(versionOf(status))
    expect(types.map((type) => endOf(decide(onVersion(type), { product })))).toEqual(ends)
  })

  test('begins with the next number, and what is there stays', () => {
    const first = versionOf('approved')
    const decided = decide(draft, { product: productOf(first) })
    expect(decided).toMatchObject({ version: { version: 2, versionId: 'new', status: 'draft' } })
    expect(decided).toMatchObject({ product: { versions: [first, { version: 2 }], rowVersion: 8 } })
  })

  test('is told in full, with the checksum that each change left', () => {
    const other = { ...parameters, overdraftLimit: '1.00' }
    const decided = decide(onVersion('change_product_version', { parameters: other }), {
      product: productOf(versionOf('draft')),
    })
    expect(decided).toMatchObject({
      version: {
        parameters: other,
        effectiveFrom: '2027-01-10',
        makers: [maker, checker],
        history: [
          {
            change: 'changed',
            actor: checker,
            reason: 'a test',
            checksum: checksumOf(parametersText(other)),
          },
        ],
      },
    })
  })
})

describe('who decides', () => {
  const acting = (subject: string, onBehalfOf?: string): Actor => ({ subject, onBehalfOf })
  test.each<[what: string, makers: Actor[], decider: Actor, end: string]>([
    ['is not who made it', [acting('ann')], acting('ann'), 'self_approval'],
    ['is not who changed it before', [acting('ann'), acting('bob')], acting('ann'), 'self_approval'],
    ['is not who it was made for', [acting('app', 'ann')], acting('ann'), 'self_approval'],
    ['is not somebody who acts for the maker', [acting('ann')], acting('app', 'ann'), 'self_approval'],
    ['is not the maker for somebody else', [acting('ann')], acting('ann', 'bob'), 'self_approval'],
    [
      'is not the same person through two programs',
      [acting('app', 'ann')],
      acting('web', 'ann'),
      'self_approval',
    ],
    [
      'may be another person through the same program',
      [acting('app', 'ann')],
      acting('app', 'bob'),
      'approved',
    ],
    ['may be anybody else', [acting('ann')], acting('bob'), 'approved'],
  ])('%s', (_, makers, actor, end) => {
    const product = productOf(versionOf('submitted', { makers }))
    expect(endOf(decide(approve, { product, actor }))).toBe(end)
    const rejected = endOf(decide(onVersion('reject_product_version'), { product, actor }))
    expect(rejected).toBe(end === 'approved' ? 'rejected' : end)
  })
})

describe('what is refused', () => {
  const submitted = productOf(versionOf('submitted'))
  const without = (name: string) => new Map([...chart].filter(([code]) => code !== name))
  const heading = new Map(chart).set('taxGlCode' as GlCode, { type: 'liability', postable: false })
  const wrong = new Map(chart).set('overdrawnGlCode' as GlCode, { type: 'liability', postable: true })

  test.each<[what: string, ProductCommand, World, end: string]>([
    [
      'a product twice',
      { type: 'create_product', productCode: 'P', name: 'P' },
      { product: submitted },
      'condition_failed new',
    ],
    ['a version of no product', draft, {}, 'product_not_found'],
    [
      'a version that is not there',
      onVersion('approve_product_version', {}, 2),
      { product: submitted },
      'product_not_found',
    ],
    [
      'a GL account that is not there',
      approve,
      { product: submitted, glAccounts: without('feesGlCode') },
      'gl_account_not_found',
    ],
    ['a heading', approve, { product: submitted, glAccounts: heading }, 'gl_account_not_found'],
    [
      'a GL account of another type',
      approve,
      { product: submitted, glAccounts: wrong },
      'condition_failed glMapping.overdrawnGlCode',
    ],
    [
      'a submission that names no GL account',
      onVersion('submit_product_version'),
      { product: productOf(versionOf('draft')), glAccounts: without('feesGlCode') },
      'gl_account_not_found',
    ],
    [
      'other parameters than were read',
      onVersion('approve_product_version', { checksum: 'f00' }),
      { product: submitted },
      'condition_failed checksum',
    ],
    [
      'a date that is past',
      approve,
      { product: productOf(versionOf('submitted', { effectiveFrom: '2027-01-09' })) },
      'condition_failed effectiveFrom',
    ],
    [
      'a version that a newer one would hide',
      approve,
      {
        product: productOf(
          versionOf('submitted', { effectiveFrom: '2027-02-01' }),
          versionOf('approved', { version: 2, effectiveFrom: '2027-02-01' }),
        ),
      },
      'condition_failed newest',
    ],
    [
      'another currency than accounts of the product have',
      onVersion('approve_product_version', {}, 2),
      {
        product: productOf(
          versionOf('approved'),
          versionOf('submitted', {
            version: 2,
            parameters: { ...parameters, currency: 'USD' as CurrencyCode },
          }),
        ),
      },
      'condition_failed currency',
    ],
    [
      'another GL account than accounts of the product stand under',
      onVersion('submit_product_version', {}, 2),
      {
        product: productOf(
          versionOf('approved'),
          versionOf('draft', {
            version: 2,
            parameters: { ...parameters, glMapping: { ...glMapping, customerGlCode: glMapping.taxGlCode } },
          }),
        ),
      },
      'condition_failed glMapping.customerGlCode',
    ],
  ])('%s', (_, command, world, end) => {
    expect(endOf(decide(command, world))).toBe(end)
  })

  test('in the contract’s order where there is more than one fault', () => {
    const past = { effectiveFrom: '2027-01-09' }
    const glAccounts = without('feesGlCode')
    const ends = [
      decide(approve, { product: productOf(versionOf('draft', past)), actor: maker, glAccounts }),
      decide(approve, { product: productOf(versionOf('draft', past)), actor: maker }),
      decide(approve, { product: productOf(versionOf('submitted', past)), actor: maker }),
      decide(approve, { product: productOf(versionOf('submitted')), actor: maker }),
    ].map(endOf)
    expect(ends).toEqual([
      'gl_account_not_found',
      'status_transition_invalid',
      'condition_failed effectiveFrom',
      'self_approval',
    ])
  })

  test('and what is rejected need not be right', () => {
    const product = productOf(versionOf('submitted', { effectiveFrom: '2026-01-01' }))
    expect(endOf(decide(onVersion('reject_product_version'), { product, glAccounts: new Map() }))).toBe(
      'rejected',
    )
  })
})

test('in force is the newest approved version whose date has come; the others are superseded', () => {
  const product = productOf(
    versionOf('approved', { effectiveFrom: '2027-01-01' }),
    versionOf('approved', { version: 2, effectiveFrom: '2027-03-01' }),
    versionOf('approved', { version: 3, effectiveFrom: '2027-02-01' }),
    versionOf('rejected', { version: 4, effectiveFrom: '2027-01-01' }),
  )
  const days = ['2026-12-31', '2027-01-01', '2027-01-31', '2027-02-01', '2027-03-01']
  expect(days.map((day) => versionInForce(product, date(day))?.version)).toEqual([undefined, 1, 1, 3, 3])
  const statuses = (day: string) => product.versions.map((version) => statusOn(product, version, date(day)))
  expect(statuses('2027-01-31')).toEqual(['approved', 'approved', 'approved', 'rejected'])
  expect(statuses('2027-02-01')).toEqual(['superseded', 'superseded', 'approved', 'rejected'])
})
