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

const nowhere = '01999999-89ab-7def-8123-456789abcdef'

/** An entry that moved an amount from Alice to Bob, as it was answered. */
const moved = async (amount = '10.00', change: object = {}): Promise<Answer> => {
  const answer = await bank().post('/v1/postings', {
    ...transfer({ from: 'alice', to: 'bob', amount }),
    ...{ transactionCode: 'RENT', description: 'rent', reference: 'r-1', valueDate: '2026-11-01' },
    ...change,
  })
  expect(answer.status).toBe(201)
  return answer
}
const movedId = async (amount?: string): Promise<string> => (await moved(amount)).body.journalEntryId
const reverse = (entryId: string, body: object = {}, options: CallOptions = {}): Promise<Answer> =>
  bank().post(`/v1/journal-entries/${entryId}/reversals`, { reason: 'sent twice', ...body }, options)
const part = (amount: unknown, other: unknown = amount) => ({
  lines: [
    { lineNo: 1, amount },
    { lineNo: 2, amount: other },
  ],
})
const reversalsOf = (entryId: string, query = '', options: CallOptions = {}): Promise<Answer> =>
  bank().get(`/v1/journal-entries/${entryId}/reversals${query}`, options)
const recorded = (key: string): Promise<Answer> => bank().get(`/v1/commands/${key}`)
const said = ({ status, body }: Answer): unknown[] => [status, body.code]
const faults = ({ body }: Answer): string[] =>
  body.errors.map(({ pointer, code }: { pointer: string; code: string }) => `${pointer} ${code}`)
const posted = async (): Promise<string> => (await bank().get('/v1/accounts/alice/balance')).body.posted

