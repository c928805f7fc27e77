import { addDays, type BusinessDate, type CurrencyCode, currenciesWith } from '@plinth/kernel'
import type { ProductParameters } from '@plinth/product'
import { exactOf, interestTermsOf, partsOfYear, simulate } from '@plinth/product/domain'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { accrueThrough, backValuedFrom, type NumberedTerms } from './accrue-through.js'
import {
  type AccrualRow,
  type DueInterest,
  type InterestState,
  type Moved,
  netOf,
  stateBefore,
} from './interest-state.js'

const date = (text: string): BusinessDate => text as BusinessDate
const currencies = currenciesWith()

/** 1 % on what is there and 10 % on what is owed, unless told otherwise: 36 500.00 bring 1.00 a day, 365.00 owed cost 0.10. */
const termsOf = (more: Partial<ProductParameters> = {}) =>
  interestTermsOf(
    {
      currency: 'EUR' as CurrencyCode,
      glMapping: {} as ProductParameters['glMapping'],
      overdraftLimit: '0.00',
      creditTiers: [{ from: '0.00', rate: '0.01' }],
      debitTiers: [{ from: '0.00', rate: '0.1' }],
      dayCount: 'ACT/365F',
      capitalisation: 'monthly',
      rounding: 'half_even',
      minimumBalance: '0.00',
      fees: [],
      withholdingTaxRate: '0',
      eligibility: [],
      ...more,
    },
    currencies,
  )

interface BookedLine {
  readonly version: number
  readonly bookedOn: BusinessDate
  readonly valueDate: BusinessDate
  readonly amount: bigint
  readonly capitalised: boolean
}

/** One account with its lines, and what runs have made of them. */
class PaperAccount {
  readonly lines: BookedLine[] = []
  readonly rows: AccrualRow[] = []
  readonly due: DueInterest[] = []
  readonly moved: Moved[] = []
  state: InterestState

  constructor(
    firstDay: string,
    readonly snapshots: readonly { readonly from: string; readonly terms: NumberedTerms['terms'] }[],
  ) {
    this.state = stateBefore(date(firstDay))
  }

  book(bookedOn: string, amount: bigint, valueDate = bookedOn, capitalised = false): void {
    const version = this.lines.length + 1
    this.lines.push({ version, bookedOn: date(bookedOn), valueDate: date(valueDate), amount, capitalised })
  }

  /** Closes a day as the application does. `meanwhile` is booked before the entries of the run are. */
  run(day: string, next = addDays(date(day), 1) as string, meanwhile = () => {}): AccrualRow[] {
    const behind = this.lines.filter(({ version }) => version > this.state.baseVersion)
    const stop = behind.findIndex(({ bookedOn }) => bookedOn > day)
    const lines = stop < 0 ? behind : behind.slice(0, stop)
    const from = backValuedFrom(this.state, lines)
    const accrued = accrueThrough(this.state, {
      lines,
      through: addDays(date(next), -1),
      rows: this.newest().filter((row) => from !== undefined && row.day >= from),
      termsOn: (of) => {
        const at = this.snapshots.findLastIndex((each) => each.from <= of)
        return { snapshotNo: at + 1, terms: (this.snapshots[at] as (typeof this.snapshots)[0]).terms }
      },
      termsOf: (no) => (this.snapshots[no - 1] as (typeof this.snapshots)[0]).terms,
    })
    this.state = accrued.state
    this.rows.push(...accrued.rows)
    this.due.push(...accrued.due)
    this.moved.push(...accrued.moved)
    meanwhile()
    for (const due of accrued.due) this.book(day, netOf(due), due.valueDate, true)
    return [...accrued.rows]
  }

  /** Closes every day from the one behind the last up to `last`, no weekend among them. */
  runThrough(last: string): void {
    while (this.state.accruedThrough < last) this.run(addDays(this.state.accruedThrough, 1))
  }

  newest(): AccrualRow[] {
    const byDay = new Map(this.rows.map((row) => [row.day, row]))
    return [...byDay.values()].sort((a, b) => (a.day < b.day ? -1 : 1))
  }
}

