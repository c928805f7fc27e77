import { revaluePositions, verifyPositions } from '@plinth/fx'
import type { AccountId, BusinessDate } from '@plinth/kernel'
import { verifyBooks } from '@plinth/posting'
import { describe, expect, test } from 'vitest'
import { eodAt, smallSizes } from '../eod/eod-bank.js'
import { type Bank, useBank } from '../support/bank.js'
import { answerOf, reverseWhole } from '../support/commands.js'
import { interestRun, within } from '../support/interest.js'
import { accepted, dealInCurrencies, exchange, netOf, rates, revaluations } from './in-bank.js'

const openBank = useBank()
const today = '2026-11-20'
const tomorrow = '2026-11-21'

/** Ann has euros and dollars to sell and to buy; the dollar costs 0.90. */
async function dealingBank(rateDaysMax?: number): Promise<Bank> {
  const bank = await openBank()
  await dealInCurrencies(bank, rateDaysMax)
  await bank.open('ann')
  await bank.open('ann-usd', { currency: 'USD' })
  await bank.open('nostro', { gl: '1100', currency: 'USD', unlimited: true })
  await bank.fund('ann', '1000.00')
  await rates(bank, `USD ${today} 0.90`)
  return bank
}

const buys = (usd: string, eur: string) =>
  exchange({ from: 'ann', sold: `${eur} EUR` }, { to: 'ann-usd', bought: `${usd} USD` })

async function expectSound(bank: Bank): Promise<void> {
  await bank.expectBooksInOrder()
  const rules = await bank.database.read(bank.tenantId, async (tx) => [
    ...(await verifyBooks(tx, bank.books)).rules,
    ...(await verifyPositions(tx, bank.books)),
  ])
  expect(rules.filter(({ first }) => first !== undefined)).toEqual([])
}

const results = (bank: Bank) =>
  bank.rows<{ day: string; made: string; account: string; side: string; amount: string }>(
    `select e.value_date::text as day, e.booking_date::text as made, l.account_id as account, l.side, l.amount::text
       from ledger.journal_entry e join ledger.posting_line l using (tenant_id, entry_no)
      where tenant_id = $1 and e.kind = 'revaluation' and l.account_id like 'GL:%' order by e.entry_no`,
    [bank.tenantId],
  )

describe('an exchange of currencies', () => {
  test('is a posting of four lines, over the accounts that came with the first rate', async () => {
    const bank = await dealingBank()
    await accepted(bank.submit(buys('100.00', '90.50')))
    expect([await netOf(bank, 'ann-usd'), await netOf(bank, 'ann')]).toEqual([10_000n, 90_950n])
    expect([await netOf(bank, 'FX:POSITION:USD'), await netOf(bank, 'FX:COUNTERVALUE:USD')]).toEqual([
      -10_000n,
      9_050n,
    ])
    expect(await bank.state('FX:POSITION:USD')).toMatchObject({ glCode: '1990', unlimited: true })
    expect(await bank.state('FX:COUNTERVALUE:USD')).toMatchObject({ glCode: '1991', currency: 'EUR' })
    await expectSound(bank)
  })

  test('is taken back as any other, and what the rate did meanwhile stays with the bank', async () => {
    const bank = await dealingBank()
    const made = await accepted(bank.submit(buys('100.00', '90.00')))
    await rates(bank, `USD ${tomorrow} 0.95`)
    await eodAt(bank).run(tomorrow)
    const { journalEntryId } = answerOf(made) as { journalEntryId: string }
    await accepted(
      bank.submit({
        type: 'reverse',
        entryId: journalEntryId as never,
        reason: 'a mistake',
        valueDate: undefined,
        lines: undefined,
      }),
    )
    expect([await netOf(bank, 'ann-usd'), await netOf(bank, 'ann')]).toEqual([0n, 100_000n])
    await eodAt(bank).run('2026-11-22')
    // The loss of 5.00 is made good by taking back at the old price.
    expect(await results(bank)).toMatchObject([
      { day: tomorrow, account: 'GL:5990:EUR', side: 'debit', amount: '500' },
      { day: '2026-11-22', account: 'GL:4990:EUR', side: 'credit', amount: '500' },
    ])
    expect([await netOf(bank, 'FX:POSITION:USD'), await netOf(bank, 'FX:COUNTERVALUE:USD')]).toEqual([0n, 0n])
    await expectSound(bank)
  })
})

