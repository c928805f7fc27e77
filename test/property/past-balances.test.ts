import { type AccountId, addDays, type BusinessDate, type EntryId } from '@plinth/kernel'
import {
  listEntries,
  type PastQuestion,
  readBalanceBookedBy,
  readPastTurnovers,
  readStatementLines,
  type StatementPosition,
} from '@plinth/ledger'
import { type Command, verifyBooks } from '@plinth/posting'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Bank, useBank } from '../support/bank.js'
import { entryOf, posting, transferOf } from '../support/commands.js'

// PLINTH_SEED repeats a run; PLINTH_PROPERTY_RUNS makes it longer: thousands over night.
const seed = Number(process.env.PLINTH_SEED ?? Date.now() % 2 ** 31)
const runs = Math.ceil(Number(process.env.PLINTH_PROPERTY_RUNS ?? 25) / 12.5)
console.log(`past-balances.test.ts: PLINTH_SEED=${seed} PLINTH_PROPERTY_RUNS=${runs * 12.5}`)

const openBank = useBank()

// The tenant's first business date, and days on which months and years end and begin.
const days = [
  '2026-11-20',
  '2026-11-21',
  '2026-11-30',
  '2026-12-31',
  '2027-01-01',
  '2027-03-01',
  '2028-02-29',
]
const accounts = ['cash', 'alice', 'bob', 'carol']

/** A day's batches: who pays whom, valued how many days from today, or taking back one of the entries before. */
const step = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      from: fc.constantFrom(...accounts),
      to: fc.constantFrom(...accounts),
      cents: fc.integer({ min: 1, max: 10_000 }),
      daysOff: fc.oneof(
        fc.constant(undefined),
        fc.constant(0),
        fc.integer({ min: -3, max: 30 }),
        fc.integer({ min: -900, max: 30 }),
      ),
    }),
  },
  { weight: 1, arbitrary: fc.record({ back: fc.nat(), asOriginally: fc.boolean() }) },
)
/** Some batches of a day are the end of day's, which books them into the day before. */
const batch = fc.record({
  late: fc.constantFrom(false, false, true),
  steps: fc.array(step, { minLength: 1, maxLength: 40 }),
})
const histories = fc.array(fc.array(batch, { maxLength: 5 }), {
  minLength: days.length,
  maxLength: days.length,
})
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never
type History = typeof histories extends fc.Arbitrary<infer H> ? H : never

/** Posts the steps day by day, batch by batch. */
async function live(bank: Bank, history: History): Promise<void> {
  const posted: EntryId[] = []
  for (const [at, batches] of history.entries()) {
    const today = days[at] as BusinessDate
    const before = days[at - 1] as BusinessDate | undefined
    if (before !== undefined) await bank.moveTo(today)
    for (const { late, steps } of batches) {
      const day = late && before !== undefined ? before : today
      const commands = steps.flatMap((each): Command[] => {
        if ('cents' in each) return [transferAt(each, day)]
        const entryId = posted.length > 0 ? posted.splice(each.back % posted.length, 1)[0] : undefined
        if (entryId === undefined) return []
        const valueDate = each.asOriginally ? 'original' : undefined
        return [{ type: 'reverse', entryId, reason: 'a test', valueDate, lines: undefined }]
      })
      if (commands.length === 0) continue
      const outcomes =
        day === today ? await bank.batch(commands) : await bank.batchInto(day, commands.map(asFee))
      for (const [index, outcome] of outcomes.entries()) {
        const { journalEntryId } = entryOf(outcome)
        if (commands[index]?.type === 'post') posted.push(journalEntryId as EntryId)
      }
    }
  }
}

/** As the bank's own posting, which the end of day makes. */
const asFee = (command: Command): Command => (command.type === 'post' ? { ...command, kind: 'fee' } : command)

function transferAt(
  { from, to, cents, daysOff }: Extract<Step, { cents: number }>,
  today: BusinessDate,
): Command {
  const amount = (cents / 100).toFixed(2)
  const valueDate = daysOff === undefined ? undefined : addDays(today, daysOff)
  // Two lines of one account in an entry as well.
  if (from === to)
    return posting(
      [`debit ${from} ${amount}`, `credit ${to} ${amount}`],
      valueDate === undefined ? {} : { valueDate },
    )
  return transferOf({ from, to, amount, ...(valueDate && { valueDate }) })
}

interface Line {
  readonly line_no: number
  readonly account_id: string
  readonly entry_no: number
  readonly side: string
  readonly amount: string
  readonly version: number
  readonly booked: string
  readonly made: string
  readonly valued: string
}

/** The sum that a child would make, over all lines. */
function plainSum(lines: readonly Line[], asked: PastQuestion) {
  const { accountId, valueDate = '9999', bookingDate = '9999', knownAtEntryNo = Infinity } = asked
  const counted = lines.filter(
    (line) =>
      line.account_id === accountId &&
      line.valued <= valueDate &&
      line.booked <= bookingDate &&
      line.entry_no <= knownAtEntryNo,
  )
  const sum = (side: string): bigint =>
    counted.filter((line) => line.side === side).reduce((total, { amount }) => total + BigInt(amount), 0n)
  // Lines that were made behind the day asked for are not the first ones.
  const first = counted.every(({ made }) => made <= bookingDate)
  const version = asked.valueDate === undefined && first ? counted.length : undefined
  return { debits: sum('debit'), credits: sum('credit'), version }
}

const byDay = (one: Line, other: Line): number =>
  one.booked < other.booked ? -1 : one.booked > other.booked ? 1 : one.version - other.version

