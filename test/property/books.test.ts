import type { AccountState } from '@plinth/account'
import { availableOf } from '@plinth/account/domain'
import type { Outcome } from '@plinth/posting'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { useBank } from '../support/bank.js'
import { answerOf, type EntryAnswer, endOf } from '../support/commands.js'
import { type Step, steps, Teller } from './intentions.js'
import { MemoryDriver } from './memory-driver.js'
import { type Expected, PaperBank } from './paper-bank.js'
import { availableOf as availableOnPaper, type PaperAccount } from './paper-books.js'
import { type Driver, onPostgres } from './postgres-driver.js'
import type { Keyed } from './wishes.js'

// PLINTH_SEED repeats a run; PLINTH_PROPERTY_RUNS makes it longer: thousands over night.
const seed = Number(process.env.PLINTH_SEED ?? Date.now() % 2 ** 31)
const runs = Number(process.env.PLINTH_PROPERTY_RUNS ?? 25)
console.log(`books.test.ts: PLINTH_SEED=${seed} PLINTH_PROPERTY_RUNS=${runs}`)

const openBank = useBank()
/** Every way in which a command may end that a sequence of commands can reach. */
const reachable = [
  ...['accepted', 'key_reused', 'linked_failed', 'malformed', 'gl_account_not_found', 'account_not_found'],
  ...['hold_not_found', 'entry_not_found', 'gl_account_exists', 'account_exists', 'account_closed'],
  ...['account_frozen', 'account_dormant', 'account_debits_blocked', 'account_credits_blocked'],
  ...[
    'status_transition_invalid',
    'currency_mismatch',
    'period_closed',
    'value_date_out_of_window',
    'hold_expired',
  ],
  ...['hold_released', 'hold_captured', 'hold_amount_exceeded', 'hold_account_mismatch'],
  ...['entry_already_reversed', 'entry_is_a_reversal', 'reversal_exceeds_entry', 'account_not_empty'],
  ...['condition_failed', 'limit_exceeded', 'nothing_available', 'insufficient_funds'],
]
const ends = new Set<string>()
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

/** An account in one line: what was posted, what is held, what is available, and how it stands. */
const standingOf = (state: AccountState): string => {
  const { accountId, debits, credits, held, version, overdraftLimit } = state
  const { status, blockDebits, blockCredits } = state
  const money = [debits, credits, held, overdraftLimit, availableOf(state)]
  return [accountId, ...money, version, status, blockDebits, blockCredits].join(' ')
}

const standingOnPaper = (id: string, account: PaperAccount): string => {
  const { debits, credits, held, lines, limit, status, debitsBlocked, creditsBlocked } = account
  const money = [debits, credits, held, limit, availableOnPaper(account)]
  return [id, ...money, lines, status, debitsBlocked, creditsBlocked].join(' ')
}

/** The accounts that advice, or another limit, may have taken below their limit, by what was answered. */
const forcedBy = (keyed: readonly Keyed[], outcomes: readonly Outcome[]): Set<string> =>
  new Set(
    keyed.flatMap(({ wish }, at) => {
      const outcome = outcomes[at] as Outcome
      if (outcome.kind !== 'answered' || endOf(outcome) !== 'accepted') return []
      if (wish.type === 'terms') return wish.id
      if (wish.type !== 'post' || wish.advice !== true) return []
      return (answerOf(outcome) as unknown as EntryAnswer).lines.map(({ accountId }) => accountId)
    }),
  )

/** Who stands below their limit, lower than before, without a reason. */
function unexplained(
  before: readonly AccountState[],
  after: readonly AccountState[],
  forced: ReadonlySet<string>,
): string[] {
  const had = new Map(before.map((state) => [state.accountId, availableOf(state)]))
  const fell = after.filter((state) => {
    const available = availableOf(state)
    return !state.unlimited && available < 0n && available < (had.get(state.accountId) ?? 0n)
  })
  return fell.flatMap(({ accountId }) => (forced.has(accountId) ? [] : accountId))
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
  let before = await driver.states()
  for (const [at, { how, groups, days }] of taken.entries()) {
    const index = at + 1
    teller.turn(index, days)
    await driver.turn(index, days)
    const forget = paper.copy()
    const done = groups.map((group) => paper.take(group.map((intention) => () => teller.next(intention))))
    if (how === 'dry') forget()
    const keyed = done.map((each) => each.keyed)
    const expected = done.flatMap((each) => each.expected)
    const [[first] = []] = keyed
    if (first === undefined) continue
    const outcomes = how === 'batch' ? await driver.batch(keyed) : [await driver[how](first)]
    // A step that took too long saw the end of what was to end behind it: nothing can be said of this sequence.
    fc.pre(await driver.inTime())
    commandsCount += outcomes.length
    for (const { end } of expected) ends.add(end)
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
    const states = await driver.states()
    const standing = [...paper.accounts].map(([id, account]) => standingOnPaper(id, account)).sort()
    expect(`step ${index}: ${states.map(standingOf).join()}`).toBe(`step ${index}: ${standing.join()}`)
    const poor = unexplained(before, states, forcedBy(keyed.flat(), outcomes))
    expect(`step ${index}: ${poor.join()}`).toBe(`step ${index}: `)
    before = states
  }
  expect(await driver.faults()).toEqual([])
  return commandsCount
}

describe('after any sequence of commands every answer and every balance is the model’s', () => {
  test('decided in memory', { timeout: 60_000 + runs * 1_000 }, async () => {
    let commandsCount = 0
    await fc.assert(
      fc.asyncProperty(steps(60), async (taken) => {
        commandsCount += await compare(new MemoryDriver(), taken, 'memory')
      }),
      { seed, numRuns: runs * 15 },
    )
    expect(commandsCount).toBeGreaterThan(runs * 50)
    // A generator that stops reaching a rule would leave it untested without a word. A few runs may miss one.
    if (runs >= 25) expect([...ends].sort()).toEqual([...reachable].sort())
  })

  test('through the engine on PostgreSQL, and the books are in order', {
    timeout: 60_000 + runs * 1_000,
  }, async () => {
    await fc.assert(
      fc.asyncProperty(steps(40), async (taken) => {
        const bank = await openBank({ valueDateDaysBack: 10, valueDateDaysAhead: 30 })
        await compare(onPostgres(bank), taken, 'key')
      }),
      { seed, numRuns: runs },
    )
  })
})
