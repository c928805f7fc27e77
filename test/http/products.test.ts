import { beforeAll, describe, expect, test } from 'vitest'
import { glMapping } from '../support/products.js'
import { type Answer, newKey, openCustomers, useHttpBank } from './support/http-bank.js'
import { effectiveFrom, launch, openProductChart, parameters } from './support/http-products.js'

const bank = useHttpBank()
beforeAll(async () => {
  await openCustomers(bank())
  await openProductChart(bank())
})

const codeOf = ({ status, body }: Answer): string =>
  body.code === undefined ? `${status}` : `${status} ${body.code}`
const faultsOf = ({ body }: Answer): string[] =>
  body.errors.map(({ pointer, code }: { pointer: string; code: string }) => `${pointer} ${code}`)

type Options = Parameters<ReturnType<typeof bank>['post']>[2]
const manager: Options = { as: 'product_manager' }
const approver: Options = { as: 'approver' }
const product = async (productCode: string) =>
  expect(
    codeOf(await bank().post('/v1/products', { productCode, name: `Product ${productCode}` }, manager)),
  ).toBe('201')
const draft = (code: string, body: object = {}, options: Options = manager) =>
  bank().post(`/v1/products/${code}/versions`, { effectiveFrom, parameters, ...body }, options)
const step = (code: string, version: number, name: string, body: object = {}, options: Options = manager) =>
  bank().post(`/v1/products/${code}/versions/${version}/${name}`, body, options)

