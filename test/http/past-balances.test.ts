import { beforeAll, describe, expect, test } from 'vitest'
import { asAdmin } from '../support/database-admin.js'
import { type Answer, openCustomers, transfer, useHttpBank } from './support/http-bank.js'

const bank = useHttpBank()

interface Entry {
  readonly journalEntryId: string
  readonly entryNo: number
  readonly postedAt: string
}
const entries: Entry[] = []

/** Pays alice, or lets her pay. */
async function pay(amount: string, valueDate?: string): Promise<void> {
  const [from, to] = amount.startsWith('-') ? ['alice', 'cash'] : ['cash', 'alice']
  const body = { ...transfer({ from, to, amount: amount.replace('-', '') }), valueDate }
  const answer = await bank().post('/v1/postings', body)
  expect(answer.status, answer.text).toBe(201)
  entries.push(answer.body)
}

const move = (date: string) =>
  asAdmin(bank().adminUrl, (client) =>
    client.query("update ledger.journal_head set business_date = $1 where tenant_id = 'alpha'", [date]),
  )

const ask = (query: string, account = 'alice'): Promise<Answer> =>
  bank().get(`/v1/accounts/${account}/balance?${query}`)
const postedAsOf = async (query: string): Promise<string> => (await ask(query)).body.posted

// Booked 2026-11-20: 500 (entry 1), 100 valued 2026-11-18 (2), −30 valued 2026-11-25 (3).
// Booked 2026-11-21: 7 (4), 20 valued 2026-10-31 (5). Booked 2026-12-01: −1 valued 2026-11-20 (6), 2 (7).
beforeAll(async () => {
  await openCustomers(bank())
  await pay('100.00', '2026-11-18')
  await pay('-30.00', '2026-11-25')
  await move('2026-11-21')
  await pay('7.00')
  await pay('20.00', '2026-10-31')
  await move('2026-12-01')
  await pay('-1.00', '2026-11-20')
  await pay('2.00')
})

