import { beforeAll, describe, expect, test } from 'vitest'
import {
  type Answer,
  type CallOptions,
  newKey,
  openCustomers,
  transfer,
  useHttpBank,
} from './support/http-bank.js'

const bank = useHttpBank()
beforeAll(async () => {
  await openCustomers(bank())
  await openCustomers(bank(), 'beta')
})

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/
const instant = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/
const nowhere = '01999999-89ab-7def-8123-456789abcdef'
const inMs = (ms: number): string => new Date(Date.now() + ms).toISOString()

const request = (change: object = {}) => ({ accountId: 'alice', amount: '1.00', currency: 'EUR', ...change })
const place = (change: object = {}, options: CallOptions = {}): Promise<Answer> =>
  bank().post('/v1/holds', request(change), options)
const placed = async (change: object = {}, options: CallOptions = {}): Promise<string> => {
  const { status, body } = await place(change, options)
  expect(status).toBe(201)
  return body.holdId
}
const captureOf = (amount: string, change: object = {}) => ({
  ...transfer({ from: 'alice', to: 'cash', amount }),
  amount,
  ...change,
})
const capture = (
  holdId: string,
  amount: string,
  { change = {}, options = {} }: { change?: object; options?: CallOptions } = {},
): Promise<Answer> => bank().post(`/v1/holds/${holdId}/captures`, captureOf(amount, change), options)
const release = (holdId: string, options: CallOptions = {}): Promise<Answer> =>
  bank().post(`/v1/holds/${holdId}/release`, {}, options)
const extend = (holdId: string, expiresAt: string | null, options: CallOptions = {}): Promise<Answer> =>
  bank().post(`/v1/holds/${holdId}/extend`, { expiresAt }, options)
const shown = async (holdId: string) => (await bank().get(`/v1/holds/${holdId}`)).body
const balance = async (): Promise<Record<string, string>> =>
  (await bank().get('/v1/accounts/alice/balance')).body
const faults = ({ body }: Answer): string[] =>
  body.errors.map(({ pointer, code }: { pointer: string; code: string }) => `${pointer} ${code}`)
const said = ({ status, body }: Answer): unknown[] => [status, body.code]