const account = (firstDay: string, more: Partial<ProductParameters> = {}): PaperAccount =>
  new PaperAccount(firstDay, [{ from: firstDay, terms: termsOf(more) }])

const told = (rows: readonly AccrualRow[]) =>
  rows.map(({ day, revision, balance, creditPosted, debitPosted }) => [
    day.slice(5),
    revision,
    balance,
    creditPosted,
    debitPosted,
  ])

test('a Friday’s run accrues the weekend with it', () => {
  const paper = account('2026-11-20')
  paper.book('2026-11-20', 3_650_000n)
  // 36 500.00 × 1 % ÷ 365 = 1.00 a day.
  expect(told(paper.run('2026-11-20', '2026-11-23'))).toEqual([
    ['11-20', 0, 3_650_000n, 100n, 0n],
    ['11-21', 0, 3_650_000n, 100n, 0n],
    ['11-22', 0, 3_650_000n, 100n, 0n],
  ])
  expect(paper.state).toMatchObject({ accruedThrough: '2026-11-22', baseVersion: 1, baseBalance: 3_650_000n })
})

test('a line of a value date ahead counts from that day on, and what stands behind it is read again until then', () => {
  const paper = account('2026-11-16')
  paper.book('2026-11-16', 3_650_000n, '2026-11-19')
  paper.book('2026-11-16', 7_300_000n)
  paper.run('2026-11-16')
  expect(paper.state).toMatchObject({ baseVersion: 0, seenVersion: 2 })
  paper.runThrough('2026-11-19')
  // 73 000.00 bring 2.00 for three days; then 3.00.
  expect(paper.rows.map(({ creditPosted, revision }) => [creditPosted, revision])).toEqual([
    [200n, 0],
    [200n, 0],
    [200n, 0],
    [300n, 0],
  ])
  expect(paper.state).toMatchObject({ baseVersion: 2, baseBalance: 10_950_000n })
})

test('a line of ten days ago changes the ten days and no other', () => {
  const paper = account('2026-11-02')
  paper.book('2026-11-02', 3_650_000n)
  paper.runThrough('2026-11-19')
  paper.book('2026-11-20', 3_650_000n, '2026-11-10')
  const rows = paper.run('2026-11-20')
  // 10 to 19 November: 1.00 more each, as second revisions; the 20th accrues 2.00.
  expect(told(rows.slice(0, -1))).toEqual(
    [10, 11, 12, 13, 14, 15, 16, 17, 18, 19].map((day) => [`11-${day}`, 1, 7_300_000n, 100n, 0n]),
  )
  expect(told(rows.slice(-1))).toEqual([['11-20', 0, 7_300_000n, 200n, 0n]])
  // 18 days of 1.00, ten more, and 2.00.
  expect(paper.state.accrual.credit.rounded).toBe(3_000n)
  // Looked at once: the run behind it finds nothing to make up for.
  expect(paper.run('2026-11-21').map(({ revision }) => revision)).toEqual([0])
})

test('a day that was made up for is made up for again on top of that', () => {
  const paper = account('2026-11-02')
  paper.book('2026-11-02', 3_650_000n)
  paper.runThrough('2026-11-05')
  paper.book('2026-11-06', 3_650_000n, '2026-11-05')
  paper.run('2026-11-06')
  paper.book('2026-11-07', -7_300_000n, '2026-11-04')
  expect(told(paper.run('2026-11-07'))).toEqual([
    // On the 4th 36 500.00 − 73 000.00 = 36 500.00 owed, × 10 % ÷ 365 = 10.00 instead of 1.00 earned.
    ['11-04', 1, -3_650_000n, -100n, 1_000n],
    ['11-05', 2, 0n, -200n, 0n],
    ['11-06', 1, 0n, -200n, 0n],
    ['11-07', 0, 0n, 0n, 0n],
  ])
  // Earned on the 2nd and the 3rd; owed for the 4th.
  expect(paper.state.accrual).toMatchObject({ credit: { rounded: 200n }, debit: { rounded: 1_000n } })
})

