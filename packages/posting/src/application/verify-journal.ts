import { type AccountState, type GlAccount, readStates } from '@plinth/account'
import type { Tx } from '@plinth/db'
import {
  type AccountId,
  type BusinessDate,
  type Currencies,
  type EntryId,
  formatMinor,
  type GlCode,
  invariant,
} from '@plinth/kernel'
import {
  type DetailsErased,
  type HeadCounters,
  readLinesByVersion,
  readStoredEntries,
  type StoredEntry,
  type StoredLine,
} from '@plinth/ledger'
import type { SettingsRecord, TenantSettings } from '@plinth/tenancy'
import { replayPosting } from '../domain/replay.js'
import type { Findings } from '../domain/verify-report.js'
import { statesTexts, withoutTexts } from '../domain/without-texts.js'
import type { StoredCommand, VerifyStore } from './verify-ports.js'

// A page holds its lines, its commands and its accounts in memory: some megabytes at two lines an entry.
const entriesPerPage = 2_000

/** The entries whose details were erased. */
export type ErasedEntries = ReadonlyMap<EntryId, DetailsErased & { readonly entryNo: number }>

export interface JournalCheck {
  readonly currencies: Currencies
  /** By version, each with the first entry that is decided with it. */
  readonly settings: readonly SettingsRecord[]
  /** The whole chart. */
  readonly glAccounts: Map<GlCode, GlAccount>
  /** Accounts whose limit was changed or passed at some time: what it was then is not known, so funds are not tested again. */
  readonly limitUnknown: ReadonlySet<AccountId>
  readonly head: HeadCounters
}

/**
 * Walks the journal in entry order and decides every posting again. A page starts from the lines before it: what they say of
 * their accounts was verified on an earlier page, so memory does not grow with the journal or the number of accounts.
 */
export async function verifyJournal(
  store: VerifyStore,
  tx: Tx,
  check: JournalCheck,
  findings: Findings,
): Promise<{ entries: number; lines: number; erased: ErasedEntries }> {
  const walk = new JournalWalk(check, findings)
  let next = readPage(store, tx, 0)
  for (;;) {
    const { after, entries, strayLines, last, upTo, commands } = await next
    // The database reads the next page while the one at hand is decided again.
    if (!last) {
      next = readPage(store, tx, upTo)
      next.catch(() => {})
    }
    await walk.startPage(tx, entries, after)
    walk.takePage(entries, commands)
    for (const { entryNo, lineNo, accountId } of strayLines) {
      findings.add('entries_are_whole', {
        row: { entryNo, lineNo, accountId },
        expected: 'an entry',
        found: 'a line alone',
      })
    }
    if (last) return walk.finish()
  }
}

async function readPage(store: VerifyStore, tx: Tx, after: number) {
  const { entries, strayLines, last } = await readStoredEntries(tx, { after, limit: entriesPerPage })
  const upTo = last ? Number.MAX_SAFE_INTEGER : (entries.at(-1)?.entryNo ?? after)
  const commands = await store.readCommandsByEntry(tx, { after, upTo })
  return { after, entries, strayLines, last, upTo, commands }
}

class JournalWalk {
  #entries = 0
  #lines = 0
  readonly #erased = new Map<EntryId, DetailsErased & { readonly entryNo: number }>()
  #previous: StoredEntry | undefined
  /** The command of the entry before, if it is a correction that has a second one. */
  #correction: StoredCommand | undefined
  /** The accounts of the page as they stood before the entry at hand; undefined: there is no balance row. */
  #accounts = new Map<AccountId, AccountState>()

  constructor(
    readonly check: JournalCheck,
    readonly findings: Findings,
  ) {}

  async startPage(tx: Tx, entries: readonly StoredEntry[], after: number): Promise<void> {
    const first = new Map<AccountId, StoredLine>()
    for (const entry of entries) {
      for (const line of entry.lines) if (!first.has(line.accountId)) first.set(line.accountId, line)
    }
    const earlier = [...first.values()]
      .filter(({ accountVersion }) => accountVersion > 1)
      .map(({ accountId, accountVersion }) => ({ accountId, accountVersion: accountVersion - 1 }))
    const states = await readStates(tx, [...first.keys()])
    const before = await readLinesByVersion(tx, earlier)
    // A line before the page stands in an entry before it; one that does not is out of order and counts as missing.
    const sound = before.filter(({ entryNo }) => entryNo <= after)
    const lineBefore = new Map(sound.map((line) => [line.accountId, line]))
    this.#accounts = new Map(
      states.map((state) => {
        const line = lineBefore.get(state.accountId)
        return [state.accountId, this.#asBefore(state, line?.balanceAfter ?? 0n, line?.accountVersion ?? 0)]
      }),
    )
  }

