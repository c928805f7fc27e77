import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  acceptedBody,
  keepInFile,
  keepInMemory,
  type Outcome,
  openClient,
  type PlinthClient,
} from '@plinth/client'
import pg from 'pg'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { freePort, plinth } from '../cli/plinth-process.js'
import { diceOf } from './dice.js'
import { type FaultProxy, faults, openFaultProxy } from './fault-proxy.js'
import { useServedBank } from './served-bank.js'

// PLINTH_SEED repeats a run; PLINTH_PROPERTY_RUNS makes it longer.
const seed = Number(process.env.PLINTH_SEED ?? Date.now() % 2 ** 31)
const runs = Number(process.env.PLINTH_PROPERTY_RUNS ?? 150)
console.log(`client/faults.test.ts: PLINTH_SEED=${seed}`)

const attemptMs = 300
const openBank = useServedBank()
const folder = mkdtempSync(join(tmpdir(), 'plinth-client-'))
let books: pg.Pool
let proxy: FaultProxy

beforeAll(async () => {
  books = new pg.Pool({ connectionString: openBank().database.adminUrl, max: 2 })
  books.on('error', () => {})
  proxy = await openFaultProxy(openBank().url, attemptMs * 2)
})
beforeEach(() => proxy.plan(() => undefined))
afterAll(async () => {
  await proxy.close()
  await books.end()
  rmSync(folder, { recursive: true, force: true })
})

const clientWith = (more: Partial<Parameters<typeof openClient>[0]> = {}): PlinthClient =>
  openClient({
    url: proxy.url,
    token: openBank().tokens.payments as string,
    keep: keepInMemory(),
    attemptMs,
    backoff: { firstMs: 10, mostMs: 100 },
    ...more,
  })

const transfer = (amount: string, reference?: string) => ({
  body: {
    transactionCode: 'TRANSFER',
    ...(reference !== undefined && { reference }),
    lines: [
      { accountId: 'cash', side: 'debit' as const, amount, currency: 'EUR' },
      { accountId: 'bob', side: 'credit' as const, amount, currency: 'EUR' },
    ],
  },
})

/** How many entries stand behind each of the keys; keys without a command are missing. */
async function entriesOf(keys: readonly string[]): Promise<Map<string, number>> {
  const { rows } = await books.query<{ key: string; entries: number }>(
    `select c.idempotency_key as key, count(e.entry_no)::int as entries
       from posting.command c left join ledger.journal_entry e
         on e.tenant_id = c.tenant_id and e.entry_no = c.entry_no
      where c.idempotency_key = any($1) group by 1`,
    [keys],
  )
  return new Map(rows.map(({ key, entries }) => [key, entries]))
}

async function entriesReferring(reference: string): Promise<number> {
  const { rows } = await books.query<{ entries: number }>(
    'select count(*)::int as entries from ledger.journal_entry where reference = $1',
    [reference],
  )
  return rows[0]?.entries ?? 0
}

const kinds = (outcomes: readonly Outcome[]) => [...new Set(outcomes.map(({ kind }) => kind))]

describe('whatever happens on the way', () => {
  test('each posting stands exactly once, and its caller is told so', async () => {
    const dice = diceOf(seed)
    proxy.plan(() => (dice() < 0.5 ? faults[Math.floor(dice() * faults.length)] : undefined))
    const client = clientWith()
    const reference = `faults-${seed}`
    const keys = Array.from({ length: runs }, (_, at) => `faults-${seed}-${at}`)
    const outcomes: Outcome[] = []
    const queue = keys.entries()
    const caller = async (): Promise<void> => {
      for (const [at, key] of queue) {
        outcomes.push(await client.command('/v1/postings', transfer('1.00', reference), { key }))
        if (at === Math.floor(runs / 2)) await openBank().restart()
      }
    }
    await Promise.all(Array.from({ length: 8 }, caller))
    await proxy.quiet()
    expect(kinds(outcomes)).toEqual(['accepted'])
    expect(faults.filter((fault) => !proxy.done.has(fault))).toEqual([])
    const entries = await entriesOf(keys)
    expect(keys.filter((key) => entries.get(key) !== 1)).toEqual([])
    expect(await entriesReferring(reference)).toBe(runs)
    const told = outcomes.map(
      (outcome) => (acceptedBody(outcome) as { journalEntryId: string }).journalEntryId,
    )
    expect(new Set(told).size).toBe(runs)
  })

  test('a caller who gives up knows whether it stands, and a copy that comes later changes nothing', async () => {
    const dice = diceOf(seed + 1)
    proxy.plan(({ path }) =>
      path === '/v1/postings' && dice() < 0.9 ? faults[Math.floor(dice() * faults.length)] : undefined,
    )
    const client = clientWith({ patienceMs: 20 })
    const keys = Array.from({ length: 40 }, (_, at) => `given-up-${seed}-${at}`)
    const outcomes = await Promise.all(
      keys.map(async (key) => {
        const outcome = await client.command('/v1/postings', transfer('1.00'), { key })
        return outcome.kind === 'unknown' ? await client.abandon(key, { patienceMs: 20_000 }) : outcome
      }),
    )
    await proxy.quiet()
    const entries = await entriesOf(keys)
    for (const outcome of outcomes) {
      expect(['accepted', 'command_abandoned']).toContain(
        outcome.kind === 'rejected' ? outcome.code : outcome.kind,
      )
      expect(entries.get(outcome.key)).toBe(outcome.kind === 'accepted' ? 1 : 0)
    }
    expect(kinds(outcomes).sort()).toEqual(['accepted', 'rejected'])
  })

  test('and the books are in order', async () => {
    const { code, stderr } = await plinth(['verify'], openBank().environment)
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  })
})