test('a line of a capitalised period adjusts the next one, and interest on that interest stays as it was', () => {
  const paper = account('2026-11-20')
  paper.book('2026-11-20', 3_650_000n)
  paper.runThrough('2026-11-30')
  // Eleven days of 1.00.
  expect(paper.due).toEqual([
    {
      periodStart: '2026-11-20',
      valueDate: '2026-12-01',
      snapshotNo: 1,
      credit: 1_100n,
      tax: 0n,
      debit: 0n,
    },
  ])
  paper.runThrough('2026-12-02')
  // 36 511.00 for two days: 3 651 100 × 1 % ÷ 365 = 100.0301… cents each.
  expect(paper.state.accrual.credit.rounded).toBe(200n)
  paper.book('2026-12-03', -3_650_000n, '2026-11-25')
  const rows = paper.run('2026-12-03')
  expect(told(rows)).toEqual([
    ...[25, 26, 27, 28, 29, 30].map((day) => [`11-${day}`, 1, 0n, -100n, 0n]),
    // The 11.00 stay, though with what is known now 5.00 would have been capitalised.
    ['12-01', 1, 1_100n, -100n, 0n],
    ['12-02', 1, 1_100n, -100n, 0n],
    ['12-03', 0, 1_100n, 0n, 0n],
  ])
  // Six days of the period before, at −1.00; three days of 0.0301….
  expect(paper.state.accrual.credit.rounded).toBe(-600n)
})

test('what an adjustment left below zero is not taken from the customer but carried on', () => {
  const paper = account('2026-11-20')
  paper.book('2026-11-20', 3_650_000n)
  paper.runThrough('2026-12-02')
  paper.book('2026-12-03', -3_650_000n, '2026-11-25')
  paper.runThrough('2026-12-31')
  expect(paper.due.length).toBe(1)
  expect(paper.state.accrual.periodStart).toBe('2027-01-01')
  // −6.00, and 31 days of 1100 × 1 % ÷ 365 = 0.0301… cents: 0.93 of a cent more.
  expect(paper.state.accrual.credit.rounded).toBe(-599n)
})

test('interest that was capitalised counts from its value date, and once, also over a weekend and behind other lines', () => {
  const paper = account('2027-04-30')
  paper.book('2027-04-30', 36_500_000n)
  // 365 000.00: 10.00 on Friday, capitalised of value Saturday, the first of May; Saturday and Sunday accrue on 365 010.00.
  const rows = paper.run('2027-04-30', '2027-05-03', () => paper.book('2027-05-03', 100n))
  expect(rows.map(({ balance }) => balance)).toEqual([36_500_000n, 36_501_000n, 36_501_000n])
  expect(paper.state.unmet).toBe(1_000n)
  // The line of the run stands behind one that was booked on Monday meanwhile; both are met by Monday's run.
  expect(told(paper.run('2027-05-03'))).toEqual([['05-03', 0, 36_501_100n, 1_000n, 0n]])
  expect(paper.state).toMatchObject({ unmet: 0n, baseVersion: 3, baseBalance: 36_501_100n })
})

test('interest that was capitalised for the next business day counts from it', () => {
  const paper = account('2026-11-30')
  paper.book('2026-11-30', 36_500_000n)
  paper.run('2026-11-30')
  expect(paper.state).toMatchObject({ unmet: 1_000n, baseBalance: 36_500_000n })
  expect(paper.run('2026-12-01').map(({ balance }) => balance)).toEqual([36_501_000n])
  expect(paper.state).toMatchObject({ unmet: 0n, baseBalance: 36_501_000n })
})

test('capitalised interest that is taken back is a line like any other', () => {
  const paper = account('2026-11-30')
  paper.book('2026-11-30', 36_500_000n)
  paper.runThrough('2026-12-02')
  paper.book('2026-12-03', -1_000n, '2026-12-01')
  const rows = paper.run('2026-12-03')
  expect(rows.map(({ day, balance }) => [day, balance])).toEqual([
    ['2026-12-01', 36_500_000n],
    ['2026-12-02', 36_500_000n],
    ['2026-12-03', 36_500_000n],
  ])
})

