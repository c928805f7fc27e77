import { acceptedBody, keepInMemory, openClient, type PlinthClient, type PlinthEvent } from '@plinth/client'
import { beforeAll, describe, expect, test } from 'vitest'
import { useServedBank } from './served-bank.js'

const openBank = useServedBank()
let client: PlinthClient

beforeAll(() => {
  const { url, tokens } = openBank()
  const backoff = { firstMs: 10, mostMs: 200 }
  client = openClient({ url, token: tokens.payments as string, keep: keepInMemory(), backoff })
})

async function post(reference: string): Promise<string> {
  const line = { amount: '1.00', currency: 'EUR' }
  const lines = [
    { ...line, accountId: 'cash', side: 'debit' as const },
    { ...line, accountId: 'alice', side: 'credit' as const },
  ]
  const body = { transactionCode: 'DEPOSIT', reference, lines }
  return acceptedBody(await client.command('/v1/postings', { body })).journalEntryId
}

/** So many events, and what `between` does after each. */
async function take(
  wanted: Parameters<PlinthClient['events']>[0],
  count: number,
  between: (event: PlinthEvent) => Promise<unknown> = async () => {},
): Promise<PlinthEvent[]> {
  const taken: PlinthEvent[] = []
  for await (const event of client.events(wanted)) {
    taken.push(event)
    await between(event)
    if (taken.length === count) break
  }
  return taken
}

async function lastPosition(): Promise<number> {
  const ending = new AbortController()
  let last = 0
  const lookedUpTo = (position: number): void => {
    last = position
    ending.abort()
  }
  for await (const _ of client.events({
    after: 0,
    types: ['plinth.hold.*'],
    lookedUpTo,
    signal: ending.signal,
    waitSeconds: 0,
  }));
  return last
}

describe.each([
  ['page by page', false],
  ['as a stream', true],
])('events that come %s', (_, stream) => {
  test('are those after the position, in order, without gaps, and tell what was posted', async () => {
    const entries = [await post('events-1'), await post('events-2'), await post('events-3')]
    const all = await take({ after: 0, stream }, 20)
    expect(all.map(({ position }) => position)).toEqual(all.map((_, at) => at + 1))
    const posted = { after: 0, stream, types: ['plinth.journal_entry.posted.v1'] }
    const seen = new Map<string, PlinthEvent>()
    for await (const event of client.events(posted)) {
      seen.set(event.subject, event)
      if (event.subject === entries[2]) break
    }
    const [entry = ''] = entries
    expect(seen.get(entry)).toMatchObject({
      type: 'plinth.journal_entry.posted.v1',
      data: { journalEntryId: entry, reference: 'events-1', transactionCode: 'DEPOSIT' },
    })
  })

  test('go on behind the last one when the server is killed and comes again', {
    timeout: 60_000,
  }, async () => {
    const after = await lastPosition()
    const entries: string[] = []
    const postTwice = async (): Promise<void> => {
      for (const reference of ['before', 'behind']) entries.push(await post(reference))
    }
    await postTwice()
    const taken = await take({ after, stream, waitSeconds: 5 }, 6, async ({ position }) => {
      if (position === after + 2) {
        await openBank().restart()
        await postTwice()
        await postTwice()
      }
    })
    expect(taken.map(({ position }) => position)).toEqual([1, 2, 3, 4, 5, 6].map((step) => after + step))
    expect(taken.map(({ subject }) => subject)).toEqual(entries)
  })

  test('end when the caller says so, also while nothing happens', async () => {
    const ending = new AbortController()
    setTimeout(() => ending.abort(), 200)
    const began = Date.now()
    const after = await lastPosition()
    for await (const event of client.events({ after, stream, signal: ending.signal })) expect.fail(event.id)
    expect(Date.now() - began).toBeLessThan(5_000)
  })

  test('are refused for a filter that names no type', async () => {
    await expect(take({ after: 0, stream, types: ['no such type'] }, 1)).rejects.toMatchObject({
      status: 400,
    })
  })
})