describe('POST /v1/journal-entries/{id}/reversals', () => {
  test('answers 201 with an entry of today that takes the whole back and says why', async () => {
    const before = await posted()
    const entryId = await movedId()
    const answer = await reverse(entryId)
    expect(answer.status).toBe(201)
    expect(answer.body).toMatchObject({
      status: 'posted',
      kind: 'reversal',
      reverses: entryId,
      reason: 'sent twice',
      transactionCode: 'RENT',
      description: 'rent',
      reference: 'r-1',
      bookingDate: '2026-11-20',
      valueDate: '2026-11-20',
      lines: [
        { lineNo: 1, accountId: 'alice', side: 'credit', amount: '10.00', reversesLineNo: 1 },
        { lineNo: 2, accountId: 'bob', side: 'debit', amount: '10.00', reversesLineNo: 2 },
      ],
    })
    expect(await posted()).toBe(before)
    const read = await bank().get(`/v1/journal-entries/${answer.body.journalEntryId}`)
    expect(read.text).toBe(answer.text)
  })

  test('leaves the answer of the original as it was, wherever it is asked for', async () => {
    const key = newKey()
    const body = transfer({ from: 'alice', to: 'bob', amount: '3.00' })
    const first = await bank().post('/v1/postings', body, { key })
    const entryId = first.body.journalEntryId
    await reverse(entryId, part('1.00'))
    await reverse(entryId, part('2.00'))
    expect((await bank().get(`/v1/journal-entries/${entryId}`)).text).toBe(first.text)
    expect((await bank().post('/v1/postings', body, { key })).text).toBe(first.text)
    expect((await recorded(key)).body.body).toEqual(first.body)
    const { entryNo } = first.body
    const { body: list } = await bank().get(`/v1/journal-entries?entryNoFrom=${entryNo}&entryNoTo=${entryNo}`)
    expect(list.data).toEqual([first.body])
  })

  test('takes parts back, in sum never more than each line was', async () => {
    const entryId = await movedId()
    const first = await reverse(entryId, part('4.0'))
    expect(first.status).toBe(201)
    expect(first.body.lines).toMatchObject([{ amount: '4.00' }, { amount: '4.00' }])
    expect(said(await reverse(entryId))).toEqual([422, 'reversal_exceeds_entry'])
    expect(said(await reverse(entryId, part('6.01')))).toEqual([422, 'reversal_exceeds_entry'])
    expect((await reverse(entryId, part('6.00'))).status).toBe(201)
    expect(said(await reverse(entryId, part('0.01')))).toEqual([422, 'entry_already_reversed'])
  })

  test.each([
    ['original', '2026-11-01'],
    ['2026-11-10', '2026-11-10'],
    [undefined, '2026-11-20'],
  ])('with the value date %s has that of %s', async (valueDate, expected) => {
    const { body } = await reverse(await movedId(), { valueDate })
    expect([body.valueDate, body.bookingDate]).toEqual([expected, '2026-11-20'])
  })

  test('of a part that does not balance is 422 and not recorded, and the key stays free', async () => {
    const [entryId, key] = [await movedId(), newKey()]
    const answer = await reverse(entryId, part('5.00', '4.00'), { key })
    expect(said(answer)).toEqual([422, 'entry_unbalanced'])
    expect(answer.headers.get('content-type')).toBe('application/problem+json')
    expect((await recorded(key)).status).toBe(404)
    expect((await reverse(entryId, part('5.00'), { key })).status).toBe(201)
    const asBatch = {
      atomicity: 'independent',
      commands: [
        {
          type: 'reverse',
          idempotencyKey: newKey(),
          journalEntryId: entryId,
          reason: 'x',
          ...part('2', '1'),
        },
      ],
    }
    const { body } = await bank().post('/v1/batches', asBatch)
    expect(body.results).toMatchObject([{ status: 422, body: { code: 'entry_unbalanced' } }])
    expect((await recorded(asBatch.commands[0]?.idempotencyKey as string)).status).toBe(404)
  })

  test.each<[what: string, body: object, expected: string[]]>([
    ['no reason', { reason: undefined }, ['/reason required']],
    ['an empty reason', { reason: '' }, ['/reason required']],
    ['a long reason', { reason: 'x'.repeat(1001) }, ['/reason too_long']],
    ['a value date that is none', { valueDate: '2026-02-30' }, ['/valueDate date_malformed']],
    ['one line', { lines: part('1.00').lines.slice(1) }, ['/lines too_few_lines']],
    ['an amount that is a number', part(1, '1.00'), ['/lines/0/amount amount_not_a_string']],
    ['an amount of zero', part('0.00'), ['/lines/0/amount amount_zero', '/lines/1/amount amount_zero']],
    [
      'a line number of zero',
      {
        lines: [
          { lineNo: 0, amount: '1.00' },
          { lineNo: 2, amount: '1.00' },
        ],
      },
      ['/lines/0/lineNo wrong_type'],
    ],
    ['an unknown field', { bookingDate: '2026-11-20' }, ['/bookingDate unknown_field']],
    ['the entry in the body', { journalEntryId: nowhere }, ['/journalEntryId unknown_field']],
  ])('with %s is malformed and not recorded', async (_, body, expected) => {
    const key = newKey()
    const answer = await reverse(nowhere, body, { key })
    expect(said(answer)).toEqual([400, 'malformed_request'])
    expect(faults(answer)).toEqual(expected)
    expect((await recorded(key)).status).toBe(404)
  })

  test('of an id that is none is malformed, and of an entry that is not there a rejection', async () => {
    expect(faults(await reverse('nothing'))).toEqual(['/journalEntryId id_malformed'])
    const key = newKey()
    expect(said(await reverse(nowhere, {}, { key }))).toEqual([422, 'entry_not_found'])
    expect((await recorded(key)).body).toMatchObject({ type: 'reverse', status: 422 })
  })

  test('is not reversed itself', async () => {
    const { body } = await reverse(await movedId())
    expect(said(await reverse(body.journalEntryId))).toEqual([422, 'entry_is_a_reversal'])
  })

  test('checks funds as any posting', async () => {
    const entryId = await movedId('20.00')
    const { body } = await bank().get('/v1/accounts/bob/balance')
    const spent = await bank().post(
      '/v1/postings',
      transfer({ from: 'bob', to: 'cash', amount: body.available }),
    )
    expect(spent.status).toBe(201)
    const answer = await reverse(entryId)
    expect(said(answer)).toEqual([422, 'insufficient_funds'])
    expect(answer.body).toMatchObject({ accountId: 'bob', available: '0.00', required: '20.00' })
    await bank().post('/v1/postings', transfer({ from: 'cash', to: 'bob', amount: body.available }))
  })

  test('is replayed with the same bytes by any way, and told apart from another command', async () => {
    const [entryId, key] = [await movedId(), newKey()]
    const first = await reverse(entryId, part('1.50'), { key })
    const again = await reverse(entryId, part('1.5'), { key })
    expect([again.status, again.text]).toEqual([201, first.text])
    expect(again.headers.get('idempotency-replayed')).toBe('true')
    const command = {
      reason: 'sent twice',
      ...part('1.5'),
      journalEntryId: entryId,
      idempotencyKey: key,
      type: 'reverse',
    }
    const { body } = await bank().post('/v1/batches', { atomicity: 'independent', commands: [command] })
    expect(body.results).toEqual([{ status: 201, replayed: true, body: first.body }])
    expect((await recorded(key)).body).toMatchObject({ type: 'reverse', status: 201, body: first.body })
    const other = await reverse(entryId, { ...part('1.5'), reason: 'another' }, { key })
    expect(other.body).toMatchObject({ code: 'idempotency_key_reused', firstDifference: '/reason' })
  })

  test('rehearsed answers as it would and takes nothing back', async () => {
    const [entryId, key] = [await movedId(), newKey()]
    const rehearsed = await reverse(entryId, {}, { key, headers: { 'plinth-dry-run': 'true' } })
    expect([rehearsed.status, rehearsed.body.reverses]).toEqual([201, entryId])
    expect((await recorded(key)).status).toBe(404)
    expect((await reversalsOf(entryId)).body.data).toEqual([])
    expect((await reverse(entryId, {}, { key })).headers.get('idempotency-replayed')).toBeNull()
  })

  test('is audited with its entry, or with why it was rejected', async () => {
    const headers = { 'x-correlation-id': 'audit-of-reversals' }
    const entryId = await movedId()
    const { body } = await reverse(entryId, {}, { headers, as: 'payments' })
    await reverse(entryId, {}, { headers, as: 'payments' })
    const trail = await bank().get('/v1/audit-events?correlationId=audit-of-reversals')
    expect(trail.body.data).toMatchObject([
      { action: 'reverse', object: body.journalEntryId, outcome: 'accepted', client: 'payments' },
      { action: 'reverse', outcome: 'rejected', code: 'entry_already_reversed' },
    ])
  })

  test('is not for those who only read', async () => {
    expect(said(await reverse(await movedId(), {}, { as: 'auditor' }))).toEqual([403, 'forbidden'])
  })
})

