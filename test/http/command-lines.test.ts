import { beforeAll, describe, expect, test } from 'vitest'
import { newKey, openCustomers, transfer, useHttpBank } from './support/http-bank.js'

const bank = useHttpBank()
beforeAll(() => openCustomers(bank()))

interface Line {
  readonly [fact: string]: unknown
  readonly accounts?: readonly string[]
}

/** The lines about requests, from the n-th line on. */
const linesFrom = (at: number): Line[] =>
  bank()
    .logLines.slice(at)
    .map((line) => JSON.parse(line))
    .filter(({ msg }) => msg === 'answered')

async function lineOf(work: () => Promise<unknown>): Promise<Line> {
  const at = bank().logLines.length
  await work()
  // The line is written behind the answer.
  await expect.poll(() => linesFrom(at).length).toBe(1)
  return linesFrom(at)[0] as Line
}

const trace = '4bf92f3577b34da6a3ce929d0e0e4736'

describe('the one line about a command', () => {
  test('says by what to follow it: entry, dates, correlation, and tokens for its accounts and its key', async () => {
    const key = newKey()
    const headers = { 'x-correlation-id': 'order-17', 'x-causation-id': 'message-4' }
    let answer: { journalEntryId?: string; entryNo?: number } = {}
    const line = await lineOf(async () => {
      const body = { ...transfer({ from: 'alice', to: 'bob' }), valueDate: '2026-11-18' }
      answer = (await bank().post('/v1/postings', body, { key, headers })).body
    })
    expect(line).toMatchObject({
      ...{ level: 30, route: '/v1/postings', status: 201, tenantId: 'alpha' },
      ...{ correlationId: 'order-17', causationId: 'message-4' },
      ...{ command: 'post', outcome: 'accepted', replayed: false },
      ...{ journalEntryId: answer.journalEntryId, entryNo: answer.entryNo },
      ...{ bookingDate: '2026-11-20', businessDate: '2026-11-20', valueDate: '2026-11-18' },
      keyHash: expect.stringMatching(/^[0-9a-f]{16}$/),
      accounts: [expect.stringMatching(/^[0-9a-f]{16}$/), expect.stringMatching(/^[0-9a-f]{16}$/)],
    })
    expect(JSON.stringify(line)).not.toMatch(/alice|bob|"1\.00"/)
    expect(JSON.stringify(line)).not.toContain(key)
  })

  test('names one account or key by one token, and two by two', async () => {
    const key = newKey()
    const post = (from: string, to: string, more = {}) =>
      lineOf(() => bank().post('/v1/postings', transfer({ from, to }), more))
    const first = await post('alice', 'bob', { key })
    const replay = await post('alice', 'bob', { key })
    const back = await post('bob', 'alice')
    expect(replay).toMatchObject({ replayed: true, keyHash: first.keyHash, accounts: first.accounts })
    expect(back.accounts).toEqual(first.accounts?.toReversed())
    expect(new Set(back.accounts).size).toBe(2)
    expect(back.keyHash).not.toBe(first.keyHash)
  })

  test('says why a command was rejected, and of which accounts', async () => {
    const line = await lineOf(() =>
      bank().post('/v1/postings', transfer({ from: 'alice', to: 'bob', amount: '99999.00' })),
    )
    expect(line).toMatchObject({
      status: 422,
      code: 'insufficient_funds',
      outcome: 'rejected',
      command: 'post',
    })
    expect(line.accounts).toHaveLength(2)
    expect(line).not.toHaveProperty('journalEntryId')
  })

  test('takes over the trace of its caller as correlation', async () => {
    const headers = { traceparent: `00-${trace}-00f067aa0ba902b7-01` }
    const line = await lineOf(() =>
      bank().post('/v1/postings', transfer({ from: 'alice', to: 'bob' }), { headers }),
    )
    expect(line.correlationId).toBe(trace)
  })

  test('names a hold, and of a batch how many commands it was', async () => {
    const body = { accountId: 'alice', amount: '2.00', currency: 'EUR' }
    const hold = await lineOf(() => bank().post('/v1/holds', body))
    expect(hold).toMatchObject({ command: 'place_hold', holdId: expect.any(String) })
    expect(hold.accounts).toHaveLength(1)
    const commands = ['1.00', '99999.00'].map((amount) => ({
      ...{ type: 'post', idempotencyKey: newKey() },
      ...transfer({ from: 'alice', to: 'bob', amount }),
    }))
    const batch = await lineOf(() => bank().post('/v1/batches', { atomicity: 'independent', commands }))
    expect(batch).toMatchObject({ route: '/v1/batches', succeeded: 1, rejected: 1, replayed: 0 })
    expect(batch).not.toHaveProperty('command')
  })

  test('says nothing of a command that was only rehearsed, beside that it was asked', async () => {
    const headers = { 'plinth-dry-run': 'true' }
    const line = await lineOf(() =>
      bank().post('/v1/postings', transfer({ from: 'alice', to: 'bob' }), { headers }),
    )
    expect(line).toMatchObject({ status: 201, route: '/v1/postings' })
    expect(line).not.toHaveProperty('command')
  })
})
