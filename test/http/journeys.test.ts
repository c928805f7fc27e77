import type { Statement } from '@plinth/db/sql'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { causedBy, withoutEntry } from '../../packages/audit/src/infrastructure/journey-reader.js'
import {
  type Answer,
  type CallOptions,
  newKey,
  openCustomers,
  transfer,
  useHttpBank,
} from './support/http-bank.js'

const bank = useHttpBank()
let admin: pg.Pool
const now = Date.now()
beforeAll(async () => {
  admin = new pg.Pool({ connectionString: bank().adminUrl, max: 2 })
  await openCustomers(bank())
  await openCustomers(bank(), 'beta')
  const suspense = { accountId: 'suspense', name: 'S', glCode: '2000', currency: 'EUR', unlimited: true }
  expect((await bank().post('/v1/accounts', suspense)).status).toBe(201)
})
afterAll(() => admin.end())

let made = 0
const newJourney = (): string => `journey-${++made}`
const under = (correlationId: string, more: CallOptions & { causation?: string } = {}): CallOptions => {
  const { causation, ...options } = more
  const headers = {
    'x-correlation-id': correlationId,
    ...(causation !== undefined && { 'x-causation-id': causation }),
  }
  return { ...options, headers }
}
const journey = async (correlationId: string, query = ''): Promise<Answer['body']> => {
  const { status, body } = await bank().get(`/v1/journeys/${encodeURIComponent(correlationId)}${query}`, {
    as: 'operator',
  })
  expect([correlationId, status]).toEqual([correlationId, 200])
  return body
}
type Step = { at: string; kind: string; what: string; id: string; correlationId: string; code?: string }
const told = ({ data }: { data: Step[] }): string[] =>
  data.map(({ kind, what, correlationId }) => `${correlationId}: ${kind}: ${what}`)
const hold = (amount: string, options: CallOptions, more: object = {}): Promise<Answer> =>
  bank().post('/v1/holds', { accountId: 'alice', amount, currency: 'EUR', ...more }, options)
const capture = (holdId: string, amount: string, options: CallOptions, more: object = {}): Promise<Answer> =>
  bank().post(
    `/v1/holds/${holdId}/captures`,
    { ...transfer({ from: 'alice', to: 'bob', amount }), amount, ...more },
    options,
  )
const pay = (amount: string, options: CallOptions): Promise<Answer> =>
  bank().post('/v1/postings', transfer({ from: 'alice', to: 'bob', amount }), options)

