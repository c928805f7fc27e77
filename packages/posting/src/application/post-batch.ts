import { type AccountState, lockBalances, readDetails, readGlAccounts } from '@plinth/account'
import type { Tx } from '@plinth/db'
import {
  type AccountId,
  type BusinessDate,
  type Currencies,
  type IdempotencyKey,
  InvariantViolation,
} from '@plinth/kernel'
import { type JournalEntry, readHead, takeNumbers } from '@plinth/ledger'
import { currentRendering } from '@plinth/ledger/domain'
import type { Book, ValueDateWindow } from '../domain/book.js'
import { accountsOf, glCodesOf, type Submission, type Unit } from '../domain/command.js'
import { type BatchPlan, type Decided, decideBatch, type Verdict } from '../domain/decide-batch.js'
import type { Answer, Outcome, RecordedCommand } from '../domain/recorded-command.js'
import { renderAnswer } from '../domain/render-answer.js'
import type { CommandStore } from './ports.js'
import { readRecorded } from './recorded-commands.js'
import { eventCountOf, writeBatch } from './write-batch.js'

export interface Batch {
  readonly units: readonly Unit[]
  readonly currencies: Currencies
  readonly valueDates: ValueDateWindow
  /** Decide and answer, but write nothing. */
  readonly rehearsal: boolean
}

/**
 * Every write of Plinth: lock, decide, write, in one transaction (ADR 0002). A single command is a batch of one. The result
 * has an outcome for each submission, in order.
 */
export const postBatchWith =
  (store: CommandStore) =>
  async (tx: Tx, batch: Batch): Promise<Outcome[]> => {
    const submissions = batch.units.flatMap((unit) => unit.submissions)
    const found = await lockAndRead(store, tx, { batch, submissions })

    for (;;) {
      const plan = decideBatch(bookOf(batch, found), batch.units, found.known)
      const { businessDate } = found
      const entriesCount = plan.records.filter(({ decision }) => decision.kind === 'posted').length
      if (plan.records.length === 0) return await outcomesOf(plan, neverDecided)
      const numbers = batch.rehearsal
        ? await numbersToBe(tx)
        : await takeNumbers(tx, { businessDate, entries: entriesCount, events: eventCountOf(plan) })
      // The end of day moved the business date between reading and locking it: decide again on the new one.
      if (numbers === undefined) {
        found.businessDate = (await readHead(tx)).businessDate
        continue
      }

      const entries = numbered(plan.records, numbers.firstEntryNo, numbers.postedAt)
      const answerOf = rendering(entries, batch.currencies)
      // The answers are put into words while the database writes.
      const written = batch.rehearsal
        ? undefined
        : writeBatch(store, tx, { plan, entries, answerOf, businessDate, numbers })
      const [outcomes] = await Promise.all([outcomesOf(plan, answerOf), written])
      return outcomes
    }
  }

/** Renders each decided command's answer once. */
function rendering(
  entries: ReadonlyMap<Decided, JournalEntry>,
  currencies: Currencies,
): (decided: Decided) => Answer {
  const answers = new Map<Decided, Answer>()
  return (decided) => {
    const answer = answers.get(decided) ?? renderAnswer(decided, entries.get(decided), currencies)
    answers.set(decided, answer)
    return answer
  }
}

interface Found {
  readonly locked: readonly AccountState[]
  readonly details: Awaited<ReturnType<typeof readDetails>>
  readonly glAccounts: Awaited<ReturnType<typeof readGlAccounts>>
  readonly known: ReadonlyMap<IdempotencyKey, RecordedCommand>
  businessDate: BusinessDate
}

/**
 * Locks first, then reads in later statements: what a waiting statement reads beside its lock is older than the wait. Keys
 * are read behind the locks, so of two submissions of one key the second finds the first one's outcome.
 */
async function lockAndRead(
  store: CommandStore,
  tx: Tx,
  { batch, submissions }: { batch: Batch; submissions: readonly Submission[] },
): Promise<Found> {
  // Ascending: two transfers in opposite directions then wait for each other instead of deadlocking.
  const accountIds = [...new Set(submissions.flatMap(({ command }) => accountsOf(command)))].sort()
  const described = submissions.flatMap(({ command }) =>
    command.type === 'set_status' || command.type === 'change_terms' ? [command.accountId] : [],
  )
  const glCodes = [...new Set(submissions.flatMap(({ command }) => glCodesOf(command)))]
  const keys = [...new Set(submissions.map(({ key }) => key))].sort()
  const [locked, details, glAccounts, known, head] = await Promise.all([
    lockBalances(tx, accountIds),
    readDetails(tx, [...new Set(described)]),
    readGlAccounts(tx, glCodes),
    readRecorded(store, tx, { keys, currencies: batch.currencies }),
    readHead(tx),
  ])
  return { locked, details, glAccounts, known, businessDate: head.businessDate }
}

function bookOf({ currencies, valueDates }: Batch, found: Found): Book {
  return {
    businessDate: found.businessDate,
    currencies,
    valueDates,
    accounts: new Map<AccountId, AccountState>(found.locked.map((state) => [state.accountId, state])),
    details: new Map(found.details.map((details) => [details.accountId, details])),
    glAccounts: new Map(found.glAccounts.map((glAccount) => [glAccount.code, glAccount])),
  }
}

async function numbersToBe(tx: Tx) {
  const head = await readHead(tx)
  return { firstEntryNo: head.nextEntryNo, firstEventPosition: 0, postedAt: head.now }
}

function numbered(
  records: readonly Decided[],
  firstEntryNo: number,
  postedAt: JournalEntry['postedAt'],
): Map<Decided, JournalEntry> {
  const entries = new Map<Decided, JournalEntry>()
  for (const decided of records) {
    const { decision } = decided
    if (decision.kind !== 'posted') continue
    const entryNo = firstEntryNo + entries.size
    entries.set(decided, { ...decision.entry, entryNo, postedAt, rendering: currentRendering })
  }
  return entries
}

async function outcomesOf(
  { verdicts }: BatchPlan,
  answerOf: (decided: Decided) => Answer,
): Promise<Outcome[]> {
  return verdicts.map((verdict: Verdict): Outcome => {
    if (verdict.kind === 'known') return { kind: 'answered', replayed: true, answer: verdict.answer }
    if (verdict.kind !== 'decided') return verdict
    return { kind: 'answered', replayed: verdict.replayed, answer: answerOf(verdict.decided) }
  })
}

const neverDecided = ({ submission }: Decided): never => {
  throw new InvariantViolation('a batch without records has no decided verdicts', { key: submission.key })
}
