import { type AccountState, lockBalances, readDetails, readGlAccounts } from '@plinth/account'
import { committedOf, Overtaken, type Tx } from '@plinth/db'
import {
  type AccountId,
  type BusinessDate,
  type Currencies,
  type IdempotencyKey,
  invariant,
} from '@plinth/kernel'
import { readHead, type TakenNumbers } from '@plinth/ledger'
import { currentRendering, numbered } from '@plinth/ledger/domain'
import type { Book, ValueDateWindow } from '../domain/book.js'
import { glCodesOf, type Submission, type Unit } from '../domain/command.js'
import { type BatchPlan, type Decided, decideBatch, type Verdict } from '../domain/decide-batch.js'
import type { Answer, Outcome, RecordedCommand } from '../domain/recorded-command.js'
import { renderAnswer } from '../domain/render-answer.js'
import { type Foreseen, foresee, splitAccounts } from './foreseen.js'
import type { CommandStore } from './ports.js'
import { readRecorded } from './recorded-commands.js'
import { type DecidedBatch, type Written, writeBatch } from './write-batch.js'

export interface Batch {
  readonly units: readonly Unit[]
  readonly currencies: Currencies
  readonly valueDates: ValueDateWindow
  /** Decide and answer, but write nothing. */
  readonly rehearsal: boolean
}

/** Where a batch stands among those of its queue. */
export interface Place {
  /** The batch in front, if this one can be decided on its results. */
  readonly foreseen: Foreseen | undefined
  /** Told when the head is asked for, for the batch behind. */
  decided(foreseen: Foreseen): void
}

/** A batch whose writes were sent. */
export interface Sent {
  /** One for each submission, in order. True only when the transaction has committed. */
  readonly outcomes: Promise<Outcome[]>
}

/**
 * Every write of Plinth: lock, decide, write, in one transaction (ADR 0002). A single command is a batch of one. It does not
 * wait for its writes: they and the COMMIT travel together, and any of them that fails is the transaction's failure.
 *
 * What it decides on rows that the batch in front still holds is tested by the database before it writes, and it commits
 * only if that batch has (ADR 0009).
 */
export const postBatchWith =
  (store: CommandStore) =>
  async (tx: Tx, batch: Batch, { foreseen, decided }: Place): Promise<Sent> => {
    const submissions = batch.units.flatMap((unit) => unit.submissions)
    const { held, others } = splitAccounts(submissions, foreseen)
    const found = await lockAndRead(store, tx, { batch, submissions, accountIds: others })
    const book = bookOf(batch, found, held)
    const plan = decideBatch(book, batch.units, found.known)
    const { businessDate } = found
    const [key] = foreseen?.keys ?? []
    const expected = key && { key, held }
    const { numbers, asForeseen, sent } = write(store, tx, { batch, plan, expected, businessDate })
    const outcomes = numbers.then((taken) => outcomesOf(plan, taken, batch.currencies))
    // Whoever runs the transaction hears of a failure by the transaction.
    outcomes.catch(() => {})
    decided(foresee(plan, book.accounts, committedOf(tx)))
    await sent
    // In this order: once the database has shown that the batch in front has committed, its connection will say so too.
    // The other way round it could wait for the head behind this transaction, and this one for it.
    await asForeseen
    await foreseen?.committed.catch((error: unknown) => {
      throw new Overtaken('the batch in front has not committed', { cause: error })
    })
    return { outcomes }
  }

/** Sends the writes of what was decided; no numbers if nothing is to be recorded. */
function write(
  store: CommandStore,
  tx: Tx,
  { batch, ...decided }: { batch: Batch } & Pick<DecidedBatch, 'plan' | 'expected' | 'businessDate'>,
): Omit<Written, 'numbers'> & { numbers: Promise<TakenNumbers | undefined> } {
  const nothing = Promise.resolve(undefined)
  if (decided.plan.records.length === 0) return { numbers: nothing, asForeseen: nothing, sent: nothing }
  if (batch.rehearsal) return { numbers: numbersToBe(tx), asForeseen: nothing, sent: nothing }
  return writeBatch(store, tx, { ...decided, currencies: batch.currencies })
}

async function numbersToBe(tx: Tx): Promise<TakenNumbers> {
  const head = await readHead(tx)
  return { firstEntryNo: head.nextEntryNo, postedAt: head.now }
}

interface Found {
  readonly locked: readonly AccountState[]
  readonly details: Awaited<ReturnType<typeof readDetails>>
  readonly glAccounts: Awaited<ReturnType<typeof readGlAccounts>>
  readonly known: ReadonlyMap<IdempotencyKey, RecordedCommand>
  readonly businessDate: BusinessDate
}

/**
 * Locks first, then reads in later statements: what a waiting statement reads beside its lock is older than the wait. Keys
 * are read behind the locks, so of two submissions of one key the second finds the first one's outcome.
 */
async function lockAndRead(
  store: CommandStore,
  tx: Tx,
  {
    batch,
    submissions,
    accountIds,
  }: { batch: Batch; submissions: readonly Submission[]; accountIds: readonly AccountId[] },
): Promise<Found> {
  const described = submissions.flatMap(({ command }) =>
    command.type === 'set_status' || command.type === 'change_terms' ? [command.accountId] : [],
  )
  const glCodes = [...new Set(submissions.flatMap(({ command }) => glCodesOf(command)))]
  const keys = [...new Set(submissions.map(({ key }) => key))].sort()
  const [locked, details, glAccounts, known, head] = await Promise.all([
    // Ascending: two transfers in opposite directions then wait for each other instead of deadlocking.
    lockBalances(tx, [...accountIds].sort()),
    readDetails(tx, [...new Set(described)]),
    readGlAccounts(tx, glCodes),
    readRecorded(store, tx, { keys, currencies: batch.currencies }),
    readHead(tx),
  ])
  return { locked, details, glAccounts, known, businessDate: head.businessDate }
}

function bookOf({ currencies, valueDates }: Batch, found: Found, held: readonly AccountState[]): Book {
  return {
    businessDate: found.businessDate,
    currencies,
    valueDates,
    accounts: new Map([...found.locked, ...held].map((state) => [state.accountId, state])),
    details: new Map(found.details.map((details) => [details.accountId, details])),
    glAccounts: new Map(found.glAccounts.map((glAccount) => [glAccount.code, glAccount])),
  }
}

/** Puts the answers into words, each once, while the database still writes. */
function outcomesOf(
  { verdicts, records }: BatchPlan,
  numbers: TakenNumbers | undefined,
  currencies: Currencies,
): Outcome[] {
  const answers = new Map<Decided, Answer>()
  let entryNo = numbers?.firstEntryNo ?? 0
  for (const decided of records) {
    const { decision } = decided
    if (decision.kind !== 'posted') {
      answers.set(decided, renderAnswer(decided, undefined, currencies))
      continue
    }
    const { postedAt } = numbers as TakenNumbers
    const entry = numbered(decision.entry, { entryNo, postedAt, rendering: currentRendering })
    answers.set(decided, renderAnswer(decided, entry, currencies))
    entryNo += 1
  }
  return verdicts.map((verdict: Verdict): Outcome => {
    if (verdict.kind === 'known') return { kind: 'answered', replayed: true, answer: verdict.answer }
    if (verdict.kind !== 'decided') return verdict
    const answer = answers.get(verdict.decided)
    invariant(answer !== undefined, 'what was decided is recorded', {
      key: verdict.decided.submission.key,
    })
    return { kind: 'answered', replayed: verdict.replayed, answer }
  })
}