describe('where a payment stands', () => {
  test('a hold that nobody captured is what a payment waits for, and who captured it is shown when somebody did', async () => {
    const [asked, later] = [newJourney(), newJourney()]
    const expiresAt = new Date(now + 86_400_000).toISOString()
    const { body: held } = await hold('20.00', under(asked, { key: newKey() }), { expiresAt })
    const waiting = await journey(asked)
    expect(waiting.standing).toEqual({
      state: 'open',
      summary: `Not finished: 20.00 EUR of alice are held, until ${expiresAt}.`,
      open: [
        {
          kind: 'hold',
          id: held.holdId,
          since: held.placedAt,
          what: `20.00 EUR of alice are held, until ${expiresAt}`,
        },
      ],
      whole: true,
    })
    expect(told(waiting)).toEqual([
      `${asked}: command: place_hold accepted`,
      `${asked}: hold: hold placed, 20.00 EUR left`,
      expect.stringMatching(new RegExp(`^${asked}: audit_event: key:\\w+: place_hold accepted$`)),
      expect.stringMatching(new RegExp(`^${asked}: event: event \\d+ plinth.hold.placed.v1$`)),
    ])
    expect((await capture(held.holdId, '5.00', under(later), { final: false })).status).toBe(201)
    expect((await journey(asked)).standing.summary).toBe(
      `Not finished: 15.00 EUR of alice are held, until ${expiresAt}.`,
    )
    const last = await capture(held.holdId, '15.00', under(later))
    const done = await journey(asked)
    expect([done.standing.state, done.related]).toEqual(['done', [later]])
    expect(told(done).slice(4)).toEqual([
      expect.stringMatching(new RegExp(`^${later}: entry: entry \\d+ capture TRANSFER 5.00 EUR$`)),
      `${later}: hold: hold captured, 15.00 EUR left`,
      `${later}: entry: entry ${last.body.entryNo} capture TRANSFER 15.00 EUR`,
      `${later}: hold: hold captured, 0.00 EUR left`,
    ])
    // From the other end it is seen as well, with the placing.
    expect(told(await journey(later))[0]).toBe(`${asked}: hold: hold placed, 20.00 EUR left`)
  })

  test('a hold whose time is over while no worker runs is said to be so', async () => {
    const asked = newJourney()
    const expiresAt = new Date(Date.now() + 400).toISOString()
    await hold('1.00', under(asked), { expiresAt })
    await new Promise((resolve) => setTimeout(resolve, 600))
    expect((await journey(asked)).standing.summary).toBe(
      `Not finished: 1.00 EUR of alice are held though that ended at ${expiresAt}: no worker has recorded it.`,
    )
  })

  test('a payment that was rejected is refused with its code, and finished when another try was posted', async () => {
    const asked = newJourney()
    const key = newKey()
    expect((await pay('999999.00', under(asked, { key }))).body.code).toBe('insufficient_funds')
    const refused = await journey(asked)
    expect(refused.standing).toMatchObject({
      state: 'refused',
      summary: 'Refused: post was rejected with insufficient_funds, and nothing came of it.',
      open: [],
    })
    expect(refused.data[0]).toMatchObject({
      kind: 'command',
      id: key,
      outcome: 'rejected',
      code: 'insufficient_funds',
      details: { type: 'post', detail: expect.stringContaining('alice') },
    })
    await pay('1.00', under(asked))
    expect((await journey(asked)).standing).toMatchObject({
      state: 'done',
      summary: 'Finished: 1 posted; 1 refused. Nothing is waiting.',
    })
  })

  test('who may not and tried is in it', async () => {
    const asked = newJourney()
    expect((await pay('1.00', under(asked, { as: 'auditor' }))).status).toBe(403)
    const { standing, data } = await journey(asked)
    expect(standing.summary).toBe('Refused: post was denied with forbidden, and nothing came of it.')
    expect(data).toMatchObject([{ kind: 'audit_event', outcome: 'denied', code: 'forbidden' }])
    expect(Object.keys(data[0].details)).not.toContain('origin')
  })

  test('a proposal waits for somebody else, and its decision is found under their correlation', async () => {
    const [asked, decided] = [newJourney(), newJourney()]
    const command = { type: 'post', ...transfer({ from: 'alice', to: 'bob', amount: '2.00' }) }
    const proposed = await bank().post(
      '/v1/proposals',
      { command, reason: 'large' },
      under(asked, { as: 'operator' }),
    )
    expect(proposed.status).toBe(201)
    const { proposalId, expiresAt } = proposed.body
    expect((await journey(asked)).standing).toMatchObject({
      state: 'open',
      summary: `Not finished: the proposal to post waits for approver or admin, until ${expiresAt}.`,
      open: [{ kind: 'proposal', id: proposalId }],
    })
    const verdict = await bank().post(
      `/v1/proposals/${proposalId}/approve`,
      {},
      under(decided, { as: 'approver' }),
    )
    expect(verdict.status).toBe(200)
    const done = await journey(asked)
    expect([done.standing.state, done.related]).toEqual(['done', [decided]])
    expect(told(done)).toContainEqual(
      expect.stringMatching(new RegExp(`^${decided}: proposal: proposal approved by key:`)),
    )
    const other = await journey(decided)
    expect(other.related).toEqual([asked])
    expect(told(other)[0]).toBe(`${asked}: proposal: post proposed, for approver or admin to decide`)
    expect(told(other)).toContainEqual(expect.stringMatching(/: entry: entry \d+ posting TRANSFER 2.00 EUR$/))
  })

  test('a credit that went to suspense waits there until it is cleared, and a reversal of another day is seen', async () => {
    const [asked, cleared, reversed] = [newJourney(), newJourney(), newJourney()]
    const lines = [
      { accountId: 'cash', side: 'debit', amount: '3.00', currency: 'EUR' },
      { accountId: 'nobody', side: 'credit', amount: '3.00', currency: 'EUR', fallbackAccountId: 'suspense' },
    ]
    await bank().post('/v1/postings', { transactionCode: 'SEPA-IN', lines }, under(asked))
    const { standing } = await journey(asked)
    expect(standing.summary).toBe('Not finished: 3.00 EUR for nobody wait on suspense (account_not_found).')
    const clearing = { accountId: 'bob', reason: 'a typo' }
    const entry = await bank().post(
      `/v1/suspense-items/${standing.open[0].id}/clear`,
      clearing,
      under(cleared),
    )
    expect(entry.status).toBe(201)
    const done = await journey(asked)
    expect([done.standing.state, done.related]).toEqual(['done', [cleared]])
    const back = `/v1/journal-entries/${entry.body.journalEntryId}/reversals`
    expect((await bank().post(back, { reason: 'not his' }, under(reversed))).status).toBe(201)
    expect((await journey(asked)).standing.state).toBe('open')
    expect((await journey(cleared)).related).toEqual([asked, reversed])
  })
})

