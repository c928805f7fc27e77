import { type Database, DatabaseUnavailable, OutcomeUnknown, openDatabase } from '@plinth/db'
import type { IdempotencyKey } from '@plinth/kernel'
import {
  type LaneOptions,
  laneDefaults,
  type Outcome,
  openPosting,
  type PostingEngine,
} from '@plinth/posting'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { endOf, entryOf, newKey, submissionOf, transferOf } from '../support/commands.js'
import { useTestDatabase } from '../support/test-database.js'
import { type CommitProxy, openCommitProxy } from './commit-proxy.js'
import { type Auditor, expectOneEntryEach, foundSmallBank, openAuditor, smallBank } from './small-bank.js'

const testDatabase = useTestDatabase()
const { tenantId } = smallBank.tenant
let proxy: CommitProxy
let auditor: Auditor
let database: Database
let engine: PostingEngine

// An answer within two seconds, so that an outage need not last long to be longer than that.
const impatient: LaneOptions = {
  online: { ...laneDefaults.online, waitMs: 1_000, answerMs: 2_000 },
  batch: { ...laneDefaults.batch, waitMs: 1_000, answerMs: 2_000 },
}

beforeAll(async () => {
  const { adminUrl, serveUrl } = testDatabase()
  proxy = await openCommitProxy(serveUrl)
  auditor = openAuditor(adminUrl)
  const strictRoles = process.env.PLINTH_STRICT_ROLES === '1'
  database = openDatabase({ url: proxy.urlFor(serveUrl), applicationName: 'faults', strictRoles })
  await foundSmallBank(database, ['alice', 'bob'])
})
beforeEach(() => {
  proxy.letIn()
  proxy.done.length = 0
  engine = openPosting(database, impatient)
})
afterAll(async () => {
  await auditor?.expectBooksInOrder(tenantId)
  await proxy?.close()
  await Promise.all([database?.close(), auditor?.close()])
})

const transfer = (key: IdempotencyKey, to = 'alice') =>
  submissionOf(transferOf({ from: 'cash', to, amount: '1.00' }), key)

const post = (key: IdempotencyKey, to?: string): Promise<Outcome> =>
  engine.submit(smallBank, transfer(key, to))

/** The error of a failed outcome, or of a refused submission. */
const failureOf = (outcome: Promise<Outcome>): Promise<unknown> =>
  outcome.then(
    (ended) => (ended.kind === 'failed' ? ended.error : ended),
    (error: unknown) => error,
  )

describe('a connection cut around COMMIT', () => {
  test.each([
    ['lost before', 'accepted'],
    ['answer lost', 'accepted, replayed'],
  ] as const)('when it was %s, the engine asks again and answers %s', async (fault, end) => {
    const key = newKey()
    proxy.arm(fault)
    const outcome = await post(key)
    expect(proxy.done).toEqual([fault])
    expect(endOf(outcome)).toBe(end)
    await expectOneEntryEach(auditor, [key])
    const again = await post(key)
    expect(endOf(again)).toBe('accepted, replayed')
    expect(entryOf(again)).toEqual(entryOf(outcome))
  })

  test('three times in a row, the key still has its one entry', async () => {
    const key = newKey()
    proxy.arm('answer lost', { times: 3 })
    expect(endOf(await post(key))).toBe('accepted, replayed')
    expect(proxy.done).toEqual(['answer lost', 'answer lost', 'answer lost'])
    await expectOneEntryEach(auditor, [key])
  })

  test('in the midst of many, every one of them is answered with its own entry', async () => {
    const keys = Array.from({ length: 60 }, newKey)
    proxy.arm('answer lost', { times: 2 })
    const outcomes = await Promise.all(keys.map((key, at) => post(key, at % 2 === 0 ? 'alice' : 'bob')))
    expect(proxy.done).toHaveLength(2)
    await expectOneEntryEach(auditor, keys)
    const again = await Promise.all(keys.map((key, at) => post(key, at % 2 === 0 ? 'alice' : 'bob')))
    expect(again.map(entryOf)).toEqual(outcomes.map(entryOf))
    expect(new Set(outcomes.map((outcome) => entryOf(outcome).entryNo)).size).toBe(keys.length)
  })

  test('in a batch, every command is answered with its own entry', async () => {
    const keys = Array.from({ length: 20 }, newKey)
    const units = keys.map((key) => ({ submissions: [transfer(key)], broken: false }))
    proxy.arm('answer lost')
    const outcomes = await engine.submitBatch(smallBank, units)
    expect(outcomes.map(endOf)).toEqual(keys.map(() => 'accepted, replayed'))
    await expectOneEntryEach(auditor, keys)
  })

  test('in a transaction that may not run twice, is an unknown outcome and no second run', async () => {
    let runs = 0
    proxy.arm('answer lost')
    const options = { tenantId, lane: 'online', deadlineMs: Date.now() + 5_000 } as const
    const ended = database.transaction(options, async () => {
      runs += 1
    })
    await expect(ended).rejects.toBeInstanceOf(OutcomeUnknown)
    expect(runs).toBe(1)
  })
})