describe('a balance of the past', () => {
  test('names what was asked for, what counts, and nothing that is not kept', async () => {
    const answer = await ask('bookingDate=2026-11-21')
    expect(answer.status).toBe(200)
    expect(answer.body).toEqual({
      accountId: 'alice',
      currency: 'EUR',
      posted: '597.00',
      held: null,
      available: null,
      overdraftLimit: null,
      debits: '30.00',
      credits: '627.00',
      version: 5,
      valueDate: null,
      bookingDate: '2026-11-21',
      knownAtEntryNo: 7,
    })
    expect((await ask('valueDate=2026-11-20&knownAtEntryNo=3')).body).toMatchObject({
      ...{ posted: '600.00', debits: '0.00', credits: '600.00', version: null },
      ...{ valueDate: '2026-11-20', bookingDate: null, knownAtEntryNo: 3 },
    })
  })

  test('without any question is the balance of now', async () => {
    expect((await bank().get('/v1/accounts/alice/balance')).body).toEqual({
      ...{ accountId: 'alice', currency: 'EUR', posted: '598.00', held: '0.00', available: '598.00' },
      ...{
        overdraftLimit: '0.00',
        debits: '31.00',
        credits: '629.00',
        version: 7,
        bookingDate: '2026-12-01',
      },
    })
  })

  test('is on the normal side of its account', async () => {
    expect((await ask('bookingDate=2026-11-20', 'cash')).body).toMatchObject({
      ...{ posted: '570.00', debits: '600.00', credits: '30.00', version: 3 },
    })
  })

  test.each([
    ['bookingDate=2026-11-19', '0.00'],
    ['bookingDate=2026-11-20', '570.00'],
    // Nothing was booked on these days.
    ['bookingDate=2026-11-30', '597.00'],
    ['bookingDate=2026-12-01', '598.00'],
    ['bookingDate=9999-12-31', '598.00'],
  ])('by booking date counts what was booked until then: %s', async (query, posted) => {
    expect(await postedAsOf(query)).toBe(posted)
  })

  test.each([
    ['valueDate=2026-10-30', '0.00'],
    ['valueDate=2026-10-31', '20.00'],
    ['valueDate=2026-11-18', '120.00'],
    ['valueDate=2026-11-20', '619.00'],
    ['valueDate=2026-11-21', '626.00'],
    ['valueDate=2026-11-25', '596.00'],
    ['valueDate=2026-12-01', '598.00'],
    ['valueDate=9999-12-31', '598.00'],
    ['valueDate=0001-01-01', '0.00'],
  ])('by value date counts what is of that value: %s', async (query, posted) => {
    expect(await postedAsOf(query)).toBe(posted)
  })

  test.each([
    ['valueDate=2026-11-20&bookingDate=2026-11-20', '600.00'],
    ['valueDate=2026-11-20&bookingDate=2026-11-21', '620.00'],
    ['valueDate=2026-11-20&knownAtEntryNo=4', '600.00'],
    ['valueDate=2026-11-20&knownAtEntryNo=5', '620.00'],
    ['bookingDate=2026-11-20&knownAtEntryNo=2', '600.00'],
    ['bookingDate=2026-11-20&knownAtEntryNo=7', '570.00'],
    ['valueDate=2026-11-25&bookingDate=2026-11-21&knownAtEntryNo=4', '577.00'],
    ['knownAtEntryNo=0', '0.00'],
    ['valueDate=9999-12-31&knownAtEntryNo=1', '500.00'],
  ])('asked for in several ways counts what meets all of them: %s', async (query, posted) => {
    expect(await postedAsOf(query)).toBe(posted)
  })

  test('as the books knew it at a moment is that of the last entry posted by then, which it names', async () => {
    for (const [at, { postedAt }] of entries.entries()) {
      const answer = await ask(`knownAt=${postedAt}`)
      // Entries of one millisecond are known together.
      const last = entries.findLast((each) => each.postedAt === postedAt) as Entry
      expect([at, answer.body.knownAtEntryNo]).toEqual([at, last.entryNo])
      const again = await ask(`knownAtEntryNo=${last.entryNo}`)
      expect(again.body).toEqual(answer.body)
    }
    expect((await ask('knownAt=2001-01-01T00:00:00Z')).body).toMatchObject({
      ...{ posted: '0.00', version: 0, knownAtEntryNo: 0 },
    })
  })

  test.each([
    ['knownAtEntryNo=999', '/knownAtEntryNo', 'wrong_type'],
    ['knownAtEntryNo=-1', '/knownAtEntryNo', 'wrong_type'],
    ['knownAt=9999-01-01T00:00:00Z', '/knownAt', 'date_malformed'],
    ['knownAt=0000-01-01T00:00:00Z', '/knownAt', 'date_malformed'],
    ['knownAt=2026-11-20', '/knownAt', 'date_malformed'],
    ['knownAt=2001-01-01T00:00:00Z&knownAtEntryNo=1', '/knownAt', 'wrong_type'],
    ['valueDate=2026-02-30', '/valueDate', 'date_malformed'],
    ['bookingDate=', '/bookingDate', 'date_malformed'],
    ['valueDate=2026-11-20&valueDate=2026-11-21', '/valueDate', 'wrong_type'],
    ['asOf=2026-11-20', '/asOf', 'unknown_field'],
  ])('is malformed if nobody can answer it: %s', async (query, pointer, code) => {
    const answer = await ask(query)
    expect([answer.status, answer.body.code]).toEqual([400, 'malformed_request'])
    expect(answer.body.errors).toMatchObject([{ pointer, code }])
  })

  test('of an account that is not there, or another tenant’s, is not found', async () => {
    expect((await ask('valueDate=2026-11-20', 'nobody')).status).toBe(404)
    const beta = await bank().get('/v1/accounts/alice/balance?knownAtEntryNo=0', { tenant: 'beta' })
    expect(beta.status).toBe(404)
  })

  // The last one: it posts.
  test('does not change when later entries are of an earlier value, while that of now by value does', async () => {
    const questions = ['knownAtEntryNo=7', 'knownAtEntryNo=7&valueDate=2026-11-20', `knownAtEntryNo=3`]
    const before = await Promise.all(questions.map(async (query) => (await ask(query)).text))
    const opened = await bank().post('/v1/accounts', {
      ...{ accountId: 'late', name: 'Late', glCode: '2000', currency: 'EUR' },
    })
    expect(opened.status).toBe(201)
    await pay('50.00', '2026-11-19')
    const { journalEntryId } = entries[0] as Entry
    const reversed = await bank().post(`/v1/journal-entries/${journalEntryId}/reversals`, {
      ...{ reason: 'a test', valueDate: 'original' },
    })
    expect(reversed.body).toMatchObject({ bookingDate: '2026-12-01', valueDate: '2026-11-18' })
    const after = await Promise.all(questions.map(async (query) => (await ask(query)).text))
    expect(after).toEqual(before)
    // 619.00, and 50.00 more and 100.00 taken back.
    expect(await postedAsOf('valueDate=2026-11-20')).toBe('569.00')
    expect(await postedAsOf('valueDate=2026-11-18')).toBe('20.00')
    expect(await postedAsOf('valueDate=2026-11-18&bookingDate=2026-11-30')).toBe('120.00')
    // Not there yet at entry 7, and nothing on it since.
    expect((await ask('knownAtEntryNo=7&valueDate=2026-11-20', 'late')).body).toMatchObject({
      posted: '0.00',
    })
  })
})
