import { expect, test } from 'vitest'
import { type Bank, useBank } from '../support/bank.js'
import { endOf, opening, posting, standing, transferOf } from '../support/commands.js'
import { capture, holdIdOf, place, release } from '../support/hold-commands.js'
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
const rounds = roundsOr(200)
const dice = new Dice(`status-races.test.ts: PLINTH_RACE_ROUNDS=${rounds}`)

const names = Array.from({ length: rounds }, (_, at) => `customer-${at}`)

/** A customer for every round, each with this much. */
async function openCustomers(amountOf: (round: number) => string | undefined): Promise<Bank> {
  const bank = await openBank()
  const funds = names.flatMap((name, at) => {
    const amount = amountOf(at)
    return amount === undefined ? [] : [transferOf({ from: 'cash', to: name, amount })]
  })
  const made = await bank.batch([...names.map((name) => opening(name)), ...funds])
  expect(new Set(made.map(endOf))).toEqual(new Set(['accepted']))
  return bank
}

/** Lines of accounts that stand behind the event that tells of their account's last change of status. */
const linesBehind = (bank: Bank): Promise<object[]> =>
  bank.rows(
    `select l.account_id, l.entry_no from ledger.posting_line l
       join ledger.journal_entry e on e.tenant_id = l.tenant_id and e.entry_no = l.entry_no
       join outbox.outbox_event told on told.tenant_id = l.tenant_id and told.subject = e.entry_id::text
       join outbox.outbox_event ended on ended.tenant_id = l.tenant_id and ended.subject = l.account_id
                                     and ended.type = 'plinth.account.status_set.v1'
      where l.tenant_id = $1 and told.position > ended.position`,
    [bank.tenantId],
  )

/** Nothing but what may be, and, in as many rounds as it takes, each of it: who never loses has not been raced. */
function expectEach(told: readonly string[], lawful: readonly string[]): void {
  const ends = Object.keys(countOf(told))
  expect(lawful).toEqual(expect.arrayContaining(ends))
  if (rounds >= 100) expect(ends.sort()).toEqual([...lawful].sort())
}

test(`closing and a posting at once, ${rounds} times each: no line ever stands behind the closing`, async () => {
  const contests: Record<string, { has: string | undefined; lines: string[]; lawful: string[] }> = {
    'money comes in': {
      has: undefined,
      lines: ['debit cash 1.00', 'credit NAME 1.00'],
      lawful: ['accepted account_closed', 'account_not_empty accepted'],
    },
    'the last money leaves': {
      has: '1.00',
      lines: ['debit NAME 1.00', 'credit cash 1.00'],
      lawful: ['accepted accepted', 'account_not_empty accepted'],
    },
    'lines net to zero': {
      has: undefined,
      lines: ['debit NAME 1.00', 'credit NAME 1.00'],
      lawful: ['accepted accepted', 'accepted account_closed'],
    },
  }
  for (const [what, { has, lines, lawful }] of Object.entries(contests)) {
    const bank = await openCustomers(() => has)
    const processes = twoProcesses(bank)
    const told = await inRounds(rounds, async (round) => {
      const name = names[round] as string
      const post = posting(lines.map((line) => line.replace('NAME', name)))
      const [closed, posted] = await race(dice, processes, [
        async (one) => endOf(await one.submit(standing(name, 'closed'))),
        async (one) => endOf(await one.submit(post)),
      ])
      return `${closed} ${posted}`
    })
    console.log(`closing while ${what}, ${rounds} rounds: ${JSON.stringify(countOf(told))}`)
    expectEach(told, lawful)
    expect(await linesBehind(bank)).toEqual([])
    await expectBooksVerified(bank)
    await Promise.all(processes.map(({ database }) => database.close()))
    await expectNoDeadlock(bank)
  }
}, 120_000)

test(`freezing and a capture at once, ${rounds} times: captured before the freeze, or not at all`, async () => {
  const bank = await openCustomers(() => '1.00')
  const processes = twoProcesses(bank)
  const placed = await bank.batch(names.map((name) => place(name, 1_00n)))
  const told = await inRounds(rounds, async (round) => {
    const name = names[round] as string
    const holdId = holdIdOf(placed[round] as never)
    const [frozen, captured] = await race(dice, processes, [
      async (one) => endOf(await one.submit(standing(name, 'frozen'))),
      async (one) => endOf(await one.submit(capture(holdId, '1.00', { from: name }))),
    ])
    expect(frozen).toBe('accepted')
    return captured
  })
  console.log(`freezing and capture, ${rounds} rounds: ${JSON.stringify(countOf(told))}`)
  expectEach(told, ['accepted', 'account_frozen'])
  expect(await linesBehind(bank)).toEqual([])
  expect(await heldAmiss(bank)).toEqual([])
  const left = told.flatMap((end, at) => (end === 'account_frozen' ? [at] : []))
  for (const at of left)
    expect(await bank.balance(names[at] as string)).toMatchObject({ posted: '1.00', held: '1.00' })
  // Letting go always works.
  const released = await bank.batch(left.map((at) => release(holdIdOf(placed[at] as never))))
  expect(new Set(released.map(endOf))).toEqual(new Set(['accepted']))
  await expectBooksVerified(bank)
})
