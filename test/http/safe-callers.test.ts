import { beforeAll, describe, expect, test } from 'vitest'
import { type Answer, newKey, openCustomers, transfer, useHttpBank } from './support/http-bank.js'

const bank = useHttpBank()
beforeAll(() => openCustomers(bank()))

const post = (more: object = {}, options = {}) =>
  bank().post('/v1/postings', { ...transfer({ from: 'alice', to: 'bob', amount: '1.00' }), ...more }, options)
const abandon = (key: string, options = {}) =>
  bank().post(`/v1/commands/${key}/abandon`, undefined, { key: undefined, ...options })
const codeOf = ({ status, body }: Answer): string =>
  body.code === undefined ? `${status}` : `${status} ${body.code}`
const inMs = (ms: number): string => new Date(Date.now() + ms).toISOString()
const balanceOf = async (accountId: string) => (await bank().get(`/v1/accounts/${accountId}/balance`)).body

describe('a condition', () => {
  test('on the version of an account holds once', async () => {
    const { version } = await balanceOf('alice')
    const conditions = [{ accountId: 'alice', version }]
    expect(codeOf(await post({ conditions }))).toBe('201')
    const second = await post({ conditions })
    expect(second.body).toMatchObject({
      code: 'condition_failed',
      accountId: 'alice',
      condition: 'version',
      found: String(version + 1),
    })
  })

  test('on what is available leaves an account what it needs, also one that is not posted to', async () => {
    const { available } = await balanceOf('alice')
    expect(codeOf(await post({ conditions: [{ accountId: 'alice', available: { gte: available } }] }))).toBe(
      '201',
    )
    const failed = await post({ conditions: [{ accountId: 'alice', available: { gte: available } }] })
    expect(failed.body).toMatchObject({ code: 'condition_failed', condition: 'available' })
    const cash = [{ accountId: 'cash', available: { gte: '1000000' } }]
    expect(codeOf(await post({ conditions: cash }))).toBe('201')
  })

  test('holds for a hold too', async () => {
    const { version } = await balanceOf('bob')
    const hold = (of: number) => ({
      accountId: 'bob',
      amount: '0.01',
      currency: 'EUR',
      conditions: [{ accountId: 'bob', version: of }],
    })
    expect(codeOf(await bank().post('/v1/holds', hold(version + 1)))).toBe('422 condition_failed')
    expect(codeOf(await bank().post('/v1/holds', hold(version)))).toBe('201')
  })

  test('on an account that is not there is not found', async () => {
    const conditions = [{ accountId: 'nobody', version: 1 }]
    expect(codeOf(await post({ conditions }))).toBe('422 account_not_found')
  })

  test.each([
    [[{ accountId: 'alice' }], '/conditions/0', 'required'],
    [[{ accountId: 'alice', version: -1 }], '/conditions/0/version', 'wrong_type'],
    [[{ accountId: 'alice', available: {} }], '/conditions/0/available/gte', 'required'],
    [[{ accountId: 'alice', available: { gte: 1 } }], '/conditions/0/available/gte', 'amount_not_a_string'],
    [[{ accountId: 'alice', available: { gte: '-1' } }], '/conditions/0/available/gte', 'amount_malformed'],
    [[{ accountId: 'alice', available: { lte: '1' } }], '/conditions/0/available/gte', 'required'],
  ])('%j is malformed', async (conditions, pointer, code) => {
    const answer = await post({ conditions })
    expect(answer.status).toBe(400)
    expect(answer.body.errors).toContainEqual(expect.objectContaining({ pointer, code }))
  })

  test('is part of what the command is', async () => {
    const key = newKey()
    const { version } = await balanceOf('alice')
    await post({ conditions: [{ accountId: 'alice', version }] }, { key })
    expect(codeOf(await post({ conditions: [{ accountId: 'alice', version: version + 1 }] }, { key }))).toBe(
      '422 idempotency_key_reused',
    )
    const other = newKey()
    await post({}, { key: other })
    // None is none.
    const again = await post({ conditions: [] }, { key: other })
    expect(again.headers.get('idempotency-replayed')).toBe('true')
  })
})