  takePage(entries: readonly StoredEntry[], commands: readonly StoredCommand[]): void {
    const waiting = new Map(commands.map((command) => [command.entryNo, command]))
    for (const entry of entries) {
      // A correction's second entry stands behind its first, perhaps on the next page.
      const command = waiting.get(entry.entryNo) ?? this.#correction
      this.#correction = command?.type === 'correct' && command !== this.#correction ? command : undefined
      this.#take(entry, command)
      waiting.delete(entry.entryNo)
    }
    for (const { key, entryNo } of waiting.values()) {
      this.findings.add('commands_and_entries', {
        row: { entryNo, key },
        expected: 'an entry',
        found: 'nothing',
      })
    }
  }

  finish(): { entries: number; lines: number; erased: ErasedEntries } {
    const { findings, check } = this
    const last = this.#previous?.entryNo ?? 0
    findings.compare(
      'entry_numbers',
      { entryNo: last + 1 },
      {
        expected: `the head's next entry number to be ${last + 1}`,
        found: `the head's next entry number to be ${check.head.nextEntryNo}`,
      },
    )
    const { postedAt } = this.#previous ?? {}
    const madeOn = this.#previous && madeOnOf(this.#previous)
    if (postedAt !== undefined && postedAt > check.head.lastPostedAt) {
      findings.add('entries_in_order', {
        row: { entryNo: last },
        expected: `at most ${check.head.lastPostedAt}`,
        found: postedAt,
      })
    }
    if (madeOn !== undefined && madeOn > check.head.businessDate) {
      findings.add('entries_in_order', {
        row: { entryNo: last },
        expected: `at most ${check.head.businessDate}`,
        found: madeOn,
      })
    }
    return { entries: this.#entries, lines: this.#lines, erased: this.#erased }
  }

  #take(entry: StoredEntry, command: StoredCommand | undefined): void {
    this.#entries += 1
    this.#lines += entry.lines.length
    this.#checkOrder(entry)
    this.#checkShape(entry)
    this.#checkBalance(entry)
    if (entry.detailsErased !== undefined)
      this.#erased.set(entry.entryId, { ...entry.detailsErased, entryNo: entry.entryNo })
    this.#checkCommand(entry, command)
    this.#checkErasure(entry, command)
    for (const line of entry.lines) this.#takeLine(line)
    this.#previous = entry
  }

