import type { AccountState } from '@plinth/account'
import type { JournalEntry, PostingLine } from '@plinth/ledger'
import type { Book } from '../../packages/posting/src/domain/book.js'

type Written = Pick<Book, 'accounts' | 'entries' | 'holds' | 'suspenseItems'>

/** Every rule that what was written breaks, by the entries and holds alone: as `book-invariants.ts` asks it of a database. */
export function faultsOfBooks(books: Written): string[] {
  const journal = [...books.entries.values()].sort((one, other) => one.entryNo - other.entryNo)
  return [
    ...journal.flatMap((entry, index) => faultsOfEntry(entry, index + 1, journal[index - 1])),
    ...[...books.accounts.values()].flatMap((state) => faultsOfAccount(state, journal, books)),
    ...faultsOfHolds(books, journal),
    ...faultsOfReversals(books, journal),
    ...faultsOfItems(books),
  ]
}

const signed = ({ side, amount }: PostingLine): bigint => (side === 'credit' ? amount : -amount)
const sumOf = (amounts: readonly bigint[]): bigint => amounts.reduce((sum, amount) => sum + amount, 0n)
const unless = (fine: boolean, fault: string): string[] => (fine ? [] : [fault])

function faultsOfEntry(entry: JournalEntry, entryNo: number, before: JournalEntry | undefined): string[] {
  const { lines, bookingDate } = entry
  const currencies = new Set(lines.map(({ currency }) => currency))
  const lopsided = [...currencies].filter(
    (of) => sumOf(lines.filter(({ currency }) => currency === of).map(signed)) !== 0n,
  )
  return [
    ...unless(entry.entryNo === entryNo, `entry ${entryNo} is missing`),
    ...unless(lines.length >= 2 && lines.every(({ amount }) => amount > 0n), `entry ${entryNo} is not whole`),
    ...unless(lopsided.length === 0, `entry ${entryNo} does not balance`),
    ...unless(
      before === undefined || before.bookingDate <= bookingDate,
      `entry ${entryNo} was booked before`,
    ),
  ]
}

function faultsOfAccount(
  { accountId, debits, credits, held, version, normalSide, status }: AccountState,
  journal: readonly JournalEntry[],
  { holds }: Written,
): string[] {
  const lines = journal.flatMap((entry) => entry.lines.filter((line) => line.accountId === accountId))
  const sum = (side: PostingLine['side']) =>
    sumOf(lines.flatMap((each) => (each.side === side ? each.amount : [])))
  let running = 0n
  const rising = lines.every((line, index) => {
    running += signed(line)
    const balance = normalSide === 'credit' ? running : -running
    return line.accountVersion === index + 1 && line.balanceAfter === balance
  })
  const active = [...holds.values()].filter(
    (hold) => hold.accountId === accountId && hold.status === 'active',
  )
  return [
    ...unless(
      debits === sum('debit') && credits === sum('credit'),
      `${accountId} is not the sum of its lines`,
    ),
    ...unless(version === lines.length && rising, `${accountId} does not count its lines, or their balances`),
    ...unless(held === sumOf(active.map(({ remaining }) => remaining)), `${accountId} holds something else`),
    ...unless(
      status !== 'closed' || (debits === credits && held === 0n),
      `${accountId} is closed, not empty`,
    ),
  ]
}

function faultsOfHolds({ holds }: Written, journal: readonly JournalEntry[]): string[] {
  return [...holds.values()].flatMap(({ holdId, accountId, amount, captured, remaining, status, clears }) => {
    const own = journal.flatMap(({ holdId: of, lines }) => (of === holdId ? lines : []))
    const taken = sumOf(own.flatMap((line) => (line.accountId === accountId ? -signed(line) : [])))
    const line = journal.find(({ entryId }) => entryId === clears?.entryId)?.lines[(clears?.lineNo ?? 0) - 1]
    const kept = clears === undefined || (line?.amount === amount && line.accountId === accountId)
    return [
      ...unless(
        captured === taken && captured + remaining <= amount,
        `hold ${holdId} was captured otherwise`,
      ),
      ...unless(
        (status === 'active') === remaining > 0n,
        `hold ${holdId} is ${status} with ${remaining} left`,
      ),
      ...unless(kept, `hold ${holdId} keeps another line`),
    ]
  })
}

function faultsOfReversals({ entries }: Written, journal: readonly JournalEntry[]): string[] {
  const taken = new Map<PostingLine, bigint>()
  const faults = journal.flatMap(({ entryNo, reverses, lines }) => {
    const original = reverses && entries.get(reverses.entryId)
    return reverses === undefined
      ? []
      : lines.flatMap((line) => {
          const back = original?.lines[(line.reversesLineNo ?? 0) - 1]
          if (back === undefined || back.accountId !== line.accountId || back.side === line.side)
            return [`entry ${entryNo} takes back what was not there`]
          taken.set(back, (taken.get(back) ?? 0n) + line.amount)
          return []
        })
  })
  const over = [...taken].filter(([{ amount }, sum]) => sum > amount)
  return [...faults, ...over.map(([{ accountId }]) => `more than a line was is taken back from ${accountId}`)]
}

const faultsOfItems = ({ suspenseItems, entries }: Written): string[] =>
  [...suspenseItems.values()].flatMap(({ entryId, lineNo, accountId, amount, cleared, returned }) => {
    const line = entries.get(entryId)?.lines[lineNo - 1]
    const own = line?.amount === amount && line.accountId === accountId && line.divertedFrom !== undefined
    const fits = cleared >= 0n && returned >= 0n && cleared + returned <= amount
    return unless(own && fits, `the item of line ${lineNo} of ${entryId} does not add up`)
  })
