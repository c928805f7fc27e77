import { type Database, openDatabase } from '@plinth/db'
import { type EventDesk, openEventDesk } from '@plinth/http/server'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { follow, ignoreStream } from './support/event-stream.js'
import { newKey, openCustomers, transfer, useHttpBank } from './support/http-bank.js'

let desk: EventDesk
let pagesRead = 0
const bank = useHttpBank({
  events: (database) => {
    const opened = openEventDesk(database, { waitingMax: 5, heartbeatMs: 300 })
    const feed: EventDesk['feed'] = (...asked) => {
      pagesRead += 1
      return opened.feed(...asked)
    }
    desk = { ...opened, feed }
    return desk
  },
})

const as = (role: Parameters<ReturnType<typeof bank>['token']>[1]): Record<string, string> => ({
  authorization: `Bearer ${bank().token('alpha', role)}`,
})
const pay = async (amount = '1.00'): Promise<string> => {
  const answer = await bank().post('/v1/postings', transfer({ from: 'alice', to: 'bob', amount }))
  expect(answer.status).toBe(201)
  return answer.body.journalEntryId
}
const last = async (): Promise<number> => {
  let after = 0
  for (;;) {
    const { body } = await bank().get(`/v1/events?limit=1000&after=${after}`)
    if (body.nextAfter === after) return after
    after = body.nextAfter
  }
}
const streamAt = (after: number, more = '') =>
  follow(`${bank().url}/v1/events?after=${after}${more}`, as('admin'))

beforeAll(async () => {
  await openCustomers(bank(), 'alpha')
})

test('every change is told once, in order, as a CloudEvent', async () => {
  const before = await last()
  const entryId = await pay('12.34')
  const hold = await bank().post('/v1/holds', { accountId: 'alice', amount: '2.00', currency: 'EUR' })
  const { body } = await bank().get(`/v1/events?after=${before}`)
  expect(body.nextAfter).toBe(before + 2)
  const [posted, placed] = body.data
  expect(posted).toEqual({
    specversion: '1.0',
    id: expect.stringMatching(/^[0-9a-f-]{36}$/),
    type: 'plinth.journal_entry.posted.v1',
    source: '/tenants/alpha',
    subject: entryId,
    time: expect.stringMatching(/Z$/),
    datacontenttype: 'application/json',
    dataschema: 'urn:plinth:event-schema:plinth.journal_entry.posted.v1',
    position: before + 1,
    correlationid: expect.any(String),
    data: (await bank().get(`/v1/journal-entries/${entryId}`)).body,
  })
  expect(placed).toMatchObject({ type: 'plinth.hold.placed.v1', subject: hold.body.holdId, data: hold.body })
})

test('a request and its cause are in the event', async () => {
  const before = await last()
  await bank().post('/v1/postings', transfer({ from: 'alice', to: 'bob' }), {
    key: newKey(),
    headers: { 'x-correlation-id': 'order-17', 'x-causation-id': 'click-4' },
  })
  const [event] = (await bank().get(`/v1/events?after=${before}`)).body.data
  expect(event).toMatchObject({ correlationid: 'order-17', causationid: 'click-4' })
})

test('an event is the same text on every page and in the stream', async () => {
  const before = await last()
  await pay()
  const [one, other] = await Promise.all([
    bank().get(`/v1/events?after=${before}`),
    bank().get(`/v1/events?limit=1000&after=${before}`),
  ])
  expect(one.text).toBe(other.text)
  const response = await fetch(`${bank().url}/v1/events?after=${before}`, {
    headers: { ...as('admin'), accept: 'text/event-stream' },
  })
  const reader = response.body?.getReader()
  let text = ''
  while (!text.includes('data: ')) text += new TextDecoder().decode((await reader?.read())?.value)
  await reader?.cancel()
  const data = /^data: (.*)$/m.exec(text)?.[1]
  expect(one.text).toBe(`{"data":[${data}],"nextAfter":${before + 1}}`)
})

test('a filter of types never stalls: what was looked at is told, whatever fitted', async () => {
  const end = await last()
  const opened = await bank().get('/v1/events?types=plinth.account.*&limit=1000')
  expect(opened.body.nextAfter).toBe(end)
  expect(opened.body.data.length).toBeGreaterThan(0)
  const types = new Set(opened.body.data.map(({ type }: { type: string }) => type))
  expect([...types].every((type) => String(type).startsWith('plinth.account.'))).toBe(true)
  const both = 'plinth.hold.placed.v1, plinth.account.opened.v1'
  const some = await bank().get(`/v1/events?types=${encodeURIComponent(both)}&limit=1000`)
  const named = new Set(some.body.data.map(({ type }: { type: string }) => type))
  expect(named).toEqual(new Set(['plinth.hold.placed.v1', 'plinth.account.opened.v1']))
  const none = await bank().get('/v1/events?types=plinth.year.closed.v1')
  expect(none.body).toEqual({ data: [], nextAfter: end })
})

