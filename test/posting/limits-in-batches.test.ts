import { setTimeout } from 'node:timers/promises'
import type { AccountState } from '@plinth/account'
import type { HoldId } from '@plinth/holds'
import {
  type AccountId,
  type CurrencyCode,
  type EntryId,
  formatMinor,
  type IdempotencyKey,
} from '@plinth/kernel'
import { type Command, verifyBooks } from '@plinth/posting'
import { readSettings, type TenantSettings } from '@plinth/tenancy'
import { describe, expect, test } from 'vitest'
import type { Foreseen } from '../../packages/posting/src/application/foreseen.js'
import { postBatchWith } from '../../packages/posting/src/application/post-batch.js'
import { readLimitBook } from '../../packages/posting/src/application/read-limits.js'
import { commandStore } from '../../packages/posting/src/infrastructure/command-store.js'
import { type Bank, firstBusinessDate, useBank } from '../support/bank.js'
import {
  alone,
  answerOf,
  endOf,
  entryOf,
  type LimitAsked,
  limitOn,
  newTerms,
  opening,
  posting,
  standing,
  submissionOf,
  together,
  transferOf,
} from '../support/commands.js'
import { asAdmin } from '../support/database-admin.js'
import { racingLanes, untilBlocked } from '../support/faults.js'

const openBank = useBank()

const spend = (amount: string, from = 'alice'): Command =>
  posting([`debit ${from} ${amount}`, `credit cash ${amount}`])
const advice = (amount: string): Command =>
  posting([`debit alice ${amount}`, `credit cash ${amount}`], { adviceReason: 'a late presentment' })
const place = (amount: bigint, from = 'alice'): Extract<Command, { type: 'place_hold' }> => ({
  ...{ type: 'place_hold', amount, expiresAt: undefined, reference: undefined },
  accountId: from as AccountId,
  currency: 'EUR' as CurrencyCode,
})
const release = (holdId: HoldId): Command => ({ type: 'release_hold', holdId })
const reverse = (entryId: EntryId): Command => ({
  ...{ type: 'reverse', entryId, reason: 'a test', valueDate: undefined, lines: undefined },
})
const perDay = (amount: string): LimitAsked => ({ account: 'alice', perDay: { amount } })

const cents = (minor: bigint): string => formatMinor(minor, 2)
const coded = (at: number): { transactionCode?: string } => (at === 0 ? {} : { transactionCode: 'TRANSFER' })

/** Whole numbers below a bound, the same in every run. */
function seeded(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648
    return Math.floor((state / 2_147_483_648) * below)
  }
}

/** Alice and Bob have 1000.00 each. */
async function openedBank(asked?: LimitAsked): Promise<Bank> {
  const bank = await openBank()
  for (const name of ['alice', 'bob']) {
    await bank.open(name)
    await bank.fund(name, '1000.00')
  }
  if (asked !== undefined) expect(await end(bank, limitOn(asked))).toBe('accepted')
  return bank
}
const end = async (bank: Bank, command: Command): Promise<string> => endOf(await bank.submit(command))
const ends = async (bank: Bank, ...units: Parameters<Bank['batch']>[0]): Promise<string[]> =>
  (await bank.batch(units)).map(endOf)
const moveTo = (bank: Bank, date: string) =>
  bank.rows('update ledger.journal_head set business_date = $1 where tenant_id = $2', [date, bank.tenantId])
async function spentToday(bank: Bank, account = 'alice'): Promise<string> {
  const [row] = await bank.rows<{ spent: string }>(
    `select concat_ws(' in ', sum(amount), sum(count)) as spent from account.spending
      where tenant_id = $1 and account_id = $2 and period = 'day'`,
    [bank.tenantId, account],
  )
  return row?.spent ?? ''
}
async function sound(bank: Bank): Promise<void> {
  await bank.expectBooksInOrder()
  const report = await bank.database.read(bank.tenantId, (tx) => verifyBooks(tx, bank.books))
  expect(report.rules.filter(({ broken }) => broken > 0)).toEqual([])
}

