import { captureEffectiveTerms } from '@plinth/account'
import { accruePartition, capitalisePartition, readAccrued, verifyInterest } from '@plinth/interest'
import { type AccountId, addDays, type BusinessDate, type EntryId } from '@plinth/kernel'
import { verifyBooks } from '@plinth/posting'
import { interestTermsOf, simulate } from '@plinth/product/domain'
import { expect, test } from 'vitest'
import { expectExplained } from '../eod/by-hand.js'
import { type Bank, useBank } from '../support/bank.js'
import { currencies, endOf, posting, reverseWhole, transferOf } from '../support/commands.js'
import { closeDay, interestRun, partitionsOf, within } from '../support/interest.js'
import {
  addProductChart,
  approveVersion,
  glMapping,
  openingUnder,
  parametersOf,
} from '../support/products.js'

const openBank = useBank()

/** 1 % on what is there and 10 % on what is owed: 36 500.00 bring 1.00 a day, 365.00 owed cost 0.10. */
const terms = {
  creditTiers: [{ from: '0.00', rate: '0.01' }],
  debitTiers: [{ from: '0.00', rate: '0.1' }],
}

/** A bank with a product, and customers with the terms of it. */
async function savingsBank(
  accounts: readonly string[],
  parameters: Parameters<typeof approveVersion>[1] = terms,
): Promise<Bank> {
  const bank = await openBank()
  await addProductChart(bank)
  await approveVersion(bank, parameters)
  const opened = await bank.batch(accounts.map((accountId) => openingUnder(accountId)))
  expect(new Set(opened.map(endOf))).toEqual(new Set(['accepted']))
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

const rowsOf = (bank: Bank, accountId: string) =>
  bank.rows<{ day: string; revision: number; balance: number; posted: number }>(
    `select day::text, revision, balance::int, (credit_posted - debit_posted)::int as posted from interest.accrual
      where tenant_id = $1 and account_id = $2 order by booked_on, revision desc, day`,
    [bank.tenantId, accountId],
  )

const entriesOf = (bank: Bank) =>
  bank.rows<{ value_date: string; description: string; lines: string }>(
    `select e.value_date::text, e.description,
            string_agg(l.side || ' ' || l.account_id || ' ' || l.amount, ', ' order by l.line_no) as lines
       from ledger.journal_entry e join ledger.posting_line l using (tenant_id, entry_no)
      where e.tenant_id = $1 and e.transaction_code = 'INTEREST' group by e.entry_no, e.value_date, e.description
      order by e.entry_no`,
    [bank.tenantId],
  )

test('what all accounts of a product earn and owe is posted in one entry, each kind in a pair of lines', async () => {
  const bank = await savingsBank(['alice', 'bob', 'carol'])
  await bank.fund('alice', '36500.00')
  await bank.fund('bob', '73000.00')
  await bank.transfer({ from: 'carol', to: 'cash', amount: '365.00' })
  const run = interestRun(bank, '2026-11-20', '2026-11-23')
  await bank.moveTo(run.next)
  const [ids = []] = await partitionsOf(bank, 100)
  // A Friday: three days of 1.00, 2.00 and −0.10.
  expect(await within(bank, (tx) => accruePartition(tx, run, ids))).toEqual({
    accounts: 3,
    days: 9,
    madeUp: 0,
    entries: 1,
  })
  expect(await entriesOf(bank)).toEqual([
    {
      value_date: '2026-11-20',
      description: 'Interest accrued, SAVINGS',
      lines: 'debit GL:1900:EUR 30, credit GL:4200:EUR 30, debit GL:5100:EUR 900, credit GL:2900:EUR 900',
    },
  ])
  // Everybody else books on Monday already.
  expect(
    await bank.rows(
      `select kind, booking_date::text, entered_on::text from ledger.journal_entry
        where tenant_id = $1 and transaction_code = 'INTEREST'`,
      [bank.tenantId],
    ),
  ).toEqual([{ kind: 'accrual', booking_date: '2026-11-20', entered_on: '2026-11-23' }])
  expect(await bank.rows('select name from account.account where account_id = $1', ['GL:1900:EUR'])).toEqual([
    { name: 'GL 1900, EUR' },
  ])
  await expectSound(bank)
})

test('a second run of a day does nothing', async () => {
  const bank = await savingsBank(['alice'])
  await bank.fund('alice', '36500.00')
  const run = interestRun(bank, '2026-11-30', '2026-12-01')
  await bank.moveTo('2026-11-30' as BusinessDate)
  await bank.moveTo(run.next)
  const ids = ['alice' as AccountId]
  await within(bank, (tx) => accruePartition(tx, run, ids))
  await within(bank, (tx) => capitalisePartition(tx, run, ids))
  const before = await bank.counts()
  expect(await within(bank, (tx) => accruePartition(tx, run, ids))).toMatchObject({ accounts: 0, entries: 0 })
  expect(await within(bank, (tx) => capitalisePartition(tx, run, ids))).toEqual({ entries: 0 })
  expect(await bank.counts()).toEqual(before)
})

test('the end of a month moves interest on to the account, less tax, of value the day after', async () => {
  const bank = await savingsBank(['alice', 'bob'], { ...terms, withholdingTaxRate: '0.25' })
  await bank.fund('alice', '36500.00')
  await bank.transfer({ from: 'bob', to: 'cash', amount: '365.00' })
  await closeDay(bank, '2026-11-20', '2026-11-30')
  await closeDay(bank, '2026-11-30', '2026-12-01')
  // Eleven days: 11.00 with 2.75 of tax, and 1.10 owed.
  const capitalised = (await entriesOf(bank)).filter(({ description }) =>
    description.startsWith('Interest from'),
  )
  expect(capitalised).toEqual([
    {
      value_date: '2026-12-01',
      description: 'Interest from 2026-11-20 to 2026-11-30',
      lines: 'debit GL:2900:EUR 1100, credit GL:2950:EUR 275, credit alice 825',
    },
    {
      value_date: '2026-12-01',
      description: 'Interest from 2026-11-20 to 2026-11-30',
      lines: 'credit GL:1900:EUR 110, debit bob 110',
    },
  ])
  expect([await posted(bank, 'alice'), await posted(bank, 'bob')]).toEqual(['36508.25', '-366.10'])
  await closeDay(bank, '2026-12-01', '2026-12-02')
  const [last] = (await rowsOf(bank, 'alice')).slice(-1)
  expect(last).toMatchObject({ day: '2026-12-01', revision: 0, balance: 3_650_825 })
  await expectSound(bank)
})

test('debit interest is charged although the account has nothing left and is blocked', async () => {
  const bank = await savingsBank(['bob'])
  await bank.transfer({ from: 'bob', to: 'cash', amount: '500.00' })
  await bank.status('bob', 'open', { debits: true })
  await closeDay(bank, '2026-11-20', '2026-12-01')
  // Eleven days on 500.00: 50 000 × 10 % ÷ 365 × 11 = 150.68… cents, beyond the limit of 500.00.
  expect(await posted(bank, 'bob')).toBe('-501.51')
  await expectSound(bank)
})

test('a line of ten days ago, over the end of a month, is made up for in the month that runs', async () => {
  const bank = await savingsBank(['alice'])
  await bank.fund('alice', '36500.00')
  for (let day = '2026-11-20' as BusinessDate; day < '2026-12-05'; day = addDays(day, 1))
    await closeDay(bank, day, addDays(day, 1))
  const before = await readState(bank, 'alice')
  // 11.00 capitalised; four days on 36 511.00.
  expect(before.accrual.credit.rounded).toBe(400n)
  await bank.transfer({ from: 'alice', to: 'cash', amount: '36500.00', valueDate: '2026-11-25' })
  await closeDay(bank, '2026-12-05', '2026-12-06')
  const revised = (await rowsOf(bank, 'alice')).filter(({ revision }) => revision === 1)
  expect(revised.map(({ day, posted: change }) => [day.slice(5), change])).toEqual(
    ['11-25', '11-26', '11-27', '11-28', '11-29', '11-30', '12-01', '12-02', '12-03', '12-04'].map((day) => [
      day,
      -100,
    ]),
  )
  // Ten days of −1.00 against four of 1.00: below zero, and not taken from the customer.
  expect((await readState(bank, 'alice')).accrual.credit.rounded).toBe(-600n)
  expect(await posted(bank, 'alice')).toBe('11.00')
  await closeDay(bank, '2026-12-06', '2027-01-01')
  expect(await posted(bank, 'alice')).toBe('11.00')
  await expectSound(bank)
})

const readState = async (bank: Bank, accountId: string) => {
  const [stored] = await bank.database.read(bank.tenantId, (tx) => readAccrued(tx, [accountId as AccountId]))
  if (stored === undefined) throw new Error(`${accountId} has not accrued`)
  return stored.state
}

test('what is posted on the next day meanwhile does not change what a day accrues', async () => {
  const bank = await savingsBank(['alice'])
  await bank.fund('alice', '36500.00')
  const ids = ['alice' as AccountId]
  await bank.moveTo('2026-11-21' as BusinessDate)
  await bank.transfer({ from: 'cash', to: 'alice', amount: '36500.00', valueDate: '2026-11-20' })
  await within(bank, (tx) => accruePartition(tx, interestRun(bank, '2026-11-20', '2026-11-21'), ids))
  await bank.moveTo('2026-11-22' as BusinessDate)
  await within(bank, (tx) => accruePartition(tx, interestRun(bank, '2026-11-21', '2026-11-22'), ids))
  expect(await rowsOf(bank, 'alice')).toEqual([
    { day: '2026-11-20', revision: 0, balance: 3_650_000, posted: 100 },
    // The next day's run makes up for it.
    { day: '2026-11-20', revision: 1, balance: 7_300_000, posted: 100 },
    { day: '2026-11-21', revision: 0, balance: 7_300_000, posted: 200 },
  ])
})

test('of new terms the days behind accrue with the new rate, and what has accrued goes to their GL accounts', async () => {
  const bank = await savingsBank(['alice'])
  await bank.glAccount('2910', 'liability')
  await bank.fund('alice', '36500.00')
  await closeDay(bank, '2026-11-20', '2026-11-21')
  const mapping = { ...glMapping, accruedPayableGlCode: '2910' as typeof glMapping.accruedPayableGlCode }
  const creditTiers = [{ from: '0.00', rate: '0.02' }]
  await approveVersion(bank, { ...terms, creditTiers, glMapping: mapping }, { from: '2026-11-21' })
  await within(bank, (tx) => captureEffectiveTerms(tx, ['alice' as AccountId], '2026-11-21' as BusinessDate))
  await closeDay(bank, '2026-11-21', '2026-11-22')
  expect((await entriesOf(bank)).map(({ lines }) => lines)).toEqual([
    'debit GL:5100:EUR 100, credit GL:2900:EUR 100',
    'debit GL:5100:EUR 200, credit GL:2910:EUR 200',
    'debit GL:2900:EUR 100, credit GL:2910:EUR 100',
  ])
  await expectSound(bank)
})

test('of a partition in which one entry is refused nothing stands', async () => {
  const bank = await savingsBank(['alice', 'bob'])
  await bank.fund('alice', '36500.00')
  await bank.fund('bob', '36500.00')
  const run = interestRun(bank, '2026-11-30', '2026-12-01')
  await bank.moveTo(run.day)
  await bank.moveTo(run.next)
  const ids = ['alice', 'bob'] as AccountId[]
  await within(bank, (tx) => accruePartition(tx, run, ids))
  await bank.status('bob', 'frozen')
  const before = await bank.counts()
  await expect(within(bank, (tx) => capitalisePartition(tx, run, ids))).rejects.toThrow(
    'interest:capitalisation:2026-12-01:bob: account_frozen',
  )
  expect(await bank.counts()).toEqual(before)
  expect(await within(bank, (tx) => capitalisePartition(tx, run, ['alice' as AccountId]))).toEqual({
    entries: 1,
  })
})

test('what days accrued and what was capitalised is nobody’s to take back by hand', async () => {
  const bank = await savingsBank(['alice'])
  await bank.fund('alice', '36500.00')
  await closeDay(bank, '2026-11-20', '2026-12-01')
  const entries = await bank.rows<{ entry_id: string; kind: string }>(
    `select entry_id, kind from ledger.journal_entry where tenant_id = $1 and kind <> 'posting' order by entry_no`,
    [bank.tenantId],
  )
  expect(entries.map(({ kind }) => kind)).toEqual(['accrual', 'capitalisation'])
  for (const { entry_id: entryId } of entries) {
    const refused = await bank.submit(reverseWhole(entryId))
    expect(refused).toMatchObject({
      answer: { rejection: { code: 'condition_failed', facts: { entryId, condition: 'kind' } } },
    })
    const { type: _, ...instead } = posting(['debit cash 1.00', 'credit alice 1.00'])
    const correction = {
      type: 'correct',
      entryId: entryId as EntryId,
      reason: 'r',
      valueDate: undefined,
    } as const
    expect(endOf(await bank.submit({ ...correction, posting: instead }))).toBe('condition_failed')
  }
  await expectSound(bank)
})

test('accounts of random histories come to what the simulation says after eighty days, month ends and weekends among them', async () => {
  const seed = Number(process.env.PLINTH_SEED ?? Date.now() % 2 ** 31)
  console.log(`accrual.test.ts: PLINTH_SEED=${seed}`)
  const names = Array.from({ length: 12 }, (_, at) => `customer-${at}`)
  const bank = await savingsBank(names, { withholdingTaxRate: '0.26375', overdraftLimit: '1000000.00' })
  const random = mulberry(seed)
  const histories = new Map(names.map((name) => [name, new Map<BusinessDate, bigint>()]))
  const first = '2026-11-20' as BusinessDate
  const last = addDays(first, 80)
  for (let day = first; day < last; ) {
    const transfers = names.flatMap((name) => {
      if (random() > 0.3) return []
      const minor = BigInt(Math.floor(random() * 4_000_00)) + 1n
      const ahead = addDays(day, Math.floor(random() * 4))
      const history = histories.get(name) as Map<BusinessDate, bigint>
      const credit = random() < 0.6
      history.set(ahead, (history.get(ahead) ?? 0n) + (credit ? minor : -minor))
      const amount = `${minor / 100n}.${String(minor % 100n).padStart(2, '0')}`
      const [from, to] = credit ? ['cash', name] : [name, 'cash']
      return [transferOf({ from, to, amount, valueDate: ahead })]
    })
    expect(new Set((await bank.batch(transfers)).map(endOf))).not.toContain('insufficient_funds')
    // Saturday and Sunday are no business days: the 20th of November 2026 is a Friday.
    const next = addDays(day, new Date(`${day}T00:00:00Z`).getUTCDay() === 5 ? 3 : 1)
    await closeDay(bank, day, next, 5)
    day = next
  }
  for (const name of names) {
    const { accruedThrough, accrual } = await readState(bank, name)
    const { totals, periods } = simulate(
      interestTermsOf(parametersOf({ withholdingTaxRate: '0.26375' }), currencies),
      {
        ...{ from: first, to: accruedThrough, compounding: true },
        balances: statedBalances(histories.get(name) as Map<BusinessDate, bigint>),
      },
    )
    const [capitalised] = await bank.rows(
      `select coalesce(sum(credit), 0)::text as credit, coalesce(sum(tax), 0)::text as tax,
              coalesce(sum(debit), 0)::text as debit
         from interest.capitalisation where tenant_id = $1 and account_id = $2`,
      [bank.tenantId, name],
    )
    expect(capitalised).toEqual({
      credit: `${totals.credit}`,
      tax: `${totals.tax}`,
      debit: `${totals.debit}`,
    })
    expect(accrual.credit.exact.toFixed()).toBe(periods.at(-1)?.credit.exact.toFixed())
    expect(accrual.debit.exact.toFixed()).toBe(periods.at(-1)?.debit.exact.toFixed())
  }
  await expectSound(bank)
})

function statedBalances(history: ReadonlyMap<BusinessDate, bigint>) {
  let balance = 0n
  return [...history]
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([from, amount]) => {
      balance += amount
      return { from, balance }
    })
}

/** Numbers from 0 to 1, the same for one seed. */
function mulberry(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}