describe('a command', () => {
  test('is kept before it is sent, and sent again by the next process after a crash', async () => {
    const path = join(folder, 'commands.jsonl')
    const before = await keepInFile(path)
    proxy.plan(() => 'answer lost')
    const key = `crash-${seed}`
    const crashed = await clientWith({ keep: before, patienceMs: 1 }).command(
      '/v1/postings',
      transfer('2.00'),
      { key },
    )
    expect(crashed).toMatchObject({ kind: 'unknown', maybeDone: true })
    await before.close()

    proxy.plan(() => undefined)
    const after = await keepInFile(path)
    const outcomes: Outcome[] = []
    for await (const outcome of clientWith({ keep: after }).recover()) outcomes.push(outcome)
    expect(outcomes).toMatchObject([{ kind: 'accepted', key, replayed: true }])
    expect(await after.open()).toEqual([])
    expect((await entriesOf([key])).get(key)).toBe(1)
    await after.close()
  })

  test('that was refused after a lost answer stays unknown: its first copy may stand', async () => {
    let tokens = 0
    const payments = openBank().tokens.payments as string
    const client = clientWith({ token: () => (tokens++ === 0 ? payments : 'plk_demo_no_more') })
    let asked = 0
    proxy.plan(() => (asked++ === 0 ? 'answer lost' : undefined))
    const key = `locked-out-${seed}`
    const outcome = await client.command('/v1/postings', transfer('3.00'), { key })
    expect(outcome).toMatchObject({ kind: 'unknown', maybeDone: true, reason: /^unauthenticated/ })
    expect(await clientWith().look(key)).toMatchObject({ kind: 'accepted', key })
  })

  test('that never left is unknown, and nothing was done', async () => {
    const client = clientWith({ url: `http://127.0.0.1:${await freePort()}`, patienceMs: 50 })
    expect(await client.command('/v1/postings', transfer('4.00'))).toMatchObject({
      kind: 'unknown',
      maybeDone: false,
    })
  })

  test('that is rejected or refused says why, and a read does too', async () => {
    const client = clientWith()
    const poor = transfer('5.00')
    const lines = [{ ...poor.body.lines[0], accountId: 'nobody' }, poor.body.lines[1]]
    const body = { ...poor.body, lines } as typeof poor.body
    const [rejected, again] = [1, 2].map(() =>
      client.command('/v1/postings', { body }, { key: `poor-${seed}` }),
    )
    expect(await rejected).toMatchObject({ kind: 'rejected', code: 'account_not_found' })
    expect(await again).toMatchObject({ kind: 'rejected', code: 'account_not_found' })
    const unbalanced = {
      ...poor.body,
      lines: [poor.body.lines[0], { ...poor.body.lines[1], amount: '6.00' }],
    }
    expect(await client.command('/v1/postings', { body: unbalanced as typeof poor.body })).toMatchObject({
      kind: 'refused',
      code: 'entry_unbalanced',
    })
    await expect(
      client.read('/v1/accounts/{accountId}', { ids: { accountId: 'nobody' } }),
    ).rejects.toMatchObject({
      status: 404,
      code: 'not_found',
    })
  })

  test('under the key of another is refused, here by what is kept and there by Plinth', async () => {
    const key = `twice-${seed}`
    const client = clientWith()
    acceptedBody(await client.command('/v1/postings', transfer('7.00'), { key }))
    await expect(client.command('/v1/postings', transfer('8.00'), { key })).rejects.toMatchObject({ key })
    expect(await clientWith().command('/v1/postings', transfer('8.00'), { key })).toMatchObject({
      kind: 'refused',
      code: 'idempotency_key_reused',
    })
  })

  test('that is prepared is sent later, as often as one likes', async () => {
    const client = clientWith()
    const hold = { body: { accountId: 'alice', amount: '9.00', currency: 'EUR' } }
    const prepared = client.prepare('/v1/holds', hold, { correlationId: 'later-1' })
    const held = acceptedBody(await client.send(prepared))
    expect(held).toMatchObject({ accountId: 'alice', status: 'active', amount: '9.00' })
    expect(await client.send(prepared)).toMatchObject({ kind: 'accepted', replayed: true })
    const release = await client.command('/v1/holds/{holdId}/release', {
      ids: { holdId: held.holdId },
      body: {},
    })
    expect(acceptedBody(release).status).toBe('released')
  })
})

test('a list is read page after page, through faults', async () => {
  const dice = diceOf(seed + 2)
  proxy.plan(() => (dice() < 0.4 ? faults[Math.floor(dice() * faults.length)] : undefined))
  const numbers: number[] = []
  for await (const { entryNo } of clientWith().list('/v1/journal-entries', { query: { limit: 20 } }))
    numbers.push(entryNo)
  expect(numbers.length).toBeGreaterThan(40)
  expect(numbers).toEqual(numbers.map((_, at) => at + 1))
})