describe('what is booked in spite of limits', () => {
  test('an advice passes them and is not counted', async () => {
    const bank = await openedBank({ ...perDay('50.00'), perPosting: '50.00' })
    expect(await end(bank, advice('400.00'))).toBe('accepted')
    expect(await end(bank, spend('50.00'))).toBe('accepted')
    expect(await spentToday(bank)).toBe('5000 in 1')
    await sound(bank)
  })

  test('a reversal passes them, is not counted, and gives nothing back', async () => {
    const bank = await openedBank(perDay('50.00'))
    const received = entryOf(await bank.transfer({ from: 'cash', to: 'alice', amount: '200.00' }))
    expect(await end(bank, reverse(received.journalEntryId as EntryId))).toBe('accepted')
    const spent = entryOf(await bank.submit(spend('50.00')))
    expect(await end(bank, reverse(spent.journalEntryId as EntryId))).toBe('accepted')
    expect(await end(bank, spend('0.01'))).toBe('limit_exceeded')
    await sound(bank)
  })

  test('a correction is held to them like a posting, so nobody escapes by posting too little at first', async () => {
    const bank = await openedBank(perDay('50.00'))
    const { journalEntryId } = entryOf(await bank.submit(spend('1.00')))
    const correct = (amount: string) => {
      const { type: _, ...entry } = spend(amount) as ReturnType<typeof posting>
      const command = {
        type: 'correct',
        entryId: journalEntryId,
        reason: 'too little',
        valueDate: undefined,
        posting: entry,
      }
      return end(bank, command as unknown as Command)
    }
    expect(await correct('49.01')).toBe('limit_exceeded')
    expect(await correct('49.00')).toBe('accepted')
    expect(await end(bank, spend('0.01'))).toBe('limit_exceeded')
    await sound(bank)
  })
})

describe('in a batch', () => {
  test('a later command sees what an earlier one spent and gave back', async () => {
    const bank = await openedBank(perDay('100.00'))
    const held = answerOf(await bank.submit(place(40_00n))).holdId as HoldId
    expect(
      await ends(bank, spend('60.00'), spend('0.01'), release(held), spend('40.01'), spend('40.00')),
    ).toEqual([...['accepted', 'limit_exceeded', 'accepted', 'limit_exceeded', 'accepted']])
    expect(await spentToday(bank)).toBe('10000 in 2')
    await sound(bank)
  })

  test('what another day spent and got back is that day’s, and the month’s', async () => {
    const bank = await openedBank()
    await bank.submit(spend('30.00'))
    const yesterdays = answerOf(await bank.submit(place(40_00n))).holdId as HoldId
    await moveTo(bank, '2026-11-21')
    const asked = { account: 'alice', perDay: { amount: '100.00' }, perMonth: { amount: '150.00' } }
    const commands = [
      ...[limitOn(asked), spend('80.01'), spend('80.00'), spend('0.01')],
      ...[release(yesterdays), spend('20.01'), spend('20.00'), spend('0.01')],
    ]
    expect(await ends(bank, ...commands)).toEqual([
      ...['accepted', 'limit_exceeded', 'accepted', 'limit_exceeded'],
      ...['accepted', 'limit_exceeded', 'accepted', 'limit_exceeded'],
    ])
    await sound(bank)
  })

  test('a unit that fails puts back what it spent, and what it gave back', async () => {
    const bank = await openedBank(perDay('100.00'))
    const held = answerOf(await bank.submit(place(40_00n))).holdId as HoldId
    const outcomes = await ends(
      bank,
      together(spend('30.00'), release(held), spend('2000.00')),
      spend('60.01'),
      spend('60.00'),
    )
    expect(outcomes).toEqual([
      'linked_failed',
      'linked_failed',
      'limit_exceeded',
      'limit_exceeded',
      'accepted',
    ])
    expect(await spentToday(bank)).toBe('10000 in 2')
    await sound(bank)
  })

  test('a limit holds for what comes behind it, also of a product or the tenant, and for accounts just opened', async () => {
    const bank = await openedBank()
    const young = { ...opening('carol'), productCode: 'YOUTH' } as Command
    const outcomes = await ends(
      bank,
      spend('60.00'),
      limitOn(perDay('100.00')),
      spend('40.01'),
      young,
      transferOf({ from: 'cash', to: 'carol', amount: '100.00' }),
      spend('10.00', 'carol'),
      limitOn({ product: 'YOUTH', perDay: { amount: '30.00' } }),
      spend('20.01', 'carol'),
      spend('20.00', 'carol'),
      spend('500.00', 'bob'),
      limitOn({ perMonth: { amount: '500.00' } }),
      spend('0.01', 'bob'),
    )
    expect(outcomes).toEqual([
      ...['accepted', 'accepted', 'limit_exceeded', 'accepted', 'accepted', 'accepted', 'accepted'],
      ...['limit_exceeded', 'accepted', 'accepted', 'accepted', 'limit_exceeded'],
    ])
    await sound(bank)
  })

  test('an account that is opened and spends in one unit is counted from its opening on', async () => {
    const bank = await openedBank()
    const opened = (name: string) => [opening(name), transferOf({ from: 'cash', to: name, amount: '100.00' })]
    const own = limitOn({ account: 'dora', perDay: { amount: '20.00' } })
    expect(await ends(bank, together(...opened('dora'), spend('15.00', 'dora'), own))).toEqual([
      ...['accepted', 'accepted', 'accepted', 'accepted'],
    ])
    expect(await end(bank, spend('5.01', 'dora'))).toBe('limit_exceeded')
    expect(await end(bank, spend('5.00', 'dora'))).toBe('accepted')
    await bank.submit(limitOn({ perDay: { amount: '50.00' } }))
    expect(await ends(bank, together(...opened('carol'), spend('50.00', 'carol')))).toEqual([
      ...['accepted', 'accepted', 'accepted'],
    ])
    expect(await end(bank, spend('0.01', 'carol'))).toBe('limit_exceeded')
    await sound(bank)
  })

  test('a limit whose unit fails is not set, and what was spent is counted all the same', async () => {
    const bank = await openedBank()
    const outcomes = await ends(bank, together(limitOn(perDay('10.00')), spend('10.01')), spend('70.00'))
    expect(outcomes).toEqual(['linked_failed', 'limit_exceeded', 'accepted'])
    expect(await spentToday(bank)).toBe('7000 in 1')
    expect(await end(bank, spend('1.00'))).toBe('accepted')
    await sound(bank)
  })

  test('a rehearsal counts nothing', async () => {
    const bank = await openedBank(perDay('100.00'))
    expect(endOf(await bank.rehearse(spend('100.00')))).toBe('accepted')
    expect(endOf(await bank.rehearse(spend('100.01')))).toBe('limit_exceeded')
    expect(await end(bank, spend('100.00'))).toBe('accepted')
    await sound(bank)
  })

  test('an account is counted from the month of its first posting under a limit, however that ended', async () => {
    const bank = await openedBank(perDay('10.00'))
    expect((await bank.state('alice')).countedFrom).toBe('2026-11-01')
    expect((await bank.state('bob')).countedFrom).toBeUndefined()
    await bank.submit(limitOn({ perDay: { amount: '10.00' } }))
    expect(await end(bank, spend('10.01', 'bob'))).toBe('limit_exceeded')
    expect((await bank.state('bob')).countedFrom).toBe('2026-11-01')
    await sound(bank)
  })
})