test('the twenty-ninth of February is a day of its year', () => {
  const paper = account('2028-02-28', { dayCount: 'ACT/ACT-ISDA', capitalisation: 'none' })
  // 36 600.00 × 1 % ÷ 366 = 1.00 a day of 2028.
  paper.book('2028-02-28', 3_660_000n)
  paper.runThrough('2028-03-01')
  expect(told(paper.rows)).toEqual([
    ['02-28', 0, 3_660_000n, 100n, 0n],
    ['02-29', 0, 3_660_000n, 100n, 0n],
    ['03-01', 0, 3_660_000n, 100n, 0n],
  ])
})

test('under thirties a late line is made up for in the parts that the day had', () => {
  const paper = account('2027-02-25', { dayCount: '30E/360', capitalisation: 'monthly' })
  paper.book('2027-02-25', 3_600_000n)
  paper.runThrough('2027-03-02')
  // 36 000.00 × 1 % ÷ 360 = 1.00; the 28th of February counts for three days, up to the first of March.
  expect(paper.rows.map(({ creditPosted }) => creditPosted)).toEqual([100n, 100n, 100n, 300n, 100n, 100n])
  paper.book('2027-03-03', 3_600_000n, '2027-02-27')
  expect(paper.run('2027-03-03').map(({ creditPosted }) => creditPosted)).toEqual([
    100n,
    300n,
    100n,
    100n,
    200n,
  ])
})

test('a debt is charged, by tiers of what is owed, and capitalised against the account', () => {
  const paper = account('2026-11-29', {
    debitTiers: [
      { from: '0.00', rate: '0.1' },
      { from: '365.00', rate: '0.2' },
    ],
  })
  paper.book('2026-11-29', -73_000n)
  paper.run('2026-11-29')
  // 365.00 × 10 % ÷ 365 = 0.10, and the next 365.00 at 20 %: 0.20.
  expect(paper.run('2026-11-30').map(({ debitPosted }) => debitPosted)).toEqual([30n])
  expect(paper.due).toMatchObject([{ credit: 0n, tax: 0n, debit: 60n }])
  expect(paper.run('2026-12-01').map(({ balance }) => balance)).toEqual([-73_060n])
})

test('below the minimum balance nothing is earned', () => {
  const paper = account('2026-11-16', { minimumBalance: '36500.00' })
  paper.book('2026-11-16', 3_649_999n)
  paper.run('2026-11-16')
  paper.book('2026-11-17', 1n)
  paper.run('2026-11-17')
  expect(paper.rows.map(({ creditPosted }) => creditPosted)).toEqual([0n, 100n])
})

test('tax is withheld of what is capitalised, and what rounding left is carried on', () => {
  const paper = account('2026-11-30', { withholdingTaxRate: '0.25' })
  // 36 509.10 × 1 % ÷ 365 = 100.0249… cents: 100 with 25 of tax; 0.0249… are left.
  paper.book('2026-11-30', 3_650_910n)
  paper.run('2026-11-30')
  expect(paper.due).toMatchObject([{ credit: 100n, tax: 25n, debit: 0n }])
  expect(paper.state).toMatchObject({ unmet: 75n, accrual: { credit: { rounded: 0n } } })
  // 3 650 910 × 1 % × 4392 parts − 100 × 1 603 080 parts.
  expect(paper.state.accrual.credit.exact.toFixed()).toBe('39967.2')
})

test('a rate changes on its day, what has accrued moves to the GL accounts of the new terms, and old days keep their rate', () => {
  const paper = new PaperAccount('2026-11-16', [
    { from: '2026-11-16', terms: termsOf() },
    { from: '2026-11-18', terms: termsOf({ creditTiers: [{ from: '0.00', rate: '0.02' }] }) },
  ])
  paper.book('2026-11-16', 3_650_000n)
  paper.runThrough('2026-11-19')
  expect(paper.rows.map(({ snapshotNo, creditPosted }) => [snapshotNo, creditPosted])).toEqual([
    [1, 100n],
    [1, 100n],
    [2, 200n],
    [2, 200n],
  ])
  expect(paper.moved).toEqual([{ from: 1, to: 2, credit: 200n, debit: 0n }])
  paper.book('2026-11-20', 3_650_000n, '2026-11-17')
  expect(paper.run('2026-11-20').map(({ snapshotNo, creditPosted }) => [snapshotNo, creditPosted])).toEqual([
    [1, 100n],
    [2, 200n],
    [2, 200n],
    [2, 400n],
  ])
})

