import { type AccountStep, EodFailed, EodRunning, eodSteps } from '@plinth/eod'
import type { AccountId } from '@plinth/kernel'
import { invariant } from '@plinth/kernel'
import { verifyBooks } from '@plinth/posting'
import { describe, expect, test } from 'vitest'
import { type Bank, useBank } from '../support/bank.js'
import { endOf } from '../support/commands.js'
import { eodAt, leftBehind, smallSizes } from './eod-bank.js'

const openBank = useBank()
const today = '2026-11-20'
const customers = ['ada', 'ben', 'cleo', 'dan', 'eva']

async function bankWithCustomers(): Promise<Bank> {
  const bank = await openBank()
  for (const customer of customers) await bank.open(customer)
  await bank.fund('ada', '10.00')
  return bank
}

/** A step that pays a cent to each customer, and fails for those that it is told of. */
function payingStep(failing: Set<string>): AccountStep {
  return {
    of: 'accounts',
    name: 'pay',
    accounts: async (_, __, { from, to, limit }) =>
      customers
        .filter((id) => id >= from && (to === undefined || id <= to))
        .slice(0, limit)
        .map((id) => ({ accountId: id as AccountId })),
    work: async (tx, closing, accountIds) => {
      for (const accountId of accountIds)
        invariant(!failing.has(accountId), 'the till has money', { accountId })
      const outcomes = await closing.post(
        tx,
        accountIds.map((accountId) => ({
          key: `pay:${closing.businessDate}:${accountId}`,
          command: {
            type: 'post',
            kind: 'fee',
            transactionCode: 'GIFT',
            lines: [
              { accountId: 'cash' as AccountId, side: 'debit', amount: 1n, currency: 'EUR' as never },
              { accountId, side: 'credit', amount: 1n, currency: 'EUR' as never },
            ],
            valueDate: undefined,
            description: undefined,
            reference: undefined,
            endToEndId: undefined,
            metadata: {},
          },
        })),
        closing.bookInto,
      )
      expect(outcomes.map(endOf)).toEqual(accountIds.map(() => 'accepted'))
      return { paid: accountIds.length }
    },
  }
}

const gifts = (bank: Bank) =>
  bank.rows<{ account: string; booked: string; times: number }>(
    `select account_id as account, booking_date::text as booked, count(*)::int as times from ledger.posting_line
      where tenant_id = $1 and amount = 1 and side = 'credit' group by 1, 2 order by 1`,
    [bank.tenantId],
  )

const expectVerified = async (bank: Bank): Promise<void> => {
  const report = await bank.database.read(bank.tenantId, (tx) => verifyBooks(tx, bank.books))
  expect(report.rules.filter(({ first }) => first !== undefined)).toEqual([])
  await bank.expectBooksInOrder()
}

describe('two operators at once', () => {
  test.each([1, 2, 3, 4, 5])('close a day once, round %i', async () => {
    const bank = await bankWithCustomers()
    const operators = [bank, bank.elsewhere(), bank.elsewhere()].map((at, n) =>
      eodAt(at, { sizes: smallSizes, owner: `operator ${n}` }),
    )
    const ends = await Promise.allSettled(operators.map((eod) => eod.run(today)))
    const reports = ends.flatMap((end) => (end.status === 'fulfilled' ? end.value.reports : []))
    expect(reports).toHaveLength(1)
    for (const end of ends) if (end.status === 'rejected') expect(end.reason).toBeInstanceOf(EodRunning)
    expect(await leftBehind(bank)).toMatchObject({
      runs: [{ business_date: today, status: 'completed' }],
      told: [
        { type: 'plinth.business_day.closed.v1', times: 1 },
        { type: 'plinth.business_day.closing.v1', times: 1 },
      ],
    })
    await expectVerified(bank)
  })

  test('the second is told who is at it and since when', async () => {
    const bank = await bankWithCustomers()
    const [first, second] = [eodAt(bank, { owner: 'Ann' }), eodAt(bank.elsewhere(), { owner: 'Bill' })]
    await first.run(today)
    const begun = await first.engine.begin(bank.books, { operator: anOperator, date: '2026-11-21' as never })
    const refused = await second.run('2026-11-21').catch((error: unknown) => error)
    expect(refused).toMatchObject({
      name: 'EodRunning',
      businessDate: '2026-11-21',
      lease: { owner: 'Ann', since: begun.run?.lease.since },
      message: expect.stringMatching(/^The end of day 2026-11-21 is run by Ann since 20/),
    })
  })

  test('whoever was overtaken does nothing any more', async () => {
    const bank = await bankWithCustomers()
    const [slow, quick] = [eodAt(bank, { owner: 'Ann' }), eodAt(bank.elsewhere(), { owner: 'Bill' })]
    const begun = await slow.engine.begin(bank.books, { operator: anOperator, date: today as never })
    await quick.resume({ takeOver: true })
    const before = await bank.counts()
    await expect(begun.finish()).rejects.toThrow(EodRunning)
    expect(await bank.counts()).toEqual(before)
  })

  test('a run that was stopped is gone on with by anybody at once', async () => {
    const bank = await bankWithCustomers()
    const stopped = await eodAt(bank, { owner: 'Ann' }).run(today, { stopped: () => true })
    expect(stopped).toMatchObject({ complete: false, reports: [{ run: { status: 'running' } }] })
    const { complete } = await eodAt(bank.elsewhere(), { owner: 'Bill' }).run(today)
    expect(complete).toBe(true)
    await expectVerified(bank)
  })

  test('a run whose operator gives no sign of life for longer than the lease is gone on with', async () => {
    const bank = await bankWithCustomers()
    await eodAt(bank, { owner: 'Ann' }).engine.begin(bank.books, {
      operator: anOperator,
      date: today as never,
    })
    const other = eodAt(bank.elsewhere(), { owner: 'Bill' })
    await expect(other.run(today)).rejects.toThrow(EodRunning)
    await bank.rows(`update eod.run set lease_until = clock_timestamp() where tenant_id = $1`, [
      bank.tenantId,
    ])
    expect((await other.run(today)).reports[0]?.run).toMatchObject({ status: 'completed' })
  })
})