describe('at once', () => {
  test('postings and holds of two processes never pass a limit together', async () => {
    const bank = await openedBank(perDay('100.00'))
    const other = bank.elsewhere(racingLanes)
    const here = bank.elsewhere(racingLanes)
    const tries = Array.from({ length: 60 }, (_, at) => {
      const there = at % 2 === 0 ? here : other
      return there.submit(at % 3 === 0 ? place(10_00n) : spend('10.00'))
    })
    const got = (await Promise.all(tries)).map(endOf)
    expect(got.filter((each) => each === 'accepted')).toHaveLength(10)
    expect(got.filter((each) => each === 'limit_exceeded')).toHaveLength(50)
    expect(await spentToday(bank)).toBe('10000 in 10')
    await sound(bank)
  })

  test('what is counted is what was spent, whatever happens under load', async () => {
    const bank = await openedBank()
    await bank.submit(limitOn({ perDay: { amount: '300.00' }, perMonth: { count: 60 } }))
    const processes = [bank.elsewhere(racingLanes), bank.elsewhere(racingLanes)]
    const random = seeded(20261121)
    const held: { holdId: HoldId; from: string }[] = []
    const next = (): Command => {
      const from = random(2) === 0 ? 'alice' : 'bob'
      const amount = BigInt(1 + random(2_000))
      const open = held.splice(0, 1)[0]
      if (open === undefined || random(3) === 0) {
        if (open !== undefined) held.push(open)
        return random(2) === 0 ? spend(cents(amount), from) : { ...place(amount, from), ...coded(random(3)) }
      }
      if (random(2) === 0) return release(open.holdId)
      const lines = [`debit ${open.from} 0.01`, 'credit cash 0.01']
      const capture = {
        ...posting(lines),
        type: 'capture_hold',
        holdId: open.holdId,
        amount: '0.01',
      } as const
      return { ...capture, final: random(2) === 0 }
    }
    for (let round = 0; round < 25; round += 1) {
      const batches = processes.map(async (there) => {
        const commands = Array.from({ length: 1 + random(8) }, next)
        const units = random(4) === 0 ? [together(...commands)] : commands
        for (const outcome of await there.batch(units)) {
          if (!endOf(outcome).startsWith('accepted')) continue
          const { holdId, status, accountId } = answerOf(outcome) as Record<string, string>
          if (status === 'active') held.push({ holdId: holdId as HoldId, from: accountId as string })
        }
      })
      await Promise.all(batches)
      if (round === 12) await moveTo(bank, '2026-12-01')
    }
    expect(await spentToday(bank)).not.toBe('')
    await sound(bank)
  })

  test('two that count an account for the first time count it once', async () => {
    const bank = await openedBank()
    await bank.submit(spend('50.00'))
    await bank.submit(limitOn({ perDay: { amount: '100.00' } }))
    const other = bank.elsewhere(racingLanes)
    const got = await Promise.all(
      Array.from({ length: 20 }, (_, at) => (at % 2 === 0 ? bank : other).submit(spend('10.00'))),
    )
    expect(got.map(endOf).filter((each) => each === 'accepted')).toHaveLength(5)
    await sound(bank)
  })

  test('a batch behind one that still writes is decided on what that one will have spent', async () => {
    const bank = await openedBank(perDay('100.00'))
    await bank.submit(spend('5.00'))
    const [inFront, behind] = await asAdmin(bank.adminUrl, async (client) => {
      await client.query('begin')
      await client.query('select from ledger.journal_head where tenant_id = $1 for update', [bank.tenantId])
      const first = ends(bank, spend('60.00'), place(10_00n))
      await untilBlocked(bank, 1)
      const second = ends(bank, spend('25.01'), spend('25.00'))
      // Both wait for the head, so the second has been decided although the first has not committed.
      await untilBlocked(bank, 2)
      await client.query('commit')
      return [await first, await second]
    })
    expect(inFront).toEqual(['accepted', 'accepted'])
    expect(behind).toEqual(['limit_exceeded', 'accepted'])
    expect(await spentToday(bank)).toBe('10000 in 4')
    await sound(bank)
  })

  test('a batch behind one that still writes may be the first to limit its accounts', async () => {
    const bank = await openedBank()
    const [inFront, behind] = await asAdmin(bank.adminUrl, async (client) => {
      await client.query('begin')
      await client.query('select from ledger.journal_head where tenant_id = $1 for update', [bank.tenantId])
      const first = ends(bank, spend('60.00'))
      await untilBlocked(bank, 1)
      const second = ends(bank, limitOn(perDay('100.00')), spend('40.01'), spend('40.00'))
      await setTimeout(100)
      await client.query('commit')
      return [await first, await second]
    })
    expect(inFront).toEqual(['accepted'])
    expect(behind).toEqual(['accepted', 'limit_exceeded', 'accepted'])
    expect(await spentToday(bank)).toBe('10000 in 2')
    await sound(bank)
  })

  test.each<[string, Partial<Foreseen>]>([
    ['says nothing of it', { usage: new Map() }],
    ['was decided on another day', { businessDate: '2026-11-19' as never }],
  ])('nothing is decided on a batch in front that %s', async (_what, change) => {
    const bank = await openedBank(perDay('100.00'))
    await bank.submit(spend('5.00'), 'in-front' as IdempotencyKey)
    const alice: AccountState = await bank.state('alice')
    const foreseen: Foreseen = {
      accounts: new Map([[alice.accountId, alice]]),
      holds: new Map(),
      usage: new Map([[alice.accountId, new Map()]]),
      businessDate: firstBusinessDate,
      keys: new Set(['in-front' as IdempotencyKey]),
      groundForMore: true,
      committed: Promise.resolve(),
      ...change,
    }
    const { tenantId } = bank
    const options = { tenantId, lane: 'batch', deadlineMs: Date.now() + 2_000 } as const
    const batch = { tenantId, units: [alone(spend('1.00'))], rehearsal: false }
    const run = bank.database.transaction(options, (tx) =>
      postBatchWith(commandStore)(tx, batch, { foreseen, decided: () => {} }),
    )
    const failure = await run.then(
      () => 'committed',
      (error: Error) => String(error.cause ?? error),
    )
    expect(failure).toContain('the batch in front says nothing of what an account has spent')
    expect(await spentToday(bank)).toBe('500 in 1')
  })
})

