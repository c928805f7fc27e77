import { setTimeout as sleep } from 'node:timers/promises'
import type { HoldId } from '@plinth/holds'
import type { Command } from '@plinth/posting'
import { describe, expect, test } from 'vitest'
import { type Bank, useBank } from '../support/bank.js'
import { endOf, opening, transferOf } from '../support/commands.js'
import { until } from '../support/faults.js'
import { capture, expire, holdIdOf, place, release } from '../support/hold-commands.js'
import {
  countOf,
  Dice,
  expectBooksVerified,
  expectNoDeadlock,
  heldAmiss,
  inRounds,
  race,
  roundsOr,
  twoProcesses,
} from './rounds.js'

const openBank = useBank()
const rounds = roundsOr(1000)
const dice = new Dice(`hold-races.test.ts: PLINTH_RACE_ROUNDS=${rounds}`)

// Enough accounts that transactions race for holds and not in one queue for one row; few enough that holds share a row.
const names = Array.from({ length: 25 }, (_, at) => `customer-${at}`)
const nameOf = (round: number): string => names[round % names.length] as string

/** Customers with money for every round. */
async function openCustomers(): Promise<Bank> {
  const bank = await openBank()
  const made = await bank.batch([
    ...names.map((name) => opening(name)),
    ...names.map((name) => transferOf({ from: 'cash', to: name, amount: `${rounds}.00` })),
  ])
  expect(new Set(made.map(endOf))).toEqual(new Set(['accepted']))
  return bank
}

interface RacedHold {
  readonly holdId: HoldId
  readonly name: string
  readonly endMs: number
}

/** Holds of 1.00, placed together; those with an end expire one behind the other, some milliseconds from now. */
async function placeWave(
  bank: Bank,
  from: number,
  { expiring, leadMs }: { expiring: boolean; leadMs: number },
): Promise<RacedHold[]> {
  const size = Math.min(waveSize, rounds - from)
  const startMs = Date.now() + leadMs + 100
  const wanted = Array.from({ length: size }, (_, at) => ({
    name: nameOf(from + at),
    endMs: startMs + at * stepMs,
  }))
  const placed = await bank.batch(
    wanted.map(({ name, endMs }) => place(name, 1_00n, expiring ? new Date(endMs).toISOString() : undefined)),
  )
  return wanted.map((each, at) => ({ ...each, holdId: holdIdOf(placed[at] as never) }))
}
const waveSize = 100
// Two commands every three milliseconds are below what two processes manage, so that rounds do not queue up.
const stepMs = 3

type Ending = 'capture' | 'release' | 'expiry'
const commandOf: Record<Ending, (hold: RacedHold) => Command> = {
  capture: ({ holdId, name }) => capture(holdId, '1.00', { from: name }),
  release: ({ holdId }) => release(holdId),
  expiry: ({ holdId }) => expire(holdId),
}
const statusBy = { capture: 'captured', release: 'released', expiry: 'expired' } as const

/** What the two hear: who ended the hold, and what that leaves for the other to hear. */
const lawful: Record<string, readonly string[]> = {
  'capture capture': ['accepted hold_captured', 'hold_captured accepted'],
  'capture release': ['accepted hold_captured', 'hold_released accepted'],
  'release release': ['accepted hold_released', 'hold_released accepted'],
  // An expiry that comes before the end is too early, whatever becomes of the hold behind it; a capture then may be too late.
  'capture expiry': [
    'accepted hold_captured',
    'accepted condition_failed',
    'hold_expired accepted',
    'hold_expired condition_failed',
  ],
  'release expiry': ['accepted hold_released', 'accepted condition_failed', 'hold_expired accepted'],
  'expiry expiry': [
    'accepted hold_expired',
    'hold_expired accepted',
    'accepted condition_failed',
    'condition_failed accepted',
    'condition_failed condition_failed',
  ],
}

/** Where both come behind the end. A release always works. */
const lawfulWhenLate: Record<string, readonly string[]> = {
  'capture expiry': ['hold_expired accepted'],
  'release expiry': ['accepted hold_released', 'hold_expired accepted'],
  'expiry expiry': ['accepted hold_expired', 'hold_expired accepted'],
}

/** How long before its end a race for a hold begins: a little earlier after every race that came too late, and back. */
class Aim {
  leadMs = 10

  readonly follow = (tooLate: boolean): void => {
    this.leadMs = Math.min(500, Math.max(-5, this.leadMs + (tooLate ? 1 : -1)))
  }
}

/** What the two contenders for a hold heard, and whether both came when its time was over for certain. */
interface Heard {
  readonly told: string
  readonly late: boolean
}

/** Races for every hold of a wave, around its end if it has one; every tenth of those behind it, which nobody may miss. */
async function raceWave(
  processes: readonly [Bank, Bank],
  holds: readonly RacedHold[],
  { one, other, aim }: { one: Ending; other: Ending; aim: Aim },
): Promise<Heard[]> {
  const expiring = other === 'expiry'
  return await inRounds(
    holds.length,
    async (at) => {
      const hold = holds[at] as RacedHold
      const late = expiring && at % 10 === 9
      if (expiring) await sleepUntil(hold.endMs + (late ? 2 : -aim.leadMs))
      const told = await race(dice, processes, [
        async (bank) => endOf(await bank.submit(commandOf[one](hold))),
        async (bank) => endOf(await bank.submit(commandOf[other](hold))),
      ])
      if (!late) aim.follow(told[1] === 'accepted' || (one === 'expiry' && told[0] === 'accepted'))
      return { told: told.join(' '), late }
    },
    expiring ? holds.length : undefined,
  )
}