describe('a version', () => {
  test('is drafted, changed, submitted by one and approved by another, and tells all of it', async () => {
    await product('LIFE')
    const drafted = await draft('LIFE', { reason: 'autumn' })
    expect(drafted.status).toBe(201)
    expect(drafted.body).toMatchObject({
      ...{ productCode: 'LIFE', version: 1, status: 'draft', effectiveFrom },
      parameters: {
        ...{
          overdraftLimit: '500.00',
          minimumBalance: '0.00',
          rounding: 'half_even',
          withholdingTaxRate: '0',
        },
        creditTiers: [
          { from: '0.00', rate: '0.01' },
          { from: '1000.00', rate: '0.02' },
        ],
      },
    })
    const changed = await bank().post(
      '/v1/products/LIFE/versions/1',
      { parameters: { ...parameters, dayCount: 'ACT/360' } },
      manager,
    )
    expect(changed.body).toMatchObject({
      status: 'draft',
      effectiveFrom,
      parameters: { dayCount: 'ACT/360' },
    })
    expect(changed.body.checksum).not.toBe(drafted.body.checksum)
    expect((await step('LIFE', 1, 'submit')).body).toMatchObject({ status: 'submitted' })
    const { checksum } = changed.body
    expect(codeOf(await step('LIFE', 1, 'approve', { checksum: drafted.body.checksum }, approver))).toBe(
      '422 condition_failed',
    )
    const approved = await step('LIFE', 1, 'approve', { checksum, reason: 'fine' }, approver)
    expect([approved.status, approved.body.status]).toEqual([200, 'approved'])
    const { body } = await bank().get('/v1/products/LIFE', { as: 'payments' })
    expect(body).toMatchObject({ productCode: 'LIFE', newestVersion: 1, versionInForce: 1 })
    expect(body.versions).toEqual([approved.body])
    expect(
      body.versions[0].history.map(({ change, reason }: Record<string, string>) => [change, reason]),
    ).toEqual([
      ['drafted', 'autumn'],
      ['changed', undefined],
      ['submitted', undefined],
      ['approved', 'fine'],
    ])
  })

  test('is decided by somebody else, whatever else they may', async () => {
    await product('ALONE')
    const admin: Options = { as: 'admin' }
    await draft('ALONE', {}, admin)
    await step('ALONE', 1, 'submit', {}, admin)
    expect(codeOf(await step('ALONE', 1, 'approve', {}, admin))).toBe('422 self_approval')
    expect(codeOf(await step('ALONE', 1, 'approve', {}, manager))).toBe('403 forbidden')
    expect(faultsOf(await step('ALONE', 1, 'reject', {}, approver))).toEqual(['/reason required'])
    const rejected = await step('ALONE', 1, 'reject', { reason: 'too dear' }, approver)
    expect([rejected.status, rejected.body.status]).toEqual([200, 'rejected'])
    expect(codeOf(await step('ALONE', 1, 'approve', {}, approver))).toBe('422 status_transition_invalid')
  })

  test('is superseded from the day on from which a newer one is in force', async () => {
    await launch(bank(), 'NEXT')
    await draft('NEXT', { effectiveFrom: '2026-11-21' })
    await step('NEXT', 2, 'submit')
    await step('NEXT', 2, 'approve', {}, approver)
    await draft('NEXT')
    const statuses = async () =>
      (await bank().get('/v1/products/NEXT')).body.versions.map(({ status }: { status: string }) => status)
    expect(await statuses()).toEqual(['approved', 'approved', 'draft'])
    await step('NEXT', 3, 'submit')
    // It would be hidden for ever behind none: it is the newest, and today's.
    expect(codeOf(await step('NEXT', 3, 'approve', {}, approver))).toBe('200')
    expect(await statuses()).toEqual(['superseded', 'superseded', 'approved'])
  })

  test('answers the same key the same, is audited and told', async () => {
    await product('TWICE')
    const key = newKey()
    const headers = { 'x-correlation-id': newKey() }
    const first = await draft('TWICE', {}, { ...manager, key, headers })
    const again = await draft(
      'TWICE',
      { parameters: { ...parameters, overdraftLimit: '500.00' } },
      { ...manager, key },
    )
    expect([again.status, again.text, again.headers.get('idempotency-replayed')]).toEqual([
      201,
      first.text,
      'true',
    ])
    expect(codeOf(await draft('TWICE', { effectiveFrom: '2027-01-01' }, { ...manager, key }))).toBe(
      '422 idempotency_key_reused',
    )
    const { body } = await bank().get(`/v1/audit-events?correlationId=${headers['x-correlation-id']}`)
    expect(body.data).toMatchObject([
      { action: 'draft_product_version', object: 'TWICE/1', outcome: 'accepted' },
    ])
    const dry = await draft('TWICE', {}, { ...manager, headers: { 'plinth-dry-run': 'true' } })
    expect([dry.status, dry.body.version]).toEqual([201, 2])
    expect((await bank().get('/v1/products/TWICE')).body.newestVersion).toBe(1)
  })

  test('of a product or with a number that is not there is refused, as a command and as a read', async () => {
    expect(codeOf(await draft('NOWHERE'))).toBe('422 product_not_found')
    await product('EMPTY')
    expect(codeOf(await step('EMPTY', 1, 'submit'))).toBe('422 product_not_found')
    expect(codeOf(await step('EMPTY', 1, 'approve', {}, approver))).toBe('422 product_not_found')
    expect(faultsOf(await step('EMPTY', 0, 'submit'))).toEqual(['/version id_malformed'])
    expect(
      faultsOf(await bank().post('/v1/products/-/versions', { effectiveFrom, parameters }, manager)),
    ).toEqual(['/productCode id_malformed'])
    expect(codeOf(await bank().get('/v1/products/NOWHERE'))).toBe('404 not_found')
    expect(codeOf(await bank().get('/v1/products/-'))).toBe('404 not_found')
    expect(codeOf(await bank().get('/v1/products/EMPTY', { tenant: 'beta' }))).toBe('404 not_found')
    expect(codeOf(await bank().post('/v1/products', { productCode: 'EMPTY', name: 'x' }, manager))).toBe(
      '422 condition_failed',
    )
  })

  test('hears of everything that is wrong with it at once', async () => {
    const wrong = {
      ...parameters,
      currency: 'EUR',
      overdraftLimit: 500,
      minimumBalance: '1.001',
      creditTiers: [
        { from: '5', rate: '1%' },
        { from: '5.00', rate: '100' },
      ],
      debitTiers: [{ from: '0', rate: '0.1', to: '9' }],
      dayCount: 'ACT/366',
      dormancyDays: 0,
      fees: [
        { code: 'A', amount: '0', frequency: 'monthly' },
        { code: 'A', amount: '1', frequency: 'weekly' },
      ],
      withholdingTaxRate: '1.5',
      eligibility: [{ attribute: 'age' }, { attribute: 'age', min: 'eighteen' }],
    }
    const { taxGlCode: _, ...mapping } = glMapping
    const answer = await draft('LIFE', {
      parameters: { ...wrong, glMapping: mapping },
      effectiveFrom: '2026-02-30',
    })
    expect(codeOf(answer)).toBe('400 malformed_request')
    expect(faultsOf(answer)).toEqual([
      '/effectiveFrom date_malformed',
      '/parameters/glMapping/taxGlCode required',
      '/parameters/overdraftLimit amount_not_a_string',
      '/parameters/creditTiers/0/from wrong_type',
      '/parameters/creditTiers/0/rate amount_malformed',
      '/parameters/creditTiers/1/from wrong_type',
      '/parameters/creditTiers/1/rate amount_malformed',
      '/parameters/debitTiers/0/to unknown_field',
      '/parameters/dayCount wrong_type',
      '/parameters/fees/0/amount amount_zero',
      '/parameters/fees/1/code wrong_type',
      '/parameters/fees/1/frequency wrong_type',
      '/parameters/eligibility/0/equals required',
      '/parameters/eligibility/1/min wrong_type',
      '/parameters/minimumBalance amount_too_many_decimals',
      '/parameters/dormancyDays wrong_type',
      '/parameters/withholdingTaxRate amount_malformed',
    ])
    expect(faultsOf(await draft('LIFE', { parameters: { ...parameters, currency: 'XXY' } }))).toEqual([
      '/parameters/currency currency_unknown',
    ])
    expect(faultsOf(await draft('LIFE', { parameters: undefined, colour: 'red' }))).toEqual([
      '/colour unknown_field',
      '/parameters required',
    ])
  })
})

