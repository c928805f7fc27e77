import { verifyInterest } from '@plinth/interest'
import type { AccountId, BusinessDate } from '@plinth/kernel'
import { type Post, verifyBooks } from '@plinth/posting'
import { expect, test } from 'vitest'
import { expectExplained } from '../eod/by-hand.js'
import { eodAt } from '../eod/eod-bank.js'
import { type Bank, useBank } from '../support/bank.js'
import { alone, endOf, newKey, opening, posting, special, standing, together } from '../support/commands.js'
import { addProductChart, approveVersion, openingUnder } from '../support/products.js'

const openBank = useBank()

/** A bank that leaves the interest of alice and bob to an engine outside; carol’s it accrues itself. */
async function splitBank(): Promise<Bank> {
  const bank = await openBank()
  const calendar = { weekend: [], holidays: null, extra: [], working: [] }
  await bank.submit({ type: 'change_settings', changes: { calendar }, reason: 'a calendar' })
  await addProductChart(bank)
  const outside = {
    interestEngine: 'external',
    creditTiers: [],
    debitTiers: [],
    overdraftLimit: '0.00',
  } as const
  await approveVersion(bank, outside, { code: 'OUTSIDE' })
  await approveVersion(bank, { creditTiers: [{ from: '0.00', rate: '0.01' }] })
  const accounts = ['GL:5100:EUR', 'GL:2900:EUR', 'GL:1900:EUR', 'GL:4200:EUR']
  const opened = await bank.batch([
    ...['alice', 'bob'].map((accountId) => openingUnder(accountId, { product: 'OUTSIDE' })),
    openingUnder('carol'),
    ...accounts.map((id) => opening(id, { gl: id.slice(3, 7), unlimited: true })),
  ])
  expect(new Set(opened.map(endOf))).toEqual(new Set(['accepted']))
  for (const customer of ['alice', 'bob', 'carol']) await bank.fund(customer, '36500.00')
  return bank
}

