import type { ProductParameters } from '@plinth/product'
import type { DayCount } from '@plinth/product/domain'
import { afterEach, describe, expect, test } from 'vitest'
import { type Bank, useBank } from '../support/bank.js'
import { endOf } from '../support/commands.js'
import { asAdmin } from '../support/database-admin.js'
import { addProductChart, approveVersion, openingUnder } from '../support/products.js'
import { expectExplained } from './by-hand.js'
import { eodAt } from './eod-bank.js'

const openBank = useBank()

/** 36 500.00 bring 1.00 a day by ACT/365F. */
const onePercent: Partial<ProductParameters> = {
  creditTiers: [{ from: '0.00', rate: '0.01' }],
  debitTiers: [],
}

/** A bank whose first business date is `today`, with an account of each product that has 36 500.00 on it. */
async function bankFrom(
  today: string,
  products: Readonly<Record<string, Partial<ProductParameters>>>,
  { holidays, from = openBank }: { holidays?: string; from?: () => Promise<Bank> } = {},
): Promise<Bank> {
  const bank = await from()
  const { tenantId } = bank
  await bank.rows('update ledger.journal_head set business_date = $2 where tenant_id = $1', [tenantId, today])
  if (holidays !== undefined) {
    const changes = { calendar: { weekend: ['saturday', 'sunday'], holidays, extra: [], working: [] } }
    const changed = await bank.submit({ type: 'change_settings', changes, reason: 'a calendar' } as never)
    expect(endOf(changed)).toBe('accepted')
  }
  await addProductChart(bank)
  for (const [code, parameters] of Object.entries(products)) {
    await approveVersion(bank, { ...onePercent, ...parameters }, { code, from: today })
    expect(endOf(await bank.submit(openingUnder(code.toLowerCase(), { product: code })))).toBe('accepted')
    await bank.fund(code.toLowerCase(), '36500.00')
  }
  return bank
}

/** Ends every day up to and including `last`; answers the business dates that there were. */
async function endDays(bank: Bank, last: string): Promise<string[]> {
  const eod = eodAt(bank)
  const ended: string[] = []
  for (let today = await eod.businessDate(); today <= last; today = await eod.businessDate()) {
    const { complete, reports } = await eod.run(today)
    expect([complete, reports.at(-1)?.setAside]).toEqual([true, []])
    ended.push(today)
  }
  return ended
}

interface Day {
  readonly account: string
  readonly day: string
  readonly revision: number
  readonly parts: number
  readonly balance: string
  readonly posted: number
}

const daysOf = (bank: Bank) =>
  bank.rows<Day>(
    `select account_id as account, day::text, revision, parts, balance, credit_posted::int as posted
       from interest.accrual where tenant_id = $1 order by account_id, booked_on, revision = 0, day`,
    [bank.tenantId],
  )

