import { EodRefused } from '@plinth/eod'
import type { BusinessDate } from '@plinth/kernel'
import { readEntriesById } from '@plinth/ledger'
import type { Command } from '@plinth/posting'
import { describe, expect, test } from 'vitest'
import { type Bank, useBank } from '../support/bank.js'
import { endOf, opening, posting, reverseWhole } from '../support/commands.js'
import { adjusting, brokenRules, earningBank, moveOn, nets, period, retaining, yearsAt } from './year-bank.js'

const openBank = useBank()
const day = (text: string) => text as BusinessDate

/** The bank of a year that is over, adjusted by 2.00 of costs. */
async function pastBank(): Promise<Bank> {
  const bank = await earningBank(openBank)
  await moveOn(bank, '2027-01-04')
  expect(endOf(await bank.submit(adjusting(['debit costs 2.00', 'credit cash 2.00'])))).toBe('accepted')
  return bank
}

/** What closes years, by entry: its currency's lines, with the account and the amount. */
async function closings(bank: Bank): Promise<string[][]> {
  const rows = await bank.rows<{ entry_no: number; line: string }>(
    `select e.entry_no, l.side || ' ' || l.account_id || ' ' || l.amount as line
       from ledger.journal_entry e join ledger.posting_line l using (tenant_id, entry_no)
      where tenant_id = $1 and kind = 'year_end_close' order by entry_no, line_no`,
    [bank.tenantId],
  )
  return [...new Set(rows.map(({ entry_no }) => entry_no))].map((no) =>
    rows.filter(({ entry_no }) => entry_no === no).map(({ line }) => line),
  )
}