test.each([
  ['types=plinth.hold.plcaed.v1', '/types'],
  ['types=plinth.holds.*', '/types'],
  ['types=', '/types'],
  ['after=-1', '/after'],
  ['after=x', '/after'],
  ['after=1000000', '/after'],
  ['limit=0', '/limit'],
  ['wait=31', '/wait'],
  ['since=1', '/since'],
])('?%s is refused', async (query, pointer) => {
  const { status, body } = await bank().get(`/v1/events?${query}`)
  expect(status).toBe(400)
  expect(body).toMatchObject({ code: 'malformed_request', errors: [{ pointer }] })
})

test('nobody is told of what they may not read', async () => {
  await bank().post('/v1/api-keys', { name: 'of another', roles: ['auditor'] })
  const typesFor = async (role: Parameters<typeof as>[0]) => {
    const { body } = await bank().get('/v1/events?limit=1000', { as: role })
    return new Set(body.data.map(({ type }: { type: string }) => type))
  }
  expect((await typesFor('auditor')).has('plinth.api_key.issued.v1')).toBe(true)
  const seen = await typesFor('payments')
  expect(seen.has('plinth.journal_entry.posted.v1')).toBe(true)
  expect(seen.has('plinth.api_key.issued.v1')).toBe(false)
  const asked = await bank().get('/v1/events?types=plinth.api_key.issued.v1', { as: 'payments' })
  expect(asked).toMatchObject({ status: 403, body: { code: 'forbidden' } })
})

test('a tenant sees its own events only', async () => {
  const { body } = await bank().get('/v1/events?limit=1000', { tenant: 'beta' })
  expect(body.data.every(({ source }: { source: string }) => source === '/tenants/beta')).toBe(true)
  expect(JSON.stringify(body)).not.toContain('alice')
})

test('the schema that an event names is answered to everybody', async () => {
  const { body } = await bank().get('/schemas/events', { as: 'none' })
  expect(body.types.length).toBeGreaterThan(20)
  for (const { type, schema } of body.types) {
    const answer = await bank().get(schema, { as: 'none' })
    expect(answer.headers.get('content-type')).toBe('application/schema+json')
    expect(answer.body).toMatchObject({ $id: `urn:plinth:event-schema:${type}`, title: type })
  }
})

test('a reader who waits is answered as soon as something happens', async () => {
  const before = await last()
  const waiting = bank().get(`/v1/events?after=${before}&wait=30`)
  await new Promise((resolve) => setTimeout(resolve, 300))
  const startedMs = Date.now()
  const entryId = await pay()
  const { body } = await waiting
  expect(Date.now() - startedMs).toBeLessThan(1_000)
  expect(body.data).toMatchObject([{ subject: entryId }])
})

test('a reader who waits for nothing is told so when the time is up, and goes on from there', async () => {
  const before = await last()
  const startedMs = Date.now()
  const waiting = bank().get(`/v1/events?after=${before}&wait=1&types=plinth.year.closed.v1`)
  await pay()
  expect((await waiting).body).toEqual({ data: [], nextAfter: before + 1 })
  expect(Date.now() - startedMs).toBeGreaterThanOrEqual(950)
})

test('a stream goes on from where it is asked to, each event once and in order', async () => {
  const before = await last()
  for (let at = 0; at < 3; at += 1) await pay()
  const follower = await streamAt(before)
  expect(follower.headers.get('content-type')).toContain('text/event-stream')
  for (let at = 0; at < 3; at += 1) await pay()
  await expect.poll(() => follower.events().length).toBe(6)
  expect(follower.events().map(({ id }) => id)).toEqual([1, 2, 3, 4, 5, 6].map((at) => before + at))
  expect(follower.events().every(({ id, event }) => event.position === id)).toBe(true)
  follower.leave()
  // As an EventSource connects again: to the same URL, with what it saw last.
  const again = await follow(`${bank().url}/v1/events?after=${before}`, {
    ...as('admin'),
    'last-event-id': String(before + 4),
  })
  await expect.poll(() => again.events().length).toBe(2)
  expect(again.events()[0]?.id).toBe(before + 5)
  again.leave()
  const broken = await follow(`${bank().url}/v1/events`, { ...as('admin'), 'last-event-id': 'x' })
  expect(broken.status).toBe(400)
})

test('a long history is streamed whole', async () => {
  const lines = (at: number) => ({
    ...transfer({ from: 'alice', to: 'bob', amount: '0.01' }),
    reference: `h${at}`,
  })
  const commands = Array.from({ length: 350 }, (_, at) => ({
    type: 'post',
    idempotencyKey: `history-${at}`,
    ...lines(at),
  }))
  const { body } = await bank().post('/v1/batches', { atomicity: 'independent', commands })
  expect(body.summary.succeeded).toBe(350)
  const end = await last()
  const follower = await streamAt(0)
  await expect.poll(() => follower.events().length, { timeout: 10_000 }).toBe(end)
  expect(follower.events().map(({ id }) => id)).toEqual(Array.from({ length: end }, (_, at) => at + 1))
  follower.leave()
})

