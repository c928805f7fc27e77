import { accruePartition, settleAccounts, verifyInterest } from '@plinth/interest'
import type { AccountId } from '@plinth/kernel'
import { readHead } from '@plinth/ledger'
import { verifyBooks } from '@plinth/posting'
import { describe, expect, test } from 'vitest'
import { expectExplained } from '../eod/by-hand.js'
import { day, eodAt, smallSizes } from '../eod/eod-bank.js'
import { type Bank, useBank } from '../support/bank.js'
import { alone, endOf, newKey, special, standing, together } from '../support/commands.js'
import { closeDay, interestRun, within } from '../support/interest.js'
import { addProductChart, approveVersion, openingUnder } from '../support/products.js'

const openBank = useBank()

/** 1 % on what is there and 10 % on what is owed: 36 500.00 bring 1.00 a day, 365.00 owed cost 0.10. */
const terms = {
  overdraftLimit: '0.00',
  creditTiers: [{ from: '0.00', rate: '0.01' }],
  debitTiers: [{ from: '0.00', rate: '0.1' }],
}
const everyDay = {
  type: 'change_settings',
  changes: { calendar: { weekend: [], holidays: null, extra: [], working: [] } },
  reason: 'a calendar',
} as const

async function savingsBank(
  accounts: readonly string[],
  parameters: Parameters<typeof approveVersion>[1] = terms,
): Promise<Bank> {
  const bank = await openBank()
  expect(endOf(await bank.submit(everyDay))).toBe('accepted')
  await addProductChart(bank)
  await approveVersion(bank, parameters)
  const opened = await bank.batch(accounts.map((accountId) => openingUnder(accountId)))
  expect(new Set(opened.map(endOf))).toEqual(new Set(['accepted']))
  return bank
}

/** Ten days behind alice, who has had 36 500.00 for all of them: 10.00. */
async function bankWithInterest(): Promise<Bank> {
  const bank = await savingsBank(['alice'])
  await bank.fund('alice', '36500.00')
  await eodAt(bank).run('2026-11-29')
  return bank
}

async function expectSound(bank: Bank): Promise<void> {
  await bank.expectBooksInOrder()
  await expectExplained(bank)
  const broken = await bank.database.read(bank.tenantId, async (tx) => {
    const { rules } = await verifyBooks(tx, bank.books)
    return [...rules, ...(await verifyInterest(tx, bank.books))].filter(({ first }) => first !== undefined)
  })
  expect(broken).toEqual([])
}

const posted = async (bank: Bank, accountId: string): Promise<string> =>
  (await bank.balance(accountId)).posted

const entriesOf = (bank: Bank, kind: string) =>
  bank.rows<{ booking_date: string; value_date: string }>(
    `select booking_date::text, value_date::text from ledger.journal_entry where tenant_id = $1 and kind = $2 order by entry_no`,
    [bank.tenantId, kind],
  )

const payOut = (bank: Bank, accountId: string) =>
  bank.submit(special([`debit ${accountId} all`, 'credit cash all']))

