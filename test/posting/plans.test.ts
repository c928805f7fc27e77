import { type HoldId, listHolds, readOverdueHolds, showHold } from '@plinth/holds'
import { accruePartition, settleAccounts } from '@plinth/interest'
import {
  type AccountId,
  addDays,
  type BusinessDate,
  type CurrencyCode,
  type EntryId,
  type Instant,
} from '@plinth/kernel'
import {
  readHead,
  readLastCustomerLines,
  readPastTurnovers,
  readTrialBalance,
  readYearBalances,
} from '@plinth/ledger'
import type { Command } from '@plinth/posting'
import { beforeAll, expect, test } from 'vitest'
import { type Bank, firstBusinessDate, useBank } from '../support/bank.js'
import {
  alone,
  answerOf,
  endOf,
  limitOn,
  newKey,
  newTerms,
  opening,
  posting,
  standing,
  submissionOf,
  transferOf,
} from '../support/commands.js'
import { until } from '../support/faults.js'
import { interestRun, within } from '../support/interest.js'
import { addProductChart, approveVersion, openingUnder } from '../support/products.js'

// What a statement reads must not hang on how much there is: not with statistics that were never made, not with those of
// a table that was still empty, not with fresh ones. Counted by PostgreSQL itself, tuple by tuple.

const openBank = useBank()
let bank: Bank

const accountsCount = 2_000
const account = (at: number) => `account-${at % accountsCount}`

/** Until a day that no test sees, so that the searches for holds whose time is over have much to pass by. */
const place = (at: number): Command => ({
  type: 'place_hold',
  accountId: account(at) as AccountId,
  amount: 1n,
  currency: 'EUR' as CurrencyCode,
  expiresAt: '2999-01-01T00:00:00.000Z' as Instant,
  reference: undefined,
})
const capture = (at: number, holdId: HoldId): Command => ({
  ...posting([`debit ${account(at)} 0.01`, 'credit cash 0.01']),
  type: 'capture_hold',
  holdId,
  amount: '0.01',
  final: true,
})
const release = (holdId: HoldId): Command => ({ type: 'release_hold', holdId })
const extend = (holdId: HoldId): Command => ({ type: 'extend_hold', holdId, expiresAt: undefined })
const reverse = (entryId: EntryId): Command => ({
  type: 'reverse',
  entryId,
  reason: 'a test',
  valueDate: undefined,
  lines: undefined,
})

/** Places holds on accounts 0, 1, 2 … and answers their ids. */
const placed = (there: Bank, count: number): Promise<HoldId[]> =>
  placedOn(
    there,
    Array.from({ length: count }, (_, at) => at),
  )

async function placedOn(there: Bank, accounts: readonly number[]): Promise<HoldId[]> {
  const outcomes = await there.batch(accounts.map(place))
  return outcomes.map((outcome) => answerOf(outcome).holdId as HoldId)
}
const postedOn = async (at: number): Promise<EntryId> =>
  answerOf(await bank.submit(transferOf({ from: account(at), to: account(at + 1), amount: '0.10' })))
    .journalEntryId as EntryId

beforeAll(async () => {
  bank = await openBank()
  const tables = Object.keys(await bank.counts())
  for (const table of tables) await bank.rows(`alter table ${table} set (autovacuum_enabled = false)`)
  // Statistics of almost empty tables: PostgreSQL now believes that a scan of the whole costs nothing.
  await bank.rows('analyze')
  const loader = bank.elsewhere()
  await loader.batch(Array.from({ length: accountsCount }, (_, at) => opening(account(at))))
  await loader.batch(
    Array.from({ length: 5_000 }, (_, at) => transferOf({ from: 'cash', to: account(at), amount: '1.00' })),
  )
  const wide = Array.from({ length: 50 }, (_, at) => {
    const credits = Array.from({ length: 999 }, (_each, index) => `credit ${account(at * 49 + index)} 1.00`)
    return posting(['debit cash 999.00', ...credits])
  })
  const ends = (await loader.batch(wide)).map(endOf)
  expect(new Set(ends)).toEqual(new Set(['accepted']))
  expect(new Set(await placed(loader, accountsCount)).size).toBe(accountsCount)
  await hangUp(loader)
}, 120_000)

/** Closes its sessions: a session's counts are everybody's for certain only when it has ended. */
async function hangUp(there: Bank): Promise<void> {
  await there.database.close()
  const sessions = `select from pg_stat_activity
     where datname = current_database() and application_name like 'elsewhere%'`
  await until(async () => (await bank.rows(sessions)).length === 0, 'the sessions have ended')
}

interface Reads {
  readonly scanned: number
  readonly fetched: number
}

