import { type AccountState, lockBalances, readDetails, readGlAccounts } from '@plinth/account'
import { committedOf, Overtaken, type Tx } from '@plinth/db'
import { type Hold, readClearingHolds, readHolds } from '@plinth/holds'
import {
  type AccountId,
  type BusinessDate,
  type Currencies,
  type GlCode,
  invariant,
  type TenantId,
} from '@plinth/kernel'
import {
  type Head,
  type JournalEntry,
  readEntriesById,
  readHead,
  readReversedAmounts,
  type TakenNumbers,
} from '@plinth/ledger'
import { currentRendering, numbered } from '@plinth/ledger/domain'
import { readSuspenseItems, readSuspenseItemsOfEntries } from '@plinth/suspense'
import { secondsSince, silent, type Telemetry } from '@plinth/telemetry'
import { readProposals, readSettingsVersion, type TenantSettings } from '@plinth/tenancy'
import type { Book } from '../domain/book.js'
import type { Command, Submission, Unit } from '../domain/command.js'
import {
  accountsOfLines,
  accruedOf,
  describedAccountsOf,
  entriesOf,
  erasedBy,
  glCodesOf,
  holdsOf,
  instructedBy,
  postedBy,
  proposalsOf,
  suspenseItemsOf,
  type Targets,
} from '../domain/command-targets.js'
import { type BatchPlan, type Decided, decideBatch, type Verdict } from '../domain/decide-batch.js'
import { restrictsGlTypes } from '../domain/posting-rules.js'
import type { Answer, Outcome } from '../domain/recorded-command.js'
import { renderAnswer } from '../domain/render-answer.js'
import { type Foreseen, foresee, splitAccounts } from './foreseen.js'
import type { InterestDesk } from './interest-desk.js'
import type { CommandStore } from './ports.js'
import { expectedProducts, readCatalogue } from './read-catalogue.js'
import { readErasures } from './read-erasures.js'
import { asCounted, readLimitBook } from './read-limits.js'
import { type Recorded, readRecorded } from './recorded-commands.js'
import { type DecidedBatch, type Stores, type Written, writeBatch } from './write-batch.js'