describe('closing an account', () => {
  test('settles its interest first, says what is left, and closes when that is paid out', async () => {
    const bank = await bankWithInterest()
    const refused = await bank.status('alice', 'closed')
    expect(refused).toMatchObject({
      answer: {
        rejection: {
          code: 'account_not_empty',
          facts: { posted: '36510.00', held: '0.00', accruedCredit: '0.00', accruedDebit: '0.00' },
        },
      },
    })
    expect(await entriesOf(bank, 'capitalisation')).toEqual([
      { booking_date: '2026-11-30', value_date: '2026-11-30' },
    ])
    expect(endOf(await payOut(bank, 'alice'))).toBe('accepted')
    expect(endOf(await bank.status('alice', 'closed'))).toBe('accepted')
    expect(await posted(bank, 'GL:2900:EUR')).toBe('0.00')
    await eodAt(bank).run('2026-12-01')
    expect(await posted(bank, 'alice')).toBe('0.00')
    await expectSound(bank)
  })

  test('in one batch with the payout leaves nothing behind', async () => {
    const bank = await bankWithInterest()
    const outcomes = await bank.batch([
      together(special(['debit alice all', 'credit cash all']), standing('alice', 'closed')),
    ])
    expect(outcomes.map(endOf)).toEqual(['accepted', 'accepted'])
    expect((await bank.state('alice')).status).toBe('closed')
    expect(await posted(bank, 'cash')).toBe('-10.00')
    await expectSound(bank)
  })

  test('charges what is owed, although nothing is left', async () => {
    const bank = await savingsBank(['bob'], { ...terms, overdraftLimit: '500.00' })
    await bank.transfer({ from: 'bob', to: 'cash', amount: '365.00' })
    await eodAt(bank).run('2026-11-29')
    await bank.fund('bob', '365.00')
    expect(endOf(await bank.status('bob', 'closed'))).toBe('account_not_empty')
    expect(await posted(bank, 'bob')).toBe('-1.00')
    await bank.fund('bob', '1.00')
    expect(endOf(await bank.status('bob', 'closed'))).toBe('accepted')
    await expectSound(bank)
  })

  test('of a product without interest asks nobody, and of no product neither', async () => {
    const bank = await savingsBank(['alice'], { creditTiers: [], debitTiers: [] })
    await bank.open('bob')
    await eodAt(bank).run('2026-11-20')
    expect((await bank.batch([standing('alice', 'closed'), standing('bob', 'closed')])).map(endOf)).toEqual([
      'accepted',
      'accepted',
    ])
    expect(await entriesOf(bank, 'capitalisation')).toEqual([])
  })

  test('of what is known already, is closed, is frozen or is only rehearsed settles nothing', async () => {
    const bank = await bankWithInterest()
    const closing = standing('alice', 'closed')
    const rehearsed = await bank.rehearse(closing)
    expect(rehearsed).toMatchObject({
      answer: {
        rejection: { code: 'account_not_empty', facts: { posted: '36500.00', accruedCredit: '10.00' } },
      },
    })
    await bank.status('alice', 'frozen')
    expect(endOf(await bank.submit(closing))).toBe('status_transition_invalid')
    expect(await entriesOf(bank, 'capitalisation')).toEqual([])
    await bank.status('alice', 'open')
    const key = newKey()
    expect(endOf(await bank.submit(closing, key))).toBe('account_not_empty')
    await eodAt(bank).run('2026-12-02')
    const before = await bank.counts()
    expect(endOf(await bank.submit(closing, key))).toBe('account_not_empty, replayed')
    expect(await bank.counts()).toEqual(before)
    await expectSound(bank)
  })

  test('is settled at most once a day for its days, and a crash between the two does no harm', async () => {
    const bank = await bankWithInterest()
    const run = interestRun(bank, '2026-11-30', '2026-11-30')
    const settle = () => within(bank, (tx) => settleAccounts(tx, run, ['alice' as AccountId]))
    expect(await settle()).toEqual({ entries: 1 })
    // Whoever settled died before the closing: the next one finds nothing to settle.
    expect(await settle()).toEqual({ entries: 0 })
    expect(endOf(await bank.status('alice', 'closed'))).toBe('account_not_empty')
    await payOut(bank, 'alice')
    expect(endOf(await bank.status('alice', 'closed'))).toBe('accepted')
    expect(await entriesOf(bank, 'capitalisation')).toHaveLength(1)
    await expectSound(bank)
  })

  test('while its day is still closing brings the interest of that day, and the run passes it by', async () => {
    const bank = await savingsBank(['alice', 'bob'])
    await bank.fund('alice', '36500.00')
    await bank.fund('bob', '36500.00')
    await eodAt(bank).run('2026-11-29')
    // Stopped behind the cut-off: the 30th is closing, and the 1st of December is the business date.
    let asked = 0
    const eod = eodAt(bank)
    const stopped = () => {
      asked += 1
      return asked > 1
    }
    await eod.run('2026-11-30', { stopped })
    expect(await bank.database.read(bank.tenantId, readHead)).toMatchObject({
      businessDate: '2026-12-01',
      closingDate: '2026-11-30',
    })
    expect(await bank.rehearse(standing('alice', 'closed'))).toMatchObject({
      answer: { rejection: { detail: expect.stringContaining('days that have not accrued yet') } },
    })
    await bank.status('alice', 'closed')
    expect(await posted(bank, 'alice')).toBe('36511.00')
    await payOut(bank, 'alice')
    expect(endOf(await bank.status('alice', 'closed'))).toBe('accepted')
    const { reports } = await eod.resume()
    expect(reports[0]?.setAside).toEqual([])
    expect([await posted(bank, 'alice'), await posted(bank, 'bob')]).toEqual(['0.00', '36511.00'])
    await expectSound(bank)
  })

  test('makes up for what was back-valued, and the bank bears what was capitalised too much', async () => {
    const bank = await savingsBank(['alice'])
    await bank.fund('alice', '36500.00')
    await eodAt(bank).run('2026-11-30')
    expect(await posted(bank, 'alice')).toBe('36511.00')
    // All of it had gone before the first day was over: 11.00 were too much, and one day on 11.00 is less than a cent.
    await bank.transfer({ from: 'alice', to: 'cash', amount: '36500.00', valueDate: '2026-11-20' })
    await eodAt(bank).run('2026-12-01')
    await payOut(bank, 'alice')
    expect(await posted(bank, 'GL:2900:EUR')).toBe('-11.00')
    expect(endOf(await bank.status('alice', 'closed'))).toBe('accepted')
    expect([await posted(bank, 'GL:2900:EUR'), await posted(bank, 'GL:5100:EUR')]).toEqual(['0.00', '11.00'])
    await expectSound(bank)
  })

  test('pays back what was charged too much, untaxed', async () => {
    const bank = await savingsBank(['bob'], {
      ...{ ...terms, overdraftLimit: '500.00' },
      withholdingTaxRate: '0.5',
    })
    await bank.transfer({ from: 'bob', to: 'cash', amount: '365.00' })
    await eodAt(bank).run('2026-11-30')
    expect(await posted(bank, 'bob')).toBe('-366.10')
    // It had been paid in on the first day: 1.10 were too much.
    await bank.transfer({ from: 'cash', to: 'bob', amount: '365.00', valueDate: '2026-11-20' })
    await eodAt(bank).run('2026-12-01')
    await bank.fund('bob', '1.10')
    expect(endOf(await bank.status('bob', 'closed'))).toBe('account_not_empty')
    expect(await posted(bank, 'bob')).toBe('1.10')
    await bank.transfer({ from: 'bob', to: 'cash', amount: '1.10' })
    expect(endOf(await bank.status('bob', 'closed'))).toBe('accepted')
    expect([await posted(bank, 'GL:1900:EUR'), await posted(bank, 'GL:2900:EUR')]).toEqual(['0.00', '0.00'])
    await expectSound(bank)
  })

  test('on the day of a capitalisation waits a day for what was back-valued behind it', async () => {
    const bank = await bankWithInterest()
    await bank.status('alice', 'closed')
    await bank.transfer({ from: 'cash', to: 'alice', amount: '36500.00', valueDate: '2026-11-28' })
    await payOut(bank, 'alice')
    expect(await bank.status('alice', 'closed')).toMatchObject({
      answer: { rejection: { facts: { posted: '0.00', accruedCredit: '2.00' } } },
    })
    await eodAt(bank).run('2026-11-30')
    expect(endOf(await bank.status('alice', 'closed'))).toBe('account_not_empty')
    expect(await posted(bank, 'alice')).toBe('2.00')
    await payOut(bank, 'alice')
    expect(endOf(await bank.status('alice', 'closed'))).toBe('accepted')
    await expectSound(bank)
  })

  test('and the accrual of its first day wait for each other, and nothing accrues on what is closed', async () => {
    const bank = await savingsBank(['alice'])
    const run = interestRun(bank, '2026-11-20', '2026-11-21')
    await bank.moveTo(day('2026-11-21'))
    const posting = bank.elsewhere()
    let closed: Promise<string> | undefined
    await within(bank, async (tx) => {
      await accruePartition(tx, run, ['alice' as AccountId])
      closed = posting.status('alice', 'closed').then(endOf)
      expect(await Promise.race([closed, pause(300)])).toBe('still waiting')
    })
    expect(await closed).toBe('accepted')
    await closeDay(bank, '2026-11-21', '2026-11-22')
    expect(
      await bank.rows('select accrued_through::text from interest.accrued where tenant_id = $1', [
        bank.tenantId,
      ]),
    ).toEqual([{ accrued_through: '2026-11-20' }])
    await expectSound(bank)
  })

  test('of many accounts while days end leaves nothing accrued on any, whichever comes first', async () => {
    const names = Array.from({ length: 24 }, (_, at) => `customer-${at}`)
    const bank = await savingsBank(names)
    for (const name of names) await bank.fund(name, '36500.00')
    const [elsewhere, eod] = [bank.elsewhere(), eodAt(bank.elsewhere(), { sizes: smallSizes })]
    const ends = new Set<string>()
    const leave = async (name: string): Promise<void> => {
      const last = special([`debit ${name} all`, 'credit cash all'])
      for (let open = true; open; ) {
        const outcomes = await elsewhere.batch([alone(last), alone(standing(name, 'closed'))])
        const end = endOf(outcomes[1] as (typeof outcomes)[number])
        ends.add(end)
        open = end !== 'accepted'
      }
    }
    const days = ['2026-11-20', '2026-11-29', '2026-11-30', '2026-12-01', '2026-12-02', '2026-12-03']
    const ended = (async () => {
      for (const each of days) await eod.run(each)
    })()
    for (let at = 0; at < names.length; at += 4) await Promise.all(names.slice(at, at + 4).map(leave))
    await ended
    await eod.resume()
    expect(ends.has('accepted')).toBe(true)
    const statuses = await Promise.all(names.map((name) => bank.state(name)))
    expect(new Set(statuses.map(({ status }) => status))).toEqual(new Set(['closed']))
    expect(await posted(bank, 'GL:2900:EUR')).toBe('0.00')
    await expectSound(bank)
  })

  test('that two people decide is settled when it is asked for', async () => {
    const bank = await bankWithInterest()
    await bank.submit({
      type: 'propose',
      proposed: standing('alice', 'closed') as never,
      reason: 'gone',
      expiresAt: undefined,
    })
    expect(await posted(bank, 'alice')).toBe('36510.00')
  })

  test('whose interest is refused is refused for what has accrued, and the others of its batch go on', async () => {
    const bank = await savingsBank(['alice', 'bob'])
    await bank.fund('alice', '36500.00')
    await bank.fund('bob', '36500.00')
    await eodAt(bank).run('2026-11-29')
    await bank.batch([special(['debit bob all', 'credit cash all'])])
    await bank.rows(
      `update account.balance set status = 'frozen', row_version = row_version + 1 where tenant_id = $1 and account_id = 'GL:2900:EUR'`,
      [bank.tenantId],
    )
    const outcomes = await bank.batch([alone(standing('alice', 'closed')), alone(standing('bob', 'closed'))])
    expect(outcomes.map(endOf)).toEqual(['account_not_empty', 'account_not_empty'])
    expect(await posted(bank, 'bob')).toBe('0.00')
  })
})

const pause = (ms: number): Promise<string> =>
  new Promise((resolve) => setTimeout(() => resolve('still waiting'), ms))
