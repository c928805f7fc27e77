import { readState } from '@plinth/account'
import { verifyInterest } from '@plinth/interest'
import { type AccountId, addDays, type BusinessDate, type IdempotencyKey } from '@plinth/kernel'
import { verifyBooks } from '@plinth/posting'
import { interestTermsOf, simulate } from '@plinth/product/domain'
import { describe, expect, test } from 'vitest'
import { type Bank, firstBusinessDate, useBank } from '../support/bank.js'
import { currencies, endOf, transferOf } from '../support/commands.js'
import { addProductChart, approveVersion, openingUnder, parametersOf } from '../support/products.js'
import { expectExplained } from './by-hand.js'
import { day, eodAt, smallSizes } from './eod-bank.js'

const openBank = useBank()

const weekdays = {
  type: 'change_settings',
  changes: { calendar: { weekend: ['saturday', 'sunday'], holidays: 'DE', extra: [], working: [] } },
  reason: 'a calendar',
} as const

/** A bank of savers that works on German business days. */
async function savingsBank(savers: readonly string[]): Promise<Bank> {
  const bank = await openBank()
  expect(endOf(await bank.submit(weekdays))).toBe('accepted')
  await addProductChart(bank)
  await approveVersion(bank)
  const opened = await bank.batch(savers.map((saver) => openingUnder(saver)))
  expect(new Set(opened.map(endOf))).toEqual(new Set(['accepted']))
  return bank
}

async function expectSound(bank: Bank): Promise<void> {
  await bank.expectBooksInOrder()
  await expectExplained(bank)
  const rules = await bank.database.read(bank.tenantId, async (tx) => [
    ...(await verifyBooks(tx, bank.books)).rules,
    ...(await verifyInterest(tx, bank.books)),
  ])
  expect(rules.filter(({ first }) => first !== undefined)).toEqual([])
}

const postedOf = (bank: Bank, accountId: string): Promise<bigint> =>
  bank.database.read(bank.tenantId, async (tx) => {
    const state = await readState(tx, accountId as AccountId)
    if (state === undefined) throw new Error(`no account ${accountId}`)
    return state.credits - state.debits
  })

