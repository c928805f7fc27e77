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
import type { Outcome, Unit } from '@plinth/posting'
import type { SuspenseItemId } from '@plinth/suspense'
import type { Book } from '../../packages/posting/src/domain/book.js'
import { type BatchPlan, type Decided, decideBatch } from '../../packages/posting/src/domain/decide-batch.js'
import type { RecordedCommand } from '../../packages/posting/src/domain/recorded-command.js'
import { renderAnswer } from '../../packages/posting/src/domain/render-answer.js'
import { currencies, newGlAccount } from '../support/commands.js'
import { bookOf, detailsOf, stateOf, writeSteps } from '../support/memory-book.js'
import { faultsOfBooks } from './books-in-order.js'
import { MemorySpending } from './memory-limits.js'
import { Acquaintance } from './plinth-commands.js'
import { type Driver, type Groups, submissionsOf, unitsOf } from './postgres-driver.js'
import type { Keyed } from './wishes.js'

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
export class MemoryDriver implements Driver {
  #book = bookToBeginWith()
  readonly #rows = new Map(this.#book.accounts)
  readonly #known = new Map<IdempotencyKey, RecordedCommand>()
  readonly #entries = new Map<EntryId, JournalEntry>()
  readonly #clearings = new Map<EntryId, SuspenseItemId>()
  readonly #ids = new Acquaintance(stepAt)
  readonly #spending = new MemorySpending()

  async turn(step: number, days: number): Promise<void> {
    const businessDate = addDays(this.#book.businessDate, days) as BusinessDate
    this.#book = { ...this.#book, now: stepAt(step), businessDate }
  }

  single = async (keyed: Keyed): Promise<Outcome> => this.#run([[keyed]], false)[0] as Outcome
  dry = async (keyed: Keyed): Promise<Outcome> => this.#run([[keyed]], true)[0] as Outcome
  batch = async (groups: Groups): Promise<Outcome[]> => this.#run(groups, false)
  inTime = async (): Promise<boolean> => true

  async faults(): Promise<unknown[]> {
    const written = { ...this.#book, entries: this.#entries }
    return [
      ...faultsOfBooks({ ...written, accounts: this.#rows }),
      ...this.#spending.faults(written, this.#rows.values()),
    ]
  }

  // The rows that the plans wrote, which must be what the decisions made of the book.
  async states(): Promise<AccountState[]> {
    for (const [accountId, row] of this.#rows) {
      const decided = this.#book.accounts.get(accountId)
      if (JSON.stringify(row, asText) !== JSON.stringify(decided, asText))
        throw new Error(`${accountId} was not written`)
    }
    return [...this.#rows.values()].sort((a, b) => (a.accountId < b.accountId ? -1 : 1))
  }

  #run(groups: Groups, rehearsal: boolean): Outcome[] {
    const units = unitsOf(this.#ids, groups)
    const tried = this.#bookFor(units)
    const plan = decideBatch(tried, units, this.#known)
    const made = new Map<Decided, JournalEntry[]>()
    let entryNo = this.#entries.size
    for (const decided of plan.records) {
      const { decision } = decided
      if (decision.kind !== 'posted') continue
      const { now: postedAt } = this.#book
      made.set(
        decided,
        decision.entries.map((entry) => ({ ...entry, entryNo: ++entryNo, postedAt, rendering: 1 })),
      )
    }
    const answerOf = (decided: Decided) => renderAnswer(decided, made.get(decided) ?? [], currencies)
    if (!rehearsal) this.#keep(plan, { tried, made, answerOf })
    const outcomes = plan.verdicts.map((verdict): Outcome => {
      if (verdict.kind === 'known') return { kind: 'answered', replayed: true, answer: verdict.answer }
      if (verdict.kind !== 'decided') return verdict
      return { kind: 'answered', replayed: verdict.replayed, answer: answerOf(verdict.decided) }
    })
    if (!rehearsal) this.#ids.learn(submissionsOf(units), groups.flat(), outcomes)
    return outcomes
  }

  /** The books as they would be read: a decision may change what it likes of it. */
  #bookFor(units: readonly Unit[]): Book {
    const { details, glAccounts, holds, reversed, suspenseItems } = this.#book
    return {
      ...this.#book,
      ...this.#spending.read({ ...this.#book, entries: this.#entries }, submissionsOf(units)),
      details: new Map(details),
      glAccounts: new Map(glAccounts),
      holds: new Map(holds),
      reversed: new Map(reversed),
      suspenseItems: new Map(suspenseItems),
      clearings: this.#clearings,
      entries: new Map(this.#entries),
    }
  }

  #keep(
    plan: BatchPlan,
    {
      tried,
      made,
      answerOf,
    }: {
      tried: Book
      made: ReadonlyMap<Decided, JournalEntry[]>
      answerOf: (decided: Decided) => RecordedCommand['answer']
    },
  ): void {
    writeSteps(this.#rows, plan)
    this.#spending.keep(plan)
    this.#book = tried
    for (const entry of [...made.values()].flat()) this.#entries.set(entry.entryId, entry)
    for (const { decision } of made.keys())
      for (const { change, item, entryId } of decision.kind === 'posted' ? decision.suspense : [])
        if (change === 'cleared') this.#clearings.set(entryId, item.suspenseItemId)
    for (const decided of plan.records) {
      const { key, request } = decided.submission
      const stored = { key, request, businessDate: tried.businessDate, decidedAt: tried.now }
      this.#known.set(key, { ...stored, answer: answerOf(decided) })
    }
  }
}

const asText = (_name: string, value: unknown) => (typeof value === 'bigint' ? `${value}` : value)