describe('POST /v1/holds', () => {
  test('answers 201 with the hold, and what is available falls while what is posted stays', async () => {
    const before = await balance()
    const expiresAt = inMs(3_600_000)
    const answer = await place({ amount: '60.5', expiresAt, reference: 'card-1' })
    expect(answer.status).toBe(201)
    expect(answer.headers.get('content-type')).toBe('application/json')
    expect(answer.body).toEqual({
      holdId: expect.stringMatching(uuid),
      accountId: 'alice',
      status: 'active',
      amount: '60.50',
      captured: '0.00',
      remaining: '60.50',
      currency: 'EUR',
      expiresAt,
      reference: 'card-1',
      placedAt: expect.stringMatching(instant),
    })
    const after = await balance()
    expect(after.posted).toBe(before.posted)
    expect(Number(after.held) - Number(before.held)).toBeCloseTo(60.5)
    expect(Number(before.available) - Number(after.available)).toBeCloseTo(60.5)
    expect((await bank().get(`/v1/holds/${answer.body.holdId}`)).text).toBe(answer.text)
    await release(answer.body.holdId)
  })

  test('without an end never expires, and says so with null', async () => {
    const { body } = await place()
    expect(body.expiresAt).toBeNull()
    expect(body).not.toHaveProperty('reference')
  })

  test('keeps an end to the millisecond', async () => {
    const { body } = await place({ expiresAt: '2999-12-31T23:59:59.1239999Z' })
    expect(body.expiresAt).toBe('2999-12-31T23:59:59.123Z')
    expect((await shown(body.holdId)).expiresAt).toBe('2999-12-31T23:59:59.123Z')
  })

  test.each<[what: string, change: object, expected: string[]]>([
    ['an amount that is a number', { amount: 1 }, ['/amount amount_not_a_string']],
    ['no amount', { amount: undefined }, ['/amount required']],
    ['an amount of zero', { amount: '0.00' }, ['/amount amount_zero']],
    ['a negative amount', { amount: '-1.00' }, ['/amount amount_malformed']],
    ['too many decimals', { amount: '1.001' }, ['/amount amount_too_many_decimals']],
    ['decimals of a yen', { amount: '1.0', currency: 'JPY' }, ['/amount amount_too_many_decimals']],
    ['too many digits', { amount: '1'.repeat(27) }, ['/amount amount_too_large']],
    ['a currency nobody knows', { currency: 'XYZ' }, ['/currency currency_unknown']],
    ['a currency that is a number', { currency: 978 }, ['/currency wrong_type']],
    ['no currency', { currency: undefined }, ['/currency required']],
    ['no account', { accountId: undefined }, ['/accountId required']],
    ['an account id with a space', { accountId: 'a b' }, ['/accountId id_malformed']],
    ['an end that is a date', { expiresAt: '2999-01-01' }, ['/expiresAt date_malformed']],
    ['an end on no day', { expiresAt: '2999-02-30T00:00:00Z' }, ['/expiresAt date_malformed']],
    ['an end without a zone', { expiresAt: '2999-01-01T00:00:00' }, ['/expiresAt date_malformed']],
    ['an end in another zone', { expiresAt: '2999-01-01T00:00:00+01:00' }, ['/expiresAt date_malformed']],
    ['an end that is a number', { expiresAt: 32_472_144_000 }, ['/expiresAt date_malformed']],
    ['an end of null', { expiresAt: null }, ['/expiresAt date_malformed']],
    ['a long reference', { reference: 'x'.repeat(65) }, ['/reference too_long']],
    ['an unknown field', { remaining: '1.00' }, ['/remaining unknown_field']],
    [
      'several faults, all of them',
      { accountId: '!', amount: '0', expiresAt: 'soon' },
      ['/accountId id_malformed', '/amount amount_zero', '/expiresAt date_malformed'],
    ],
  ])('with %s is malformed and not recorded', async (_, change, expected) => {
    const key = newKey()
    const answer = await place(change, { key })
    expect(said(answer)).toEqual([400, 'malformed_request'])
    expect(faults(answer)).toEqual(expected)
    expect((await bank().get(`/v1/commands/${key}`)).status).toBe(404)
  })

  test.each<[code: string, change: object]>([
    ['account_not_found', { accountId: 'nobody' }],
    ['currency_mismatch', { currency: 'USD' }],
    ['hold_expired', { expiresAt: '2001-01-01T00:00:00Z' }],
    ['insufficient_funds', { amount: '1000000.00' }],
  ])('is rejected with %s, which is recorded', async (code, change) => {
    const key = newKey()
    const answer = await place(change, { key })
    expect(said(answer)).toEqual([422, code])
    const recorded = await bank().get(`/v1/commands/${key}`)
    expect(recorded.body).toMatchObject({ type: 'place_hold', status: 422, body: { code } })
    if (code === 'insufficient_funds') expect(answer.body).toMatchObject({ required: '1000000.00' })
  })
})

describe('GET /v1/holds/{holdId}', () => {
  test.each(['nothing', nowhere, nowhere.toUpperCase(), `${nowhere}0`])(
    'of %s answers 404',
    async (holdId) => {
      expect(said(await bank().get(`/v1/holds/${holdId}`))).toEqual([404, 'not_found'])
    },
  )

  test('of another tenant answers as of a hold that does not exist', async () => {
    const holdId = await placed()
    const headers = { 'x-correlation-id': 'the-same' }
    const theirs = await bank().get(`/v1/holds/${holdId}`, { tenant: 'beta', headers })
    const nobodys = await bank().get(`/v1/holds/${nowhere}`, { tenant: 'beta', headers })
    expect([theirs.status, theirs.text]).toEqual([404, nobodys.text])
  })

  test('takes no query', async () => {
    expect(faults(await bank().get(`/v1/holds/${await placed()}?status=active`))).toEqual([
      '/status unknown_field',
    ])
  })
})