describe('closing a year', () => {
  test('takes income and expense to the retained earnings, per currency, as its last entries', async () => {
    const bank = await pastBank()
    await bank.post(['debit cash 5.00', 'credit fees 5.00'])
    const closed = await yearsAt(bank).close(2026)
    expect(closed).toMatchObject({
      ...{ year: 2026, period: '2026-13', status: 'final', retainedEarningsGlCode: '3200' },
      begunBy: 'key:accountant',
      results: [
        { currency: 'EUR', result: '18.00', journalEntryIds: [expect.any(String)] },
        { currency: 'JPY', result: '-500', journalEntryIds: [expect.any(String)] },
      ],
    })
    expect(await closings(bank)).toEqual([
      ['debit fees 3000', 'credit costs 1200', 'credit GL:3200:EUR 1800'],
      ['credit yen-costs 500', 'debit GL:3200:JPY 500'],
    ])
    const ids = closed.results.flatMap(({ journalEntryIds }) => journalEntryIds)
    for (const entry of await bank.database.read(bank.tenantId, (tx) => readEntriesById(tx, ids as never)))
      expect(entry).toMatchObject({
        ...{ kind: 'year_end_close', thirteenthOf: 2026, advice: true, transactionCode: 'YEAR-END' },
        ...{ bookingDate: '2027-01-04', valueDate: '2026-12-31' },
      })
    expect(await brokenRules(bank)).toEqual([])
    await bank.expectBooksInOrder()
  })

  test('is shown in the trial balance, or left out of it, by period, by booking and by value', async () => {
    const bank = await pastBank()
    await bank.post(['debit cash 5.00', 'credit fees 5.00'])
    await yearsAt(bank).close(2026)
    const before = ['1100 EUR 1800', '1100 JPY -500', '4100 EUR 3000', '5100 EUR 1200', '5100 JPY 500']
    const closed = ['1100 EUR 1800', '1100 JPY -500', '3200 EUR 1800', '3200 JPY -500']
    const of = { period: period('2026-13') }
    expect(await nets(bank, of)).toEqual(closed)
    expect(await nets(bank, { ...of, withoutYearEndClose: true })).toEqual(before)
    const booked = { date: day('2027-01-04') }
    const later = ['1100 EUR 2300', '1100 JPY -500', '3200 EUR 1800', '3200 JPY -500', '4100 EUR 500']
    expect(await nets(bank, booked)).toEqual(later)
    expect(await nets(bank, { period: period('2027-01') })).toEqual(later)
    expect(await nets(bank, { ...booked, withoutYearEndClose: true })).toContain('4100 EUR 3500')
    // The adjustment is of value 2027.
    const valued = { date: day('2026-12-31'), by: 'value' } as const
    expect(await nets(bank, valued)).toContain('5100 EUR -200')
    expect(await nets(bank, { ...valued, withoutYearEndClose: true })).toContain('5100 EUR 1000')
  })

  test('of the next year leaves the closing entries of the year before in its trial balance', async () => {
    const bank = await pastBank()
    await bank.post(['debit cash 5.00', 'credit fees 5.00'])
    await yearsAt(bank).close(2026)
    await moveOn(bank, '2028-01-03')
    expect(await yearsAt(bank).close(2027)).toMatchObject({ results: [{ result: '5.00' }, { result: '0' }] })
    const without = await nets(bank, { period: period('2027-13'), withoutYearEndClose: true })
    expect(without).toContain('4100 EUR 500')
    expect(without).toContain('3200 EUR 1800')
    expect(await nets(bank, { period: period('2027-13') })).toContain('3200 EUR 2300')
    expect(await nets(bank, { period: period('2026-13') })).toContain('3200 EUR 1800')
    expect(await brokenRules(bank)).toEqual([])
  })

  test('once more changes nothing, and nothing comes into the year any more', async () => {
    const bank = await pastBank()
    const first = await yearsAt(bank).close(2026)
    const counted = await bank.counts()
    expect([await yearsAt(bank).close(2026), await yearsAt(bank).rehearse(2026)]).toEqual([first, first])
    expect(await bank.counts()).toEqual(counted)
    const refused = [
      await bank.submit(adjusting(['debit costs 2.00', 'credit cash 2.00'])),
      await bank.submit(posting(['debit costs 2.00', 'credit cash 2.00'], { valueDate: day('2026-12-31') })),
    ]
    expect(refused.map(endOf)).toEqual(['period_closed', 'period_closed'])
    expect(endOf(await bank.post(['debit costs 2.00', 'credit cash 2.00']))).toBe('accepted')
  })

  test('stays as it is: closing entries are nobody’s to take back, wherever it would be booked', async () => {
    const bank = await pastBank()
    await yearsAt(bank).close(2026)
    const entries = await bank.rows<{ entry_id: string }>(
      `select entry_id from ledger.journal_entry where tenant_id = $1 and kind = 'year_end_close'`,
      [bank.tenantId],
    )
    expect(entries).toHaveLength(2)
    const closed = await nets(bank, { period: period('2026-13') })
    for (const { entry_id: entryId } of entries) {
      expect(await bank.submit(reverseWhole(entryId))).toMatchObject({
        answer: { rejection: { code: 'condition_failed', facts: { entryId, condition: 'kind' } } },
      })
      const { type: _, ...instead } = posting(['debit cash 1.00', 'credit fees 1.00'])
      const correction = { ...reverseWhole(entryId), type: 'correct', posting: instead } as Command
      expect(endOf(await bank.submit(correction))).toBe('condition_failed')
    }
    expect(await nets(bank, { period: period('2026-13') })).toEqual(closed)
    expect(await nets(bank, { period: period('2027-01') })).toContain('3200 EUR 1800')
    expect(await brokenRules(bank)).toEqual([])
  })

  test('moves the floor of value dates to the next year, unless it lies there, and is told', async () => {
    const bank = await pastBank()
    const floor = {
      type: 'change_settings',
      changes: { valueDateFloor: '2027-01-02' },
      reason: 'a test',
    } as const
    const other = await pastBank()
    expect(endOf(await other.submit(floor))).toBe('accepted')
    for (const [at, expected, versions] of [
      [bank, '2027-01-01', 3],
      [other, '2027-01-02', 3],
    ] as const) {
      await yearsAt(at).close(2026)
      const settings = await at.rows(
        `select version, settings ->> 'valueDateFloor' as floor from tenancy.settings where tenant_id = $1 order by 1 desc limit 1`,
        [at.tenantId],
      )
      expect(settings).toEqual([{ version: versions, floor: expected }])
      expect(
        await at.rows(
          `select type, subject from outbox.outbox_event where tenant_id = $1 and type like 'plinth.year%' order by position`,
          [at.tenantId],
        ),
      ).toEqual([
        { type: 'plinth.year.closing.v1', subject: '2026' },
        { type: 'plinth.year.closed.v1', subject: '2026' },
      ])
      expect(await brokenRules(at)).toEqual([])
    }
  })

  test('of a year without income and expense makes it final all the same', async () => {
    const bank = await openBank()
    await bank.glAccount('3200', 'equity')
    await bank.submit(retaining('3200'))
    await moveOn(bank, '2027-01-04')
    expect(await yearsAt(bank).close(2026)).toMatchObject({ status: 'final', results: [] })
    expect(await brokenRules(bank)).toEqual([])
  })

  test('takes what an account had that is closed by now to the internal account of its GL account', async () => {
    const bank = await earningBank(openBank)
    await moveOn(bank, '2027-01-04')
    await bank.open('more-costs', { gl: '5100', unlimited: true })
    await bank.post(['debit more-costs 10.00', 'credit costs 10.00'])
    expect(endOf(await bank.status('costs', 'closed'))).toBe('accepted')
    await yearsAt(bank).close(2026)
    expect((await closings(bank))[0]).toEqual([
      ...['debit fees 3000', 'credit GL:5100:EUR 1000', 'credit GL:3200:EUR 2000'],
    ])
    expect(await nets(bank, { period: period('2026-13') })).toEqual([
      ...['1100 EUR 2000', '1100 JPY -500', '3200 EUR 2000', '3200 JPY -500'],
    ])
    expect(await brokenRules(bank)).toEqual([])
  })

  test('comes to the same in however many parts, also where the internal account has lines of its own', async () => {
    const bank = await earningBank(openBank)
    // Its id comes before that of the internal account, which is closed by a later part.
    for (const id of ['A-costs', 'GL:5100:EUR']) await bank.open(id, { gl: '5100', unlimited: true })
    await bank.post(['debit GL:5100:EUR 4.00', 'credit cash 4.00'])
    await bank.post(['debit A-costs 5.00', 'credit cash 5.00'])
    await moveOn(bank, '2027-01-04')
    await bank.post(['debit costs 5.00', 'credit A-costs 5.00'])
    expect(endOf(await bank.status('A-costs', 'closed'))).toBe('accepted')
    const foreseen = await yearsAt(bank, 1).rehearse(2026)
    const closed = await yearsAt(bank, 1).close(2026)
    expect(closed.results.map(({ result }) => result)).toEqual(foreseen.results.map(({ result }) => result))
    expect((await nets(bank, { period: period('2026-13') })).filter((row) => /^[45]/.test(row))).toEqual([])
    expect(await brokenRules(bank)).toEqual([])
  })

  test('needs neither funds nor an open account, but a freeze is somebody’s order', async () => {
    const bank = await earningBank(openBank)
    await bank.open('limited', { gl: '4100' })
    await bank.post(['debit cash 7.00', 'credit limited 7.00'])
    await moveOn(bank, '2027-01-04')
    await bank.post(['debit limited 7.00', 'credit cash 7.00'])
    await bank.status('fees', 'open', { debits: true })
    await bank.status('costs', 'frozen')
    await expect(yearsAt(bank).close(2026)).rejects.toThrow(/account_frozen.*costs/)
    expect((await yearsAt(bank).status(2026)).status).toBe('closing')
    await bank.status('costs', 'open')
    expect(await yearsAt(bank).close(2026)).toMatchObject({ results: [{ result: '27.00' }, {}] })
    expect(await bank.balance('limited')).toMatchObject({ posted: '-7.00' })
    expect(await brokenRules(bank)).toEqual([])
  })

  test('of more accounts than an entry has lines makes several', async () => {
    const bank = await earningBank(openBank)
    const ids = Array.from({ length: 1100 }, (_, at) => `fee-${String(at).padStart(4, '0')}`)
    const opened = await bank.batch(ids.map((id) => opening(id, { gl: '4100', unlimited: true })))
    const earned = await bank.batch(ids.map((id) => posting(['debit cash 0.01', `credit ${id} 0.01`])))
    expect(new Set([...opened, ...earned].map(endOf))).toEqual(new Set(['accepted']))
    await moveOn(bank, '2027-01-04')
    const { results } = await yearsAt(bank).close(2026)
    expect(results.map(({ result, journalEntryIds }) => [result, journalEntryIds.length])).toEqual([
      ['31.00', 3],
      ['-500', 1],
    ])
    expect((await nets(bank, { period: period('2026-13') })).filter((row) => /^[45]/.test(row))).toEqual([])
    expect(await brokenRules(bank)).toEqual([])
  }, 60_000)
})