describe('notAfter', () => {
  test('lets pass what comes in time, and refuses what comes later before anything else', async () => {
    expect(codeOf(await post({ notAfter: inMs(60_000) }))).toBe('201')
    const late = { ...transfer({ from: 'nobody', to: 'bob' }), notAfter: inMs(-1) }
    expect(codeOf(await bank().post('/v1/postings', late))).toBe('422 command_expired')
  })

  test('is recorded: later the answer is the same', async () => {
    const key = newKey()
    const notAfter = inMs(1_500)
    const first = await post({ notAfter }, { key })
    expect(first.status).toBe(201)
    await new Promise((resolve) => setTimeout(resolve, 1_600))
    const again = await post({ notAfter }, { key })
    expect([again.text, again.headers.get('idempotency-replayed')]).toEqual([first.text, 'true'])
  })
})

test.each([
  ['holds', { accountId: 'nobody', amount: '1.00', currency: 'EUR' }],
  [
    'holds/01234567-89ab-7def-8123-456789abcdef/captures',
    { ...transfer({ from: 'alice', to: 'bob' }), amount: '1.00' },
  ],
  ['journal-entries/01234567-89ab-7def-8123-456789abcdef/reversals', { reason: 'x' }],
])('what comes too late for %s hears so first', async (path, body) => {
  const late = await bank().post(`/v1/${path}`, { ...body, notAfter: inMs(-1) })
  expect(codeOf(late)).toBe('422 command_expired')
  const conditions = [{ accountId: 'nobody', version: 1 }]
  expect(codeOf(await bank().post(`/v1/${path}`, { ...body, conditions }))).toBe('422 account_not_found')
})

describe('abandoning a key', () => {
  test('that was never used burns it: a delayed copy cannot take effect', async () => {
    const key = newKey()
    const burnt = await abandon(key)
    expect(burnt.status).toBe(200)
    expect(burnt.body).toMatchObject({
      idempotencyKey: key,
      status: 422,
      body: { code: 'command_abandoned' },
    })
    const before = (await balanceOf('alice')).version
    for (const more of [{}, { description: 'another' }])
      expect(codeOf(await post(more, { key }))).toBe('422 command_abandoned')
    expect((await balanceOf('alice')).version).toBe(before)
    expect((await abandon(key)).text).toBe(burnt.text)
  })

  test('that was used answers what it got', async () => {
    const key = newKey()
    const posted = await post({}, { key })
    const abandoned = await abandon(key)
    expect(abandoned.body).toMatchObject({ type: 'post', status: 201, body: posted.body })
    expect((await post({}, { key })).text).toBe(posted.text)
  })

  test('of a rejection answers the rejection', async () => {
    const key = newKey()
    const refused = await post(transfer({ from: 'alice', to: 'nobody' }), { key })
    expect((await abandon(key)).body).toMatchObject({ status: 422, body: { code: refused.body.code } })
  })

  test('while the command is under way: one of the two comes first, and both callers hear the same', async () => {
    for (let round = 0; round < 30; round += 1) {
      const key = newKey()
      const [posted, abandoned] = await Promise.all([post({}, { key }), abandon(key)])
      expect(abandoned.body.status).toBe(posted.status)
      expect(codeOf(posted)).toMatch(/^201$|^422 command_abandoned$/)
    }
  })

  test('needs a key, and the permission to post', async () => {
    expect(codeOf(await abandon('%20'))).toBe('400 idempotency_key_malformed')
    expect(codeOf(await abandon(newKey(), { as: 'auditor' }))).toBe('403 forbidden')
  })
})

