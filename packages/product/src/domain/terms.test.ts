import type { BusinessDate, CurrencyCode, GlCode, Instant } from '@plinth/kernel'
import { describe, expect, test } from 'vitest'
import type { Product, ProductVersion, ProductVersionId } from './product.js'
import type { EligibilityRule, ProductParameters } from './product-parameters.js'
import { captureTerms, type Eligibility, laterTerms, type StatedTerms } from './terms.js'

const date = (text: string): BusinessDate => text as BusinessDate
const parameters: ProductParameters = {
  currency: 'EUR' as CurrencyCode,
  glMapping: { customerGlCode: '2100' as GlCode } as ProductParameters['glMapping'],
  overdraftLimit: '500.00',
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
const version = (
  number: number,
  effectiveFrom: string,
  more: Partial<ProductVersion> = {},
): ProductVersion => ({
  versionId: `id-${number}` as ProductVersionId,
  version: number,
  status: 'approved',
  effectiveFrom: date(effectiveFrom),
  parameters,
  makers: [],
  history: [],
  ...more,
})
const productOf = (...versions: ProductVersion[]): Product => ({
  productCode: 'P',
  name: 'P',
  createdAt: '' as Instant,
  versions,
  rowVersion: 1,
})
const said = (more: Partial<StatedTerms> = {}): StatedTerms => ({
  glCode: undefined,
  currency: undefined,
  overdraftLimit: undefined,
  unlimited: false,
  eligibility: undefined,
  ...more,
})

function openingUnder(rules: readonly EligibilityRule[], stated: StatedTerms): string {
  const product = productOf(version(1, '2027-01-01', { parameters: { ...parameters, eligibility: rules } }))
  const terms = captureTerms(product, stated, date('2027-01-10'))
  const fault = 'kind' in terms ? terms : terms.fault
  return fault === undefined
    ? 'opened'
    : [fault.code, fault.facts.condition, fault.facts.attribute].filter(Boolean).join(' ')
}

describe('eligibility', () => {
  const refused = 'condition_failed eligibility x'
  test.each<[rule: Omit<EligibilityRule, 'attribute'>, value: string | undefined, end: string]>([
    [{ equals: 'yes' }, 'yes', 'opened'],
    [{ equals: 'yes' }, 'Yes', refused],
    [{ equals: '' }, '', 'opened'],
    [{ equals: 'yes' }, undefined, refused],
    [{ in: ['DE', 'AT'] }, 'AT', 'opened'],
    [{ in: ['DE', 'AT'] }, 'FR', refused],
    [{ min: '18' }, '18', 'opened'],
    [{ min: '18' }, '9', refused],
    [{ min: '18' }, '100', 'opened'],
    [{ min: '-1.5' }, '-1.50', 'opened'],
    [{ min: '-1.5' }, '-1.51', refused],
    [{ max: '25' }, '25.0', 'opened'],
    [{ max: '25' }, '25.01', refused],
    [{ min: '18', max: '25' }, '17', refused],
    [{ min: '18', max: '25' }, '20', 'opened'],
    [{ max: '2009-01-10' }, '2009-01-10', 'opened'],
    [{ max: '2009-01-10' }, '2009-01-11', refused],
    [{ min: '18' }, 'eighteen', refused],
    [{ min: '18' }, '2009-01-10', refused],
    [{ min: '18' }, '', refused],
    [{ equals: '20', min: '18' }, '19', refused],
  ])('%j of %s', (rule, value, end) => {
    const eligibility: Eligibility = value === undefined ? {} : { x: value }
    expect(openingUnder([{ attribute: 'x', ...rule }], said({ eligibility }))).toBe(end)
  })

  test('holds all rules against what was said, also where nothing was', () => {
    const rules = [
      { attribute: 'a', equals: '1' },
      { attribute: 'b', equals: '2' },
    ]
    expect(openingUnder(rules, said({ eligibility: { a: '1', b: '2', c: '3' } }))).toBe('opened')
    expect(openingUnder(rules, said({ eligibility: { a: '1' } }))).toBe('condition_failed eligibility b')
    expect(openingUnder(rules, said())).toBe('condition_failed eligibility a')
    expect(openingUnder([{ attribute: 'toString', equals: 'x' }], said({ eligibility: {} }))).toBe(
      'condition_failed eligibility toString',
    )
  })
})

test.each<[Partial<StatedTerms>, string]>([
  [{ glCode: '2100' as GlCode, currency: 'EUR', overdraftLimit: '500.00' }, 'opened'],
  [{ currency: 'USD' }, 'condition_failed currency'],
  [{ glCode: '2200' as GlCode }, 'condition_failed glCode'],
  [{ overdraftLimit: '0.00' }, 'condition_failed overdraftLimit'],
  [{ unlimited: true }, 'condition_failed overdraftLimit'],
])('an opening that says %j beside its product', (stated, end) => {
  expect(openingUnder([], said(stated))).toBe(end)
})

test('captures a copy with its checksum, and what was asked', () => {
  const product = productOf(version(1, '2027-01-01'))
  const terms = captureTerms(product, said({ eligibility: { b: '2', a: '1' } }), date('2027-01-10'))
  expect(terms).toMatchObject({
    captured: {
      ...{ productCode: 'P', version: 1, productVersionId: 'id-1', effectiveFrom: '2027-01-10' },
      eligibility: '{"a":"1","b":"2"}',
      // printf '%s' '{"a":"1","b":"2"}' | sha256sum
      eligibilityChecksum: '21f76dfbfe6dfe21f762080ef484112cf2952974cef30741fd1931e1c6d92112',
    },
  })
  expect(captureTerms(productOf(version(1, '2027-01-11')), said(), date('2027-01-10'))).toMatchObject({
    code: 'product_not_found',
  })
})

describe('terms to come', () => {
  const taken = (product: Product, last: { version: number; effectiveFrom: string }, upTo: string) =>
    laterTerms(product, { version: last.version, effectiveFrom: date(last.effectiveFrom) }, date(upTo)).map(
      ({ version: number, effectiveFrom }) => `${number} from ${effectiveFrom}`,
    )
  const first = { version: 1, effectiveFrom: '2027-01-05' }

  test.each<[what: string, versions: ProductVersion[], upTo: string, ends: string[]]>([
    ['are none while none has come', [version(2, '2027-02-01')], '2027-01-31', []],
    ['come on their day', [version(2, '2027-02-01')], '2027-02-01', ['2 from 2027-02-01']],
    [
      'come one by one where days were missed',
      [version(2, '2027-02-01'), version(3, '2027-02-03')],
      '2027-02-05',
      ['2 from 2027-02-01', '3 from 2027-02-03'],
    ],
    [
      'are never an older version, which a newer one hides',
      [version(2, '2027-02-03'), version(3, '2027-02-01')],
      '2027-02-05',
      ['3 from 2027-02-01'],
    ],
    [
      'of one day are the newest',
      [version(2, '2027-02-01'), version(3, '2027-02-01')],
      '2027-02-05',
      ['3 from 2027-02-01'],
    ],
    ['are approved ones', [version(2, '2027-02-01', { status: 'submitted' })], '2027-02-05', []],
    ['hold for no day before the last ones', [version(2, '2027-01-01')], '2027-02-05', ['2 from 2027-01-05']],
  ])('%s', (_, versions, upTo, ends) => {
    expect(taken(productOf(version(1, '2027-01-01'), ...versions), first, upTo)).toEqual(ends)
  })

  test('are none once they were taken', () => {
    const product = productOf(version(1, '2027-01-01'), version(2, '2027-02-01'))
    expect(taken(product, { version: 2, effectiveFrom: '2027-02-01' }, '2027-03-01')).toEqual([])
  })
})