test('who took an entry back later is seen', async () => {
  const [asked, reversed] = [newJourney(), newJourney()]
  const { body } = await pay('4.00', under(asked))
  const back = `/v1/journal-entries/${body.journalEntryId}/reversals`
  expect((await bank().post(back, { reason: 'twice' }, under(reversed))).status).toBe(201)
  const { data, related } = await journey(asked)
  expect(related).toEqual([reversed])
  expect(data.at(-1)).toMatchObject({
    kind: 'entry',
    correlationId: reversed,
    details: { kind: 'reversal', reverses: body.journalEntryId },
  })
})

describe('causes and effects', () => {
  test('what an event caused is seen from both ends, one step far', async () => {
    const [first, second, third] = [newJourney(), newJourney(), newJourney()]
    await pay('1.00', under(first))
    const event = (await journey(first)).data.find(({ kind }: Step) => kind === 'event').id
    const key = newKey()
    await pay('2.00', under(second, { causation: event, key }))
    await pay('3.00', under(third, { causation: key }))
    expect((await journey(first)).related).toEqual([second])
    const middle = await journey(second)
    expect(middle.causes).toEqual([{ causationId: event, foundAs: 'event', correlationId: first }])
    expect(middle.related).toEqual([third])
    expect((await journey(third)).causes).toEqual([
      { causationId: key, foundAs: 'idempotency_key', correlationId: second },
    ])
  })

  test('a cause that is nothing of ours is named and leads nowhere', async () => {
    const asked = newJourney()
    await pay('1.00', under(asked, { causation: 'ffffffff-ffff-ffff-ffff-ffffffffffff' }))
    expect((await journey(asked)).causes).toEqual([
      { causationId: 'ffffffff-ffff-ffff-ffff-ffffffffffff', foundAs: null, correlationId: null },
    ])
  })
})

