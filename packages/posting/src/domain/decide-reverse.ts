import { decideReduce } from '@plinth/holds/domain'
import { type EntryId, oppositeOf, parseMinor, type Rejection, reject, yearOf } from '@plinth/kernel'
import type { JournalEntry, PostingLine } from '@plinth/ledger'
import type { Book } from './book.js'
import type { ReverseCommand, Stamp } from './command.js'
import {
  faultOfFloor,
  faultOfPeriod,
  faultOfValueDate,
  type PreparedEntry,
  prepareEntry,
  withFunds,
} from './decide-posting.js'
import { suspenseOfReversal } from './decide-suspense.js'
import type { HoldStep, MalformedCommand, Posted } from './decision.js'
import { faultsOfDemands, withDemands } from './faults-of-demands.js'
import type { LineToPost } from './lines-to-post.js'

/**
 * Takes an entry back, whole or in part (contract §4): the same lines on the other side, booked today, in sum never more than
 * each line was. It is the bank's own doing, so dormancy does not stand against it; status, blocks and funds do.
 */
export function decideReverse(
  book: Book,
  command: ReverseCommand,
  stamp: Stamp,
): Posted | Rejection | MalformedCommand {
  const prepared = prepareReverse(book, command, stamp)
  return 'kind' in prepared ? prepared : withFunds(book, [prepared])
}

/** As `decideReverse`, but does not look at funds. */
export function prepareReverse(
  book: Book,
  command: Omit<ReverseCommand, 'type'>,
  stamp: Stamp,
): PreparedEntry | Rejection | MalformedCommand {
  const { entryId, reason, period } = command
  const original = book.entries.get(entryId)
  if (original === undefined)
    return withDemands(book, command, reject('entry_not_found', `There is no entry ${entryId}.`, { entryId }))
  const taken = takeBack(book, original, command)
  if ('kind' in taken) return taken
  const { lines, fault } = taken
  const valueDate = command.valueDate === 'original' ? original.valueDate : command.valueDate
  // The original's own value date was inside the window of its day.
  const faultOfDate =
    command.valueDate === 'original'
      ? faultOfFloor(book, original.valueDate)
      : faultOfValueDate(book, valueDate ?? book.businessDate)
  const suspense = suspenseOfReversal(book, { entryId, lines }, stamp)
  const { transactionCode, description, reference, endToEndId } = original
  const entry = {
    kind: 'reversal' as const,
    ...{ transactionCode, description, reference, endToEndId, reason },
    metadata: {},
    valueDate: valueDate ?? book.businessDate,
    thirteenthOf: period && yearOf(period),
    reverses: { entryId, entryNo: original.entryNo },
    lines,
    holds: stillClearing(book, entryId, lines),
    suspense: suspense.steps,
    isCustomers: () => false,
  }
  return prepareEntry(book, entry, {
    stamp,
    faults: [
      faultOfDate,
      faultOfPeriod(book, { period }),
      fault,
      suspense.fault,
      ...faultsOfDemands(book, command),
    ],
  })
}

/** A credit that is taken back before it was available takes its clearing hold with it. */
function stillClearing({ holds }: Book, entryId: EntryId, lines: readonly LineToPost[]): HoldStep[] {
  const clearing = [...holds.values()].filter(
    ({ clears, status }) => clears?.entryId === entryId && status === 'active',
  )
  return clearing.flatMap((before): HoldStep[] => {
    const amount = lines
      .filter(({ reversesLineNo }) => reversesLineNo === before.clears?.lineNo)
      .reduce((sum, line) => sum + line.amount, 0n)
    if (amount === 0n) return []
    const hold = decideReduce(before, amount)
    return [{ change: hold.status === 'active' ? 'reduced' : 'released', hold }]
  })
}

/** The lines that take back what was asked for, as far as they can be read, and what speaks against that. */
interface TakenBack {
  readonly lines: readonly LineToPost[]
  readonly fault: Rejection | undefined
}

/**
 * Whether the part balances hangs on the original alone, which never changes: a part that does not is malformed whatever was
 * taken back meanwhile. Other lines of the original than those named speak against nothing.
 */
