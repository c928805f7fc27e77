import { type AccountId, addDays, type BusinessDate, type EntryId } from '@plinth/kernel'
import { type PastQuestion, readPastTurnovers } from '@plinth/ledger'
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
const histories = fc.array(fc.array(fc.array(step, { minLength: 1, maxLength: 40 }), { maxLength: 4 }), {
  minLength: days.length,
  maxLength: days.length,
})
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never

/** Posts the steps day by day, batch by batch. */
async function live(bank: Bank, history: readonly (readonly (readonly Step[])[])[]): Promise<void> {
  const posted: EntryId[] = []
  for (const [at, batches] of history.entries()) {
    await bank.rows('update ledger.journal_head set business_date = $2 where tenant_id = $1', [
      bank.tenantId,
      days[at],
    ])
    for (const steps of batches) {
      const commands = steps.flatMap((each): Command[] => {
        if ('cents' in each) return [transferAt(each, days[at] as BusinessDate)]
        const entryId = posted.length > 0 ? posted.splice(each.back % posted.length, 1)[0] : undefined
        if (entryId === undefined) return []
        const valueDate = each.asOriginally ? 'original' : undefined
        return [{ type: 'reverse', entryId, reason: 'a test', valueDate, lines: undefined }]
      })
      if (commands.length === 0) continue
      const outcomes = await bank.batch(commands)
      for (const [index, outcome] of outcomes.entries()) {
        const { journalEntryId } = entryOf(outcome)
        if (commands[index]?.type === 'post') posted.push(journalEntryId as EntryId)
      }
    }
  }
}

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
  readonly account_id: string
  readonly entry_no: number
  readonly side: string
  readonly amount: string
  readonly booked: string
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
  const version = asked.valueDate === undefined ? counted.length : undefined
  return { debits: sum('debit'), credits: sum('credit'), version }
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
        `select account_id, entry_no, side, amount, booking_date::text as booked, value_date::text as valued
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
    const report = await bank.database.read(bank.tenantId, (tx) => verifyBooks(tx, bank.books))
    expect(report.rules.filter(({ broken }) => broken > 0)).toEqual([])
    await bank.expectBooksInOrder()
  })
  await fc.assert(property, { seed, numRuns: runs, endOnFailure: true })
  // Nothing asked would be nothing shown.
  expect(questions).toBeGreaterThan(1_000 * runs)
}, 120_000)