describe('POST /v1/holds/{holdId}/captures', () => {
  test('answers 201 with an entry that names the hold, and the hold is captured', async () => {
    const holdId = await placed({ amount: '20.00' })
    const before = await balance()
    const answer = await capture(holdId, '20.00', { change: { transactionCode: 'CARD', reference: 'c-1' } })
    expect(answer.status).toBe(201)
    expect(answer.body).toMatchObject({
      journalEntryId: expect.stringMatching(uuid),
      status: 'posted',
      kind: 'capture',
      holdId,
      transactionCode: 'CARD',
      reference: 'c-1',
      lines: [
        { accountId: 'alice', side: 'debit', amount: '20.00' },
        { accountId: 'cash', side: 'credit', amount: '20.00' },
      ],
    })
    const read = await bank().get(`/v1/journal-entries/${answer.body.journalEntryId}`)
    expect(read.text).toBe(answer.text)
    expect(await shown(holdId)).toMatchObject({ status: 'captured', captured: '20.00', remaining: '0.00' })
    expect((await balance()).available).toBe(before.available)
    const { body } = await bank().get('/v1/journal-entries?kind=capture&order=desc&limit=1')
    expect(body.data).toEqual([answer.body])
  })

  test('takes parts until one is final', async () => {
    const holdId = await placed({ amount: '30.00' })
    expect((await capture(holdId, '10.00', { change: { final: false } })).status).toBe(201)
    expect(await shown(holdId)).toMatchObject({ status: 'active', captured: '10.00', remaining: '20.00' })
    expect((await capture(holdId, '5.00')).status).toBe(201)
    expect(await shown(holdId)).toMatchObject({ status: 'captured', captured: '15.00', remaining: '0.00' })
  })

  test.each<[what: string, change: object, expected: string[]]>([
    ['an amount that is a number', { amount: 1 }, ['/amount amount_not_a_string']],
    ['an amount of zero', { amount: '0.00' }, ['/amount amount_zero']],
    ['an amount with a comma', { amount: '1,00' }, ['/amount amount_malformed']],
    [
      'more decimals than any currency has',
      { amount: `1.${'1'.repeat(19)}` },
      ['/amount amount_too_many_decimals'],
    ],
    ['no amount', { amount: undefined }, ['/amount required']],
    ['a text for final', { final: 'no' }, ['/final wrong_type']],
    ['no lines', { lines: undefined }, ['/lines required']],
    [
      'an amount of a line that is a number',
      {
        lines: [
          { accountId: 'alice', side: 'debit', amount: 1, currency: 'EUR' },
          { accountId: 'cash', side: 'credit', amount: '1.00', currency: 'EUR' },
        ],
      },
      ['/lines/0/amount amount_not_a_string'],
    ],
    ['a currency', { currency: 'EUR' }, ['/currency unknown_field']],
    ['the hold in the body', { holdId: nowhere }, ['/holdId unknown_field']],
  ])('with %s is malformed', async (_, change, expected) => {
    const answer = await capture(nowhere, '1.00', { change })
    expect(said(answer)).toEqual([400, 'malformed_request'])
    expect(faults(answer)).toEqual(expected)
  })

  test('that does not balance is refused and not recorded', async () => {
    const key = newKey()
    const lines = [
      transfer({ from: 'alice', to: 'cash' }).lines[0],
      transfer({ from: 'alice', to: 'cash' }).lines[0],
    ]
    const answer = await capture(await placed(), '2.00', { change: { lines }, options: { key } })
    expect(said(answer)).toEqual([422, 'entry_unbalanced'])
    expect((await bank().get(`/v1/commands/${key}`)).status).toBe(404)
  })

  test('is rejected with 422 and the code of what stands against it', async () => {
    const holdId = await placed({ amount: '10.00' })
    expect(said(await capture(nowhere, '1.00'))).toEqual([422, 'hold_not_found'])
    expect(said(await capture(holdId, '10.01'))).toEqual([422, 'hold_amount_exceeded'])
    const { lines } = transfer({ from: 'bob', to: 'cash' })
    expect(said(await capture(holdId, '1.00', { change: { lines } }))).toEqual([422, 'hold_account_mismatch'])
    const unknown = { change: { lines: transfer({ from: 'nobody', to: 'cash' }).lines } }
    expect(said(await capture(nowhere, '1.00', unknown))).toEqual([422, 'account_not_found'])
    expect((await capture(holdId, '10.00')).status).toBe(201)
    const late = await capture(holdId, '1.00')
    expect(said(late)).toEqual([422, 'hold_captured'])
    expect(late.headers.get('content-type')).toBe('application/problem+json')
    expect(late.body).toMatchObject({ holdId, status: 422 })
    expect(said(await release(holdId))).toEqual([422, 'hold_captured'])
    expect(said(await extend(holdId, null))).toEqual([422, 'hold_captured'])
  })

  test('rehearsed answers as it would and changes nothing', async () => {
    const [holdId, key] = [await placed({ amount: '10.00' }), newKey()]
    const before = await balance()
    const options = { key, headers: { 'plinth-dry-run': 'true' } }
    const rehearsed = await capture(holdId, '10.00', { options })
    expect(rehearsed.status).toBe(201)
    expect(rehearsed.body).toMatchObject({ kind: 'capture', holdId })
    expect(rehearsed.headers.get('plinth-dry-run')).toBe('true')
    expect(await shown(holdId)).toMatchObject({ status: 'active', remaining: '10.00' })
    expect(await balance()).toEqual(before)
    expect((await bank().get(`/v1/commands/${key}`)).status).toBe(404)
    const refused = await capture(holdId, '10.01', { options })
    expect(said(refused)).toEqual([422, 'hold_amount_exceeded'])
    expect(
      (await capture(holdId, '10.00', { options: { key } })).headers.get('idempotency-replayed'),
    ).toBeNull()
  })
})

