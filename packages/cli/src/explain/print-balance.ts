import type { renderExplainedBalance } from '@plinth/ledger/domain'
import { coloured, printTable } from '../output.js'
import { counted, printParagraph } from './paragraph.js'

type Explained = ReturnType<typeof renderExplainedBalance>

/** A balance for people: what was carried, line by line what came, and what it comes to. */
export function printBalance(explained: Explained): void {
  const { accountId, currency, normalSide, total, carried, lines, leftOut } = explained
  console.log(`Balance of ${accountId}: ${total.balance} ${currency}, on its ${normalSide} side`)
  printParagraph('Counted  ', whichOf(explained))
  printTable(
    [
      ...['entry', 'booked', 'value', 'code'].map((title) => ({ title })),
      ...['debit', 'credit', 'balance'].map((title) => ({ title, align: 'right' }) as const),
    ],
    [
      ...(carried.lines === 0
        ? []
        : [[`${carried.lines}`, 'lines', 'carried', '', carried.debits, carried.credits, carried.balance]]),
      ...lines.map(({ entryNo, bookingDate, valueDate, transactionCode, side, amount, balance }) => [
        ...[`${entryNo}`, bookingDate, valueDate, transactionCode],
        ...(side === 'debit' ? [amount, ''] : ['', amount]),
        balance,
      ]),
      [`${total.lines}`, 'lines', 'in all', '', total.debits, total.credits, total.balance],
    ],
  )
  console.log(
    normalSide === 'credit'
      ? `credits - debits: ${total.credits} - ${total.debits} = ${total.balance}`
      : `debits - credits: ${total.debits} - ${total.credits} = ${total.balance}`,
  )
  for (const [why, left] of [
    ['booked later', leftOut.bookedLater],
    ['of a later value date', leftOut.valuedLater],
  ] as const) {
    if (left.lines === 0) continue
    console.log(`Left out, ${why}: ${counted(left.lines, 'line')}, ${left.balance}`)
  }
  if (carried.lines > 0)
    printParagraph(
      '',
      `The lines that were carried: --known-at-entry ${earlierThan(explained)}; or more of them: --last.`,
    )
  for (const { from, debits, credits } of explained.differences)
    console.log(coloured(`DIFFERS: ${from} says debits ${debits}, credits ${credits}`, 'red'))
}

function whichOf({ bookingDate, valueDate, knownAtEntryNo }: Explained): string {
  const limits = [
    ...(bookingDate === null ? [] : [`booked on ${bookingDate} or before`]),
    ...(valueDate === null ? [] : [`of value ${valueDate} or before`]),
  ]
  return `all lines of entries up to ${knownAtEntryNo}${limits.map((limit) => `, ${limit}`).join('')}`
}

const earlierThan = ({ lines, knownAtEntryNo }: Explained): number =>
  Math.max((lines[0]?.entryNo ?? knownAtEntryNo + 1) - 1, 0)