describe('interest at the end of the day', () => {
  test('over four months, weekends, holidays and month ends, each account has what the simulation says to the cent', async () => {
    const savers = ['ada', 'ben', 'cleo', 'dan', 'eva']
    const bank = await savingsBank(savers)
    const eod = eodAt(bank, { sizes: smallSizes })
    const from = new Map<string, { from: BusinessDate; balance: bigint }[]>(
      savers.map((saver) => [saver, []]),
    )
    const sums = new Map<string, bigint>()
    let today = firstBusinessDate
    for (let round = 0; today < day('2027-03-20'); round += 1) {
      const saver = savers[round % savers.length] as string
      // Up, and for the last of them down into what was agreed.
      const amount = saver === 'eva' ? -(10_000n + BigInt(round)) : 40_000n + BigInt(7 * round)
      const [payer, payee] = amount > 0n ? ['cash', saver] : [saver, 'cash']
      const size = amount > 0n ? amount : -amount
      const text = `${size / 100n}.${String(size % 100n).padStart(2, '0')}`
      if (endOf(await bank.submit(transferOf({ from: payer, to: payee, amount: text }))) === 'accepted') {
        sums.set(saver, (sums.get(saver) ?? 0n) + amount)
        from.get(saver)?.push({ from: today, balance: sums.get(saver) as bigint })
      }
      const { complete, reports } = await eod.run(today)
      expect([complete, reports.at(-1)?.setAside]).toEqual([true, []])
      today = day(await eod.businessDate())
    }
    const terms = interestTermsOf(parametersOf(), currencies)
    for (const saver of savers) {
      const request = { from: firstBusinessDate, to: addDays(today, -1), compounding: true }
      const { totals } = simulate(terms, { ...request, balances: from.get(saver) ?? [] })
      const expected = (sums.get(saver) ?? 0n) + totals.credit - totals.tax - totals.debit
      expect([saver, await postedOf(bank, saver)]).toEqual([saver, expected])
    }
    expect(await postedOf(bank, 'eva')).toBeLessThan(0n)
    await expectSound(bank)
  }, 240_000)

  test('a version that comes into force on a Saturday holds from that day on, in the run of the Friday', async () => {
    const bank = await savingsBank(['ada'])
    await bank.transfer({ from: 'cash', to: 'ada', amount: '1000.00' })
    await approveVersion(bank, { creditTiers: [{ from: '0.00', rate: '0.365' }] }, { from: '2026-11-21' })
    await eodAt(bank).run('2026-11-20')
    const rows = await bank.rows(
      `select day::text, snapshot_no, credit_posted::int as posted from interest.accrual where tenant_id = $1 order by day`,
      [bank.tenantId],
    )
    expect(rows).toEqual([
      { day: '2026-11-20', snapshot_no: 1, posted: 3 },
      { day: '2026-11-21', snapshot_no: 2, posted: 100 },
      { day: '2026-11-22', snapshot_no: 2, posted: 100 },
    ])
    await expectSound(bank)
  })

  test('needs nobody’s approval and no registered code', async () => {
    const bank = await savingsBank(['ada'])
    await bank.transfer({ from: 'cash', to: 'ada', amount: '36500.00' })
    const changes = { approvals: ['unlimited_accounts' as const], strictTransactionCodes: true }
    expect(endOf(await bank.submit({ type: 'change_settings', changes, reason: 'a test' }))).toBe('accepted')
    const { complete, reports } = await eodAt(bank).run('2026-11-20')
    expect([complete, reports[0]?.setAside]).toEqual([true, []])
    const [accrued] = await bank.rows(
      "select count(*)::int as n from ledger.journal_entry where tenant_id = $1 and kind = 'accrual'",
      [bank.tenantId],
    )
    expect(accrued).toEqual({ n: 1 })
    await expectSound(bank)
  })

  test('is nobody’s to stop by using its keys for something else', async () => {
    const bank = await savingsBank(['ada'])
    await bank.transfer({ from: 'cash', to: 'ada', amount: '36500.00' })
    for (const key of [
      'interest:accrual:2026-11-20:SAVINGS:ada',
      'interest:open:GL:5100:EUR',
      'interest:open:GL:2900:EUR',
    ])
      await bank.transfer({ from: 'cash', to: 'ada', amount: '0.01', key: key as IdempotencyKey })
    const { reports } = await eodAt(bank).run('2026-11-20')
    expect(reports[0]?.setAside).toEqual([])
    const [row] = await bank.rows(
      'select credit_posted::int as posted from interest.accrual where tenant_id = $1 and day = $2',
      [bank.tenantId, '2026-11-20'],
    )
    expect(row).toEqual({ posted: 197 })
    await expectSound(bank)
  })

  test('is posted to no account that somebody opened elsewhere under the name of an internal one', async () => {
    const bank = await savingsBank(['ada'])
    await bank.transfer({ from: 'cash', to: 'ada', amount: '36500.00' })
    await bank.open('GL:5100:EUR')
    const { reports } = await eodAt(bank).run('2026-11-20')
    const detail = expect.stringContaining('GL:5100:EUR is kept under 2100')
    expect(reports[0]?.setAside).toMatchObject([{ accountId: 'ada', step: 'accrue', detail }])
    expect((await bank.balance('GL:5100:EUR')).posted).toBe('0.00')
    await expectSound(bank)
  })

  test('an account that is closed does not accrue any more, and a day with nothing to accrue posts nothing', async () => {
    const bank = await savingsBank(['ada'])
    await bank.status('ada', 'closed')
    await eodAt(bank).run('2026-11-20')
    const entries = await bank.rows('select entry_no from ledger.journal_entry where tenant_id = $1', [
      bank.tenantId,
    ])
    expect(entries).toEqual([])
    await expectSound(bank)
  })
})