describe('POST /v1/holds/{holdId}/release and /extend', () => {
  test('releasing answers 200 with the hold as it leaves it', async () => {
    const holdId = await placed({ amount: '10.00' })
    await capture(holdId, '4.00', { change: { final: false } })
    const answer = await release(holdId)
    expect(answer.status).toBe(200)
    expect(answer.body).toMatchObject({ holdId, status: 'released', captured: '4.00', remaining: '0.00' })
    expect(await shown(holdId)).toEqual(answer.body)
    expect(said(await release(holdId))).toEqual([422, 'hold_released'])
    expect(said(await capture(holdId, '1.00'))).toEqual([422, 'hold_released'])
    expect(said(await release(nowhere))).toEqual([422, 'hold_not_found'])
  })

  test('extending answers 200 with another end, and null is never', async () => {
    const holdId = await placed({ expiresAt: inMs(60_000) })
    const expiresAt = inMs(120_000)
    const answer = await extend(holdId, expiresAt)
    expect([answer.status, answer.body.expiresAt]).toEqual([200, expiresAt])
    expect((await extend(holdId, null)).body.expiresAt).toBeNull()
    expect((await shown(holdId)).expiresAt).toBeNull()
    expect(said(await extend(holdId, '2001-01-01T00:00:00Z'))).toEqual([422, 'hold_expired'])
    expect(said(await extend(nowhere, null))).toEqual([422, 'hold_not_found'])
  })

  test.each<[path: string, body: object, expected: string[]]>([
    ['extend', {}, ['/expiresAt required']],
    ['extend', { expiresAt: 'never' }, ['/expiresAt date_malformed']],
    ['extend', { expiresAt: '2999-01-01T00:00:00+00:00' }, ['/expiresAt date_malformed']],
    ['extend', { expiresAt: null, amount: '1.00' }, ['/amount unknown_field']],
    ['release', { amount: '1.00' }, ['/amount unknown_field']],
  ])('%s of %j is malformed', async (path, body, expected) => {
    const answer = await bank().post(`/v1/holds/${nowhere}/${path}`, body)
    expect(said(answer)).toEqual([400, 'malformed_request'])
    expect(faults(answer)).toEqual(expected)
  })

  test.each([
    ['captures', captureOf('1.00')],
    ['release', {}],
    ['extend', { expiresAt: null }],
  ])('%s of an id that is none is malformed', async (path, body) => {
    expect(faults(await bank().post(`/v1/holds/nothing/${path}`, body))).toEqual(['/holdId id_malformed'])
  })

  test('of another tenant’s hold answers as of one that does not exist', async () => {
    const holdId = await placed()
    const headers = { 'x-correlation-id': 'the-same' }
    const questions: [string, object][] = [
      ['captures', captureOf('1.00')],
      ['release', {}],
      ['extend', { expiresAt: null }],
    ]
    for (const [path, body] of questions) {
      const ask = (id: string) => bank().post(`/v1/holds/${id}/${path}`, body, { tenant: 'beta', headers })
      const [theirs, nobodys] = [await ask(holdId), await ask(nowhere)]
      expect(said(theirs)).toEqual([422, 'hold_not_found'])
      expect(theirs.text.replaceAll(holdId, nowhere)).toBe(nobodys.text)
    }
    expect(await shown(holdId)).toMatchObject({ status: 'active', expiresAt: null })
  })
})

