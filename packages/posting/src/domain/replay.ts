import type { AccountState } from '@plinth/account'
import {
  type AccountId,
  type BusinessDate,
  type Currencies,
  type CurrencyCode,
  canonicalJson,
  firstDifference,
  formatMinor,
  type Json,
  parseMinor,
  type Side,
} from '@plinth/kernel'
import type { EntryDraft, JournalEntry } from '@plinth/ledger'
import type { Book, ValueDateWindow } from './book.js'
import { canonicalRequest, type Post } from './command.js'
import { decide } from './decide.js'

/** A recorded posting, as far as it takes to decide it again. */
export interface RecordedPosting {
  readonly request: string
  readonly businessDate: BusinessDate
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
    readonly currencies: Currencies
    readonly valueDates: ValueDateWindow
  },
): ReplayDifference | undefined {
  const command = postOfRequest(recorded.request, before.currencies)
  if (command === undefined) {
    return { pointer: '', expected: 'a canonical request', found: recorded.request.slice(0, 200) }
  }
  const book: Book = {
    ...before,
    businessDate: recorded.businessDate,
    details: new Map(),
    glAccounts: new Map(),
  }
  const { entryId, causationId } = stored
  const stamp = { entryId, accountId: '' as AccountId, correlationId: recorded.correlationId, causationId }
  const decision = decide(book, command, stamp)
  if (decision.kind === 'rejected') {
    return { pointer: '', expected: `rejected: ${decision.code} (${decision.detail})`, found: 'posted' }
  }
  if (decision.kind !== 'posted') return { pointer: '', expected: decision.kind, found: 'posted' }
  return differenceOf(comparable(decision.entry, before.currencies), comparable(stored, before.currencies))
}

/** Reads a canonical request of type `post` back; undefined unless it says exactly what it said when it was recorded. */
function postOfRequest(request: string, currencies: Currencies): Post | undefined {
  try {
    const stored = JSON.parse(request) as Omit<Post, 'lines'> & { lines: readonly StoredLineRequest[] }
    const lines = stored.lines.map(({ accountId, side, amount, currency }) => {
      const minor = parseMinor(amount, currencies.decimalsOf(currency) ?? 0)
      if (typeof minor === 'string') throw new RangeError(minor)
      return { accountId, side, amount: minor, currency }
    })
    const { type, transactionCode, description, valueDate, reference, endToEndId, metadata } = stored
    const command: Post = {
      type,
      transactionCode,
      description,
      valueDate,
      reference,
      endToEndId,
      lines,
      metadata,
    }
    return type === 'post' && canonicalRequest(command, currencies) === request ? command : undefined
  } catch {
    return undefined
  }
}

interface StoredLineRequest {
  readonly accountId: AccountId
  readonly side: Side
  readonly amount: string
  readonly currency: CurrencyCode
}

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
    const { accountId, side, currency, glCode, accountVersion } = line
    const amounts = {
      amount: formatMinor(line.amount, decimals),
      balanceAfter: formatMinor(line.balanceAfter, decimals),
    }
    return { accountId, side, currency, glCode, accountVersion, ...amounts }
  })
  const texts = {
    kind,
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
