import { beforeAll, describe, expect, test } from 'vitest'
import { newKey, openCustomers, transfer, useHttpBank } from './support/http-bank.js'

const bank = useHttpBank()
beforeAll(() => openCustomers(bank()))

const post = (change: object = {}, amounts: { from?: string; to?: string; amount?: string } = {}) => ({
  type: 'post',
  idempotencyKey: newKey(),
  ...transfer({ from: 'alice', to: 'bob', ...amounts }),
  ...change,
})
const tooMuch = (change: object = {}) => post(change, { amount: '1000000.00' })
const malformed = (change: object = {}) => post({ lines: [], ...change })

const send = (atomicity: string, commands: unknown[], options = {}) =>
  bank().post('/v1/batches', { atomicity, commands }, { key: undefined, ...options })

/** Status and code of each result. */
const codes = (body: { results: { status: number; body: { code?: string } }[] }) =>
  body.results.map(({ status, body: { code } }) => (code === undefined ? `${status}` : `${status} ${code}`))

describe('an independent batch', () => {
  test('answers each command as the single call would, densely and in order', async () => {
    const opened = {
      type: 'open_account',
      idempotencyKey: newKey(),
      name: 'New',
      glCode: '2000',
      currency: 'EUR',
      accountId: 'new',
    }
    const commands = [
      opened,
      post({}, { to: 'new', amount: '3.00' }),
      tooMuch(),
      malformed(),
      post({ note: 1 }),
      post({
        lines: [
          transfer({ from: 'alice', to: 'bob' }).lines[0],
          transfer({ from: 'alice', to: 'bob' }).lines[0],
        ],
      }),
      { type: 'set_status', idempotencyKey: newKey(), accountId: 'new', status: 'dormant', reason: 'asleep' },
      { type: 'change_terms', idempotencyKey: newKey(), accountId: 'new', overdraftLimit: '10.50' },
      7,
    ]
    const answer = await send('independent', commands)
    expect(answer.status).toBe(200)
    expect(codes(answer.body)).toEqual([
      '201',
      '201',
      '422 insufficient_funds',
      '400 malformed_request',
      '400 malformed_request',
      '422 entry_unbalanced',
      '200',
      '200',
      '400 malformed_request',
    ])
    expect(answer.body.results[1].body.lines[1]).toMatchObject({
      accountId: 'new',
      balanceAfter: '3.00',
      accountVersion: 1,
    })
    expect(answer.body.results[3].body).toMatchObject({
      status: 400,
      errors: [{ pointer: '/lines', code: 'too_few_lines' }],
    })
    expect(answer.body.results[7].body).toMatchObject({ status: 'dormant', overdraftLimit: '10.50' })
    expect(answer.body.summary).toEqual({ succeeded: 4, replayed: 0, rejected: 5 })
    const single = await bank().post('/v1/postings', transfer({ from: 'alice', to: 'new', amount: '3.00' }), {
      key: (commands[1] as { idempotencyKey: string }).idempotencyKey,
    })
    expect(single.headers.get('idempotency-replayed')).toBe('true')
    expect(single.body).toEqual(answer.body.results[1].body)
  })

  test('replays known keys, by their stored outcome', async () => {
    const commands = [post(), tooMuch()]
    const first = await send('independent', commands)
    const again = await send('independent', commands)
    expect(again.body.results.map(({ replayed }: { replayed: boolean }) => replayed)).toEqual([true, true])
    const bodies = (answer: typeof first) =>
      answer.body.results.map(({ status, body }: { status: number; body: object }) => ({ status, body }))
    expect(bodies(again)).toEqual(bodies(first))
    expect(again.body.summary).toEqual({ succeeded: 0, replayed: 2, rejected: 0 })
  })

  test('answers one key twice in it with a replay, and another command under it with a refusal', async () => {
    const one = post()
    const answer = await send('independent', [one, one, { ...one, description: 'other' }])
    expect(codes(answer.body)).toEqual(['201', '201', '422 idempotency_key_reused'])
    expect(answer.body.results[1].replayed).toBe(true)
    expect(answer.body.results[2].body.firstDifference).toBe('/description')
  })

  test('lets commands of one group that follow each other stand or fall together', async () => {
    const answer = await send('independent', [
      post({ group: 'a' }),
      tooMuch({ group: 'a' }),
      post({ group: 'a' }),
      post(),
      post({ group: 'b' }),
      malformed({ group: 'b' }),
      post({ group: 'a' }),
      post({ group: 'c' }),
      post({ group: 'c' }),
    ])
    expect(codes(answer.body)).toEqual([
      '422 linked_command_failed',
      '422 insufficient_funds',
      '422 linked_command_failed',
      '201',
      '422 linked_command_failed',
      '400 malformed_request',
      '201',
      '201',
      '201',
    ])
  })

  test('refuses the commands that the caller may not send, and runs the others', async () => {
    const unlimited = {
      type: 'open_account',
      idempotencyKey: newKey(),
      name: 'x',
      glCode: '1000',
      currency: 'EUR',
      unlimited: true,
    }
    const answer = await send('independent', [post(), unlimited], { as: 'payments' })
    expect(codes(answer.body)).toEqual(['201', '403 forbidden'])
    expect((await bank().get(`/v1/commands/${unlimited.idempotencyKey}`)).status).toBe(404)
  })

  test('may be empty', async () => {
    const answer = await send('independent', [])
    expect(answer.body).toEqual({ results: [], summary: { succeeded: 0, replayed: 0, rejected: 0 } })
  })
})