describe('a key', () => {
  const commands: [type: string, status: number, path: (id: string) => string, body: object][] = [
    ['place_hold', 201, () => '/v1/holds', request()],
    ['capture_hold', 201, (id) => `/v1/holds/${id}/captures`, captureOf('1.50', { final: false })],
    ['extend_hold', 200, (id) => `/v1/holds/${id}/extend`, { expiresAt: '2999-01-01T00:00:00Z' }],
    ['release_hold', 200, (id) => `/v1/holds/${id}/release`, {}],
  ]
  test.each(commands)(
    'of %s is replayed with the same bytes and found again',
    async (type, status, path, body) => {
      const [holdId, key] = [await placed({ amount: '5.00' }), newKey()]
      const first = await bank().post(path(holdId), body, { key })
      const again = await bank().post(path(holdId), body, { key })
      expect([first.status, first.headers.get('idempotency-replayed')]).toEqual([status, null])
      expect([again.status, again.text]).toEqual([status, first.text])
      expect(again.headers.get('idempotency-replayed')).toBe('true')
      const recorded = await bank().get(`/v1/commands/${key}`)
      expect(recorded.body).toMatchObject({ idempotencyKey: key, type, status, body: first.body })
    },
  )

  test('of a hold answers with the hold as it was then, whatever became of it', async () => {
    const key = newKey()
    const first = await place({}, { key })
    await release(first.body.holdId)
    expect((await place({}, { key })).text).toBe(first.text)
  })

  test('knows one capture in any spelling, by any way, and tells another one apart', async () => {
    const [holdId, key] = [await placed({ amount: '5.00' }), newKey()]
    const first = await capture(holdId, '1.50', { options: { key } })
    const short = await capture(holdId, '1.5', { change: { final: true }, options: { key } })
    expect(short.text).toBe(first.text)
    const command = { holdId, ...captureOf('1.5'), idempotencyKey: key, type: 'capture_hold' }
    const batch = await bank().post('/v1/batches', { atomicity: 'independent', commands: [command] })
    expect(batch.body.results).toEqual([{ status: 201, replayed: true, body: first.body }])
    const reused = async (answer: Promise<Answer>) => {
      const { body } = await answer
      return [body.code, body.firstDifference]
    }
    const of = (change: object) => capture(holdId, '1.50', { change, options: { key } })
    expect(await reused(of({ final: false }))).toEqual(['idempotency_key_reused', '/final'])
    expect(await reused(of({ amount: '1.51' }))).toEqual(['idempotency_key_reused', '/amount'])
    expect(await reused(capture(nowhere, '1.50', { options: { key } }))).toEqual([
      'idempotency_key_reused',
      '/holdId',
    ])
    expect(await reused(release(holdId, { key }))).toEqual(['idempotency_key_reused', '/amount'])
  })

  test('is asked for', async () => {
    for (const [, , path, body] of commands)
      expect(said(await bank().post(path(nowhere), body, { key: undefined }))).toEqual([
        400,
        'idempotency_key_missing',
      ])
  })
})