function takeBack(
  book: Book,
  original: JournalEntry,
  command: Pick<ReverseCommand, 'lines'>,
): TakenBack | MalformedCommand {
  const { entryId, kind } = original
  const { lines, unread } =
    command.lines === undefined ? { lines: wholeOf(original) } : partOf(book, original, command.lines)
  const lopsided = unread === undefined ? faultOfPart(lines) : undefined
  if (lopsided !== undefined) return lopsided
  const refused = (code: Rejection['code'], detail: string): TakenBack => ({
    lines,
    fault: reject(code, detail, { entryId }),
  })
  if (original.reverses !== undefined)
    return refused('entry_is_a_reversal', `Entry ${entryId} is a reversal itself and is not taken back.`)
  const stands = whyItStands(kind)
  if (stands !== undefined) {
    const detail = `Entry ${entryId} is of kind ${kind}, ${stands}`
    return { lines, fault: reject('condition_failed', detail, { entryId, condition: 'kind' }) }
  }
  const reversed = book.reversed.get(entryId)
  const left = original.lines.map(({ amount }, at) => amount - (reversed?.get(at + 1) ?? 0n))
  if (left.every((amount) => amount === 0n))
    return refused('entry_already_reversed', `Entry ${entryId} is reversed already.`)
  if (unread !== undefined) return refused('reversal_exceeds_entry', unread)
  const sums = new Map<number, bigint>()
  for (const { reversesLineNo = 0, amount } of lines)
    sums.set(reversesLineNo, (sums.get(reversesLineNo) ?? 0n) + amount)
  for (const [lineNo, amount] of sums) {
    if (amount > (left[lineNo - 1] ?? 0n))
      return refused(
        'reversal_exceeds_entry',
        `Line ${lineNo} of entry ${entryId} has less left to take back.`,
      )
  }
  return { lines, fault: undefined }
}

/**
 * Why entries of a kind are not taken back by hand; undefined: they are. What has accrued and what was capitalised stand in the
 * accounts' own interest, which no reversal would change (ADR 0021); the result of a closed year would be one of the current year
 * (ADR 0023).
 */
function whyItStands(kind: JournalEntry['kind']): string | undefined {
  if (kind === 'accrual' || kind === 'capitalisation')
    return 'which stands in the interest of accounts: it is made up for, not taken back.'
  if (kind === 'year_end_close')
    return 'which made the result of a year earnings: what was wrong in that year is corrected in the current one.'
  return undefined
}

const wholeOf = ({ lines }: JournalEntry): LineToPost[] =>
  lines.map((line, at) => mirror(line, at + 1, line.amount))

/** The part of the lines that is named, and what of it says nothing. */
function partOf(
  { settings }: Book,
  { entryId, lines }: JournalEntry,
  wanted: NonNullable<ReverseCommand['lines']>,
): { lines: LineToPost[]; unread?: string } {
  const part: LineToPost[] = []
  let unread: string | undefined
  for (const { lineNo, amount } of wanted) {
    const line = lines[lineNo - 1]
    if (line === undefined) {
      unread ??= `Entry ${entryId} has no line ${lineNo}.`
      continue
    }
    const minor = parseMinor(amount, settings.currencies.decimalsOf(line.currency) as number)
    if (typeof minor === 'bigint' && minor > 0n) part.push(mirror(line, lineNo, minor))
    else unread ??= `${amount} is no amount in ${line.currency} to take back.`
  }
  return { lines: part, ...(unread !== undefined && { unread }) }
}

const mirror = (line: PostingLine, lineNo: number, amount: bigint): LineToPost => ({
  accountId: line.accountId,
  side: oppositeOf(line.side),
  amount,
  currency: line.currency,
  reversesLineNo: lineNo,
})

function faultOfPart(lines: readonly LineToPost[]): MalformedCommand | undefined {
  const nets = new Map<string, bigint>()
  for (const { side, amount, currency } of lines)
    nets.set(currency, (nets.get(currency) ?? 0n) + (side === 'debit' ? amount : -amount))
  const broken = [...nets].find(([, net]) => net !== 0n)
  if (broken === undefined) return undefined
  const detail = `The part that is to be taken back does not balance in ${broken[0]}.`
  return { kind: 'malformed', code: 'entry_unbalanced', detail }
}