test('lines of before the first day count from it on, and are not made up for', () => {
  const paper = account('2026-11-18')
  paper.book('2026-11-18', 3_650_000n, '2026-10-01')
  expect(told(paper.run('2026-11-18'))).toEqual([['11-18', 0, 3_650_000n, 100n, 0n]])
  // One that comes later is made up for from the first day on, not from its value date.
  paper.book('2026-11-19', 3_650_000n, '2026-10-01')
  expect(told(paper.run('2026-11-19'))).toEqual([
    ['11-18', 1, 7_300_000n, 100n, 0n],
    ['11-19', 0, 7_300_000n, 200n, 0n],
  ])
})

test('a day that has accrued does not accrue again', () => {
  const paper = account('2026-11-18')
  paper.book('2026-11-18', 3_650_000n)
  paper.run('2026-11-18')
  const before = paper.state
  expect(paper.run('2026-11-18')).toEqual([])
  expect(paper.state).toEqual(before)
})

const seed = Number(process.env.PLINTH_SEED ?? Date.now() % 2 ** 31)
const numRuns = Number(process.env.PLINTH_PROPERTY_RUNS ?? 40) * 5
console.log(`accrue-through.test.ts: PLINTH_SEED=${seed}`)

const firstDay = date('2027-12-20')
/** A business day, how far it is to the next, and what is booked on it: how much, and of which value date. */
const businessDay = fc.record({
  gap: fc.constantFrom(1, 1, 1, 1, 3, 4),
  lines: fc.array(
    fc.record({ amount: fc.bigInt(-9_000_000n, 9_000_000n), shift: fc.integer({ min: -50, max: 6 }) }),
    { maxLength: 2 },
  ),
})
const someTerms = fc
  .record({
    dayCount: fc.constantFrom('ACT/365F', 'ACT/360', 'ACT/ACT-ISDA', '30/360-ISDA', '30E/360'),
    capitalisation: fc.constantFrom('monthly', 'quarterly', 'none'),
    rounding: fc.constantFrom('half_even', 'half_up', 'up', 'down'),
    minimumBalance: fc.constantFrom('0.00', '250.00'),
    withholdingTaxRate: fc.constantFrom('0', '0.26375'),
    creditTiers: fc.constantFrom(
      [{ from: '0.00', rate: '0.0125' }],
      [
        { from: '0.00', rate: '0.003' },
        { from: '1000.00', rate: '0.0275' },
      ],
    ),
    debitTiers: fc.constantFrom([], [{ from: '0.00', rate: '0.1199' }]),
  })
  .map((terms) => terms as Partial<ProductParameters>)

interface Asked {
  readonly terms: Partial<ProductParameters>
  readonly days: readonly (typeof businessDay extends fc.Arbitrary<infer Day> ? Day : never)[]
}

/** Lives through the days; lines come behind those of the run as often as before them. */
function live({ terms, days }: Asked, shifts: (shift: number) => number): PaperAccount {
  const paper = account(firstDay, terms)
  let day = firstDay
  const book = (at: number) => {
    for (const { amount, shift } of days[at]?.lines ?? [])
      paper.book(day, amount, addDays(day, shifts(shift)))
  }
  book(0)
  days.forEach(({ gap }, at) => {
    const closing = day
    day = addDays(day, gap)
    paper.run(closing, day, () => book(at + 1))
  })
  return paper
}