describe('the end of day', () => {
  test('values a position at the rate of the day and posts what that changes into the day', async () => {
    const bank = await dealingBank()
    await accepted(bank.submit(buys('100.00', '91.00')))
    const { reports } = await eodAt(bank, { sizes: smallSizes }).run(today)
    expect(reports[0]?.setAside).toEqual([])
    expect(await results(bank)).toEqual([
      { day: today, made: today, account: 'GL:4990:EUR', side: 'credit', amount: '100' },
    ])
    expect(await revaluations(bank)).toEqual([
      {
        ...{ day: today, currency: 'USD', position: '-10000', against: '9100', version: 1, worth: '-9000' },
        posted: true,
      },
    ])
    expect(await netOf(bank, 'FX:COUNTERVALUE:USD')).toBe(9_000n)
    // The totals of the day have it.
    expect(reports[0]?.controlTotals.find(({ glCode }) => glCode === '4990')).toMatchObject({ credits: 100n })
    await expectSound(bank)
  })

  test('posts nothing where nothing has changed, and leaves what is booked on the next day to the next', async () => {
    const bank = await dealingBank()
    await accepted(bank.submit(buys('100.00', '90.00')))
    await eodAt(bank).run(today)
    await accepted(bank.submit(buys('10.00', '9.50')))
    expect(await results(bank)).toEqual([])
    await eodAt(bank).run(tomorrow)
    expect(await results(bank)).toMatchObject([{ day: tomorrow, side: 'credit', amount: '50' }])
    expect((await revaluations(bank)).map(({ posted }) => posted)).toEqual([false, true])
    await expectSound(bank)
  })

  test('puts a revaluation right that somebody took back by hand', async () => {
    const bank = await dealingBank()
    await accepted(bank.submit(buys('100.00', '91.00')))
    await eodAt(bank).run(today)
    const [made] = await bank.rows<{ entry_id: string }>(
      `select entry_id from fx.revaluation where tenant_id = $1`,
      [bank.tenantId],
    )
    await accepted(bank.submit(reverseWhole(made?.entry_id ?? '')))
    expect(await netOf(bank, 'FX:COUNTERVALUE:USD')).toBe(9_100n)
    await expectSound(bank)
    await eodAt(bank).run(tomorrow)
    expect(await results(bank)).toMatchObject([
      { day: today, side: 'credit', amount: '100' },
      { day: tomorrow, side: 'credit', amount: '100' },
    ])
    // Posted, taken back, posted: the gain stands once.
    expect([await netOf(bank, 'GL:4990:EUR'), await netOf(bank, 'FX:COUNTERVALUE:USD')]).toEqual([
      100n,
      9_000n,
    ])
    await expectSound(bank)
  })

  test('takes a rate that was corrected after its day into the next day', async () => {
    const bank = await dealingBank()
    await accepted(bank.submit(buys('100.00', '90.00')))
    await eodAt(bank).run(today)
    await rates(bank, `USD ${today} 0.80`)
    expect(await results(bank)).toEqual([])
    await eodAt(bank).run(tomorrow)
    expect(await results(bank)).toMatchObject([{ day: tomorrow, side: 'credit', amount: '1000' }])
    expect((await revaluations(bank)).map(({ day, version }) => [day, version])).toEqual([
      [today, 1],
      [tomorrow, 2],
    ])
    await expectSound(bank)
  })

  test('goes on without a currency that has no rate of late, and makes up for it when there is one', async () => {
    const bank = await dealingBank(2)
    await rates(bank, `GBP ${today} 1.10`)
    await bank.open('ann-gbp', { currency: 'GBP' })
    await accepted(bank.submit(buys('100.00', '90.00')))
    await accepted(
      bank.submit(exchange({ from: 'ann', sold: '11.00 EUR' }, { to: 'ann-gbp', bought: '10.00 GBP' })),
    )
    await eodAt(bank).run('2026-11-22')
    await rates(bank, 'GBP 2026-11-23 1.20')
    const { reports } = await eodAt(bank, { sizes: { load: 10, entries: 10 } }).run('2026-11-23')
    expect(reports[0]).toMatchObject({
      run: { status: 'completed' },
      setAside: [
        {
          ...{ accountId: 'FX:POSITION:USD', step: 'revalue', code: 'condition_failed' },
          detail:
            'No rate of USD was approved for 2026-11-23 or the 2 days before it: the newest is of 2026-11-20.',
        },
      ],
    })
    expect(await results(bank)).toMatchObject([{ account: 'GL:5990:EUR', amount: '100' }])
    await rates(bank, 'USD 2026-11-23 0.91')
    const resumed = await eodAt(bank).resume()
    expect(resumed.reports[0]?.setAside).toMatchObject([{ attempts: 2, settledAt: expect.anything() }])
    expect((await results(bank)).at(-1)).toEqual({
      ...{ day: '2026-11-23', made: '2026-11-24', account: 'GL:5990:EUR', side: 'debit', amount: '100' },
    })
    await expectSound(bank)
  })

  test('of a later day makes up for one that was set aside, and nothing is made up for twice', async () => {
    const bank = await dealingBank(0)
    await accepted(bank.submit(buys('100.00', '90.00')))
    await eodAt(bank).run(today)
    await eodAt(bank).run(tomorrow)
    await rates(bank, `USD ${tomorrow} 0.95`, 'USD 2026-11-22 0.95')
    await eodAt(bank).run('2026-11-22')
    expect(await results(bank)).toMatchObject([{ day: '2026-11-22', amount: '500' }])
    const { reports } = await eodAt(bank).resume()
    expect(reports[0]?.setAside).toMatchObject([{ settledAt: expect.anything() }])
    expect(await results(bank)).toHaveLength(1)
    expect(await netOf(bank, 'FX:COUNTERVALUE:USD')).toBe(9_500n)
    await expectSound(bank)
  })

  test('realises what a position that was sold out has brought, without asking for a rate', async () => {
    const bank = await dealingBank(0)
    await accepted(bank.submit(buys('100.00', '91.00')))
    await accepted(
      bank.submit(exchange({ from: 'ann-usd', sold: '100.00 USD' }, { to: 'ann', bought: '89.00 EUR' })),
    )
    await eodAt(bank).run(today)
    await accepted(bank.submit(buys('1.00', '0.91')))
    await accepted(
      bank.submit(exchange({ from: 'ann-usd', sold: '1.00 USD' }, { to: 'ann', bought: '0.90 EUR' })),
    )
    const { reports } = await eodAt(bank).run(tomorrow)
    expect(reports[0]?.setAside).toEqual([])
    expect(await results(bank)).toMatchObject([{ amount: '200' }, { amount: '1' }])
    expect((await revaluations(bank)).map(({ version }) => version)).toEqual([1, null])
    await expectSound(bank)
  })

  test('done twice does nothing the second time', async () => {
    const bank = await dealingBank()
    await accepted(bank.submit(buys('100.00', '91.00')))
    await eodAt(bank).run(today)
    const before = await bank.counts()
    await eodAt(bank).run(today)
    await eodAt(bank).resume()
    expect(await bank.counts()).toEqual(before)
  })

  test('values each currency once, whoever asks for it again', async () => {
    const bank = await dealingBank()
    await accepted(bank.submit(buys('100.00', '91.00')))
    await bank.moveTo(tomorrow as BusinessDate)
    const revalue = () =>
      within(bank, (tx) =>
        revaluePositions(tx, { ...interestRun(bank, today, tomorrow), rehearsal: undefined }, [
          'FX:POSITION:USD' as AccountId,
        ]),
      )
    expect([await revalue(), await revalue()]).toEqual([
      { positions: 1, posted: 1 },
      { positions: 0, posted: 0 },
    ])
    await expectSound(bank)
  })

  test('is rehearsed without a rate as well', async () => {
    const bank = await dealingBank(0)
    await bank.open('ann-gbp', { currency: 'GBP' })
    await rates(bank, 'GBP 2026-11-19 1.10')
    await accepted(bank.submit(buys('100.00', '91.00')))
    await accepted(
      bank.submit(exchange({ from: 'ann', sold: '11.00 EUR' }, { to: 'ann-gbp', bought: '10.00 GBP' })),
    )
    const before = await bank.counts()
    const { steps } = await eodAt(bank).rehearse(today)
    expect(steps.find(({ name }) => name === 'revalue')?.counts).toEqual({
      ...{ positions: 1, posted: 1, withoutRate: 1 },
    })
    expect(await bank.counts()).toEqual(before)
  })

  test('sets a currency aside whose accounts somebody else has opened', async () => {
    const bank = await openBank()
    await bank.open('FX:POSITION:USD', { currency: 'USD' })
    await dealInCurrencies(bank)
    await rates(bank, `USD ${today} 0.90`)
    const { reports } = await eodAt(bank).run(today)
    expect(reports[0]?.setAside).toMatchObject([
      {
        accountId: 'FX:POSITION:USD',
        detail: 'FX:POSITION:USD is an ordinary account, where the bank’s own in USD should be.',
      },
    ])
  })

  test('leaves accounts alone that are only called like positions, and everything before the settings say so', async () => {
    const bank = await openBank()
    await bank.open('FX:POSITION:USD', { currency: 'GBP' })
    await bank.open('FX:POSITION:EUR')
    await eodAt(bank).run(today)
    await dealInCurrencies(bank)
    const { reports } = await eodAt(bank).run(tomorrow)
    expect(reports[0]?.setAside).toEqual([])
    expect(await revaluations(bank)).toEqual([])
  })
})