/** What every table was read of, since the database was made. */
async function readsByTable(): Promise<Map<string, Reads>> {
  const rows = await bank.rows<{ name: string; scanned: string; fetched: string }>(
    `select schemaname || '.' || relname as name, seq_tup_read as scanned,
            coalesce(idx_tup_fetch, 0) + coalesce((select sum(idx_tup_read) from pg_stat_user_indexes i
              where i.relid = t.relid), 0) as fetched
       from pg_stat_user_tables t
      where schemaname in ('tenancy', 'audit', 'outbox', 'account', 'ledger', 'holds', 'posting', 'interest')`,
  )
  return new Map(
    rows.map(({ name, scanned, fetched }) => [name, { scanned: Number(scanned), fetched: Number(fetched) }]),
  )
}

/** The tables of which `work` read more than `most` tuples, by their keys or by looking through them. */
async function excessiveReads(
  most: number,
  work: (there: Bank) => Promise<unknown>,
): Promise<Record<string, Reads>> {
  const before = await readsByTable()
  const there = bank.elsewhere()
  await work(there)
  await hangUp(there)
  const excessive: Record<string, Reads> = {}
  let readAtAll = 0
  for (const [name, after] of await readsByTable()) {
    const { scanned, fetched } = before.get(name) as Reads
    const reads = { scanned: after.scanned - scanned, fetched: after.fetched - fetched }
    readAtAll += reads.scanned + reads.fetched
    if (reads.scanned + reads.fetched > most) excessive[name] = reads
  }
  // Nothing read at all would mean that nothing was counted.
  expect(readAtAll).toBeGreaterThan(0)
  return excessive
}

const ofModules =
  "relnamespace::regnamespace::text in ('audit', 'outbox', 'account', 'ledger', 'holds', 'posting', 'interest')"
const forgetStatistics = async (): Promise<void> => {
  await bank.rows(`delete from pg_statistic where starelid in (select oid from pg_class where ${ofModules})`)
  // What a table has that was never analysed.
  await bank.rows(
    `update pg_class set reltuples = -1, relpages = 0 where relkind in ('r', 'i') and ${ofModules}`,
  )
}
const statistics: [string, () => Promise<unknown>][] = [
  ['made when the tables were empty', async () => {}],
  ['never made', forgetStatistics],
  ['fresh', () => bank.rows('analyze')],
]

test.each(statistics)(
  'with statistics %s a command reads what it names and no more',
  async (_how, prepare) => {
    await prepare()
    const known = submissionOf(transferOf({ from: account(1), to: account(2), amount: '1.00' }))
    await bank.send(known)
    // Two lines: an index entry and a tuple for each account, its version, its GL account, the head, the key, once in
    // deciding and once in the triggers.
    const perCommand = 40
    const single: [string, (there: Bank) => Promise<unknown>][] = [
      ['a posting', (there) => there.transfer({ from: account(3), to: account(4), amount: '1.00' })],
      ['a rejection', (there) => there.transfer({ from: account(3), to: account(4), amount: '999999.00' })],
      ['a replay', (there) => there.send(known)],
      [
        'a dry run',
        (there) => there.rehearse(transferOf({ from: account(3), to: account(4), amount: '1.00' })),
      ],
      ['an opening', (there) => there.submit(opening(newKey()))],
      ['a status', (there) => there.submit(standing(account(5), 'dormant'))],
      ['new terms', (there) => there.submit(newTerms(account(6), { limit: '1.00', name: 'x' }))],
      ['what is known of a key', (there) => there.engine.recorded(there.books, known.key)],
      ['a balance', (there) => there.balance('cash')],
    ]
    for (const [what, work] of single)
      expect([what, await excessiveReads(perCommand, work)]).toEqual([what, {}])

    const hundred = Array.from({ length: 100 }, (_, at) =>
      alone(transferOf({ from: account(at), to: account(at + 1), amount: '0.10' })),
    )
    expect(await excessiveReads(100 * perCommand, (there) => there.batch(hundred))).toEqual({})
    expect(await excessiveReads(100 * perCommand, (there) => there.batch(hundred))).toEqual({})
  },
)