describe('GET /v1/products', () => {
  test('lists the catalogue by code, in pages', async () => {
    const first = (await bank().get('/v1/products?limit=2')).body
    expect(first.data).toHaveLength(2)
    const second = (await bank().get(`/v1/products?limit=2&cursor=${first.nextCursor}`)).body
    const codes = [...first.data, ...second.data].map(({ productCode }) => productCode)
    expect(codes).toEqual([...new Set(codes)].sort())
    expect((await bank().get('/v1/products', { tenant: 'beta' })).body).toEqual({
      data: [],
      nextCursor: null,
    })
  })
})

describe('an account of a product', () => {
  const open = (body: object) => bank().post('/v1/accounts', { name: 'Zoe', ...body }, { as: 'payments' })

  test('takes GL account, currency and limit from the version in force, and keeps its terms', async () => {
    await launch(bank(), 'TERMS')
    const opened = await open({ accountId: 'zoe', productCode: 'TERMS', eligibility: { residence: 'DE' } })
    expect([opened.status, opened.body]).toMatchObject([
      201,
      { glCode: '2100', currency: 'EUR', overdraftLimit: '500.00', productCode: 'TERMS', productVersion: 1 },
    ])
    expect((await bank().get('/v1/accounts/zoe')).body).toEqual(opened.body)
    expect((await bank().get('/v1/accounts?productCode=TERMS')).body.data).toEqual([opened.body])
    const { body } = await bank().get('/v1/accounts/zoe/terms', { as: 'auditor' })
    const [version] = (await bank().get('/v1/products/TERMS')).body.versions
    expect(body.data).toEqual([
      {
        ...{ accountId: 'zoe', snapshotNo: 1, productCode: 'TERMS', version: 1, effectiveFrom },
        productVersionId: version.productVersionId,
        parameters: version.parameters,
        checksum: version.checksum,
        eligibility: { residence: 'DE' },
        eligibilityChecksum: expect.stringMatching(/^[0-9a-f]{64}$/),
        capturedAt: expect.stringMatching(/Z$/),
      },
    ])
    expect((await bank().get('/v1/accounts/alice/terms')).body).toEqual({ data: [] })
    expect(codeOf(await bank().get('/v1/accounts/nobody/terms'))).toBe('404 not_found')
  })

  test('that was proposed gets the terms of the day on which it is approved', async () => {
    await launch(bank(), 'LATER')
    const command = { type: 'open_account', accountId: 'late', name: 'Late', productCode: 'LATER' }
    const eligibility = { residence: 'AT' }
    const proposed = await bank().post('/v1/proposals', { command: { ...command, eligibility }, reason: 'x' })
    expect(proposed.status).toBe(201)
    await draft('LATER', { parameters: { ...parameters, overdraftLimit: '9' } })
    await step('LATER', 2, 'submit')
    await step('LATER', 2, 'approve', {}, approver)
    const { proposalId } = proposed.body
    const { body } = await bank().post(`/v1/proposals/${proposalId}/approve`, {}, approver)
    expect(body.result).toMatchObject({ status: 201, body: { overdraftLimit: '9.00', productVersion: 2 } })
  })

  test('hears what does not fit, and never what its customer is', async () => {
    await launch(bank(), 'FIT')
    const eligible = { productCode: 'FIT', eligibility: { residence: 'DE' } }
    const refused = await open({ productCode: 'FIT', eligibility: { residence: 'Atlantis' } })
    expect(refused.body).toMatchObject({
      code: 'condition_failed',
      condition: 'eligibility',
      attribute: 'residence',
    })
    expect(refused.text).not.toContain('Atlantis')
    for (const [term, wrong] of Object.entries({ currency: 'USD', glCode: '1000', overdraftLimit: '0' })) {
      const { body } = await open({
        ...eligible,
        ...(term === 'overdraftLimit' && { currency: 'EUR' }),
        [term]: wrong,
      })
      expect([term, body.code, body.condition]).toEqual([term, 'condition_failed', term])
    }
    expect(codeOf(await open({ ...eligible, currency: 'EUR', overdraftLimit: '500' }))).toBe('201')
  })

  test('of a code that the catalogue does not know is labelled with it, as ever, and says the rest itself', async () => {
    const whole = { glCode: '2100', currency: 'EUR', productCode: 'LABEL' }
    const labelled = await open(whole)
    expect([labelled.status, labelled.body.productCode, labelled.body.productVersion]).toEqual([
      201,
      'LABEL',
      undefined,
    ])
    expect(codeOf(await open({ ...whole, eligibility: { residence: 'DE' } }))).toBe('422 product_not_found')
    expect(codeOf(await open({ productCode: 'LABEL' }))).toBe('422 product_not_found')
    expect(faultsOf(await open({ eligibility: {} }))).toEqual([
      '/eligibility unknown_field',
      '/glCode required',
      '/currency required',
    ])
    expect(faultsOf(await open({ productCode: 'LABEL', overdraftLimit: '1' }))).toEqual([
      '/currency required',
    ])
  })
})