describe('a database that stays away until the deadline', () => {
  test.each([
    ['lost before', 0],
    ['answer lost', 1],
  ] as const)(
    'after a COMMIT that was %s makes the outcome unknown, and the same key finds out later',
    async (fault, entries) => {
      const key = newKey()
      proxy.arm(fault, { thenRefuse: true })
      const outcome = await post(key)
      expect(outcome).toMatchObject({ kind: 'failed', error: expect.any(OutcomeUnknown) })
      expect((await auditor.entriesOf([key])).get(key) ?? 0).toBe(entries)
      proxy.letIn()
      expect(endOf(await post(key))).toBe(entries === 1 ? 'accepted, replayed' : 'accepted')
      await expectOneEntryEach(auditor, [key])
    },
  )

  test('before any COMMIT was sent is known to have done nothing', async () => {
    const key = newKey()
    proxy.refuseAll()
    expect(await failureOf(post(key))).toBeInstanceOf(DatabaseUnavailable)
    expect(await auditor.entriesOf([key])).toEqual(new Map())
    proxy.letIn()
    expect(endOf(await post(key))).toBe('accepted')
  })

  test('with a COMMIT that is never answered makes the outcome unknown, on time', async () => {
    const key = newKey()
    proxy.arm('never answered')
    const askedAt = Date.now()
    expect(await failureOf(post(key))).toBeInstanceOf(OutcomeUnknown)
    expect(Date.now() - askedAt).toBeLessThan(impatient.online.answerMs + 1_500)
    // Another process is not kept waiting by the connection that hangs.
    const elsewhere = openPosting(database, impatient)
    expect(endOf(await elsewhere.submit(smallBank, transfer(key)))).toBe('accepted, replayed')
    await expectOneEntryEach(auditor, [key])
    proxy.refuseAll()
  })
})

describe('a COMMIT that does not commit', () => {
  test('is no acceptance when the server answers ROLLBACK', async () => {
    const key = newKey()
    proxy.arm('rolled back')
    const failure = await failureOf(post(key))
    expect(proxy.done).toEqual(['rolled back'])
    expect(failure).toBeInstanceOf(Error)
    expect(await auditor.entriesOf([key])).toEqual(new Map())
    expect(endOf(await post(key))).toBe('accepted')
  })

  test('is no acceptance of any of many when the server answers ROLLBACK to each', async () => {
    const keys = Array.from({ length: 8 }, newKey)
    proxy.arm('rolled back', { times: 100 })
    const ends = await Promise.all(keys.map((key) => failureOf(post(key))))
    proxy.arm('rolled back', { times: 0 })
    expect(ends.filter((end) => !(end instanceof Error))).toEqual([])
    expect(await auditor.entriesOf(keys)).toEqual(new Map())
  })

  test('is no acceptance when a deferred constraint is violated, and takes no other key with it', async () => {
    await auditor.run(`
      create function public.refuse_bob() returns trigger language plpgsql as $$
      begin
        if new.account_id = 'bob' then raise exception 'not bob' using errcode = '23514'; end if;
        return null;
      end $$;
      create constraint trigger not_bob after insert on ledger.posting_line
        deferrable initially deferred for each row execute function public.refuse_bob()`)
    const keys = Array.from({ length: 12 }, newKey)
    const toBob = keys.filter((_, at) => at % 4 === 1)
    try {
      const ends = await Promise.all(
        keys.map((key) => failureOf(post(key, toBob.includes(key) ? 'bob' : 'alice'))),
      )
      const failed = keys.filter((_, at) => ends[at] instanceof Error)
      expect(failed).toEqual(toBob)
    } finally {
      await auditor.run('drop trigger not_bob on ledger.posting_line; drop function public.refuse_bob()')
    }
    expect(await auditor.entriesOf(toBob)).toEqual(new Map())
    await expectOneEntryEach(
      auditor,
      keys.filter((key) => !toBob.includes(key)),
    )
    for (const key of toBob) expect(endOf(await post(key, 'bob'))).toBe('accepted')
  })
})