test.each(statistics)(
  'with statistics %s a hold and a reversal read what they name and no more',
  async (_how, prepare) => {
    await prepare()
    // As a posting; and the hold, its history's key, and the entry that is taken back, line by line.
    const perCommand = 60
    const [captured, released, extended, shown] = (await placed(bank, 4)) as [HoldId, HoldId, HoldId, HoldId]
    const entryId = await postedOn(8)
    const single: [string, (there: Bank) => Promise<unknown>][] = [
      ['a hold', (there) => there.submit(place(3))],
      ['a capture', (there) => there.submit(capture(0, captured))],
      ['a capture of what is captured', (there) => there.submit(capture(0, captured))],
      ['a release', (there) => there.submit(release(released))],
      ['an extension', (there) => there.submit(extend(extended))],
      ['a reversal', (there) => there.submit(reverse(entryId))],
      ['a second reversal', (there) => there.submit(reverse(entryId))],
      ['one hold', (there) => there.database.read(there.tenantId, (tx) => showHold(tx, shown))],
      [
        'holds that are overdue',
        // None is; one that is asked for by its id shows that reads are counted.
        (there) =>
          there.database.read(there.tenantId, (tx) =>
            Promise.all([
              readOverdueHolds(tx, { businessDate: '2026-11-20' as BusinessDate, limit: 10 }),
              showHold(tx, shown),
            ]),
          ),
      ],
    ]
    for (const [what, work] of single)
      expect([what, await excessiveReads(perCommand, work)]).toEqual([what, {}])

    const hundred = async (work: (there: Bank) => Promise<unknown>) =>
      expect(await excessiveReads(100 * perCommand, work)).toEqual({})
    const holds = await placed(bank, 100)
    await hundred((there) => placed(there, 100))
    await hundred((there) => there.batch(holds.map((holdId, at) => capture(at, holdId))))
    const entries = await Promise.all(Array.from({ length: 100 }, (_, at) => postedOn(at)))
    await hundred((there) => there.batch(entries.map(reverse)))
  },
)

let firstUncounted = 1_000

test.each(statistics)(
  'with statistics %s a command under limits reads what the accounts that it names have spent and no more',
  async (_how, prepare) => {
    await prepare()
    await bank.submit(limitOn({ perDay: { amount: '999999.00' }, perMonth: { count: 999_999 } }))
    const from = firstUncounted
    firstUncounted += 200
    const pay = (at: number) =>
      transferOf({ from: account(from + at), to: account(from + at + 1), amount: '0.10' })
    // An account has some thirty lines and one hold in the month, found by halving the journal and its own lines.
    const first = 100 * 250
    expect(await excessiveReads(2 * 250, (there) => there.submit(pay(150)))).toEqual({})
    const hundred = Array.from({ length: 100 }, (_, at) => alone(pay(at)))
    const more = Array.from({ length: 100 }, (_, at) => alone(pay(at)))
    expect(await excessiveReads(first, (there) => there.batch(hundred))).toEqual({})
    // As without limits; and the rows of a day and a month, once to decide and once to write.
    expect(await excessiveReads(100 * 60, (there) => there.batch(more))).toEqual({})
    expect(await excessiveReads(60, (there) => there.submit(pay(7)))).toEqual({})
    const [holdId] = (await placedOn(bank, [from + 7])) as [HoldId]
    expect(await excessiveReads(80, (there) => there.submit(release(holdId)))).toEqual({})
    await bank.submit(limitOn({}))
  },
)

test.each(statistics)(
  'with statistics %s a balance of the past reads some probes and no more, however long the history',
  async (_how, prepare) => {
    // Two thousand lines of two years, in a year of which each day has some.
    const loader = bank.elsewhere()
    const valued = Array.from({ length: 2_000 }, (_, at) => {
      const valueDate = addDays(firstBusinessDate, -(1 + (at % 700)))
      return transferOf({ from: 'cash', to: account(at), amount: '1.00', valueDate })
    })
    expect(new Set((await loader.batch(valued)).map(endOf))).toEqual(new Set(['accepted']))
    await hangUp(loader)
    await prepare()
    const accountId = 'cash' as AccountId
    const { version } = await bank.state('cash')
    expect(version).toBeGreaterThan(7_000)
    const asked: Parameters<typeof readPastTurnovers>[1][] = [
      { accountId, bookingDate: firstBusinessDate },
      { accountId, valueDate: '2026-10-31' as BusinessDate },
      {
        accountId,
        valueDate: '2025-12-31' as BusinessDate,
        bookingDate: firstBusinessDate,
        knownAtEntryNo: 6_000,
      },
      { accountId, valueDate: '2026-01-01' as BusinessDate, knownAt: '2026-11-20T00:00:00.000Z' as Instant },
    ]
    // Two searches of 13 probes, up to 31 lines, and up to 11 months, 30 days and a few years: an index entry and a tuple each.
    for (const question of asked) {
      const read = (there: Bank) =>
        there.database.read(there.tenantId, (tx) => readPastTurnovers(tx, question))
      expect([question, await excessiveReads(150, read)]).toEqual([question, {}])
    }
    const ofTheYear = (there: Bank) =>
      within(there, (tx) => readYearBalances(tx, [accountId, account(1) as AccountId], 2026))
    expect(await excessiveReads(2 * 150, ofTheYear)).toEqual({})
  },
)