const anOperator = { subject: 'key:ann', roles: [], correlationId: 'night', causationId: undefined }

describe('an account for which a step fails', () => {
  const stepsWith = (failing: Set<string>) => [payingStep(failing), ...eodSteps(smallSizes)]

  test('is set aside with the reason, and the day is closed without it', async () => {
    const bank = await bankWithCustomers()
    const failed: unknown[] = []
    const eod = eodAt(bank, { steps: stepsWith(new Set(['cleo'])), sizes: { load: 5, entries: 10 } })
    const { complete, reports } = await eod.run(today, { failed: (_, where) => failed.push(where) })
    expect(complete).toBe(true)
    expect(reports[0]).toMatchObject({
      run: { status: 'completed' },
      setAside: [
        {
          accountId: 'cleo',
          step: 'pay',
          code: 'fault',
          detail: 'the till has money (accountId=cleo)',
          attempts: 1,
        },
      ],
    })
    expect(reports[0]?.steps[1]).toMatchObject({ name: 'pay', counts: { paid: 4, setAside: 1 } })
    expect(failed).toEqual([{ step: 'pay', accountId: 'cleo' }])
    const booked = { booked: today, times: 1 }
    expect(await gifts(bank)).toEqual(['ada', 'ben', 'dan', 'eva'].map((account) => ({ account, ...booked })))
    await expectVerified(bank)
  })

  test('is left out of the steps behind it, and goes through them when it is tried again', async () => {
    const bank = await bankWithCustomers()
    const failing = new Set(['cleo'])
    const [paid, fails] = [payingStep(new Set()), payingStep(failing)]
    const checked: AccountStep = {
      ...fails,
      name: 'check',
      work: async (_, __, accountIds) => {
        for (const accountId of accountIds) invariant(!failing.has(accountId), 'the account is in order')
        return {}
      },
    }
    const eod = eodAt(bank, { steps: [checked, paid, ...eodSteps(smallSizes)] })
    await eod.run(today)
    const accounts = async () => (await gifts(bank)).map(({ account }) => account)
    expect(await accounts()).toEqual(['ada', 'ben', 'dan', 'eva'])
    failing.clear()
    await eod.resume()
    expect(await accounts()).toEqual(customers)
    await expectVerified(bank)
  })

  test('is tried again by resume until it succeeds, on the business date if its day is closed', async () => {
    const bank = await bankWithCustomers()
    const failing = new Set(['ben', 'eva'])
    const eod = eodAt(bank, { steps: stepsWith(failing) })
    await eod.run(today)
    failing.delete('ben')
    const once = await eod.resume()
    expect(once.reports[0]?.setAside).toMatchObject([
      { accountId: 'ben', settledAt: expect.any(String) },
      { accountId: 'eva', settledAt: undefined, attempts: 2 },
    ])
    failing.clear()
    const twice = await eod.resume()
    expect(twice.reports[0]?.setAside.every(({ settledAt }) => settledAt !== undefined)).toBe(true)
    expect(await eod.resume()).toEqual({ reports: [], complete: true })
    const made = await gifts(bank)
    expect(made.filter(({ times }) => times !== 1)).toEqual([])
    expect(made.filter(({ booked }) => booked !== today).map(({ account }) => account)).toEqual([
      'ben',
      'eva',
    ])
    await expectVerified(bank)
  })

  test('that the database refuses is told of without the database’s words', async () => {
    const bank = await bankWithCustomers()
    const refused = {
      ...payingStep(new Set()),
      work: () => Promise.reject(Object.assign(new Error('secret'), { code: '23514' })),
    }
    const { reports } = await eodAt(bank, { steps: [refused, ...eodSteps()] }).run(today)
    expect(reports[0]?.setAside).toHaveLength(5)
    expect(reports[0]?.setAside[0]).toMatchObject({
      code: 'refused_by_database',
      detail: 'The database refused it (SQLSTATE 23514).',
    })
  })
})

test('a step of the whole day that fails stops the run, which goes on there when it is resumed', async () => {
  const bank = await bankWithCustomers()
  let broken = true
  const step = {
    of: 'day' as const,
    name: 'audit',
    work: async () => {
      invariant(!broken, 'the auditors agree', { day: 'today' })
      return {}
    },
  }
  const steps = [payingStep(new Set()), step, ...eodSteps()]
  const eod = eodAt(bank, { steps })
  await expect(eod.run(today)).rejects.toThrow(EodFailed)
  const [run] = await bank.rows(`select status, failed_step, failure from eod.run where tenant_id = $1`, [
    bank.tenantId,
  ])
  expect(run).toEqual({ status: 'failed', failed_step: 'audit', failure: 'the auditors agree (day=today)' })
  broken = false
  const { reports } = await eod.run(today)
  expect(reports[0]?.run).toMatchObject({ status: 'completed', failure: undefined })
  expect((await gifts(bank)).map(({ times }) => times)).toEqual([1, 1, 1, 1, 1])
  await expectVerified(bank)
})
