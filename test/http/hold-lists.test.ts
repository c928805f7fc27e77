import { beforeAll, describe, expect, test } from 'vitest'
import { asAdmin } from '../support/database-admin.js'
import { newKey, openCustomers, transfer, useHttpBank } from './support/http-bank.js'

// The clocks of two processes that answer, a day behind the database's and a day ahead of it.
const dayMs = 86_400_000
const behind = useHttpBank({ now: () => Date.now() - dayMs })
const ahead = useHttpBank({ now: () => Date.now() + dayMs })
const bank = useHttpBank()

type Bank = ReturnType<typeof bank>

const inMs = (ms: number): string => new Date(Date.now() + ms).toISOString()

/** Places holds and answers their ids, in the order of the list. */
async function place(at: Bank, ...changes: object[]): Promise<string[]> {
  const commands = changes.map((change) => ({
    ...{ type: 'place_hold', idempotencyKey: newKey(), accountId: 'alice', amount: '1.00', currency: 'EUR' },
    ...change,
  }))
  const { body } = await at.post('/v1/batches', { atomicity: 'all_or_nothing', commands })
  expect(body.summary.succeeded).toBe(commands.length)
  return body.results.map((result: { body: { holdId: string } }) => result.body.holdId)
}

const idsOf = (data: { holdId: string }[]): string[] => data.map(({ holdId }) => holdId)
const listed = async (query: string, at = bank()): Promise<string[]> =>
  idsOf((await at.get(`/v1/holds?${query}`)).body.data)

/** Follows the cursors to the end. */
async function everyPage(query: string): Promise<string[]> {
  const found: string[] = []
  for (let cursor: string | null = ''; cursor !== null; ) {
    const { body } = await bank().get(`/v1/holds?${query}${cursor && `&cursor=${cursor}`}`)
    found.push(...idsOf(body.data))
    cursor = body.nextCursor
  }
  return found
}

/** As they are stored, whatever is shown. */
const storedStatus = (at: Bank, holdId: string): Promise<string> =>
  asAdmin(at.adminUrl, async (admin) => {
    const { rows } = await admin.query('select status from holds.account_hold where hold_id = $1', [holdId])
    return rows[0].status
  })

/** As a worker does that records what has expired; no call of the API does. */
const recordExpiry = (at: Bank, holdId: string): Promise<unknown> =>
  asAdmin(at.adminUrl, (admin) =>
    admin.query(
      "update holds.account_hold set status = 'expired', remaining = 0, version = version + 1 where hold_id = $1",
      [holdId],
    ),
  )

/** When the database's clock is past it. */
const pass = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