describe('the end of day, by the calendar', () => {
  // By hand from ISDA 2006 4.16, in 1 603 080ths of a year: a 365th is 4392, a 366th 4380, a 360th 4453. The thirties count from
  // the 1st of February: up to the 28th 27 days, to the 29th 28, to the 1st of March 30.
  const februaries: [dayCount: DayCount, leap: number[], common: number[]][] = [
    ['ACT/365F', [4392, 4392, 4392], [4392, 4392]],
    ['ACT/360', [4453, 4453, 4453], [4453, 4453]],
    ['ACT/ACT-ISDA', [4380, 4380, 4380], [4392, 4392]],
    ['30/360-ISDA', [4453, 2 * 4453, 4453], [3 * 4453, 4453]],
    ['30E/360', [4453, 2 * 4453, 4453], [3 * 4453, 4453]],
  ]
  const ofDayCounts = Object.fromEntries(februaries.map(([dayCount], at) => [`SAVER-${at}`, { dayCount }]))

  test.each([
    ['leap day', '2028', '2028-02-28', februaries.map(([, leap]) => leap)],
    ['28th of a common February', '2027', '2027-02-28', februaries.map(([, , common]) => common)],
  ])('a %s accrues as each day count says', async (_, year, from, expected) => {
    const bank = await bankFrom(`${year}-02-01`, ofDayCounts)
    await endDays(bank, `${year}-03-01`)
    const savers = Object.keys(ofDayCounts).map((code) => code.toLowerCase())
    await expectExplained(bank)
    const days = (await daysOf(bank)).filter((each) => each.day >= from)
    expect(
      savers.map((saver) => days.filter(({ account }) => account === saver).map(({ parts }) => parts)),
    ).toEqual(expected)
  })

  test('a year’s end with holidays and a weekend accrues every day once, and capitalises of value New Year', async () => {
    const bank = await bankFrom('2026-12-22', { SAVER: {} }, { holidays: 'DE' })
    expect(await endDays(bank, '2027-01-04')).toEqual([
      // Christmas is a Friday, New Year as well.
      ...['2026-12-22', '2026-12-23', '2026-12-24'],
      ...['2026-12-28', '2026-12-29', '2026-12-30', '2026-12-31', '2027-01-04'],
    ])
    // Ten days of December at 1.00. From New Year on 36 510.00 × 1 % ÷ 365 = 1.000 273… a day.
    expect((await daysOf(bank)).map((each) => [each.day.slice(5), each.balance, each.posted])).toEqual([
      ...['12-22', '12-23', '12-24', '12-25', '12-26', '12-27', '12-28', '12-29', '12-30', '12-31'].map(
        (each) => [each, '3650000', 100],
      ),
      ...['01-01', '01-02', '01-03', '01-04'].map((each) => [each, '3651000', 100]),
    ])
    const [capitalised] = await bank.rows(
      `select value_date::text, credit, c.booked_on::text, e.booking_date::text from interest.capitalisation c
         join ledger.journal_entry e using (tenant_id, entry_id, value_date) where tenant_id = $1`,
      [bank.tenantId],
    )
    expect(capitalised).toEqual({
      value_date: '2027-01-01',
      credit: '1000',
      booked_on: '2026-12-31',
      booking_date: '2026-12-31',
    })
    await expectExplained(bank)
  })

  test('a line of ten days ago, over the end of a month, changes today’s accrual by what it would have brought', async () => {
    const bank = await bankFrom('2027-03-20', { SAVER: { withholdingTaxRate: '0.25' } })
    await endDays(bank, '2027-04-04')
    // Twelve days of March at 1.00 bring 12.00, less 3.00 of tax.
    expect((await bank.balance('saver')).posted).toBe('36509.00')
    const paid = { from: 'cash', to: 'saver', amount: '73000.00', valueDate: '2027-03-26' }
    expect(endOf(await bank.transfer(paid))).toBe('accepted')
    await endDays(bank, '2027-04-05')
    const run = (await daysOf(bank)).slice(-11)
    expect(run.map((each) => [each.day.slice(5), each.revision, each.balance, each.posted])).toEqual([
      // 73 000.00 more bring 2.00 a day more.
      ...['03-26', '03-27', '03-28', '03-29', '03-30', '03-31'].map((each) => [each, 1, '10950000', 200]),
      ...['04-01', '04-02', '04-03', '04-04'].map((each) => [each, 1, '10950900', 200]),
      ['04-05', 0, '10950900', 300],
    ])
    await endDays(bank, '2027-04-30')
    // Nothing of March is capitalised anew: its six days of 2.00 go with April’s thirty of 109 509.00 × 1 % ÷ 365 = 3.000 246…:
    // 12 + 90.007 39… = 102.007 39….
    expect(
      await bank.rows(
        'select value_date::text, credit, tax from interest.capitalisation where tenant_id = $1 order by 1',
        [bank.tenantId],
      ),
    ).toEqual([
      { value_date: '2027-04-01', credit: '1200', tax: '300' },
      { value_date: '2027-05-01', credit: '10201', tax: '2550' },
    ])
    await expectExplained(bank)
  })
})

describe('clocks that change', () => {
  const zoneBefore = process.env.TZ
  afterEach(() => {
    if (zoneBefore === undefined) delete process.env.TZ
    else process.env.TZ = zoneBefore
  })

  /** Days about both changes of 2027 in Europe, by a process that stands in a zone and a server whose sessions do. */
  async function daysIn(zone: string): Promise<unknown> {
    process.env.TZ = zone
    const first = await bankFrom('2027-03-26', { SAVER: {} })
    await first.rows(
      `do $$ begin execute format('alter database %I set timezone = %L', current_database(), '${zone}'); end $$`,
    )
    const there = first.elsewhere()
    await asAdmin(there.serveUrl, async (client) => {
      expect((await client.query('show timezone')).rows).toEqual([{ TimeZone: zone }])
    })
    await endDays(there, '2027-04-01')
    const second = await bankFrom(
      '2027-10-30',
      { SAVER: { dayCount: '30E/360' } },
      { from: async () => (await openBank()).elsewhere() },
    )
    await endDays(second, '2027-11-01')
    return [await daysOf(first), await daysOf(second)]
  }

  test('move no day: interest is the same where the night of the change has 23 hours, 25, or no midnight', async () => {
    const expected = await daysIn('UTC')
    expect(expected).toMatchObject([{ length: 7 }, { length: 3 }])
    for (const zone of ['Europe/Berlin', 'America/Santiago', 'Pacific/Apia'])
      expect([zone, await daysIn(zone)]).toEqual([zone, expected])
  })
})
