import { type AccountStep, eodSteps, type Step } from '@plinth/eod'
import { verifyInterest } from '@plinth/interest'
import { type AccountId, invariant } from '@plinth/kernel'
import { verifyBooks } from '@plinth/posting'
import { describe, expect, test } from 'vitest'
import { type Bank, useBank } from '../support/bank.js'
import { endOf } from '../support/commands.js'
import { addProductChart, approveVersion, openingUnder } from '../support/products.js'
import { expectExplained } from './by-hand.js'
import { eodAt } from './eod-bank.js'

const openBank = useBank()
const savers = ['ada', 'ben'] as const

/** Two savers with money that earns a cent and more a day; the last day of November is a Monday. */
async function savingsBank(): Promise<Bank> {
  const bank = await openBank()
  await addProductChart(bank)
  await approveVersion(bank, { creditTiers: [{ from: '0.00', rate: '0.0365' }] })
  const opened = await bank.batch(savers.map((saver) => openingUnder(saver)))
  expect(opened.map(endOf)).toEqual(['accepted', 'accepted'])
  for (const saver of savers) await bank.transfer({ from: 'cash', to: saver, amount: '1000.05' })
  return bank
}

/** The ordinary steps, of which one fails for an account as long as it is named. */
function stepsFailingFor(failing: Set<AccountId>, name: string): readonly Step[] {
  return eodSteps().map((step): Step => {
    if (step.of !== 'accounts' || step.name !== name) return step
    const failingStep: AccountStep = {
      ...step,
      work: async (tx, closing, accountIds) => {
        for (const accountId of accountIds)
          invariant(!failing.has(accountId), 'the test lets it', { accountId })
        return await step.work(tx, closing, accountIds)
      },
    }
    return failingStep
  })
}

/** What interest made of the savers, whenever it was booked. */
const interestOf = (bank: Bank) =>
  bank.rows(
    `select account_id, day::text, balance, credit_posted from interest.accrual where tenant_id = $1 order by 1, 2`,
    [bank.tenantId],
  )

const entriesOf = (bank: Bank) =>
  bank.rows<{ kind: string; booked: string; valued: string; debits: string }>(
    `select e.kind, e.booking_date::text as booked, e.value_date::text as valued, sum(l.amount)::text as debits
       from ledger.journal_entry e join ledger.posting_line l using (tenant_id, entry_no)
      where tenant_id = $1 and e.kind <> 'posting' and l.side = 'debit' group by 1, 2, 3 order by 2, 1, 3, 4`,
    [bank.tenantId],
  )

async function expectSound(bank: Bank): Promise<void> {
  await bank.expectBooksInOrder()
  await expectExplained(bank)
  const rules = await bank.database.read(bank.tenantId, async (tx) => [
    ...(await verifyBooks(tx, bank.books)).rules,
    ...(await verifyInterest(tx, bank.books)),
  ])
  expect(rules.filter(({ first }) => first !== undefined)).toEqual([])
}

describe('an account whose interest was set aside', () => {
  test('is made up for on the business date once its day has closed, to the cent of an account that was not', async () => {
    const bank = await savingsBank()
    const failing = new Set(['ada' as AccountId])
    const eod = eodAt(bank, { steps: stepsFailingFor(failing, 'accrue') })
    const { reports } = await eod.run('2026-11-20')
    expect(reports[0]?.setAside).toMatchObject([{ accountId: 'ada', step: 'accrue' }])
    expect(await entriesOf(bank)).toEqual([
      { kind: 'accrual', booked: '2026-11-20', valued: '2026-11-20', debits: '10' },
    ])

    failing.clear()
    await eod.resume()
    expect(await entriesOf(bank)).toEqual([
      { kind: 'accrual', booked: '2026-11-20', valued: '2026-11-20', debits: '10' },
      { kind: 'accrual', booked: '2026-11-21', valued: '2026-11-20', debits: '10' },
    ])
    const rows = await interestOf(bank)
    expect(rows[0]).toEqual({ ...rows[1], account_id: 'ada' })
    await expectSound(bank)
  })

  test('is made up for by the run of the next day, if nobody has tried again before, and trying again then finds nothing', async () => {
    const bank = await savingsBank()
    const failing = new Set(['ada' as AccountId])
    const eod = eodAt(bank, { steps: stepsFailingFor(failing, 'accrue') })
    await eod.run('2026-11-20')
    failing.clear()
    const { reports } = await eod.run('2026-11-21')
    expect(reports.at(-1)?.setAside).toEqual([])
    const after = await entriesOf(bank)
    expect(after.at(-1)).toMatchObject({ booked: '2026-11-21', debits: '30' })
    await eod.resume()
    expect(await entriesOf(bank)).toEqual(after)
    await expectSound(bank)
  })

  test('at the end of a period is capitalised with the value date of all others', async () => {
    const bank = await savingsBank()
    const failing = new Set(['ada' as AccountId])
    await eodAt(bank).run('2026-11-29')
    const eod = eodAt(bank, { steps: stepsFailingFor(failing, 'capitalise') })
    const { reports } = await eod.run('2026-11-30')
    expect(reports[0]?.setAside).toMatchObject([{ accountId: 'ada', step: 'capitalise' }])
    failing.clear()
    await eod.resume()
    const capitalised = (await entriesOf(bank)).filter(({ kind }) => kind === 'capitalisation')
    expect(capitalised).toEqual([
      { kind: 'capitalisation', booked: '2026-11-30', valued: '2026-12-01', debits: '110' },
      { kind: 'capitalisation', booked: '2026-12-01', valued: '2026-12-01', debits: '110' },
    ])
    await eodAt(bank).run('2026-12-02')
    const [ada, ben] = savers.map(async (saver) => (await bank.balance(saver)).posted)
    expect(await ada).toBe(await ben)
    await expectSound(bank)
  })
})