export interface Batch {
  readonly tenantId: TenantId
  readonly units: readonly Unit[]
  /** Decide and answer, but write nothing. */
  readonly rehearsal: boolean
  /** The day that is closing, where the end of day books into that. */
  readonly bookInto?: BusinessDate | undefined
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
export function postBatchWith(store: CommandStore, desk?: InterestDesk, telemetry: Telemetry = silent) {
  const settingsOf = rememberSettings()
  const stores = { store, desk, telemetry }
  return async (tx: Tx, batch: Batch, { foreseen, decided }: Place): Promise<Sent> => {
    const submissions = batch.units.flatMap((unit) => unit.submissions)
    const targets = await resolve(tx, submissions, foreseen)
    const { held, others } = splitAccounts(submissions, targets, foreseen)
    const settingsAt = (version: number) => settingsOf(tx, batch.tenantId, version)
    const book = await lockAndRead(stores, tx, {
      tenantId: batch.tenantId,
      submissions,
      targets,
      foreseen,
      held,
      accountIds: others,
      settingsAt,
      bookInto: batch.bookInto,
    })
    const { businessDate, enteredOn } = book
    const settingsVersion = book.settings.version
    const products = expectedProducts(submissions, book.products)
    const detailed = [...targets.entries.values()].flatMap(({ entryNo, detailsErased }) =>
      detailsErased === undefined ? [entryNo] : [],
    )
    const plan = traceDecision(telemetry, () => decideBatch(book, batch.units, book.known))
    const { currencies } = book.settings
    const [key] = foreseen?.keys ?? []
    const expected = key && { key, held }
    const decision = {
      ...{ plan, expected, products, detailed, businessDate, enteredOn, settingsVersion, currencies },
    }
    const { numbers, asForeseen, sent } = write(stores, tx, batch, decision)
    const outcomes = numbers.then((taken) => outcomesOf(plan, taken, currencies))
    // Whoever runs the transaction hears of a failure by the transaction.
    outcomes.catch(() => {})
    decided(foresee(plan, book, committedOf(tx)))
    await sent
    // In this order: once the database has shown that the batch in front has committed, its connection will say so too.
    // The other way round it could wait for the head behind this transaction, and this one for it.
    await asForeseen
    await foreseen?.committed.catch((error: unknown) => {
      throw new Overtaken('the batch in front has not committed', { cause: error })
    })
    return { outcomes }
  }
}

/** The stores, and who is told how long locks were waited for. */
interface Watched extends Stores {
  readonly telemetry: Telemetry
}

function timeLock(telemetry: Telemetry, lock: 'balances' | 'head', taken: Promise<unknown>): void {
  const askedMs = performance.now()
  const told = (): void => telemetry.lockTaken({ lock, seconds: secondsSince(askedMs) })
  // One that was not had for an error was waited for as well.
  taken.then(told, told)
}

function traceDecision<Plan>({ tracing }: Telemetry, decide: () => Plan): Plan {
  const span = tracing?.current() && tracing.open('decide')
  const plan = decide()
  span?.end()
  return plan
}

/** The settings that the head names. A version never changes: the last one of each tenant is remembered, and is not stale. */
function rememberSettings() {
  const remembered = new Map<TenantId, TenantSettings>()
  return async (tx: Tx, tenantId: TenantId, version: number): Promise<TenantSettings> => {
    const known = remembered.get(tenantId)
    if (known?.version === version) return known
    const settings = await readSettingsVersion(tx, version)
    remembered.set(tenantId, settings)
    return settings
  }
}

/** Sends the writes of what was decided; no numbers if nothing is to be recorded. */
function write(
  stores: Watched,
  tx: Tx,
  { rehearsal }: Batch,
  decision: DecidedBatch,
): Omit<Written, 'numbers'> & { numbers: Promise<TakenNumbers | undefined> } {
  const nothing = Promise.resolve(undefined)
  if (decision.plan.records.length === 0) return { numbers: nothing, asForeseen: nothing, sent: nothing }
  if (rehearsal) return { numbers: numbersToBe(tx), asForeseen: nothing, sent: nothing }
  const written = writeBatch(stores, tx, decision)
  timeLock(stores.telemetry, 'head', written.numbers)
  return written
}

async function numbersToBe(tx: Tx): Promise<TakenNumbers> {
  const head = await readHead(tx)
  return { firstEntryNo: head.nextEntryNo, postedAt: head.now }
}

/**
 * Looks up what commands name by an id of ours, by plain reads: it does not change, and says what to lock. Nothing is asked
 * for a batch that names no such thing. An id that is not there now was not told to anybody.
 */
async function resolve(
  tx: Tx,
  submissions: readonly Submission[],
  foreseen: Foreseen | undefined,
): Promise<Targets> {
  const holdIds = new Set(submissions.flatMap(({ command }) => holdsOf(command)))
  const entryIds = new Set(submissions.flatMap(({ command }) => entriesOf(command)))
  const itemIds = new Set(submissions.flatMap(({ command }) => suspenseItemsOf(command)))
  const known = [...(foreseen?.holds.values() ?? [])].filter(({ holdId }) => holdIds.has(holdId))
  for (const { holdId } of known) holdIds.delete(holdId)
  const asHolds = (holds: readonly Hold[]) => new Map([...known, ...holds].map((hold) => [hold.holdId, hold]))
  if (holdIds.size + entryIds.size + itemIds.size === 0)
    return { holds: asHolds([]), entries: new Map(), suspenseItems: new Map() }
  const items = await readSuspenseItems(tx, [...itemIds])
  for (const { entryId } of items) entryIds.add(entryId)
  const [holds, entries] = await Promise.all([
    readHolds(tx, [...holdIds]),
    readEntriesById(tx, [...entryIds]),
  ])
  return {
    holds: asHolds(holds),
    entries: new Map(entries.map((entry) => [entry.entryId, entry])),
    suspenseItems: new Map(items.map((item) => [item.suspenseItemId, item])),
  }
}

/** What a batch is decided on, and what is recorded for its keys. */
interface ToDecide {
  readonly tenantId: TenantId
  readonly submissions: readonly Submission[]
  readonly targets: Targets
  readonly foreseen: Foreseen | undefined
  readonly held: readonly AccountState[]
  readonly accountIds: readonly AccountId[]
  readonly bookInto: BusinessDate | undefined
  settingsAt(version: number): Promise<TenantSettings>
}

interface Found extends Book {
  readonly known: Recorded
  readonly enteredOn: BusinessDate | undefined
}

/**
 * Locks first, then reads in later statements: what a waiting statement reads beside its lock is older than the wait. Keys
 * are read behind the locks, so of two submissions of one key the second finds the first one's outcome. `held` are the
 * accounts that the batch in front leaves behind.
 */
async function lockAndRead(
  { store, desk, telemetry }: Watched,
  tx: Tx,
  { tenantId, submissions, targets, foreseen, held, accountIds, settingsAt, bookInto }: ToDecide,
): Promise<Found> {
  const commands = submissions.map(({ command }) => command)
  const keys = [...new Set(submissions.map(({ key }) => key))].sort()
  const entries = [...targets.entries.values()]
  const left = [...targets.holds.keys()].flatMap((holdId) => foreseen?.holds.get(holdId) ?? [])
  const holdIds = [...targets.holds.keys()].filter((holdId) => !foreseen?.holds.has(holdId))
  const accruing = [...new Set(commands.flatMap(accruedOf))].sort()
  invariant(accruing.length === 0 || desk !== undefined, 'who closes accounts knows what has accrued')
  // In front of the balances, as the end of day locks them. What is only read is safe behind those.
  const instructed = [...new Set(commands.flatMap(instructedBy))].sort()
  const lockedAccrued = instructed.length === 0 ? undefined : desk?.lock(tx, instructed)
  // Ascending: two transfers in opposite directions then wait for each other instead of deadlocking.
  const locks = lockBalances(tx, [...accountIds].sort())
  if (accountIds.length > 0) timeLock(telemetry, 'balances', locks)
  const [locked, details, glAccounts, holds, clearing, taken, proposals, recorded, head] = await Promise.all([
    locks,
    readDetails(tx, [...new Set(commands.flatMap(describedAccountsOf))]),
    readGlAccounts(tx, [...new Set(commands.flatMap(glCodesOf))]),
    readHolds(tx, holdIds),
    readClearingHolds(
      tx,
      entries.filter(isClearing).map(({ entryId }) => entryId),
    ),
    readReversedAmounts(
      tx,
      entries.map(({ entryNo }) => entryNo),
    ),
    readProposals(tx, [...new Set(commands.flatMap(proposalsOf))]),
    readRecorded(store, tx, keys),
    readHead(tx),
    lockedAccrued,
  ])
  const settings = await settingsAt(head.settingsVersion)
  const { suspenseItems, clearings } = await readSuspense(tx, targets)
  const accounts = new Map([...locked, ...held].map((state) => [state.accountId, state]))
  const { businessDate, enteredOn } = datesOf(head, bookInto)
  const { currencies } = settings
  const [typed, { products, mapped }, limits, accrued, erasures] = await Promise.all([
    readGlAccounts(tx, glCodesRestricted(commands, settings, accounts)),
    readCatalogue(tx, commands),
    readLimitBook(tx, { commands, settings, businessDate, locked, held, foreseen }),
    accruing.length === 0 ? undefined : desk?.read(tx, accruing, currencies),
    readErasures({ store, tx, tenantId, currencies }, commands.flatMap(erasedBy)),
  ])
  return {
    businessDate,
    enteredOn,
    years: { final: head.finalYear, closing: head.closingYear },
    now: head.now,
    settings,
    accounts: limits.begun.size === 0 ? accounts : asCounted([...accounts.values()], limits, businessDate),
    details: new Map(details.map((each) => [each.accountId, each])),
    glAccounts: new Map([...glAccounts, ...typed, ...mapped].map((glAccount) => [glAccount.code, glAccount])),
    holds: new Map([...holds, ...left, ...asLeft(clearing, foreseen)].map((hold) => [hold.holdId, hold])),
    suspenseItems,
    clearings,
    entries: new Map(targets.entries),
    reversed: new Map(entries.map(({ entryId, entryNo }) => [entryId, taken.get(entryNo) ?? new Map()])),
    proposals: new Map(proposals.map((proposal) => [proposal.proposalId, proposal])),
    erasures,
    limits,
    products,
    accrued: new Map(accrued?.map((each) => [each.accountId, each])),
    known: recorded(currencies),
  }
}

/** The date that a batch is decided on, and the one on which it is made if that is another (ADR 0019). */
function datesOf(
  { businessDate, closingDate }: Head,
  bookInto: BusinessDate | undefined,
): { businessDate: BusinessDate; enteredOn: BusinessDate | undefined } {
  if (bookInto === undefined) return { businessDate, enteredOn: undefined }
  invariant(bookInto === closingDate, 'only a day that is closing is booked into', { bookInto, closingDate })
  return { businessDate: bookInto, enteredOn: businessDate }
}

/** The items that are cleared, and those that the entries at hand opened or cleared; nothing is asked where there are none. */
async function readSuspense(
  tx: Tx,
  { entries, suspenseItems: named }: Targets,
): Promise<Pick<Book, 'suspenseItems' | 'clearings'>> {
  const concerned = [...entries.values()].filter(
    ({ kind, lines }) =>
      kind === 'suspense_clearing' || lines.some(({ divertedFrom }) => divertedFrom !== undefined),
  )
  const [cleared, ofEntries] = await Promise.all([
    readSuspenseItems(tx, [...named.keys()]),
    readSuspenseItemsOfEntries(
      tx,
      concerned.map(({ entryId }) => entryId),
    ),
  ])
  const items = [...cleared, ...ofEntries.map(({ item }) => item)]
  const clearings = ofEntries.filter(({ change }) => change === 'cleared')
  return {
    suspenseItems: new Map(items.map((item) => [item.suspenseItemId, item])),
    clearings: new Map(clearings.map(({ entryId, item }) => [entryId, item.suspenseItemId])),
  }
}

/** Whether a clearing hold may stand on a line of the entry. */
const isClearing = ({ lines }: JournalEntry): boolean =>
  lines.some(({ availableFrom }) => availableFrom !== undefined)

/** Holds as the batch in front leaves them, where it changes them. */
const asLeft = (holds: readonly Hold[], foreseen: Foreseen | undefined): Hold[] =>
  holds.map((hold) => foreseen?.holds.get(hold.holdId) ?? hold)

/** The GL accounts that postings touch whose code says which types it may: read only then. */
function glCodesRestricted(
  commands: readonly Command[],
  settings: TenantSettings,
  accounts: Book['accounts'],
): GlCode[] {
  if (settings.transactionCodes.size === 0) return []
  const touched = commands.flatMap((command) => {
    const posted = postedBy(command)
    if (posted === undefined || !restrictsGlTypes(settings, posted.transactionCode)) return []
    return accountsOfLines(posted.lines).flatMap((accountId) => accounts.get(accountId)?.glCode ?? [])
  })
  return [...new Set(touched)]
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
      answers.set(decided, renderAnswer(decided, [], currencies))
      continue
    }
    const { postedAt } = numbers as TakenNumbers
    const firstNo = entryNo
    const entries = decision.entries.map((entry, at) =>
      numbered(entry, { entryNo: firstNo + at, postedAt, rendering: currentRendering }),
    )
    answers.set(decided, renderAnswer(decided, entries, currencies))
    entryNo += entries.length
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