describe('a batch of all or nothing', () => {
  test('takes effect whole, a later command seeing what an earlier one did', async () => {
    const answer = await send('all_or_nothing', [
      post({}, { amount: '50.00' }),
      post({}, { from: 'bob', to: 'alice', amount: '50.00' }),
    ])
    expect(codes(answer.body)).toEqual(['201', '201'])
    const [first, second] = answer.body.results.map(({ body }: { body: { entryNo: number } }) => body.entryNo)
    expect(second).toBe(first + 1)
  })

  test('fails with its first failure, which alone is recorded', async () => {
    const commands = [post(), tooMuch(), tooMuch(), post()]
    const before = await bank().get('/v1/accounts/alice/balance')
    const answer = await send('all_or_nothing', commands)
    expect(codes(answer.body)).toEqual([
      '422 linked_command_failed',
      '422 insufficient_funds',
      '422 linked_command_failed',
      '422 linked_command_failed',
    ])
    expect(answer.body.summary).toEqual({ succeeded: 0, replayed: 0, rejected: 4 })
    const recorded = await Promise.all(
      commands.map(({ idempotencyKey }) => bank().get(`/v1/commands/${idempotencyKey}`)),
    )
    expect(recorded.map(({ status }) => status)).toEqual([404, 200, 404, 404])
    expect((await bank().get('/v1/accounts/alice/balance')).text).toBe(before.text)
  })

  test('fails where one of its commands is malformed or forbidden', async () => {
    expect(codes((await send('all_or_nothing', [post(), malformed(), post()])).body)).toEqual([
      '422 linked_command_failed',
      '400 malformed_request',
      '422 linked_command_failed',
    ])
    const freeze = {
      type: 'set_status',
      idempotencyKey: newKey(),
      accountId: 'bob',
      status: 'frozen',
      reason: 'x',
    }
    expect(codes((await send('all_or_nothing', [post(), freeze], { as: 'payments' })).body)).toEqual([
      '422 linked_command_failed',
      '403 forbidden',
    ])
  })
})

describe('the envelope of a batch', () => {
  test.each<[what: string, body: unknown, pointer: string, code: string]>([
    ['without atomicity', { commands: [] }, '/atomicity', 'required'],
    ['with another atomicity', { atomicity: 'some', commands: [] }, '/atomicity', 'wrong_type'],
    ['without commands', { atomicity: 'independent' }, '/commands', 'required'],
    ['with commands that are no list', { atomicity: 'independent', commands: {} }, '/commands', 'wrong_type'],
    ['with a field too many', { atomicity: 'independent', commands: [], x: 1 }, '/x', 'unknown_field'],
    [
      'with 10 001 commands',
      { atomicity: 'independent', commands: Array(10_001).fill(0) },
      '/commands',
      'too_long',
    ],
    ['that is a list', [], '', 'wrong_type'],
  ])('%s is refused whole', async (_, body, pointer, code) => {
    const answer = await bank().post('/v1/batches', body, { key: undefined })
    expect([answer.status, answer.body.code]).toEqual([400, 'malformed_request'])
    expect(answer.body.errors).toMatchObject([{ pointer, code }])
  })

  test('that asks for a rehearsal is refused rather than run', async () => {
    const answer = await send('independent', [post()], { headers: { 'plinth-dry-run': 'true' } })
    expect([answer.status, answer.body.code]).toEqual([400, 'malformed_request'])
  })

  test('holds eight mebibytes and no more', async () => {
    const commands = [post({ description: 'x'.repeat(1_000) })]
    const padding = ' '.repeat(8 * 1024 * 1024)
    const fits = await bank().post(
      '/v1/batches',
      JSON.stringify({ atomicity: 'independent', commands }) + padding.slice(2_000),
    )
    expect(codes(fits.body)).toEqual(['201'])
    const exceeds = await bank().post('/v1/batches', `{}${padding}`)
    expect([exceeds.status, exceeds.body.code]).toEqual([413, 'body_too_large'])
  })
})

test('a batch of ten thousand malformed commands is answered one by one', async () => {
  const answer = await send('independent', Array(10_000).fill({}))
  expect(answer.body.summary).toEqual({ succeeded: 0, replayed: 0, rejected: 10_000 })
})

test('a batch of two thousand postings is booked with dense numbers', async () => {
  const answer = await send(
    'independent',
    Array.from({ length: 2_000 }, () => post({}, { amount: '0.01' })),
  )
  expect(answer.body.summary).toEqual({ succeeded: 2_000, replayed: 0, rejected: 0 })
  const numbers = answer.body.results.map(({ body }: { body: { entryNo: number } }) => body.entryNo)
  expect(numbers).toEqual(Array.from({ length: 2_000 }, (_, index) => numbers[0] + index))
})