/** Balances by value date, of these lines. */
function historyOf(paper: PaperAccount, counts: (line: BookedLine) => boolean, upTo: BusinessDate) {
  const byDate = new Map<BusinessDate, bigint>()
  for (const line of paper.lines.filter(counts)) {
    const from = [line.valueDate, firstDay].sort()[1] as BusinessDate
    if (from <= upTo) byDate.set(from, (byDate.get(from) ?? 0n) + line.amount)
  }
  let balance = 0n
  return [...byDate]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([from, amount]) => {
      balance += amount
      return { from, balance }
    })
}

const history = fc.record({
  terms: someTerms,
  days: fc.array(businessDay, { minLength: 1, maxLength: 120 }),
})

test('whatever is booked of today or ahead, an account comes to what the simulation says', () => {
  fc.assert(
    fc.property(history, (asked) => {
      const paper = live(asked, (shift) => Math.max(shift, 0))
      const to = paper.state.accruedThrough
      const seen = (line: BookedLine) => !line.capitalised && line.version <= paper.state.seenVersion
      const { days, periods, totals } = simulate(termsOf(asked.terms), {
        ...{ from: firstDay, to, compounding: true },
        balances: historyOf(paper, seen, to),
      })
      expect(told(paper.rows)).toEqual(
        days.map((day) => [day.date.slice(5), 0, day.balance, day.credit.posted, day.debit.posted]),
      )
      const sum = (of: (due: DueInterest) => bigint) => paper.due.reduce((all, due) => all + of(due), 0n)
      expect([sum((due) => due.credit), sum((due) => due.tax), sum((due) => due.debit)]).toEqual([
        totals.credit,
        totals.tax,
        totals.debit,
      ])
      const last = periods.at(-1)
      const { credit, debit } = paper.state.accrual
      expect([credit.rounded, debit.rounded]).toEqual(
        last?.capitalised === undefined ? [last?.credit.rounded, last?.debit.rounded] : [0n, 0n],
      )
      expect([credit.exact.toFixed(), debit.exact.toFixed()]).toEqual([
        last?.credit.exact.toFixed(),
        last?.debit.exact.toFixed(),
      ])
    }),
    { seed, numRuns },
  )
})

test('whatever the postings and dates, accrued = capitalised + accrued balance + what is carried', () => {
  fc.assert(
    fc.property(history, (asked) => {
      const paper = live(asked, (shift) => shift)
      const { accrual, accruedThrough, seenVersion, unmet } = paper.state
      const due = (of: (due: DueInterest) => bigint) => paper.due.reduce((sum, each) => sum + of(each), 0n)
      const posted = (of: (row: AccrualRow) => bigint) => paper.rows.reduce((sum, row) => sum + of(row), 0n)
      expect(posted((row) => row.creditPosted)).toBe(due((each) => each.credit) + accrual.credit.rounded)
      expect(posted((row) => row.debitPosted)).toBe(due((each) => each.debit) + accrual.debit.rounded)
      // The newest revisions are what the days bring on the balances that are known now, interest as it was capitalised.
      const counts = (line: BookedLine) => line.capitalised || line.version <= seenVersion
      const { days, totals } = simulate(termsOf({ ...asked.terms, capitalisation: 'none' }), {
        ...{ from: firstDay, to: accruedThrough, compounding: false },
        balances: historyOf(paper, counts, accruedThrough),
      })
      const newest = paper.newest()
      expect(newest.map(({ balance }) => balance)).toEqual(days.map(({ balance }) => balance))
      const exact = (of: (row: AccrualRow) => AccrualRow['credit']) =>
        newest.reduce((sum, row) => sum.plus(of(row)), exactOf('0'))
      const capitalised = exactOf(due((each) => each.credit).toString()).times(partsOfYear)
      expect(exact((row) => row.credit).toFixed()).toBe(capitalised.plus(accrual.credit.exact).toFixed())
      // Days of thirties hang on where the period began; those of the others only on themselves.
      if (!asked.terms.dayCount?.startsWith('30'))
        expect(exact((row) => row.credit).toFixed()).toBe(totals.creditExact.toFixed())
      const met = paper.lines.filter((line) => line.capitalised && line.version > seenVersion)
      expect(unmet).toBe(met.reduce((sum, line) => sum + line.amount, 0n))
    }),
    { seed, numRuns },
  )
})