describe('in a batch', () => {
  const send = async (commands: object[], atomicity = 'independent') => {
    const keyed = commands.map((command) => ({ idempotencyKey: newKey(), ...command }))
    const { status, body } = await bank().post('/v1/batches', { atomicity, commands: keyed })
    expect(status).toBe(200)
    return body.results as { status: number; body: Record<string, unknown> }[]
  }

  test('each is answered as the single call would, and later ones see what earlier ones did', async () => {
    const [first, second] = [await placed({ amount: '10.00' }), await placed({ amount: '10.00' })]
    const results = await send([
      { type: 'place_hold', ...request({ amount: '3.00' }) },
      { type: 'extend_hold', holdId: first, expiresAt: null },
      { type: 'capture_hold', holdId: first, ...captureOf('4.00', { final: false }) },
      { type: 'capture_hold', holdId: first, ...captureOf('7.00') },
      { type: 'release_hold', holdId: first },
      { type: 'release_hold', holdId: nowhere },
      { type: 'capture_hold', holdId: second, ...captureOf('1.00', { amount: 1 }) },
      { type: 'place_hold', ...request({ amount: '0' }) },
      { type: 'release_hold', holdId: 'none' },
      { type: 'expire_hold', holdId: second },
    ])
    expect(results.map(({ status, body }) => [status, body.code ?? body.status])).toEqual([
      [201, 'active'],
      [200, 'active'],
      [201, 'posted'],
      [422, 'hold_amount_exceeded'],
      [200, 'released'],
      [422, 'hold_not_found'],
      [400, 'malformed_request'],
      [400, 'malformed_request'],
      [400, 'malformed_request'],
      [400, 'malformed_request'],
    ])
    expect(results[2]?.body).toMatchObject({ kind: 'capture', holdId: first })
    expect(await shown(first)).toEqual(results[4]?.body)
    expect(results[8]?.body.errors).toMatchObject([{ pointer: '/holdId', code: 'id_malformed' }])
  })

  test('that stands or falls as a whole, a hold does not survive what fails with it', async () => {
    const holdId = await placed({ amount: '10.00' })
    const results = await send(
      [
        { type: 'release_hold', holdId },
        { type: 'post', ...transfer({ from: 'alice', to: 'nobody' }) },
      ],
      'all_or_nothing',
    )
    expect(results.map(({ body }) => body.code)).toEqual(['linked_command_failed', 'account_not_found'])
    expect(await shown(holdId)).toMatchObject({ status: 'active', remaining: '10.00' })
  })
})

test('the audit trail tells of each, by the hold or by the entry that it became', async () => {
  const headers = { 'x-correlation-id': 'audit-of-holds' }
  const holdId = await placed({ amount: '9.00' }, { headers, as: 'payments' })
  const { body } = await capture(holdId, '1.00', { change: { final: false }, options: { headers } })
  await extend(holdId, null, { headers })
  await release(holdId, { headers })
  await release(holdId, { headers })
  const { body: trail } = await bank().get('/v1/audit-events?correlationId=audit-of-holds')
  expect(trail.data).toMatchObject([
    { action: 'place_hold', object: holdId, outcome: 'accepted', client: 'payments' },
    { action: 'capture_hold', object: body.journalEntryId, outcome: 'accepted' },
    { action: 'extend_hold', object: holdId, outcome: 'accepted' },
    { action: 'release_hold', object: holdId, outcome: 'accepted' },
    { action: 'release_hold', outcome: 'rejected', code: 'hold_released' },
  ])
})

test('who may not post may read holds and make none', async () => {
  const holdId = await placed()
  expect(said(await place({}, { as: 'auditor' }))).toEqual([403, 'forbidden'])
  expect((await bank().get(`/v1/holds/${holdId}`, { as: 'auditor' })).status).toBe(200)
})
