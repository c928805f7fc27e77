import type { AccountState, GlAccount } from '@plinth/account'
import { type EntryId, type IdempotencyKey, type Instant, instantOf } from '@plinth/kernel'
import type { JournalEntry } from '@plinth/ledger'
import type { Outcome, Unit } from '@plinth/posting'
import type { Book } from '../../packages/posting/src/domain/book.js'
import { type Decided, decideBatch } from '../../packages/posting/src/domain/decide-batch.js'
import type { RecordedCommand } from '../../packages/posting/src/domain/recorded-command.js'
import { renderAnswer } from '../../packages/posting/src/domain/render-answer.js'
import type { Bank } from '../support/bank.js'
import { currencies, newGlAccount, submissionOf } from '../support/commands.js'
import { bookOf, detailsOf, stateOf, writeSteps } from '../support/memory-book.js'
import { Acquaintance } from './plinth-commands.js'
import type { Keyed } from './wishes.js'

type Groups = readonly (readonly Keyed[])[]

/** Where commands are tried: in memory or on PostgreSQL. */
export interface Driver {
  /** A step begins; what ends with it has ended. */
  turn(step: number): Promise<void>
  single(keyed: Keyed): Promise<Outcome>
  dry(keyed: Keyed): Promise<Outcome>
  batch(groups: Groups): Promise<Outcome[]>
  /** Whether the step was over before anything ended that was to end with the next one. */
  inTime(): Promise<boolean>
  states(): Promise<AccountState[]>
}

const unitsOf = (ids: Acquaintance, groups: Groups): Unit[] =>
  groups.map((group) => ({
    submissions: group.map(({ key, wish }) => submissionOf(ids.commandOf(wish), key as IdempotencyKey)),
    broken: false,
  }))

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
    const outcomes = await bank.batch(unitsOf(ids, groups))
    ids.learn(groups.flat(), outcomes)
    return outcomes
  }
  return {
    turn: async (step) => {
      at = step
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
      ids.learn([keyed], [outcome])
      return outcome
    },
    dry: ({ key, wish }) => bank.rehearse(ids.commandOf(wish), key as IdempotencyKey),
    batch: run,
    inTime: async () => {
      const next = moments.get(at + 1)
      return next === undefined || (await clockMs()) < next
    },
    states: async () => {
      const found = await bank.rows<{ account_id: string }>(
        'select account_id from account.balance where tenant_id = $1 order by 1',
        [bank.tenantId],
      )
      return Promise.all(found.map(({ account_id: accountId }) => bank.state(accountId)))
    },
  }
}

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
  const ids = new Acquaintance(stepAt)

  function run(groups: Groups, rehearsal: boolean): Outcome[] {
    const { accounts, details, glAccounts, holds, reversed } = book
    const tried = {
      ...book,
      accounts: new Map(accounts),
      details: new Map(details),
      glAccounts: new Map(glAccounts),
      holds: new Map(holds),
      reversed: new Map(reversed),
      entries: new Map(entries),
    }
    const plan = decideBatch(tried, unitsOf(ids, groups), known)
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
      book = tried
      for (const entry of [...made.values()].flat()) entries.set(entry.entryId, entry)
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
    if (!rehearsal) ids.learn(groups.flat(), outcomes)
    return outcomes
  }

  return {
    turn: async (step) => {
      book = { ...book, now: stepAt(step) }
    },
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
