import { verifyInterest } from '@plinth/interest'
import { addDays, type BusinessDate } from '@plinth/kernel'
import { verifyBooks } from '@plinth/posting'
import { feesOf, interestTermsOf, simulate } from '@plinth/product/domain'
import { describe, expect, test } from 'vitest'
import { type Bank, firstBusinessDate, useBank } from '../support/bank.js'
import { currencies, endOf, posting, reverseWhole, standing } from '../support/commands.js'
import { addProductChart, approveVersion, openingUnder, parametersOf } from '../support/products.js'
import { expectExplained } from './by-hand.js'
import { eodAt, smallSizes } from './eod-bank.js'

const openBank = useBank()

const calendar = (weekend: readonly ('saturday' | 'sunday')[]) =>
  ({
    type: 'change_settings',
    changes: { calendar: { weekend, holidays: weekend.length === 0 ? null : 'DE', extra: [], working: [] } },
    reason: 'a calendar',
  }) as const

const fees = [
  { code: 'UPKEEP', amount: '1.50', frequency: 'monthly' },
  { code: 'REPORT', amount: '4.00', frequency: 'quarterly' },
  { code: 'CARD', amount: '25.00', frequency: 'yearly' },
] as const

/** A bank whose product charges, that works on every day unless told otherwise. */
async function chargingBank(
  customers: readonly string[],
  parameters: Parameters<typeof approveVersion>[1],
  weekend: readonly ('saturday' | 'sunday')[] = [],
): Promise<Bank> {
  const bank = await openBank()
  expect(endOf(await bank.submit(calendar(weekend)))).toBe('accepted')
  await addProductChart(bank)
  await approveVersion(bank, parameters)
  for (const customer of customers) expect(endOf(await bank.submit(openingUnder(customer)))).toBe('accepted')
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

const chargedTo = async (bank: Bank, accountId: string): Promise<string[]> => {
  const rows = await bank.rows<{ said: string }>(
    `select f.code || ' ' || f.amount || ' of ' || f.period_end || ', booked ' || e.booking_date || ' of value ' || e.value_date as said
       from interest.fee f join ledger.journal_entry e using (tenant_id, entry_id)
      where tenant_id = $1 and account_id = $2 order by period_end, code`,
    [bank.tenantId, accountId],
  )
  return rows.map(({ said }) => said)
}

/** The day is cut off and its steps wait. */
async function leaveClosing(bank: Bank, date: string): Promise<void> {
  let asked = 0
  await eodAt(bank).run(date, {
    stopped: () => {
      asked += 1
      return asked > 1
    },
  })
}

describe('fees', () => {
  test('over four months, weekends and holidays, are what the simulation says, and so is all the account comes to', async () => {
    const bank = await chargingBank(['ada', 'ben'], { fees }, ['saturday', 'sunday'])
    await bank.fund('ada', '5000.00')
    const eod = eodAt(bank, { sizes: smallSizes })
    await eod.run('2027-04-01')
    const parameters = parametersOf({ fees })
    const last = addDays((await eod.businessDate()) as BusinessDate, -1)
    const simulated = simulate(interestTermsOf(parameters, currencies), {
      ...{ from: firstBusinessDate, to: last, compounding: true },
      balances: [{ from: firstBusinessDate, balance: 500_000n }],
      fees: feesOf(parameters, currencies),
    })
    const expected = simulated.fees.map(({ code, amount, periodEnd, valueDate }) => [
      code,
      String(amount),
      periodEnd,
      valueDate,
    ])
    expect(expected).toHaveLength(8)
    const rows = await bank.rows<Record<string, string>>(
      `select f.code, f.amount::text, f.period_end::text, e.value_date::text, e.kind, e.transaction_code, e.advice
         from interest.fee f join ledger.journal_entry e using (tenant_id, entry_id)
        where tenant_id = $1 and account_id = 'ada' order by e.entry_no`,
      [bank.tenantId],
    )
    expect(rows.map((row) => [row.code, row.amount, row.period_end, row.value_date])).toEqual(expected)
    expect(
      new Set(rows.map(({ kind, transaction_code, advice }) => [kind, transaction_code, advice].join())),
    ).toEqual(new Set(['fee,FEE,true']))
    const { credit, debit, fees: charged } = simulated.totals
    const ada = await bank.state('ada')
    expect(ada.credits - ada.debits).toBe(500_000n + credit - debit - charged)
    // Ben has nothing, and owes them and the interest on them.
    const ben = await bank.state('ben')
    expect(ben.debits - ben.credits).toBeGreaterThan(charged)
    await expectSound(bank)
  }, 60_000)

  test('are those of whoever has the account when the period ends, and of the terms of that day', async () => {
    const bank = await chargingBank(['ada', 'ben'], { creditTiers: [], debitTiers: [], fees: [fees[0]] })
    await approveVersion(
      bank,
      { creditTiers: [], debitTiers: [], fees: [{ ...fees[0], amount: '2.00' }] },
      { from: '2026-12-10' },
    )
    await eodAt(bank).run('2026-11-29')
    await leaveClosing(bank, '2026-11-30')
    // The 30th is closing: whoever comes now owes nothing for November, and whoever leaves now does.
    expect(endOf(await bank.submit(openingUnder('cleo')))).toBe('accepted')
    expect(endOf(await bank.status('ada', 'closed'))).toBe('account_not_empty')
    expect(await chargedTo(bank, 'ada')).toEqual([
      'UPKEEP 150 of 2026-11-30, booked 2026-12-01 of value 2026-12-01',
    ])
    await bank.fund('ada', '1.50')
    expect(endOf(await bank.status('ada', 'closed'))).toBe('accepted')
    await eodAt(bank).resume()
    await eodAt(bank).run('2026-12-31')
    expect(await chargedTo(bank, 'ada')).toHaveLength(1)
    expect(await chargedTo(bank, 'ben')).toEqual([
      'UPKEEP 150 of 2026-11-30, booked 2026-11-30 of value 2026-12-01',
      'UPKEEP 200 of 2026-12-31, booked 2026-12-31 of value 2027-01-01',
    ])
    expect(await chargedTo(bank, 'cleo')).toEqual([
      'UPKEEP 200 of 2026-12-31, booked 2026-12-31 of value 2027-01-01',
    ])
    await expectSound(bank)
  })

  test('are paid back by hand, and not charged for the same period again', async () => {
    const bank = await chargingBank(['ada'], {
      creditTiers: [],
      fees: [{ code: 'UPKEEP', amount: '1.50', frequency: 'monthly' }],
    })
    await bank.fund('ada', '100.00')
    await eodAt(bank).run('2026-11-30')
    const [fee] = await bank.rows<{ entry_id: string }>(
      `select entry_id from interest.fee where tenant_id = $1`,
      [bank.tenantId],
    )
    expect(endOf(await bank.submit(reverseWhole(fee?.entry_id ?? '')))).toBe('accepted')
    await eodAt(bank).run('2026-12-30')
    expect(await chargedTo(bank, 'ada')).toHaveLength(1)
    expect(await bank.state('ada')).toMatchObject({ credits: 10_150n, debits: 150n })
    await expectSound(bank)
  })

  test('of an account that is frozen wait until somebody looks after it, and are charged once', async () => {
    const bank = await chargingBank(['ada', 'ben'], { creditTiers: [], debitTiers: [], fees: [fees[0]] })
    for (const customer of ['ada', 'ben']) await bank.status(customer, 'frozen')
    const eod = eodAt(bank)
    const { reports } = await eod.run('2026-11-30')
    expect(reports.at(-1)?.setAside).toMatchObject([
      { accountId: 'ada', step: 'fees', code: 'account_frozen' },
      { accountId: 'ben', step: 'fees', code: 'account_frozen' },
    ])
    for (const customer of ['ada', 'ben']) await bank.status(customer, 'open')
    // Whoever has left by then owes nothing any more.
    expect(endOf(await bank.status('ben', 'closed'))).toBe('accepted')
    await eod.resume()
    const again = await eod.resume()
    expect(again.reports).toEqual([])
    expect(await chargedTo(bank, 'ben')).toEqual([])
    expect(await chargedTo(bank, 'ada')).toEqual([
      'UPKEEP 150 of 2026-11-30, booked 2026-12-01 of value 2026-12-01',
    ])
    await expectSound(bank)
  })
})

const statusOf = async (bank: Bank, accountId: string): Promise<string> =>
  (await bank.state(accountId)).status

describe('an account that no customer posts to', () => {
  const quiet = { dormancyDays: 30, fees: [fees[0]], overdraftLimit: '100.00' }

  test('becomes dormant when its days are over, and interest and fees keep none awake', async () => {
    const bank = await chargingBank(['ada', 'ben', 'cleo'], quiet)
    await bank.submit({
      type: 'register_transaction_code',
      transactionCode: {
        ...{ code: 'BONUS', description: 'the bank’s own', active: true, customerInitiated: false },
      } as never,
    })
    await bank.fund('ada', '5000.00')
    const eod = eodAt(bank, { sizes: smallSizes })
    await eod.run('2026-11-30')
    await bank.fund('ben', '1.00')
    expect(
      endOf(
        await bank.submit(posting(['debit cash 1.00', 'credit cleo 1.00'], { transactionCode: 'BONUS' })),
      ),
    ).toBe('accepted')
    await eod.run('2026-12-19')
    expect(await Promise.all(['ada', 'ben', 'cleo'].map((each) => statusOf(bank, each)))).toEqual([
      'open',
      'open',
      'open',
    ])
    const { reports } = await eod.run('2026-12-20')
    expect(reports[0]?.steps.find(({ name }) => name === 'dormancy')?.counts).toEqual({ dormant: 2 })
    expect(await Promise.all(['ada', 'ben', 'cleo'].map((each) => statusOf(bank, each)))).toEqual([
      'dormant',
      'open',
      'dormant',
    ])
    const told = await bank.rows(
      `select a.subject, a.action, c.request::json ->> 'reason' as reason, o.type
         from audit.audit_event a
         join posting.command c on c.tenant_id = a.tenant_id and c.idempotency_key = a.idempotency_key
         join outbox.outbox_event o on o.tenant_id = a.tenant_id and o.correlation_id = a.correlation_id and o.subject = a.object
        where a.tenant_id = $1 and a.object = 'ada' and a.action = 'set_status'`,
      [bank.tenantId],
    )
    expect(told).toEqual([
      {
        subject: 'key:night-shift',
        action: 'set_status',
        reason: 'no customer posting for 30 days',
        type: 'plinth.account.status_set.v1',
      },
    ])
    // Ben's posting was booked on the first of December.
    await eod.run('2026-12-30')
    expect(await statusOf(bank, 'ben')).toBe('open')
    await eod.run('2026-12-31')
    expect(await statusOf(bank, 'ben')).toBe('dormant')
    // Interest and fees went on.
    expect(await chargedTo(bank, 'ben')).toHaveLength(2)
    await expectSound(bank)
  })

  test('and was woken up has its days again', async () => {
    const bank = await chargingBank(['ada'], { ...quiet, fees: [] })
    const eod = eodAt(bank)
    await eod.run('2026-12-24')
    expect(await statusOf(bank, 'ada')).toBe('dormant')
    expect(endOf(await bank.submit(standing('ada', 'open')))).toBe('accepted')
    await eod.run('2027-01-23')
    expect(await statusOf(bank, 'ada')).toBe('open')
    await eod.run('2027-01-24')
    expect(await statusOf(bank, 'ada')).toBe('dormant')
  })

  test('stays open if one does while its day is closing', async () => {
    const bank = await chargingBank(['ada', 'ben'], { ...quiet, fees: [] })
    await eodAt(bank).run('2026-12-19')
    await leaveClosing(bank, '2026-12-20')
    await bank.fund('ada', '1.00')
    await eodAt(bank).resume()
    expect([await statusOf(bank, 'ada'), await statusOf(bank, 'ben')]).toEqual(['open', 'dormant'])
  })

  test('and whose terms say nothing of it stays open', async () => {
    const bank = await chargingBank(['ada'], {})
    await bank.open('eve')
    await eodAt(bank).run('2027-02-28')
    expect([await statusOf(bank, 'ada'), await statusOf(bank, 'eve')]).toEqual(['open', 'open'])
  })
})
