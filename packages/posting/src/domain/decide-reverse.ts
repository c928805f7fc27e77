import { oppositeOf, parseMinor, type Rejection, reject } from '@plinth/kernel'
import type { JournalEntry, PostingLine } from '@plinth/ledger'
import type { Book } from './book.js'
import type { ReverseCommand, Stamp } from './command.js'
import { faultOfValueDate, type LineToPost, postEntry } from './decide-posting.js'
import type { MalformedCommand, Posted } from './decision.js'
import { faultsOfDemands, withDemands } from './faults-of-demands.js'

/**
 * Takes an entry back, whole or in part (contract §4): the same lines on the other side, booked today, in sum never more than
 * each line was. It is the bank's own doing, so dormancy does not stand against it; status, blocks and funds do.
 */
export function decideReverse(
  book: Book,
  command: ReverseCommand,
  stamp: Stamp,
): Posted | Rejection | MalformedCommand {
  const { entryId, reason } = command
  const original = book.entries.get(entryId)
  if (original === undefined)
    return withDemands(book, command, reject('entry_not_found', `There is no entry ${entryId}.`, { entryId }))
  const taken = takeBack(book, original, command)
  if ('kind' in taken && taken.kind === 'malformed') return taken
  const { lines, fault } = taken as { lines: LineToPost[]; fault: Rejection | undefined }
  const valueDate = command.valueDate === 'original' ? original.valueDate : command.valueDate
  // The original's own value date was inside the window of its day.
  const faultOfDate =
    valueDate === undefined || command.valueDate === 'original'
      ? undefined
      : faultOfValueDate(book, valueDate)
  const { transactionCode, description, reference, endToEndId } = original
  const entry = {
    kind: 'reversal' as const,
    ...{ transactionCode, description, reference, endToEndId, reason },
    metadata: {},
    valueDate: valueDate ?? book.businessDate,
    reverses: { entryId, entryNo: original.entryNo },
    lines,
    isCustomers: () => false,
  }
  return postEntry(book, entry, { stamp, faults: [faultOfDate, fault, ...faultsOfDemands(book, command)] })
}

/** The lines that take back what was asked for, and what speaks against that. */
function takeBack(
  book: Book,
  original: JournalEntry,
  command: ReverseCommand,
): { lines: LineToPost[]; fault: Rejection | undefined } | MalformedCommand {
  const { entryId } = original
  const whole = original.lines.map((line, at) => mirror(line, at + 1, line.amount))
  const refused = (code: Rejection['code'], detail: string) => ({
    lines: whole,
    fault: reject(code, detail, { entryId }),
  })
  if (original.reverses !== undefined)
    return refused('entry_is_a_reversal', `Entry ${entryId} is a reversal itself and is not taken back.`)
  const reversed = book.reversed.get(entryId)
  const left = original.lines.map(({ amount }, at) => amount - (reversed?.get(at + 1) ?? 0n))
  if (left.every((amount) => amount === 0n))
    return refused('entry_already_reversed', `Entry ${entryId} is reversed already.`)
  const lines = command.lines === undefined ? whole : partOf(book, original, command.lines)
  if (typeof lines === 'string') return refused('reversal_exceeds_entry', lines)
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
  return faultOfPart(lines) ?? { lines, fault: undefined }
}

/** The part of the lines that is named, or what is wrong with it. */
function partOf(
  { settings }: Book,
  { entryId, lines }: JournalEntry,
  wanted: NonNullable<ReverseCommand['lines']>,
): LineToPost[] | string {
  const part: LineToPost[] = []
  for (const { lineNo, amount } of wanted) {
    const line = lines[lineNo - 1]
    if (line === undefined) return `Entry ${entryId} has no line ${lineNo}.`
    const minor = parseMinor(amount, settings.currencies.decimalsOf(line.currency) as number)
    if (typeof minor === 'string' || minor === 0n)
      return `${amount} is no amount in ${line.currency} to take back.`
    part.push(mirror(line, lineNo, minor))
  }
  return part
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