/** Statements, balances and lists by booking date, beside what a child would make of all lines. */
async function compareStatements(bank: Bank, lines: readonly Line[]): Promise<void> {
  const ranges = days.flatMap((from) => days.filter((to) => to >= from).map((to) => ({ from, to })))
  for (const account of accounts) {
    const { accountId, normalSide } = await bank.state(account)
    const own = lines.filter((line) => line.account_id === account).sort(byDay)
    const sumOf = (some: readonly Line[]): bigint =>
      some.reduce(
        (sum, { side, amount }) => sum + (side === normalSide ? BigInt(amount) : -BigInt(amount)),
        0n,
      )
    for (const { from, to } of ranges) {
      const before = own.filter(({ booked }) => booked < from)
      const within = own.filter(({ booked }) => booked >= from && booked <= to)
      const dates = { from: from as BusinessDate, to: to as BusinessDate }
      const opening = await bank.database.read(bank.tenantId, (tx) =>
        readBalanceBookedBy(tx, { accountId, normalSide }, addDays(dates.from, -1)),
      )
      expect([account, from, opening]).toEqual([account, from, sumOf(before)])
      const range = { accountId, normalSide, ...dates }
      const shown = (await pagesOf(bank, range)).map((line) => [line.entryNo, line.lineNo, line.balanceAfter])
      const expected = within.map((line, at) => [
        line.entry_no,
        line.line_no,
        sumOf([...before, ...within.slice(0, at + 1)]),
      ])
      expect([account, from, to, shown]).toEqual([account, from, to, expected])
    }
  }
  for (const { from, to } of ranges) {
    const filter = { bookingDateFrom: from as BusinessDate, bookingDateTo: to as BusinessDate }
    const entries = await bank.database.read(bank.tenantId, (tx) =>
      listEntries(tx, { filter, order: 'asc', limit: 1_000_000 }),
    )
    const within = lines.filter(({ booked }) => booked >= from && booked <= to)
    const numbers = [...new Set(within.map((line) => line.entry_no))].sort((a, b) => a - b)
    expect([from, to, entries.map(({ entryNo }) => entryNo)]).toEqual([from, to, numbers])
  }
}

/** All lines of a statement, asked for seven at a time. */
async function pagesOf(bank: Bank, range: Omit<Parameters<typeof readStatementLines>[1], 'limit' | 'after'>) {
  const all: Awaited<ReturnType<typeof readStatementLines>> = []
  let after: StatementPosition | undefined
  for (;;) {
    const page = await bank.database.read(bank.tenantId, (tx) =>
      readStatementLines(tx, { ...range, limit: 7, after }),
    )
    all.push(...page)
    after = page.at(-1)
    if (page.length < 7) return all
  }
}

/** A few of many, the first and the last among them. */
const some = <Thing>(things: readonly Thing[], most: number): Thing[] =>
  things.filter((_, at) => at % Math.ceil(things.length / most) === 0 || at === things.length - 1)

test('a balance of any value date, booking date and entry number is the sum of the lines that meet them', async () => {
  let questions = 0
  const property = fc.asyncProperty(histories, async (history) => {
    const bank = await openBank()
    for (const account of ['alice', 'bob', 'carol']) await bank.open(account, { limit: '1000000000.00' })
    await live(bank, history)
    const lines = (
      await bank.rows<Line & { entry_no: string }>(
        `select account_id, entry_no, line_no, account_version::integer as version, side, amount,
                booking_date::text as booked,
                coalesce(entered_on, booking_date)::text as made, value_date::text as valued
           from ledger.posting_line where tenant_id = $1`,
        [bank.tenantId],
      )
    ).map((line) => ({ ...line, entry_no: Number(line.entry_no) }))
    const valued = [...new Set(lines.map((line) => line.valued as BusinessDate))].sort()
    const around = some(valued, 10).flatMap((date) => [addDays(date, -1), date])
    const last = Math.max(0, ...lines.map((line) => line.entry_no))
    const asked: PastQuestion[] = accounts.flatMap((accountId) =>
      [undefined, ...around, '0001-01-01', '9999-12-31'].flatMap((valueDate) =>
        [undefined, '2026-11-19', ...days, '9999-12-31'].flatMap((bookingDate) =>
          [undefined, 0, Math.floor(last / 3), last - 1, last]
            .filter((entryNo) => entryNo === undefined || entryNo >= 0)
            .map((knownAtEntryNo) => ({
              accountId: accountId as AccountId,
              valueDate: valueDate as BusinessDate | undefined,
              bookingDate: bookingDate as BusinessDate | undefined,
              knownAtEntryNo,
            })),
        ),
      ),
    )
    questions += asked.length
    const answers = await bank.database.read(bank.tenantId, (tx) =>
      Promise.all(asked.map((question) => readPastTurnovers(tx, question))),
    )
    for (const [at, question] of asked.entries()) {
      const { knownAtEntryNo = last } = question
      expect([question, answers[at]]).toEqual([question, { ...plainSum(lines, question), knownAtEntryNo }])
    }
    await compareStatements(bank, lines)
    const report = await bank.database.read(bank.tenantId, (tx) => verifyBooks(tx, bank.books))
    expect(report.rules.filter(({ broken }) => broken > 0)).toEqual([])
    await bank.expectBooksInOrder()
  })
  await fc.assert(property, { seed, numRuns: runs, endOnFailure: true })
  // Nothing asked would be nothing shown.
  expect(questions).toBeGreaterThan(1_000 * runs)
}, 120_000)