describe('an advice', () => {
  const advice = { advice: true, reason: 'a card presentment of last week' }
  const beyond = () => transfer({ from: 'bob', to: 'cash', amount: '1000.00' })

  test('is booked although funds speak against it, and says so in its entry', async () => {
    expect(codeOf(await bank().post('/v1/postings', beyond()))).toBe('422 insufficient_funds')
    const booked = await bank().post('/v1/postings', { ...beyond(), ...advice }, { as: 'operator' })
    expect(booked.status).toBe(201)
    expect(booked.body).toMatchObject({ advice: true, reason: 'a card presentment of last week' })
    expect((await bank().get(`/v1/journal-entries/${booked.body.journalEntryId}`)).text).toBe(booked.text)
    const { available } = await balanceOf('bob')
    expect(available).toMatch(/^-/)
    expect(
      codeOf(await bank().post('/v1/postings', transfer({ from: 'bob', to: 'cash', amount: '0.01' }))),
    ).toBe('422 insufficient_funds')
    expect(
      codeOf(await bank().post('/v1/postings', transfer({ from: 'cash', to: 'bob', amount: '0.01' }))),
    ).toBe('201')
  })

  test('is not for everybody who may post', async () => {
    const answer = await bank().post('/v1/postings', { ...beyond(), ...advice }, { as: 'payments' })
    expect(codeOf(answer)).toBe('403 forbidden')
  })

  test.each([
    ['dormant', { status: 'dormant' }, '201'],
    ['blocked for debits', { status: 'open', blockDebits: true }, '201'],
    ['frozen', { status: 'frozen', blockDebits: false }, '422 account_frozen'],
    ['open', { status: 'open' }, '201'],
  ])('on an account that is %s', async (_, status, expected) => {
    await bank().post('/v1/accounts/bob/status', { ...status, reason: 'a test' })
    expect(codeOf(await bank().post('/v1/postings', { ...beyond(), ...advice }))).toBe(expected)
  })

  test('passes a limit of postings, and neither a currency nor a missing account', async () => {
    await bank().post('/v1/settings', {
      postingLimits: [{ currency: 'EUR', perPosting: '10.00' }],
      reason: 'x',
    })
    expect(codeOf(await bank().post('/v1/postings', beyond()))).toBe('422 limit_exceeded')
    expect(codeOf(await bank().post('/v1/postings', { ...beyond(), ...advice }))).toBe('201')
    const missing = { ...transfer({ from: 'nobody', to: 'cash' }), ...advice }
    expect(codeOf(await bank().post('/v1/postings', missing))).toBe('422 account_not_found')
    await bank().post('/v1/settings', { postingLimits: [], reason: 'x' })
  })

  test('needs its reason, and nothing else has one', async () => {
    expect((await post({ advice: true })).body.errors).toMatchObject([
      { pointer: '/reason', code: 'required' },
    ])
    expect((await post({ reason: 'x' })).body.errors).toMatchObject([
      { pointer: '/reason', code: 'unknown_field' },
    ])
    expect((await post({ advice: false, reason: 'x' })).status).toBe(400)
  })
})

describe('a risk decision', () => {
  const decision = (more: object = {}) => ({
    id: 'risk-1',
    source: 'screening',
    outcome: 'approved',
    decidedAt: inMs(-1_000),
    expiresAt: inMs(60_000),
    checksum: 'sha256:00',
    ...more,
  })
  const asked: [string, (more: object) => Promise<Answer>][] = [
    ['posting', (more) => post(more)],
    [
      'hold',
      (more) => bank().post('/v1/holds', { accountId: 'alice', amount: '0.01', currency: 'EUR', ...more }),
    ],
  ]

  test.each(asked)('is stored with the %s that was made on it, and shown', async (_, ask) => {
    const taken = decision()
    const made = await ask({ decision: taken })
    expect([made.status, made.body.decision]).toEqual([201, taken])
    const { journalEntryId, holdId } = made.body
    const path = holdId === undefined ? `/v1/journal-entries/${journalEntryId}` : `/v1/holds/${holdId}`
    expect((await bank().get(path)).text).toBe(made.text)
  })

  test.each(asked)('that is too old or says no refuses the %s, whatever else is wrong', async (_, ask) => {
    expect(codeOf(await ask({ decision: decision({ expiresAt: inMs(-1) }) }))).toBe('422 decision_expired')
    expect(codeOf(await ask({ decision: decision({ outcome: 'rejected' }) }))).toBe('422 decision_negative')
    const both = decision({ outcome: 'rejected', expiresAt: inMs(-1) })
    expect(codeOf(await ask({ decision: both }))).toBe('422 decision_expired')
    expect(codeOf(await ask({ decision: both, notAfter: inMs(-1) }))).toBe('422 command_expired')
    const nobody = { accountId: 'nobody', lines: transfer({ from: 'nobody', to: 'bob' }).lines }
    const { accountId, lines } = nobody
    const missing = ask === asked[0]?.[1] ? { lines } : { accountId }
    expect(codeOf(await ask({ ...missing, decision: decision({ outcome: 'rejected' }) }))).toBe(
      '422 decision_negative',
    )
  })

  test('that is incomplete is malformed', async () => {
    const answer = await post({ decision: { ...decision(), checksum: undefined, outcome: 'perhaps' } })
    expect(answer.body.errors).toMatchObject([
      { pointer: '/decision/outcome', code: 'wrong_type' },
      { pointer: '/decision/checksum', code: 'required' },
    ])
  })
})
