import { verifyBooks } from '@plinth/posting'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { useBank } from '../support/bank.js'
import { answerOf, endOf } from '../support/commands.js'
import { type Step, steps, Teller } from './intentions.js'
import { type Expected, PaperBank } from './paper-bank.js'
import { type Driver, inMemory, onPostgres } from './plinth-drivers.js'

// PLINTH_SEED repeats a run; PLINTH_PROPERTY_RUNS makes it longer: thousands over night.
const seed = Number(process.env.PLINTH_SEED ?? Date.now() % 2 ** 31)
const runs = Number(process.env.PLINTH_PROPERTY_RUNS ?? 12)
console.log(`books.test.ts: PLINTH_SEED=${seed} PLINTH_PROPERTY_RUNS=${runs}`)

const tally = new Map<string, number>()
const openBank = useBank()
const window = { today: '2026-11-20', back: 10, ahead: 30 }

/** How a command ended, in the words of the model. */
function seen(outcome: Awaited<ReturnType<Driver['single']>>, expected: Expected): Expected {
  const [end = '', replayed] = endOf(outcome).split(', ')
  if (outcome.kind !== 'answered') return { end, replayed: false }
  const base = { end, replayed: replayed !== undefined }
  const body = answerOf(outcome)
  if (expected.answer !== undefined) expect(body).toMatchObject(expected.answer)
  if (expected.facts !== undefined) expect(expected.facts).toContainEqual(body.facts)
  return {
    ...base,
    ...(expected.answer && { answer: expected.answer }),
    ...(expected.facts && { facts: expected.facts }),
  }
}

/** Runs the steps through the model and through Plinth, and compares every outcome and the balances at the end. */
async function compare(driver: Driver, taken: readonly Step[], prefix: string): Promise<number> {
  const paper = new PaperBank(window)
  const teller = new Teller(paper, prefix)
  // A key that was answered gives the same answer for ever, whatever else it says.
  const answers = new Map<string, string>()
  let commandsCount = 0
  const begun = teller.begin()
  for (const keyed of begun) paper.take([() => keyed])
  expect((await driver.batch(begun.map((keyed) => [keyed]))).map(endOf)).toEqual(begun.map(() => 'accepted'))
  for (const [index, { how, groups }] of taken.entries()) {
    const forget = paper.copy()
    const done = groups.map((group) => paper.take(group.map((intention) => () => teller.next(intention))))
    if (how === 'dry') forget()
    const keyed = done.map((each) => each.keyed)
    const expected = done.flatMap((each) => each.expected)
    const [[first] = []] = keyed
    if (first === undefined) continue
    const outcomes = how === 'batch' ? await driver.batch(keyed) : [await driver[how](first)]
    commandsCount += outcomes.length
    for (const { end, replayed } of expected) tally.set(`${end}${replayed ? ', replayed' : ''}`, (tally.get(`${end}${replayed ? ', replayed' : ''}`) ?? 0) + 1)
    expect({
      index,
      how,
      ends: outcomes.map((outcome, at) => seen(outcome, expected[at] as Expected)),
    }).toEqual({
      index,
      how,
      ends: expected,
    })
    keyed.flat().forEach(({ key }, at) => {
      const outcome = outcomes[at]
      if (outcome?.kind !== 'answered' || how === 'dry') return
      const answer = JSON.stringify(outcome.answer)
      expect(answer).toBe(answers.get(key) ?? answer)
      answers.set(key, answer)
    })
  }
  const states = await driver.states()
  const actual = states.map(
    ({ accountId, debits, credits, version, overdraftLimit, status, blockDebits, blockCredits }) =>
      [accountId, debits, credits, version, overdraftLimit, status, blockDebits, blockCredits].join(' '),
  )
  const model = [...paper.accounts].map(
    ([id, { debits, credits, lines, limit, status, debitsBlocked, creditsBlocked }]) =>
      [id, debits, credits, lines, limit, status, debitsBlocked, creditsBlocked].join(' '),
  )
  expect(actual).toEqual(model.sort())
  return commandsCount
}

describe('after any sequence of commands every answer and every balance is the model’s', () => {
  test('decided in memory', async () => {
    let commandsCount = 0
    await fc.assert(
      fc.asyncProperty(steps(60), async (taken) => {
        commandsCount += await compare(inMemory(), taken, 'memory')
      }),
      { seed, numRuns: runs * 15 },
    )
    console.log(commandsCount, tally)
    tally.clear()
    expect(commandsCount).toBeGreaterThan(runs * 100)
  })

  test('through the engine on PostgreSQL, and the books are in order', { timeout: 600_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(steps(40), async (taken) => {
        const bank = await openBank({ valueDateDaysBack: 10, valueDateDaysAhead: 30 })
        const n = await compare(onPostgres(bank), taken, 'key')
        console.log(n)
        await bank.expectBooksInOrder()
        const report = await bank.database.read(bank.tenantId, (tx) => verifyBooks(tx, bank.books))
        expect(report.rules.filter(({ broken }) => broken > 0)).toEqual([])
      }),
      // What fails is run again some dozen times to find the shortest sequence, and no longer.
      { seed, numRuns: runs, interruptAfterTimeLimit: 540_000 },
    )
  })
})