/** What an engine says has accrued: `alice +1.20`, `bob -0.10` of credit interest; `bob owes 0.30` of debit interest. */
function accrual(...said: readonly string[]): Post {
  const lines = said.flatMap((each) => {
    const [accountId, amount = '', owed] = each.split(' ')
    const of = owed ?? amount.slice(1)
    const rises = owed !== undefined || amount.startsWith('+')
    const [debit, credit] =
      owed === undefined ? ['GL:5100:EUR', 'GL:2900:EUR'] : ['GL:1900:EUR', 'GL:4200:EUR']
    const [from, to] = rises ? [debit, credit] : [credit, debit]
    const [one, other] = posting([`debit ${from} ${of}`, `credit ${to} ${of}`]).lines
    const stands = owed === undefined ? 'GL:2900:EUR' : 'GL:1900:EUR'
    return [one, other].map((line) => ({
      ...(line as NonNullable<typeof line>),
      ...(line?.accountId === stands && { accruesFor: accountId as AccountId }),
    }))
  })
  return { ...posting([], { transactionCode: 'ENGINE' }), kind: 'accrual', lines }
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

const accruedOf = (bank: Bank, accountId: string) =>
  bank.rows(
    `select credit_rounded::int as credit, debit_rounded::int as debit, credit_exact = credit_rounded * 1603080 as exact
       from interest.accrued where tenant_id = $1 and account_id = $2`,
    [bank.tenantId, accountId],
  )

const posted = async (bank: Bank, accountId: string): Promise<string> =>
  (await bank.balance(accountId)).posted

test('an engine outside says what accrues, once for each key, and the end of a month capitalises it', async () => {
  const bank = await splitBank()
  await eodAt(bank).run('2026-11-28')
  const key = newKey()
  const instruction = accrual('alice +1.20', 'bob +0.50', 'alice -0.20')
  expect(endOf(await bank.submit(instruction, key))).toBe('accepted')
  expect(endOf(await bank.submit(instruction, key))).toBe('accepted, replayed')
  expect(await accruedOf(bank, 'alice')).toEqual([{ credit: 100, debit: 0, exact: true }])
  expect(
    await bank.rows('select kind from ledger.journal_entry where tenant_id = $1 and transaction_code = $2', [
      bank.tenantId,
      'ENGINE',
    ]),
  ).toEqual([{ kind: 'accrual' }])
  await expectSound(bank)
  await eodAt(bank).run('2026-11-30')
  expect([await posted(bank, 'alice'), await posted(bank, 'bob'), await posted(bank, 'carol')]).toEqual([
    '36501.00',
    '36500.50',
    '36511.00',
  ])
  expect(await posted(bank, 'GL:2900:EUR')).toBe('0.00')
  await expectSound(bank)
})

test('what it says of a batch stands or falls with it, and a closing behind it counts it', async () => {
  const bank = await splitBank()
  await eodAt(bank).run('2026-11-20')
  const pair = [accrual('alice +1.20'), special(['debit bob 99999.00', 'credit cash 99999.00'])]
  expect((await bank.batch([together(...pair)])).map(endOf)).toEqual(['linked_failed', 'insufficient_funds'])
  expect(await accruedOf(bank, 'alice')).toEqual([{ credit: 0, debit: 0, exact: true }])
  const outcomes = await bank.batch([
    alone(special(['debit alice all', 'credit cash all'])),
    alone(accrual('alice +1.20')),
    alone(standing('alice', 'closed')),
  ])
  expect(outcomes.map(endOf)).toEqual(['accepted', 'accepted', 'account_not_empty'])
  expect(outcomes.at(-1)).toMatchObject({ answer: { rejection: { facts: { accruedCredit: '1.20' } } } })
  await bank.status('alice', 'closed')
  expect(await posted(bank, 'alice')).toBe('1.20')
  await bank.submit(special(['debit alice all', 'credit cash all']))
  expect(endOf(await bank.status('alice', 'closed'))).toBe('accepted')
  expect(endOf(await bank.submit(accrual('alice +0.01')))).toBe('account_closed')
  await expectSound(bank)
})

test.each<[what: string, command: Post, end: string, condition: string | undefined]>([
  [
    'of an account that the bank accrues itself',
    accrual('carol +1.00'),
    'condition_failed',
    'interestEngine',
  ],
  ['of an account without terms', accrual('cash +1.00'), 'condition_failed', 'interestEngine'],
  ['of nobody', accrual('nobody +1.00'), 'account_not_found', undefined],
  [
    'on an account where no interest stands',
    {
      ...accrual('alice +1.00'),
      lines: accrual('alice +1.00').lines.map((line) => ({ ...line, accruesFor: 'alice' as AccountId })),
    },
    'condition_failed',
    'standsOn',
  ],
  [
    'of a value date ahead of all',
    { ...accrual('alice +1.00'), valueDate: '2031-01-01' as BusinessDate },
    'value_date_out_of_window',
    undefined,
  ],
])('an accrual %s is refused', async (_what, command, end, condition) => {
  const bank = await splitBank()
  await eodAt(bank).run('2026-11-20')
  const outcome = await bank.submit(command)
  expect(endOf(outcome)).toBe(end)
  if (condition !== undefined)
    expect(outcome).toMatchObject({ answer: { rejection: { facts: { condition } } } })
  await expectSound(bank)
})

test('nothing accrues from outside before the first end of day', async () => {
  const bank = await splitBank()
  expect(await bank.submit(accrual('alice +1.00'))).toMatchObject({
    answer: { rejection: { code: 'condition_failed', facts: { condition: 'accrued' } } },
  })
})

test('engines, ends of day and closings at once leave the sums as they should be', async () => {
  const bank = await splitBank()
  await eodAt(bank).run('2026-11-20')
  const work = Array.from({ length: 30 }, () => bank.submit(accrual('alice +0.10', 'bob owes 0.20')))
  const ended = await Promise.all([
    ...work,
    eodAt(bank.elsewhere())
      .run('2026-11-30')
      .then(() => undefined),
  ])
  expect(new Set(ended.flatMap((outcome) => (outcome === undefined ? [] : [endOf(outcome)])))).toEqual(
    new Set(['accepted']),
  )
  await eodAt(bank).run('2026-12-31')
  expect([await posted(bank, 'alice'), await posted(bank, 'bob')]).toEqual(['36503.00', '36494.00'])
  await expectSound(bank)
})