describe('nothing is left out', () => {
  // More than is read at once, in one batch: first what is posted, then what is rejected, so that two lists are of two times.
  const commands = Array.from({ length: 2_400 }, (_, at) => ({
    type: 'post',
    idempotencyKey: `many-${at}`,
    ...transfer({ from: 'alice', to: at < 1_200 ? 'bob' : 'nobody', amount: '0.01' }),
  }))

  test('a journey of thousands comes page by page, each step once, in order', async () => {
    const asked = newJourney()
    const sent = { atomicity: 'independent', commands }
    expect((await bank().post('/v1/batches', sent, under(asked))).body.summary).toEqual({
      succeeded: 1_200,
      replayed: 0,
      rejected: 1_200,
    })
    const steps: Step[] = []
    let cursor: string | null = ''
    let pages = 0
    while (cursor !== null) {
      const page: { data: Step[]; nextCursor: string | null; standing: { whole: boolean } } = await journey(
        asked,
        `?limit=999${cursor === '' ? '' : `&cursor=${cursor}`}`,
      )
      if (pages === 0) expect(page.standing.whole).toBe(false)
      steps.push(...page.data)
      cursor = page.nextCursor
      pages += 1
    }
    const count = (kind: string): number =>
      new Set(steps.filter((step) => step.kind === kind).map(({ id }) => id)).size
    expect(['command', 'entry', 'audit_event', 'event'].map(count)).toEqual([2_400, 1_200, 2_400, 1_200])
    expect(steps.length).toBe(7_200)
    expect(steps.filter(({ correlationId }) => correlationId !== asked)).toEqual([])
    expect(steps.map((step) => step.at)).toEqual(steps.map((step) => step.at).toSorted())
  })

  test('every row that names a correlation is in its journey', async () => {
    const rows = async (table: string, id: string) => {
      const found = await admin.query(
        `select correlation_id, ${id}::text as id from ${table} where tenant_id = 'alpha' and correlation_id <> $1`,
        [`journey-${made}`],
      )
      return found.rows as { correlation_id: string; id: string }[]
    }
    const expected = (
      await Promise.all([
        rows('posting.command', 'idempotency_key'),
        rows('ledger.journal_entry', 'entry_id'),
        rows('audit.audit_event', 'audit_event_id'),
        rows('outbox.outbox_event', 'event_id'),
      ])
    ).flat()
    const shown = new Map<string, Set<string>>()
    for (const correlationId of new Set(expected.map((row) => row.correlation_id))) {
      const { data } = await journey(correlationId, '?limit=1000')
      shown.set(correlationId, new Set(data.map(({ id }: Step) => id)))
    }
    expect(expected.length).toBeGreaterThan(50)
    expect(expected.filter(({ correlation_id, id }) => !shown.get(correlation_id)?.has(id))).toEqual([])
  })

  test('the audit events of no entry and those of a cause are found by their indexes', async () => {
    const client = await admin.connect()
    const plan = async ({ text }: Statement, ...values: string[]): Promise<string> => {
      await client.query(`prepare asked as ${text}`)
      const { rows } = await client.query(
        `explain execute asked (${values.map((value) => `'${value}'`).join(', ')})`,
      )
      await client.query('deallocate asked')
      return JSON.stringify(rows)
    }
    await client.query('set enable_seqscan = off')
    const after = ['2026-01-01T00:00:00Z', '00000000-0000-0000-0000-000000000000']
    expect(await plan(withoutEntry, 'alpha', 'x', ...after, '10')).toContain('audit_without_entry')
    expect(await plan(causedBy, 'alpha', '{x}', '10')).toContain('audit_by_causation')
    client.release(true)
  })
})

describe('who asks, and for what', () => {
  test('a correlation of which nothing is known is 404, and so is one of another tenant', async () => {
    const asked = newJourney()
    await pay('1.00', under(asked))
    for (const [path, tenant] of [
      ['/v1/journeys/nothing', 'alpha'],
      ['/v1/journeys/%00', 'alpha'],
      [`/v1/journeys/${asked}`, 'beta'],
    ] as const) {
      const { status, body } = await bank().get(path, { tenant })
      expect([path, tenant, status, body.code]).toEqual([path, tenant, 404, 'not_found'])
    }
    for (const [as, status] of [
      ['payments', 403],
      ['auditor', 200],
    ] as const)
      expect((await bank().get(`/v1/journeys/${asked}`, { as })).status).toBe(status)
  })

  test('a cursor is good for its own journey alone', async () => {
    const [one, other] = [newJourney(), newJourney()]
    await pay('1.00', under(one))
    await pay('1.00', under(other))
    const { nextCursor } = await journey(one, '?limit=1')
    expect((await journey(one, `?limit=1&cursor=${nextCursor}`)).data).toHaveLength(1)
    const stolen = await bank().get(`/v1/journeys/${other}?limit=1&cursor=${nextCursor}`)
    expect([stolen.status, stolen.body.code]).toEqual([400, 'cursor_malformed'])
  })
})