test('a rehearsal shows what would be posted, and keeps nothing', async () => {
  const bank = await pastBank()
  const counted = await bank.counts()
  expect(await yearsAt(bank, 1).rehearse(2026)).toEqual({
    ...{ year: 2026, period: '2026-13', status: 'open' },
    results: [
      { currency: 'EUR', result: '18.00', journalEntryIds: [] },
      { currency: 'JPY', result: '-500', journalEntryIds: [] },
    ],
    lines: [
      { glCode: '4100', currency: 'EUR', side: 'debit', amount: '30.00' },
      { glCode: '3200', currency: 'EUR', side: 'credit', amount: '18.00' },
      { glCode: '5100', currency: 'EUR', side: 'credit', amount: '12.00' },
      { glCode: '5100', currency: 'JPY', side: 'credit', amount: '500' },
      { glCode: '3200', currency: 'JPY', side: 'debit', amount: '500' },
    ],
  })
  expect(await bank.counts()).toEqual(counted)
})

describe('a year cannot be closed', () => {
  test.each([
    ['that is not over', '2026-12-31', 2026, /not over/],
    ['before the one before it', '2028-01-03', 2027, /2026 comes first/],
    ['before there were books', '2027-01-04', 2025, /there were none/],
  ])('%s', async (_which, date, year, why) => {
    const bank = await earningBank(openBank)
    await moveOn(bank, date)
    await expect(yearsAt(bank).close(year)).rejects.toThrow(EodRefused)
    await expect(yearsAt(bank).rehearse(year)).rejects.toThrow(why)
    await expect(yearsAt(bank).close(year)).rejects.toThrow(why)
  })

  test('whose last day is closing, but while a day behind it is', async () => {
    const bank = await earningBank(openBank)
    await bank.moveTo(day('2027-01-04'))
    await expect(yearsAt(bank).close(2026)).rejects.toThrow(/2026-11-20 is not closed yet/)
    await bank.moveTo(day('2027-01-05'))
    expect(await yearsAt(bank).close(2026)).toMatchObject({ status: 'final' })
    expect(await brokenRules(bank)).toEqual([])
  })

  test('before accounts that its days have set aside are made up for', async () => {
    const bank = await earningBank(openBank)
    await moveOn(bank, '2027-01-04')
    await bank.rows(
      `with run as (insert into eod.run (tenant_id, run_id, business_date, next_date, status, cut_off_entry_no, cut_off_at, finished_at,
           started_by, correlation_id, lease_owner, lease_since, lease_until, lease_epoch)
         values ($1, gen_random_uuid(), '2026-12-31', '2027-01-01', 'completed', 3, now(), now(), 'x', 'x', 'x', now(), now(), 1)
         returning run_id)
       insert into eod.set_aside (tenant_id, run_id, account_id, step, code, detail, set_aside_at, attempts, tried_at)
       select $1, run_id, 'fees', 'accrue', 'fault', 'x', now(), 1, now() from run`,
      [bank.tenantId],
    )
    await expect(yearsAt(bank).close(2026)).rejects.toThrow(/fees was set aside/)
    await bank.rows('update eod.set_aside set settled_at = now() where tenant_id = $1', [bank.tenantId])
    expect(await yearsAt(bank).close(2026)).toMatchObject({ status: 'final' })
  })

  test('without a GL account for its result, which is a postable one of equity', async () => {
    const bank = await earningBank(openBank)
    await bank.glAccount('3000', 'equity', { postable: false })
    const asked = ['3999', '3000', '2100', '3200', null].map((code) => bank.submit(retaining(code)))
    expect((await Promise.all(asked)).map(endOf)).toEqual([
      ...['gl_account_not_found', 'condition_failed', 'condition_failed', 'accepted', 'accepted'],
    ])
    await moveOn(bank, '2027-01-04')
    await expect(yearsAt(bank).close(2026)).rejects.toThrow(/retainedEarningsGlCode/)
  })
})

