import type { AccountState, GlAccount } from '@plinth/account'
import {
  type AccountId,
  type BusinessDate,
  type Currencies,
  canonicalJson,
  firstDifference,
  formatMinor,
  type GlCode,
  type Instant,
  type Json,
} from '@plinth/kernel'
import type { EntryDraft, JournalEntry, PostingLine } from '@plinth/ledger'
import { periodOfEntry } from '@plinth/ledger/domain'
import type { CommonLimit, TenantSettings } from '@plinth/tenancy'
import type { Book } from './book.js'
import type { LineRequest, Post } from './command.js'
import { decide } from './decide.js'
import { noLimits } from './limit-book.js'
import { commandOfRequest } from './recorded-request.js'

/** A recorded posting, as far as it takes to decide it again. */
export interface RecordedPosting {
  readonly request: string
  readonly businessDate: BusinessDate
  readonly decidedAt: Instant
  readonly correlationId: string
}

/** Where the entry that stands in the journal is not the one its command makes. */
export interface ReplayDifference {
  /** A JSON Pointer into the entry; empty when there is no entry to compare. */
  readonly pointer: string
  readonly expected: string
  readonly found: string
}

/**
 * Decides a recorded posting again on the accounts as they stood before its entry, and compares what comes out with what is
 * stored. Undefined: they are the same. `accounts` are changed as `decide` changes them, by nothing here.
 */
export function replayPosting(
  recorded: RecordedPosting,
  stored: JournalEntry,
  before: {
    readonly accounts: Map<AccountId, AccountState>
    readonly glAccounts: Map<GlCode, GlAccount>
    /** Those that the entry was decided with. */
    readonly settings: TenantSettings
  },
): ReplayDifference | undefined {
  const { currencies } = before.settings
  const command = commandOfRequest(recorded.request, currencies)
  if (command?.type !== 'post') {
    return { pointer: '', expected: 'a canonical request', found: recorded.request.slice(0, 200) }
  }
  const book: Book = {
    ...before,
    businessDate: recorded.businessDate,
    now: recorded.decidedAt,
    details: new Map(),
    holds: new Map(),
    suspenseItems: new Map(),
    clearings: new Map(),
    entries: new Map(),
    reversed: new Map(),
    proposals: new Map(),
    erasures: new Map(),
    limits: noLimits(),
    // Whether the year was open is asked by the rule `periods_fit`.
    years: { final: 0, closing: undefined },
    settings: { ...before.settings, limits: before.settings.limits.flatMap(asReplayed) },
    products: new Map(),
    accrued: new Map(),
  }
  const { entryId, causationId } = stored
  const { correlationId } = recorded
  const stamp = { entryId, accountId: '' as AccountId, correlationId, causationId, subject: 'replay' }
  // What was demanded of the moment was true in it; the accounts it named need not be those of the entry. What was held then
  // is not known, so neither is what was available.
  const decision = decide(book, asItWas(command, stored), stamp)
  if (decision.kind === 'rejected') {
    return { pointer: '', expected: `rejected: ${decision.code} (${decision.detail})`, found: 'posted' }
  }
  if (decision.kind !== 'posted') return { pointer: '', expected: decision.kind, found: 'posted' }
  return differenceOf(comparable(decision.entries[0], currencies), comparable(stored, currencies))
}

/** A credit on the account that took it then: how the one that it was meant for stood is not known. */
function asWentThen(
  { fallbackAccountId, ...line }: LineRequest,
  divertedFrom: PostingLine['divertedFrom'],
): LineRequest {
  const wentElsewhere = fallbackAccountId !== undefined && divertedFrom?.accountId === line.accountId
  return wentElsewhere ? { ...line, accountId: fallbackAccountId } : line
}

/** The command without what it demanded of the moment, and with the amounts that were available then. */
function asItWas(command: Post, { lines: stored }: JournalEntry): Post {
  const lines = command.lines.map((asked, at): LineRequest => {
    // What had accrued then is not known either; that it stands where it belongs is `verify`'s own question.
    const { accruesFor: _, ...line } = asWentThen(asked, stored[at]?.divertedFrom)
    const { amount } = line
    const taken = stored[at]?.amount ?? 0n
    if (typeof amount === 'bigint') return line
    return { ...line, amount: amount === 'all' || taken <= amount.upTo ? taken : amount.upTo }
  })
  return { ...command, lines, notAfter: undefined, conditions: undefined, decision: undefined }
}

/** What is left of a limit where nothing is known of the day's other postings, nor of products. */
const asReplayed = (limit: CommonLimit): CommonLimit[] =>
  limit.productCode === undefined ? [{ ...limit, perDay: undefined, perMonth: undefined }] : []

/** What a command determines of an entry, with amounts as text. */
function comparable(entry: EntryDraft, currencies: Currencies): Json {
  const {
    kind,
    transactionCode,
    description,
    reference,
    endToEndId,
    bookingDate,
    valueDate,
    correlationId,
    metadata,
  } = entry
  const lines = entry.lines.map((line) => {
    const decimals = currencies.decimalsOf(line.currency) ?? 0
    const { accountId, side, currency, glCode, accountVersion, availableFrom } = line
    const amounts = {
      amount: formatMinor(line.amount, decimals),
      balanceAfter: formatMinor(line.balanceAfter, decimals),
    }
    return { accountId, side, currency, glCode, accountVersion, availableFrom, ...amounts }
  })
  const texts = {
    kind,
    period: periodOfEntry(entry),
    transactionCode,
    description,
    reference,
    endToEndId,
    bookingDate,
    valueDate,
    correlationId,
  }
  // Through canonical text, so that a member that is undefined and one that is missing are the same.
  return JSON.parse(canonicalJson({ ...texts, metadata, lines })) as Json
}

function differenceOf(expected: Json, found: Json): ReplayDifference | undefined {
  const pointer = firstDifference(expected, found)
  if (pointer === undefined) return undefined
  return { pointer, expected: textAt(expected, pointer), found: textAt(found, pointer) }
}

/** The text of what a JSON Pointer points at, `nothing` where it is missing. */
function textAt(value: Json, pointer: string): string {
  let at: Json | undefined = value
  for (const token of pointer.split('/').slice(1)) {
    const name = token.replaceAll('~1', '/').replaceAll('~0', '~')
    at = (at as Readonly<Record<string, Json>> | undefined)?.[name]
  }
  if (at === undefined) return 'nothing'
  return typeof at === 'string' ? at : canonicalJson(at)
}
