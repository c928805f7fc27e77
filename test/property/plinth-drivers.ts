import type { AccountState, GlAccount } from '@plinth/account'
import {
  addDays,
  type BusinessDate,
  type EntryId,
  type IdempotencyKey,
  type Instant,
  instantOf,
} from '@plinth/kernel'
import type { JournalEntry } from '@plinth/ledger'
import { type Outcome, type Unit, verifyBooks } from '@plinth/posting'
import type { SuspenseItemId } from '@plinth/suspense'
import type { Book } from '../../packages/posting/src/domain/book.js'
import { type Decided, decideBatch } from '../../packages/posting/src/domain/decide-batch.js'
import type { RecordedCommand } from '../../packages/posting/src/domain/recorded-command.js'
import { renderAnswer } from '../../packages/posting/src/domain/render-answer.js'
import type { Bank } from '../support/bank.js'
import { currencies, newGlAccount, submissionOf } from '../support/commands.js'
import { bookOf, detailsOf, stateOf, writeSteps } from '../support/memory-book.js'
import { faultsOfBooks } from './books-in-order.js'
import { MemorySpending } from './memory-limits.js'
import { Acquaintance } from './plinth-commands.js'
import type { Keyed } from './wishes.js'

type Groups = readonly (readonly Keyed[])[]

/** Where commands are tried: in memory or on PostgreSQL. */
export interface Driver {
  /** A step begins, so many days behind the one before; what ends with it has ended. */
  turn(step: number, days: number): Promise<void>
  single(keyed: Keyed): Promise<Outcome>
  dry(keyed: Keyed): Promise<Outcome>
  batch(groups: Groups): Promise<Outcome[]>
  /** Whether the step was over before anything ended that was to end with the next one. */
  inTime(): Promise<boolean>
  /** In the order of their ids. */
  states(): Promise<AccountState[]>
  /** Every rule of the books that is broken, by what was written alone. */
  faults(): Promise<unknown[]>
}

const unitsOf = (ids: Acquaintance, groups: Groups): Unit[] =>
  groups.map((group) => ({
    submissions: group.map(({ key, wish }) => submissionOf(ids.commandOf(wish), key as IdempotencyKey)),
    broken: false,
  }))

const submissionsOf = (units: readonly Unit[]) => units.flatMap(({ submissions }) => submissions)

// Long enough for a step on a busy machine, most of the time, and short enough to be waited for.
const stepMs = 150

/**
 * PostgreSQL's clock cannot be set: what ends with the next step ends in a moment, which that step waits for. A step that took
 * longer itself says so.
 */
export function onPostgres(bank: Bank): Driver {
  const clockMs = async (): Promise<number> => {
    const [row] = await bank.rows<{ now: number }>(
      'select extract(epoch from clock_timestamp())::float8 * 1000 as now',
    )
    return row?.now as number
  }
  let startedMs = 0
  /** When each step begins that something ends with. */
  const moments = new Map<number, number>()
  const ids = new Acquaintance((step) => {
    const moment = moments.get(step) ?? Math.floor(startedMs + stepMs)
    moments.set(step, moment)
    return instantOf(moment)
  })
  let at = 0
  const run = async (groups: Groups): Promise<Outcome[]> => {
    const units = unitsOf(ids, groups)
    const outcomes = await bank.batch(units)
    ids.learn(submissionsOf(units), groups.flat(), outcomes)
    return outcomes
  }
  return {
    turn: async (step, days) => {
      at = step
      if (days > 0)
        await bank.rows(
          'update ledger.journal_head set business_date = business_date + $2::integer where tenant_id = $1',
          [bank.tenantId, days],
        )
      startedMs = await clockMs()
      for (const moment of [...moments].flatMap(([of, ms]) => (of <= step ? [ms] : [])))
        while (startedMs <= moment) {
          await new Promise((resolve) => setTimeout(resolve, moment - startedMs + 1))
          startedMs = await clockMs()
        }
    },
    single: async (keyed) => {
      const [unit] = unitsOf(ids, [[keyed]])
      const [submission] = unit?.submissions ?? []
      if (submission === undefined) throw new Error('a command is a submission')
      const outcome = await bank.send(submission)
      ids.learn([submission], [keyed], [outcome])
      return outcome
    },
    dry: ({ key, wish }) => bank.rehearse(ids.commandOf(wish), key as IdempotencyKey),
    batch: run,
    inTime: async () => {
      const next = moments.get(at + 1)
      return next === undefined || (await clockMs()) < next
    },
    states: async () => {
      const rows = await bank.rows<BalanceRow>(
        `select account_id, gl_code, currency, normal_side, unlimited, status, block_debits, block_credits,
                overdraft_limit::text, debits::text, credits::text, held::text, version::integer, row_version::integer
           from account.balance where tenant_id = $1 order by account_id`,
        [bank.tenantId],
      )
      return rows.map(stateOfRow)
    },
    faults: async () => {
      await bank.expectBooksInOrder()
      const report = await bank.database.read(bank.tenantId, (tx) => verifyBooks(tx, bank.books))
      return report.rules.filter(({ broken }) => broken > 0)
    },
  }
}

type BalanceRow = Record<'account_id' | 'gl_code' | 'currency' | 'normal_side' | 'status', string> &
  Record<'overdraft_limit' | 'debits' | 'credits' | 'held', string> &
  Record<'unlimited' | 'block_debits' | 'block_credits', boolean> &
  Record<'version' | 'row_version', number>

