import { verifyBooks } from '@plinth/posting'
import { expect } from 'vitest'
import type { Bank } from '../support/bank.js'
import { racingLanes } from '../support/faults.js'

/** PLINTH_RACE_ROUNDS makes races longer: over night, or where a thousand of each are not enough to hit a gap. */
export const roundsOr = (usual: number): number => Number(process.env.PLINTH_RACE_ROUNDS ?? usual)

const seed = Number(process.env.PLINTH_SEED ?? Date.now() % 2 ** 31)

/** Chances that PLINTH_SEED repeats; which transaction comes first in the end is the machine's affair. */
export class Dice {
  #state: number

  /** Says on the console what it takes to throw the same again. */
  constructor(what: string) {
    this.#state = seed
    console.log(`${what} PLINTH_SEED=${seed}`)
  }

  /** A whole number from 0 to `sides` - 1, by Marsaglia's xorshift32. */
  below(sides: number): number {
    let state = this.#state || 1
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    this.#state = state >>> 0
    return this.#state % sides
  }

  either(): boolean {
    return this.below(2) === 0
  }
}

/** One bank as two processes see it: connections and queues of their own, and small transactions that race. */
export const twoProcesses = (bank: Bank): readonly [Bank, Bank] => [
  bank.elsewhere(racingLanes),
  bank.elsewhere(racingLanes),
]

/** Runs the work of `count` rounds, at most `atOnce` of them at a time, and answers in their order. */
export async function inRounds<Result>(
  count: number,
  work: (round: number) => Promise<Result>,
  atOnce = 24,
): Promise<Result[]> {
  const results: Result[] = []
  let next = 0
  const worker = async (): Promise<void> => {
    for (let round = next++; round < count; round = next++) results[round] = await work(round)
  }
  await Promise.all(Array.from({ length: Math.min(atOnce, count) }, worker))
  return results
}

/** Sends two commands through the two processes at once, in whichever order and place the dice say; answers in theirs. */
export async function race<Result>(
  dice: Dice,
  processes: readonly [Bank, Bank],
  contenders: readonly [(bank: Bank) => Promise<Result>, (bank: Bank) => Promise<Result>],
): Promise<[Result, Result]> {
  const [one, other] = contenders
  const [here, there] = dice.either() ? processes : [processes[1], processes[0]]
  if (dice.either()) return await Promise.all([one(here), other(there)])
  const later = other(there)
  return await Promise.all([one(here), later])
}

export const countOf = (ends: readonly string[]): Record<string, number> => {
  const counts: Record<string, number> = {}
  for (const end of ends) counts[end] = (counts[end] ?? 0) + 1
  return counts
}

/** Every invariant, by the tests' own SQL and by `plinth verify`. */
export async function expectBooksVerified(bank: Bank): Promise<void> {
  await bank.expectBooksInOrder()
  const report = await bank.database.read(bank.tenantId, (tx) => verifyBooks(tx, bank.books))
  expect(report.rules.filter(({ broken }) => broken > 0)).toEqual([])
}

/** Accounts on which what is held is not what their active holds have left, or is less than nothing. */
export const heldAmiss = (bank: Bank): Promise<object[]> =>
  bank.rows(
    `select b.account_id, b.held from account.balance b where b.tenant_id = $1 and (b.held < 0 or b.held <>
       (select coalesce(sum(h.remaining), 0) from holds.account_hold h
         where h.tenant_id = b.tenant_id and h.account_id = b.account_id and h.status = 'active'))`,
    [bank.tenantId],
  )

/** Locks go in one order, and the head comes last: nobody waits in a circle. A session tells of a deadlock when it ends. */
export async function expectNoDeadlock(bank: Bank): Promise<void> {
  const sql = 'select deadlocks::int from pg_stat_database where datname = current_database()'
  expect(await bank.rows(sql)).toEqual([{ deadlocks: 0 }])
}