test('a batch without limits and counted accounts asks the database nothing about them', async () => {
  const bank = await openedBank()
  const settings = (await bank.database.read(bank.tenantId, readSettings)) as TenantSettings
  const locked = [await bank.state('alice'), await bank.state('bob'), await bank.state('cash')]
  const asked = {
    ...{ commands: [submissionOf(spend('1.00')).command], settings },
    ...{ businessDate: firstBusinessDate, locked, held: [], foreseen: undefined },
  }
  // Whatever it would ask, it would ask this.
  const nobody = new Proxy({}, { get: () => expect.unreachable('it asked something') }) as never
  expect((await readLimitBook(nobody, asked)).usage.size).toBe(0)
})

describe('a limit is refused', () => {
  test.each<[string, LimitAsked, (bank: Bank) => Promise<unknown>]>([
    ['account_not_found', { account: 'nobody', perPosting: '1' }, async () => {}],
    [
      'account_closed',
      { account: 'carol', perPosting: '1' },
      (bank) => bank.submit(standing('carol', 'closed')),
    ],
    ['currency_mismatch', { account: 'carol', currency: 'JPY', perPosting: '1' }, async () => {}],
    ['condition_failed', { account: 'cash', perPosting: '1' }, async () => {}],
  ])('with %s: %j', async (code, asked, prepare) => {
    const bank = await openedBank()
    await bank.open('carol')
    await prepare(bank)
    expect(await end(bank, limitOn(asked))).toBe(code)
  })

  test('beyond a hundred of one account', async () => {
    const bank = await openedBank()
    const made = Array.from({ length: 101 }, (_, at) =>
      limitOn({ account: 'alice', code: `C${at}`, perPosting: '1' }),
    )
    const got = await ends(bank, ...made)
    expect([got.filter((each) => each === 'accepted').length, got.at(-1)]).toEqual([100, 'condition_failed'])
  })

  test('to one person alone where it lets more be spent, and not where it lets less', async () => {
    const bank = await openBank({ approvals: ['limit_increases'] })
    await bank.open('alice')
    const more: [LimitAsked, string][] = [
      [{ ...perDay('50.00'), perPosting: '20.00' }, 'accepted'],
      [{ ...perDay('40.00'), perPosting: '20.00' }, 'accepted'],
      [{ ...perDay('40.01'), perPosting: '20.00' }, 'approval_needed'],
      [perDay('40.00'), 'approval_needed'],
      [{ account: 'alice' }, 'approval_needed'],
      [{ account: 'alice', code: 'CARD' }, 'accepted'],
      [{ product: 'YOUTH', perMonth: { count: 3 } }, 'accepted'],
      [{ product: 'YOUTH', perMonth: { count: 4 } }, 'approval_needed'],
      [{ perMonth: { count: 4, amount: '5.00' } }, 'accepted'],
      [{ perMonth: { count: 4 } }, 'approval_needed'],
    ]
    for (const [asked, outcome] of more)
      expect([asked, await end(bank, limitOn(asked))]).toEqual([asked, outcome])
  })
})