describe('in a batch', () => {
  test('reversals see what those before them took back', async () => {
    const journalEntryId = await movedId()
    const commands = ['6.00', '5.00', '4.00'].map((amount) => ({
      ...{ type: 'reverse', idempotencyKey: newKey(), journalEntryId, reason: 'x' },
      ...part(amount),
    }))
    const { body } = await bank().post('/v1/batches', { atomicity: 'independent', commands })
    expect(body.results.map(({ status }: { status: number }) => status)).toEqual([201, 422, 201])
    expect(body.results[1].body.code).toBe('reversal_exceeds_entry')
    expect((await reversalsOf(journalEntryId)).body.data).toEqual([
      body.results[0].body,
      body.results[2].body,
    ])
  })
})

describe('GET /v1/journal-entries/{id}/reversals', () => {
  test('lists what was taken back later, by number and page by page', async () => {
    const entryId = await movedId()
    expect((await reversalsOf(entryId)).body).toEqual({ data: [], nextCursor: null })
    const reversals: object[] = []
    for (const amount of ['1.00', '2.00', '3.00']) reversals.push((await reverse(entryId, part(amount))).body)
    // Of another entry, between them and behind.
    await reverse(await movedId())
    expect((await reversalsOf(entryId)).body).toEqual({ data: reversals, nextCursor: null })
    expect((await reversalsOf(entryId, '?order=desc')).body.data).toEqual(reversals.toReversed())
    const first = (await reversalsOf(entryId, '?limit=2')).body
    expect(first.data).toEqual(reversals.slice(0, 2))
    const second = (await reversalsOf(entryId, `?limit=2&cursor=${first.nextCursor}`)).body
    expect(second).toEqual({ data: reversals.slice(2), nextCursor: null })
    const elsewhere = await reversalsOf(await movedId(), `?limit=2&cursor=${first.nextCursor}`)
    expect(said(elsewhere)).toEqual([400, 'cursor_malformed'])
  })

  test.each(['nothing', nowhere])('of %s answers 404', async (entryId) => {
    expect(said(await reversalsOf(entryId))).toEqual([404, 'not_found'])
  })

  test('takes no filters', async () => {
    expect(faults(await reversalsOf(await movedId(), '?kind=reversal'))).toEqual(['/kind unknown_field'])
  })
})