  #checkOrder(entry: StoredEntry): void {
    const { entryNo, postedAt, bookingDate, enteredOn } = entry
    const { findings } = this
    const previous = this.#previous
    findings.compare('entry_numbers', { entryNo }, { expected: (previous?.entryNo ?? 0) + 1, found: entryNo })
    // The end of day makes its own entries for the day that it closes, on the day behind it.
    if (enteredOn !== undefined && enteredOn <= bookingDate)
      findings.add('entries_in_order', {
        row: { entryNo },
        expected: `made behind ${bookingDate}`,
        found: enteredOn,
      })
    if (previous === undefined) return
    if (postedAt < previous.postedAt) {
      findings.add('entries_in_order', {
        row: { entryNo },
        expected: `posted at ${previous.postedAt} or later`,
        found: postedAt,
      })
    }
    const [before, madeOn] = [madeOnOf(previous), madeOnOf(entry)]
    if (madeOn < before) {
      findings.add('entries_in_order', {
        row: { entryNo },
        expected: `made on ${before} or later`,
        found: madeOn,
      })
    }
  }

  #checkShape({ entryNo, lineCount, lines, bookingDate, valueDate, enteredOn }: StoredEntry): void {
    const { findings } = this
    findings.compare(
      'entries_are_whole',
      { entryNo },
      { expected: `${lineCount} lines`, found: `${lines.length} lines` },
    )
    if (lineCount < 2)
      findings.add('entries_are_whole', {
        row: { entryNo },
        expected: 'two lines or more',
        found: `${lineCount}`,
      })
    for (const [index, line] of lines.entries()) {
      const row = { entryNo, lineNo: line.lineNo, accountId: line.accountId }
      findings.compare('entries_are_whole', row, {
        expected: `lineNo ${index + 1}`,
        found: `lineNo ${line.lineNo}`,
      })
      findings.compare('entries_are_whole', row, {
        expected: datesOf({ bookingDate, valueDate, enteredOn }),
        found: datesOf(line),
      })
    }
  }

  #checkBalance({ entryNo, lines }: StoredEntry): void {
    const nets = new Map<string, bigint>()
    for (const { side, amount, currency } of lines) {
      nets.set(currency, (nets.get(currency) ?? 0n) + (side === 'debit' ? amount : -amount))
    }
    for (const [currency, net] of nets) {
      const found = `debits less credits of ${this.#format(net, currency)} ${currency}`
      if (net !== 0n)
        this.findings.add('entries_balance', { row: { entryNo }, expected: 'debits equal to credits', found })
    }
  }

  #checkCommand(entry: StoredEntry, command: StoredCommand | undefined): void {
    const { entryNo } = entry
    const { findings, check } = this
    if (command === undefined || command.outcome !== 'accepted') {
      const found = command === undefined ? 'nothing' : `a rejected one, ${command.key}`
      findings.add('commands_and_entries', { row: { entryNo }, expected: 'an accepted command', found })
      return
    }
    const row = { entryNo, key: command.key }
    findings.compare('commands_and_entries', row, {
      expected: `decided at ${entry.postedAt} on ${entry.bookingDate}`,
      found: `decided at ${command.decidedAt} on ${command.businessDate}`,
    })
    if (entry.kind !== 'posting') return
    const { glAccounts } = check
    const settings = this.#settingsOf(entryNo)
    const difference = replayPosting(command, entry, { glAccounts, settings, accounts: this.#accounts })
    if (difference === undefined) return
    const { pointer, expected, found } = difference
    const lineIndex = /^\/lines\/(\d+)/.exec(pointer)?.[1]
    const line = lineIndex === undefined ? {} : { lineNo: Number(lineIndex) + 1 }
    findings.add('decided_again', {
      row: { ...row, ...line, ...(pointer && { at: pointer }) },
      expected,
      found,
    })
  }

  #checkErasure(entry: StoredEntry, command: StoredCommand | undefined): void {
    const { entryNo, detailsErased, description, reference, endToEndId, metadata } = entry
    const { findings } = this
    const left = Object.keys(metadata).length > 0 || (description ?? reference ?? endToEndId) !== undefined
    if (detailsErased !== undefined && left)
      findings.add('details_erased', { row: { entryNo }, expected: 'no details', found: 'some' })
    // A correction's texts are those of its second entry.
    const isOf = command?.entryNo === entryNo - (command?.type === 'correct' ? 1 : 0)
    if (command === undefined || !isOf || !statesTexts(command.type)) return
    const row = { entryNo, key: command.key }
    const told = (erased: boolean): string =>
      erased ? 'a recorded command without texts' : 'a recorded command as it came'
    findings.compare('details_erased', row, {
      expected: told(detailsErased !== undefined),
      found: told(command.textsErased && withoutTexts(command.request) === command.request),
    })
  }

  #settingsOf(entryNo: number): TenantSettings {
    const record = this.check.settings.findLast(({ firstEntryNo }) => firstEntryNo <= entryNo)
    invariant(record !== undefined, 'the first settings count from the first entry', { entryNo })
    return record.settings
  }

  /** Moves the account on to what the stored line says, so that one wrong line is one finding and not a thousand. */
  #takeLine(line: StoredLine): void {
    const { findings } = this
    const { entryNo, lineNo, accountId, currency, glCode, accountVersion, balanceAfter } = line
    const row = { entryNo, lineNo, accountId }
    const before = this.#accounts.get(accountId)
    if (before === undefined) {
      findings.add('accounts_agree', { row, expected: 'a balance row', found: 'nothing' })
      return
    }
    findings.compare('line_copies', row, {
      expected: `${before.currency} under ${before.glCode}`,
      found: `${currency} under ${glCode}`,
    })
    findings.compare('account_versions', row, { expected: before.version + 1, found: accountVersion })
    const signed = line.side === before.normalSide ? line.amount : -line.amount
    const balance =
      before.normalSide === 'credit' ? before.credits - before.debits : before.debits - before.credits
    findings.compare('running_balances', row, {
      expected: this.#format(balance + signed, currency),
      found: this.#format(balanceAfter, currency),
    })
    this.#accounts.set(accountId, this.#asBefore(before, balanceAfter, accountVersion))
  }

  /** An account with this balance: open and unblocked, because its command was accepted, and holding nothing. */
  #asBefore(state: AccountState, balance: bigint, version: number): AccountState {
    const onNormalSide = balance > 0n ? balance : 0n
    const onOtherSide = balance < 0n ? -balance : 0n
    const [debits, credits] =
      state.normalSide === 'debit' ? [onNormalSide, onOtherSide] : [onOtherSide, onNormalSide]
    const unlimited = state.unlimited || this.check.limitUnknown.has(state.accountId)
    const standing = { status: 'open', blockDebits: false, blockCredits: false, held: 0n } as const
    // Its own limits may be of a later day.
    return { ...state, ...standing, unlimited, limits: [], debits, credits, version }
  }

  #format(minor: bigint, currency: string): string {
    return formatMinor(minor, this.check.currencies.decimalsOf(currency) ?? 0)
  }
}

/** The business date on which an entry was made. */
const madeOnOf = ({ bookingDate, enteredOn }: StoredEntry): BusinessDate => enteredOn ?? bookingDate

const datesOf = ({
  bookingDate,
  valueDate,
  enteredOn,
}: Pick<StoredEntry, 'bookingDate' | 'valueDate' | 'enteredOn'>): string =>
  `booked ${bookingDate}, value ${valueDate}${enteredOn === undefined ? '' : `, made ${enteredOn}`}`