/** A timer may ring a moment early. */
async function sleepUntil(momentMs: number): Promise<void> {
  while (Date.now() < momentMs) await sleep(momentMs - Date.now())
}

/** What the holds became, as their rows say. */
async function statusesOf(bank: Bank): Promise<Map<string, string>> {
  const rows = await bank.rows<{ hold_id: string; status: string }>(
    'select hold_id, status from holds.account_hold where tenant_id = $1',
    [bank.tenantId],
  )
  return new Map(rows.map(({ hold_id: holdId, status }) => [holdId, status]))
}

/** Holds that expired before they were due, or were captured when they were, by the database's clock. */
const endedOutOfTime = (bank: Bank): Promise<object[]> =>
  bank.rows(
    `select h.hold_id, h.expires_at, c.decided_at from posting.command c
       join holds.account_hold h on h.tenant_id = c.tenant_id and h.hold_id::text = c.request::json ->> 'holdId'
      where c.tenant_id = $1 and c.type = 'expire_hold' and c.outcome = 'accepted' and c.decided_at < h.expires_at
     union all select hold_id, expires_at, changed_at from holds.hold_event
      where tenant_id = $1 and change = 'captured' and changed_at >= expires_at`,
    [bank.tenantId],
  )

/** The status that a race leaves a hold in: that of the one who was accepted. */
function statusAfter(one: Ending, other: Ending, told: string): string {
  const winner = told.startsWith('accepted') ? one : told.endsWith('accepted') ? other : undefined
  return winner === undefined ? 'active' : statusBy[winner]
}

/** Those for which the one came too early and the other too late stand, and nothing is in the way of their expiry. */
async function expireWhatIsLeft(bank: Bank, statuses: ReadonlyMap<string, string>): Promise<void> {
  let left = [...statuses].flatMap(([holdId, status]) => (status === 'active' ? [holdId as HoldId] : []))
  const expireDue = async (): Promise<boolean> => {
    const ends = (await bank.batch(left.map(expire))).map(endOf)
    // Of the last ones the time may not be over yet.
    left = left.filter((_, at) => ends[at] === 'condition_failed')
    expect(ends.filter((end) => end !== 'condition_failed' && end !== 'accepted')).toEqual([])
    return left.length === 0
  }
  await until(expireDue, 'every hold whose time is over expires')
  const held = await bank.rows('select from account.balance where tenant_id = $1 and held <> 0', [
    bank.tenantId,
  ])
  expect(held).toEqual([])
}

describe(`two ends of one hold at once, through two processes, ${rounds} times: one ends it and the other hears so`, () => {
  test.each<[Ending, Ending]>([
    ['capture', 'capture'],
    ['capture', 'release'],
    ['capture', 'expiry'],
    ['release', 'release'],
    ['release', 'expiry'],
    ['expiry', 'expiry'],
  ])(
    '%s and %s',
    async (one, other) => {
      const bank = await openCustomers()
      const processes = twoProcesses(bank)
      const aim = new Aim()
      const heard: Heard[] = []
      const expected = new Map<string, string>()
      while (heard.length < rounds) {
        const expiring = other === 'expiry'
        const holds = await placeWave(bank, heard.length, { expiring, leadMs: aim.leadMs })
        const wave = await raceWave(processes, holds, { one, other, aim })
        for (const [at, { told }] of wave.entries())
          expected.set(holds[at]?.holdId as string, statusAfter(one, other, told))
        heard.push(...wave)
        expect(await heldAmiss(bank)).toEqual([])
      }
      const counts = countOf(heard.map(({ told }) => told))
      console.log(`${one} and ${other}, ${rounds} rounds: ${JSON.stringify(counts)}`)
      for (const { told, late } of heard)
        expect((late ? lawfulWhenLate : lawful)[`${one} ${other}`]).toContain(told)
      expect(await endedOutOfTime(bank)).toEqual([])
      expect(await statusesOf(bank)).toEqual(expected)
      await expireWhatIsLeft(bank, expected)
      // Nobody who never loses has been raced.
      if (rounds >= 200) {
        expect(Object.keys(counts).some((told) => told.startsWith('accepted'))).toBe(true)
        expect(Object.keys(counts).some((told) => told.endsWith('accepted'))).toBe(true)
      }
      await expectBooksVerified(bank)
      await Promise.all(processes.map(({ database }) => database.close()))
      await expectNoDeadlock(bank)
    },
    180_000,
  )
})

test('ten captures of a part at once take no more than is held, a hundred times', async () => {
  const bank = await openCustomers()
  const processes = twoProcesses(bank)
  const placed = await bank.batch(Array.from({ length: 100 }, (_, at) => place(nameOf(at), 1_00n)))
  const ends = await inRounds(
    100,
    async (round) => {
      const holdId = holdIdOf(placed[round] as never)
      const part = capture(holdId, '0.30', { from: nameOf(round), final: false })
      const outcomes = await Promise.all(
        Array.from({ length: 10 }, (_, at) => (processes[at % 2] as Bank).submit(part)),
      )
      return countOf(outcomes.map(endOf))
    },
    8,
  )
  for (const end of ends) expect(end).toEqual({ accepted: 3, hold_amount_exceeded: 7 })
  expect(await heldAmiss(bank)).toEqual([])
  await expectBooksVerified(bank)
})