test('another tenant’s entry answers exactly as one that does not exist', async () => {
  const entryId = await movedId()
  const options = { tenant: 'beta', headers: { 'x-correlation-id': 'the-same' } }
  const asked = (id: string) => Promise.all([reversalsOf(id, '', options), reverse(id, {}, options)])
  const [theirs, nobodys] = [await asked(entryId), await asked(nowhere)]
  expect(theirs.map(({ status }) => status)).toEqual([404, 422])
  expect(theirs.map(({ text }) => text.replaceAll(entryId, nowhere))).toEqual(nobodys.map(({ text }) => text))
  expect((await reverse(entryId)).status).toBe(201)
})

test('entries are found by their kind', async () => {
  const { body: reversal } = await reverse(await movedId())
  const { body: hold } = await bank().post('/v1/holds', {
    accountId: 'alice',
    amount: '1.00',
    currency: 'EUR',
  })
  const capture = { ...transfer({ from: 'alice', to: 'cash' }), amount: '1.00' }
  const { body: captured } = await bank().post(`/v1/holds/${hold.holdId}/captures`, capture)
  const last = async (kind: string) =>
    (await bank().get(`/v1/journal-entries?kind=${kind}&order=desc`)).body.data as { kind: string }[]
  expect((await last('reversal'))[0]).toEqual(reversal)
  expect((await last('capture'))[0]).toEqual(captured)
  for (const kind of ['posting', 'reversal', 'capture'])
    expect(new Set((await last(kind)).map((each) => each.kind))).toEqual(new Set([kind]))
})

test('a capture is reversed as any entry, and its hold stays captured', async () => {
  const { body: hold } = await bank().post('/v1/holds', {
    accountId: 'alice',
    amount: '2.00',
    currency: 'EUR',
  })
  const capture = { ...transfer({ from: 'alice', to: 'cash', amount: '2.00' }), amount: '2.00' }
  const { body: captured } = await bank().post(`/v1/holds/${hold.holdId}/captures`, capture)
  const { status, body } = await reverse(captured.journalEntryId)
  expect([status, body.kind, body.reverses]).toEqual([201, 'reversal', captured.journalEntryId])
  expect(body).not.toHaveProperty('holdId')
  expect((await bank().get(`/v1/holds/${hold.holdId}`)).body).toMatchObject({
    status: 'captured',
    remaining: '0.00',
  })
})
