import { formatMinor } from '@plinth/kernel'
import type { StatementLine } from '@plinth/ledger'
import type { StatementPage } from './statement.js'

// Wide enough for most purposes; what is longer goes on in the next row.
const descriptionWidth = 40

/** For people: columns, amounts by side, and the balance after each line on the account's normal side. */
export function renderText(page: StatementPage): string {
  const { statement, lines, opening, closing } = page
  const money = (minor: bigint): string => formatMinor(minor, statement.decimals)
  const rows: string[][] = [
    ['booked', 'value', 'entry', 'code', 'description', 'debit', 'credit', 'balance'],
    balanceRow(page.page === 1 ? 'opening balance' : 'brought forward', money(opening)),
    ...lines.flatMap((line) => lineRows(line, money)),
    balanceRow(page.page === page.pages ? 'closing balance' : 'carried forward', money(closing)),
  ]
  return `${[...heading(page), '', ...table(rows), '', ...totals(page, money)].join('\n')}\n`
}

function heading({ statement, page, pages }: StatementPage): string[] {
  const { statementNo, accountId, name, currency, normalSide, from, to, provisional, madeAt, madeBy } =
    statement
  const title =
    statementNo === undefined
      ? `Statement without a number${provisional ? ', provisional: a day in it is not closed' : ''}`
      : `Statement ${statementNo}`
  return [
    title,
    `Account   ${accountId}  ${printable(name)}`,
    `Currency  ${currency}; balances are ${normalSide} balances`,
    `Days      ${from} to ${to}`,
    `Page      ${page} of ${pages}`,
    `Made      ${madeAt} by ${printable(madeBy)}`,
  ]
}

function totals({ statement, checksum, erased }: StatementPage, money: (minor: bigint) => string): string[] {
  const { debitCount, debits, creditCount, credits } = statement
  return [
    `Debits    ${debitCount}, ${money(debits)}`,
    `Credits   ${creditCount}, ${money(credits)}`,
    `Checksum  ${checksum}`,
    ...(erased === undefined
      ? []
      : [`Erased    details of ${erased.lines} lines; without them it adds up to ${erased.checksum}`]),
  ]
}

const balanceRow = (name: string, balance: string): string[] => ['', '', '', '', name, '', '', balance]

function lineRows(line: StatementLine, money: (minor: bigint) => string): string[][] {
  const reversal = line.kind === 'reversal' ? 'reversal ' : ''
  const [first = '', ...more] = wrapped(printable(`${reversal}${line.description ?? ''}`).trimEnd())
  const amount = money(line.amount)
  return [
    [
      line.bookingDate,
      line.valueDate,
      String(line.entryNo),
      line.transactionCode,
      first,
      ...(line.side === 'debit' ? [amount, ''] : ['', amount]),
      money(line.balanceAfter),
    ],
    ...more.map((part) => balanceRow(part, '')),
  ]
}

const rightAligned = new Set([2, 5, 6, 7])

function table(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => [...(row[column] ?? '')].length)),
  )
  return rows.map((row) =>
    row
      .map((cell, column) => {
        const space = ' '.repeat((widths[column] ?? 0) - [...cell].length)
        return rightAligned.has(column) ? space + cell : cell + space
      })
      .join('  ')
      .trimEnd(),
  )
}

/** What somebody wrote moves neither the cursor nor the direction in which a reader's terminal writes. */
const printable = (text: string): string =>
  text.replace(/[\p{Cc}\p{Zl}\p{Zp}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu, ' ')

/** Rows of a text, broken at spaces where there are some. */
function wrapped(text: string): string[] {
  const rows: string[] = []
  let rest = [...text]
  while (rest.length > descriptionWidth) {
    const space = rest.lastIndexOf(' ', descriptionWidth)
    const at = space > 0 ? space : descriptionWidth
    rows.push(rest.slice(0, at).join(''))
    rest = rest.slice(space > 0 ? at + 1 : at)
  }
  return [...rows, rest.join('')]
}