test('a silent stream says that it is there, and moves on past what its filter leaves out', async () => {
  const before = await last()
  const follower = await streamAt(before, '&types=plinth.year.closed.v1')
  await pay()
  await expect.poll(() => follower.seen.some(({ id }) => id === before + 1)).toBe(true)
  expect(follower.events()).toEqual([])
  follower.leave()
})

test('whoever takes nothing is waited for, and holds no more than a page', async () => {
  const long = { ...transfer({ from: 'alice', to: 'bob', amount: '0.01' }), description: 'x'.repeat(200) }
  const metadata = Object.fromEntries(Array.from({ length: 50 }, (_, at) => [`name${at}`, 'y'.repeat(1000)]))
  const commands = Array.from({ length: 100 }, (_, at) => ({
    ...{ type: 'post', idempotencyKey: `long-${at}`, ...long, metadata },
  }))
  for (let round = 0; round < 3; round += 1) {
    const batch = commands.map((each) => ({ ...each, idempotencyKey: `${each.idempotencyKey}-${round}` }))
    const { body } = await bank().post('/v1/batches', { atomicity: 'independent', commands: batch })
    expect(body.summary.succeeded).toBe(100)
  }
  pagesRead = 0
  const before = await last()
  const pagesToLearn = pagesRead
  const socket = await ignoreStream(bank().port, bank().token('alpha', 'admin'))
  await new Promise((resolve) => setTimeout(resolve, 1_500))
  const pagesToAll = Math.ceil(before / 100)
  expect(pagesToAll).toBeGreaterThan(6)
  expect(pagesRead - pagesToLearn).toBeLessThan(pagesToAll)
  const readOnce = pagesRead
  await new Promise((resolve) => setTimeout(resolve, 500))
  // It waits for the reader, not for time.
  expect(pagesRead).toBe(readOnce)
  socket.destroy()
})

test('so many may follow and no more; who leaves makes room', async () => {
  const before = await last()
  const followers = await Promise.all(Array.from({ length: 5 }, () => streamAt(before)))
  expect(followers.every(({ status }) => status === 200)).toBe(true)
  const refused = await streamAt(before)
  expect(refused.status).toBe(429)
  expect(refused.headers.get('retry-after')).toBe('1')
  // Whoever does not wait is answered.
  expect((await bank().get(`/v1/events?after=${before}`)).status).toBe(200)
  followers[0]?.leave()
  await expect.poll(async () => (await streamAt(before)).status).toBe(200)
  for (const follower of followers) follower.leave()
})

test('a stream ends when its key is revoked', { timeout: 30_000 }, async () => {
  const { body: issued } = await bank().post('/v1/api-keys', { name: 'for a while', roles: ['auditor'] })
  const follower = await follow(`${bank().url}/v1/events?after=${await last()}`, {
    authorization: `Bearer ${issued.token}`,
  })
  expect(follower.status).toBe(200)
  const revoked = await bank().post(`/v1/api-keys/${issued.keyId}/revoke`, undefined)
  expect(revoked.status).toBe(200)
  await follower.ended
})

let elsewhere: Database | undefined
afterAll(() => elsewhere?.close())

test('what another process posts is told, although nobody gives a hint', async () => {
  const follower = await streamAt(await last())
  // As of a process that shares no hints; ours listens to none either.
  elsewhere = openDatabase({ url: bank().serveUrl, applicationName: 'elsewhere' })
  const { openPosting } = await import('@plinth/posting')
  const { submissionOf, transferOf, currencies } = await import('../support/commands.js')
  const { readTenant } = await import('@plinth/tenancy')
  const tenant = await elsewhere.read('alpha' as never, readTenant)
  if (tenant === undefined) throw new Error('alpha is there')
  const outcome = await openPosting(elsewhere).submit(
    { tenant, currencies },
    submissionOf(transferOf({ from: 'alice', to: 'bob', amount: '1.00' })),
  )
  expect(outcome.kind).toBe('answered')
  await expect.poll(() => follower.events().length, { timeout: 2_000 }).toBe(1)
  follower.leave()
})

// The last: nobody can follow behind it.
test('a server that stops ends its streams and answers those who wait', async () => {
  const before = await last()
  const follower = await streamAt(before)
  const waiting = bank().get(`/v1/events?after=${before}&wait=30`)
  await new Promise((resolve) => setTimeout(resolve, 200))
  desk.stop()
  await follower.ended
  expect((await waiting).body).toEqual({ data: [], nextAfter: before })
  expect((await streamAt(before)).status).toBe(503)
})