describe('who is interrupted', () => {
  /** Fails in or right behind the n-th transaction, as if the process had died there. */
  const mortal = ({ database, ...bank }: Bank, { at, inside }: { at: number; inside: boolean }): Bank => {
    let transactions = 0
    const transaction: typeof database.transaction = async (options, work) => {
      transactions += 1
      const last = transactions === at
      const result = await database.transaction(options, async (tx) => {
        const done = await work(tx)
        if (last && inside) throw new Error('died')
        return done
      })
      if (last) throw new Error('died')
      return result
    }
    return { ...bank, database: { ...database, transaction } }
  }
  const left = async (bank: Bank) => ({
    closings: await closings(bank),
    nets: await nets(bank, { period: period('2026-13') }),
    results: (await yearsAt(bank).status(2026)).results.map(({ currency, result }) => [currency, result]),
  })

  test.each([true, false])(
    'anywhere is gone on with as if nothing had been (inside: %s)',
    async (inside) => {
      const calm = await pastBank()
      await yearsAt(calm, 1).close(2026)
      const expected = await left(calm)
      expect(expected.closings).toHaveLength(3)
      let at = 0
      for (let finished = false; !finished; ) {
        at += 1
        const bank = await pastBank()
        finished = await yearsAt(mortal(bank, { at, inside }), 1)
          .close(2026)
          .then(
            () => true,
            (error: Error) => {
              expect(error.message).toBe('died')
              return false
            },
          )
        await bank.post(['debit costs 9.00', 'credit cash 9.00'])
        expect(await yearsAt(bank, 1).close(2026)).toMatchObject({ status: 'final' })
        expect([at, await left(bank)]).toEqual([at, expected])
        expect(await brokenRules(bank)).toEqual([])
      }
      // The beginning, the division, three partitions, that there is none left, the end.
      expect(at).toBe(8)
    },
    120_000,
  )

  test('by nobody shares the work with others who close the same year', async () => {
    const bank = await pastBank()
    const ends = await Promise.all(
      [bank, bank.elsewhere(), bank.elsewhere()].map((each) => yearsAt(each, 1).close(2026)),
    )
    expect(ends.map(({ status }) => status)).toEqual(['final', 'final', 'final'])
    expect(await closings(bank)).toHaveLength(3)
    expect(await brokenRules(bank)).toEqual([])
  })
})