test('lists of holds read their page and no more', async () => {
  await bank.rows('analyze')
  const page = { order: 'desc', limit: 10 } as const
  const lists: Omit<Parameters<typeof listHolds>[1], 'order' | 'limit'>[] = [
    {},
    { status: 'active' },
    { status: 'expired' },
    { accountId: account(7) as AccountId, status: 'expired' },
  ]
  const [shown] = (await placed(bank, 1)) as [HoldId]
  for (const list of lists) {
    const read = (there: Bank) =>
      there.database.read(there.tenantId, (tx) =>
        Promise.all([listHolds(tx, { ...list, ...page }), showHold(tx, shown)]),
      )
    expect([list, await excessiveReads(60, read)]).toEqual([list, {}])
  }
})

test('a statement that looks through the whole tenant is noticed', async () => {
  const found = await excessiveReads(40, (there) =>
    there.database.read(there.tenantId, (tx) =>
      readTrialBalance(tx, { date: firstBusinessDate, by: 'booking' }),
    ),
  )
  expect(Object.keys(found)).toEqual(['ledger.posting_line'])
})

let savings = false
async function openSavings(): Promise<void> {
  if (savings) return
  savings = true
  await addProductChart(bank)
  await approveVersion(bank, { capitalisation: 'none' })
}

test.each(statistics)(
  'with statistics %s interest reads what the accounts of its partition need and no more',
  async (how, prepare) => {
    await openSavings()
    const mine = Array.from({ length: 1_000 }, (_, at) => `saver-${how.replaceAll(' ', '-')}-${at}`)
    const loader = bank.elsewhere()
    await loader.batch(mine.map((accountId) => openingUnder(accountId)))
    await loader.batch(mine.map((to) => transferOf({ from: 'cash', to, amount: '5000.00' })))
    const accrue = async (there: Bank, ids: readonly string[]): Promise<void> => {
      const { businessDate: next } = await there.database.read(there.tenantId, (tx) => readHead(tx))
      const run = interestRun(there, addDays(next, -1), next)
      const accrued = await within(there, (tx) => accruePartition(tx, run, ids as AccountId[]))
      expect(accrued.accounts).toBe(ids.length)
    }
    const nextDay = async () => {
      const { businessDate } = await bank.database.read(bank.tenantId, (tx) => readHead(tx))
      await bank.moveTo(addDays(businessDate, 1))
    }
    for (let day = 0; day < 5; day += 1) {
      await nextDay()
      await accrue(loader, mine)
    }
    await hangUp(loader)
    const late = transferOf({
      from: 'cash',
      to: mine[3] as string,
      amount: '1.00',
      valueDate: firstBusinessDate,
    })
    expect(endOf(await bank.submit(late))).toBe('accepted')
    await nextDay()
    await prepare()
    // Of each account its terms, where it stands, and the keys that its new row stands on; the days that a line of five days
    // ago changes; and what an entry costs.
    const ten = mine.slice(0, 10)
    expect(await excessiveReads(10 * 15 + 60, (there) => accrue(there, ten))).toEqual({})
    const hundred = mine.slice(10, 110)
    expect(await excessiveReads(100 * 15, (there) => accrue(there, hundred))).toEqual({})
    const capitalise = (there: Bank) => {
      const run = interestRun(there, firstBusinessDate, firstBusinessDate)
      return within(there, (tx) => settleAccounts(tx, run, hundred as AccountId[]))
    }
    // An entry for each of them.
    expect(await excessiveReads(100 * 40, capitalise)).toEqual({})
  },
)

test.each(statistics)(
  'with statistics %s the last posting of a customer’s is found from the last line back',
  async (how, prepare) => {
    await openSavings()
    const mine = Array.from({ length: 100 }, (_, at) => `quiet-${how.replaceAll(' ', '-')}-${at}`)
    const loader = bank.elsewhere()
    await loader.batch(mine.map((accountId) => openingUnder(accountId)))
    // Each has forty lines behind it, of which the last two are the bank's own.
    const lines = (code: string) => (to: string) =>
      posting(['debit cash 0.01', `credit ${to} 0.01`], { transactionCode: code })
    for (let each = 0; each < 38; each += 1) await loader.batch(mine.map(lines('TRANSFER')))
    for (let each = 0; each < 2; each += 1) await loader.batch(mine.map(lines('BONUS')))
    await hangUp(loader)
    await prepare()
    const accounts = mine.map((id) => ({ accountId: id as AccountId, since: firstBusinessDate }))
    const find = async (there: Bank): Promise<void> => {
      const found = await within(there, (tx) => readLastCustomerLines(tx, accounts, ['BONUS']))
      expect(found.size).toBe(mine.length)
    }
    // Of each the last line twice, two more, and the entry of each.
    expect(await excessiveReads(100 * 8, find)).toEqual({})
  },
)