describe('currencies of other decimals', () => {
  test.each([
    // A yen costs 0.0061 euros: 10 000 are 61.00.
    ['JPY', '0.0061', '10000', '60.00', '-6100'],
    ['BHD', '2.4451', '100.001', '244.00', '-24451'],
    // Half a cent goes to the even one.
    ['BHD', '2.45', '0.100', '0.24', '-24'],
    ['BHD', '2.55', '0.100', '0.24', '-26'],
    ['ATTO', '0.000001', '1000000.000000000000000001', '1.01', '-100'],
    ['GOLD', '123456789.123456789012345678', '0.0001', '12000.00', '-1234568'],
  ])('%s at %s', async (currency, rate, bought, sold, worth) => {
    const bank = await openBank()
    await dealInCurrencies(bank)
    await bank.open('ann', { limit: '1000000.00' })
    await bank.open('ann-other', { currency })
    await rates(bank, `${currency} ${today} ${rate}`)
    await accepted(
      bank.submit(
        exchange({ from: 'ann', sold: `${sold} EUR` }, { to: 'ann-other', bought: `${bought} ${currency}` }),
      ),
    )
    await eodAt(bank).run(today)
    expect((await revaluations(bank)).map((row) => row.worth)).toEqual([worth])
    expect(String(-(await netOf(bank, `FX:COUNTERVALUE:${currency}`)))).toBe(worth)
    await expectSound(bank)
  })
})