describe('GET /v1/holds', () => {
  let ids: Readonly<Record<string, string>>
  beforeAll(async () => {
    await openCustomers(bank())
    await openCustomers(bank(), 'beta')
    await bank().post('/v1/postings', transfer({ from: 'alice', to: 'bob', amount: '50.00' }))
    const soon = { expiresAt: inMs(400) }
    const names = ['running', 'overdue', 'captured', 'recorded', 'released', 'ofBob', 'later', 'overdueOfBob']
    const placed = await place(
      bank(),
      {},
      soon,
      {},
      soon,
      {},
      { accountId: 'bob' },
      { expiresAt: inMs(dayMs / 2) },
      { ...soon, accountId: 'bob' },
    )
    ids = Object.fromEntries(names.map((name, at) => [name, placed[at] as string]))
    const capture = { ...transfer({ from: 'alice', to: 'cash' }), amount: '1.00' }
    await bank().post(`/v1/holds/${ids.captured}/captures`, capture)
    await bank().post(`/v1/holds/${ids.released}/release`, {})
    await pass(450)
    await recordExpiry(bank(), ids.recorded as string)
  })
  const named = (...names: string[]): (string | undefined)[] => names.map((name) => ids[name])

  test('lists holds as they are shown alone, in the order in which they were placed', async () => {
    const { body } = await bank().get('/v1/holds')
    expect(idsOf(body.data)).toEqual(Object.values(ids))
    expect(body.nextCursor).toBeNull()
    for (const each of body.data) expect((await bank().get(`/v1/holds/${each.holdId}`)).body).toEqual(each)
    expect(await listed('order=desc')).toEqual(Object.values(ids).reverse())
  })

  test.each<[query: string, names: string[]]>([
    ['accountId=bob', ['ofBob', 'overdueOfBob']],
    ['accountId=nobody', []],
    ['status=active', ['running', 'ofBob', 'later']],
    ['status=expired', ['overdue', 'recorded', 'overdueOfBob']],
    ['status=expired&order=desc', ['overdueOfBob', 'recorded', 'overdue']],
    ['status=captured', ['captured']],
    ['status=released', ['released']],
    ['status=active&accountId=bob', ['ofBob']],
    ['status=expired&accountId=bob', ['overdueOfBob']],
    ['status=expired&accountId=alice&limit=1', ['overdue']],
  ])('with %s lists those that show so', async (query, names) => {
    expect(await listed(query)).toEqual(named(...names))
    const [, status] = /status=([a-z]+)/.exec(query) ?? []
    const { body } = await bank().get(`/v1/holds?${query}`)
    if (status !== undefined)
      expect(new Set(body.data.map((each: { status: string }) => each.status))).toEqual(new Set([status]))
  })

  test.each(['', 'status=active', 'status=expired', 'accountId=alice'])(
    'with %j goes on behind its cursor, in either order, one at a time or two',
    async (filter) => {
      for (const order of ['asc', 'desc']) {
        const all = await listed(`${filter}&order=${order}`)
        expect(all.length).toBeGreaterThan(2)
        for (const limit of [1, 2])
          expect(await everyPage(`${filter}&order=${order}&limit=${limit}`)).toEqual(all)
      }
    },
  )

  test('takes its own cursor for the same filters only', async () => {
    const { nextCursor } = (await bank().get('/v1/holds?status=active&limit=1')).body
    for (const query of [
      `status=expired&cursor=${nextCursor}`,
      `cursor=${nextCursor}`,
      `status=active&cursor=${nextCursor}x`,
    ]) {
      const { status, body } = await bank().get(`/v1/holds?${query}`)
      expect([status, body.code]).toEqual([400, 'cursor_malformed'])
    }
    const theirs = await bank().get(`/v1/holds?status=active&limit=1&cursor=${nextCursor}`, {
      tenant: 'beta',
    })
    expect(theirs.body.code).toBe('cursor_malformed')
  })

  test.each([
    ['status=gone', '/status'],
    ['holder=alice', '/holder'],
    ['limit=0', '/limit'],
    ['status=active&status=expired', '/status'],
  ])('with %s is malformed', async (query, pointer) => {
    const { status, body } = await bank().get(`/v1/holds?${query}`)
    expect([status, body.errors[0].pointer]).toEqual([400, pointer])
  })

  test('shows nothing of another tenant', async () => {
    expect(await listed('', bank())).not.toEqual([])
    const { body } = await bank().get('/v1/holds?accountId=alice', { tenant: 'beta' })
    expect(body).toEqual({ data: [], nextCursor: null })
  })
})

describe('a hold whose time is over', () => {
  test('shows expired before anybody recorded it, has nothing left, and is neither captured nor extended', async () => {
    const [holdId] = (await place(bank(), { amount: '7.00', expiresAt: inMs(100) })) as [string]
    await expect.poll(async () => (await bank().get(`/v1/holds/${holdId}`)).body.status).toBe('expired')
    expect((await bank().get(`/v1/holds/${holdId}`)).body).toMatchObject({
      amount: '7.00',
      captured: '0.00',
      remaining: '0.00',
    })
    expect(await storedStatus(bank(), holdId)).toBe('active')
    const capture = { ...transfer({ from: 'alice', to: 'cash', amount: '7.00' }), amount: '7.00' }
    const late = await bank().post(`/v1/holds/${holdId}/captures`, capture)
    expect([late.status, late.body.code]).toEqual([422, 'hold_expired'])
    const extended = await bank().post(`/v1/holds/${holdId}/extend`, { expiresAt: null })
    expect([extended.status, extended.body.code]).toEqual([422, 'hold_expired'])
    const released = await bank().post(`/v1/holds/${holdId}/release`, {})
    expect([released.status, released.body.status]).toEqual([200, 'released'])
  })

  test.each([
    ['behind', behind],
    ['ahead', ahead],
  ])('is one by the database’s clock, also to a process whose own is a day %s', async (_, open) => {
    await openCustomers(open())
    const [over, running] = (await place(
      open(),
      { expiresAt: inMs(200) },
      { expiresAt: inMs(dayMs / 2) },
    )) as [string, string]
    await pass(250)
    const status = async (holdId: string) => (await open().get(`/v1/holds/${holdId}`)).body.status
    expect([await status(over), await status(running)]).toEqual(['expired', 'active'])
    expect(await listed('status=expired', open())).toEqual([over])
    expect(await listed('status=active', open())).toEqual([running])
  })
})