describe('the database refuses', () => {
  const broken = async (bank: Bank, statement: string): Promise<string> =>
    bank.rows(statement).then(
      () => 'done',
      (error: Error) => error.message,
    )

  test.each([
    ['to count less than nothing', 'update account.spending set amount = -1', 'never_less_than_nothing'],
    ['to forget what was counted', 'delete from account.spending', 'are never changed or removed'],
    ['to empty the table', 'truncate account.spending', 'are never changed or removed'],
    [
      'to count from another day',
      "update account.balance set counted_from = '2026-12-01', row_version = row_version + 1 where counted_from is not null",
      'is counted since',
    ],
    [
      'to count from the middle of a month',
      "update account.balance set counted_from = '2026-11-02', row_version = row_version + 1 where account_id = 'bob'",
      'counted_from_a_first',
    ],
    [
      'limits of an unlimited account',
      `update account.balance set spending_limits = '[{}]', row_version = row_version + 1 where account_id = 'cash'`,
      'unlimited_is_not_counted',
    ],
    [
      'to lend a hold to another day',
      "update holds.account_hold set placed_on = '2026-11-01', version = version + 1",
      'the day on which it was placed stay',
    ],
  ])('%s', async (_what, statement, refusal) => {
    const bank = await openedBank(perDay('100.00'))
    await bank.submit(spend('5.00'))
    await bank.submit(place(1n))
    expect(await broken(bank, statement)).toContain(refusal)
  })
})

test('a limit of terms is another thing', async () => {
  const bank = await openedBank(perDay('100.00'))
  expect(await end(bank, newTerms('alice', { limit: '50.00' }))).toBe('accepted')
  expect(await end(bank, standing('alice', 'open', { credits: true }))).toBe('accepted')
  expect(await end(bank, spend('100.01'))).toBe('limit_exceeded')
  await sound(bank)
})