describe('POST /v1/products/{productCode}/simulate', () => {
  const simulate = (body: object, code = 'SIM', options: Options = { as: 'payments' }) =>
    bank().post(`/v1/products/${code}/simulate`, body, options)

  test('answers what an account would earn and pay, by period and by day', async () => {
    await launch(bank(), 'SIM', { parameters: { ...parameters, withholdingTaxRate: '0.25' } })
    const answer = await simulate({
      ...{ from: '2027-01-01', to: '2027-02-02', days: true },
      balances: [
        { from: '2027-01-01', balance: '2000' },
        { from: '2027-02-01', balance: '-100.00' },
      ],
    })
    expect(answer.status).toBe(200)
    // January: 31 days of (1000 × 1 % + 1000 × 2 %) / 365 = 2.5479…; February: two days of 100 × 10 % / 365.
    expect(answer.body).toMatchObject({
      ...{ productCode: 'SIM', version: 1, currency: 'EUR', compounding: false },
      totals: { credit: '2.55', tax: '0.64', debit: '0.00', creditExact: '2.547945205479452055' },
      periods: [
        {
          ...{ from: '2027-01-01', to: '2027-01-31', valueDate: '2027-02-01' },
          capitalised: { credit: '2.55', tax: '0.64', debit: '0.00' },
          remaining: { credit: { exact: '-0.002054794520547945', rounded: '0.00' } },
        },
        {
          ...{ from: '2027-02-01', to: '2027-02-02', capitalised: null },
          remaining: { debit: { exact: '0.054794520547945205', rounded: '0.05' } },
        },
      ],
    })
    expect(answer.body.days).toHaveLength(33)
    expect(answer.body.days[0]).toEqual({
      ...{ date: '2027-01-01', balance: '2000.00', dayFraction: '1/365' },
      credit: { exact: '0.082191780821917808', posted: '0.08' },
      debit: { exact: '0', posted: '0.00' },
    })
    expect((await simulate({ from: '2027-01-01', to: '2027-01-02', balances: [] })).body.days).toBeUndefined()
  })

  test('takes any version, and says which one it took', async () => {
    await draft('SIM', { parameters: { ...parameters, creditTiers: [{ from: '0', rate: '0.365' }] } })
    const asked = {
      from: '2027-01-01',
      to: '2027-01-01',
      balances: [{ from: '2026-01-01', balance: '1000' }],
    }
    expect((await simulate({ ...asked, version: 2 })).body).toMatchObject({
      version: 2,
      totals: { creditExact: '1' },
    })
    expect(codeOf(await simulate({ ...asked, version: 3 }))).toBe('404 not_found')
    expect(codeOf(await simulate(asked, 'NOWHERE'))).toBe('404 not_found')
    expect(codeOf(await simulate(asked, 'EMPTY'))).toBe('404 not_found')
  })

  test('is bounded, and refuses what cannot be', async () => {
    const balances = [
      { from: '2027-01-02', balance: '1' },
      { from: '2027-01-02', balance: '2' },
      { from: '2027-01-01', balance: 3 },
    ]
    expect(faultsOf(await simulate({ from: '2027-01-01', to: '2026-12-31', balances }))).toEqual([
      '/to wrong_type',
      '/balances/1/from wrong_type',
      '/balances/2/from wrong_type',
      '/balances/2/balance amount_not_a_string',
    ])
    expect(faultsOf(await simulate({ from: '2027-01-01', to: '2047-01-02', balances: [] }))).toEqual([
      '/to too_long',
    ])
    expect(codeOf(await simulate({ from: '2027-01-01', to: '2046-12-31', balances: [] }))).toBe('200')
    const odd = [
      { from: '2027-01-01', balance: '1.001' },
      { from: '2027-01-02', balance: '--1' },
    ]
    expect(faultsOf(await simulate({ from: '2027-01-01', to: '2027-01-02', balances: odd }))).toEqual([
      '/balances/0/balance amount_too_many_decimals',
      '/balances/1/balance amount_malformed',
    ])
  })
})