const stateOfRow = (row: BalanceRow): AccountState =>
  stateOf(row.account_id, {
    ...{ glCode: row.gl_code as never, currency: row.currency as never, unlimited: row.unlimited },
    ...{ normalSide: row.normal_side as AccountState['normalSide'] },
    ...{ status: row.status as AccountState['status'] },
    ...{ blockDebits: row.block_debits, blockCredits: row.block_credits },
    ...{ overdraftLimit: BigInt(row.overdraft_limit), held: BigInt(row.held) },
    ...{ debits: BigInt(row.debits), credits: BigInt(row.credits) },
    ...{ version: row.version, rowVersion: row.row_version },
  })

/** The chart and the three unlimited accounts that `useBank` gives a bank on PostgreSQL. */
function bookToBeginWith(): Book {
  const chart: GlAccount[] = [
    newGlAccount('1000', 'asset', { postable: false }),
    newGlAccount('1100', 'asset', { parent: '1000' }),
    newGlAccount('1300', 'asset', { parent: '1000' }),
    newGlAccount('2100', 'liability'),
    newGlAccount('4100', 'income'),
  ].flatMap((command) => (command.type === 'create_gl_account' ? [command.glAccount] : []))
  const unlimited = { glCode: '1100' as never, normalSide: 'debit', unlimited: true } as const
  const start = [
    stateOf('cash', unlimited),
    stateOf('yen', { ...unlimited, currency: 'JPY' as never }),
    stateOf('gold', { ...unlimited, currency: 'GOLD' as never }),
  ]
  return {
    ...bookOf({ daysBack: 10, daysAhead: 30 }),
    accounts: new Map(start.map((state) => [state.accountId, state])),
    details: new Map(start.map((state) => [state.accountId, detailsOf(state)])),
    glAccounts: new Map(chart.map((glAccount) => [glAccount.code, glAccount])),
  }
}

// A step takes a second; what ends with it ends at that very millisecond.
const stepAt = (step: number): Instant => instantOf(Date.UTC(2026, 10, 20, 12) + step * 1_000)

/** The same pure decisions without a database: what the engine does between reading and writing. */
export function inMemory(): Driver {
  let book = bookToBeginWith()
  const rows = new Map(book.accounts)
  const known = new Map<IdempotencyKey, RecordedCommand>()
  const entries = new Map<EntryId, JournalEntry>()
  const clearings = new Map<EntryId, SuspenseItemId>()
  const ids = new Acquaintance(stepAt)
  const spending = new MemorySpending()

  function run(groups: Groups, rehearsal: boolean): Outcome[] {
    const { details, glAccounts, holds, reversed, suspenseItems } = book
    const units = unitsOf(ids, groups)
    const tried = {
      ...book,
      ...spending.read({ ...book, entries }, submissionsOf(units)),
      details: new Map(details),
      glAccounts: new Map(glAccounts),
      holds: new Map(holds),
      reversed: new Map(reversed),
      suspenseItems: new Map(suspenseItems),
      clearings,
      entries: new Map(entries),
    }
    const plan = decideBatch(tried, units, known)
    const made = new Map<Decided, JournalEntry[]>()
    let entryNo = entries.size
    for (const decided of plan.records) {
      const { decision } = decided
      if (decision.kind !== 'posted') continue
      const { now: postedAt } = book
      made.set(
        decided,
        decision.entries.map((entry) => ({ ...entry, entryNo: ++entryNo, postedAt, rendering: 1 })),
      )
    }
    const answerOf = (decided: Decided) => renderAnswer(decided, made.get(decided) ?? [], currencies)
    if (!rehearsal) {
      writeSteps(rows, plan)
      spending.keep(plan)
      book = tried
      for (const entry of [...made.values()].flat()) entries.set(entry.entryId, entry)
      for (const { decision } of made.keys())
        for (const { change, item, entryId } of decision.kind === 'posted' ? decision.suspense : [])
          if (change === 'cleared') clearings.set(entryId, item.suspenseItemId)
      for (const decided of plan.records) {
        const { key, request } = decided.submission
        const stored = { key, request, businessDate: book.businessDate, decidedAt: book.now }
        known.set(key, { ...stored, answer: answerOf(decided) })
      }
    }
    const outcomes = plan.verdicts.map((verdict): Outcome => {
      if (verdict.kind === 'known') return { kind: 'answered', replayed: true, answer: verdict.answer }
      if (verdict.kind !== 'decided') return verdict
      return { kind: 'answered', replayed: verdict.replayed, answer: answerOf(verdict.decided) }
    })
    if (!rehearsal) ids.learn(submissionsOf(units), groups.flat(), outcomes)
    return outcomes
  }

  return {
    turn: async (step, days) => {
      const businessDate = addDays(book.businessDate, days) as BusinessDate
      book = { ...book, now: stepAt(step), businessDate }
    },
    faults: async () => [
      ...faultsOfBooks({ ...book, entries, accounts: rows }),
      ...spending.faults({ ...book, entries }, rows.values()),
    ],
    inTime: async () => true,
    single: async (keyed) => run([[keyed]], false)[0] as Outcome,
    dry: async (keyed) => run([[keyed]], true)[0] as Outcome,
    batch: async (groups) => run(groups, false),
    // The rows that the plans wrote, which must be what the decisions made of the book.
    states: async () => {
      for (const [accountId, row] of rows) {
        const decided = book.accounts.get(accountId)
        if (JSON.stringify(row, asText) !== JSON.stringify(decided, asText))
          throw new Error(`${accountId} was not written`)
      }
      return [...rows.values()].sort((a, b) => (a.accountId < b.accountId ? -1 : 1))
    },
  }
}

const asText = (_name: string, value: unknown) => (typeof value === 'bigint' ? `${value}` : value)
