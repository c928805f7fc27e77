import type { renderRunReport } from '@plinth/eod/domain'
import type { RehearsedExtract } from '@plinth/reconciliation'
import { coloured, printTable } from './output.js'
import { printBase } from './print-base.js'

type Rendered = ReturnType<typeof renderRunReport>

/** The end of a day for people: its steps, what was set aside, its control totals. */
export function printEodReport(report: Rendered, { rehearsal }: { rehearsal: boolean }): void {
  const { businessDate, nextDate, cutOffEntryNo, failure, failedStep, worker, workerSince } = report
  console.log(
    rehearsal
      ? `Rehearsal of ${businessDate}, to be followed by ${nextDate}: nothing is kept`
      : `End of day ${businessDate}, followed by ${nextDate}: ${statusOf(report)}`,
  )
  console.log(`Cut off behind entry ${cutOffEntryNo}, at ${report.startedAt}, by ${report.startedBy}`)
  if (worker !== undefined && !rehearsal) console.log(`Worked on by ${worker} since ${workerSince}`)
  if (failure !== undefined) console.log(coloured(`Step ${failedStep} failed: ${failure}`, 'red'))
  for (const step of report.steps) console.log(lineOf(step))
  for (const { accountId, step, detail, settledAt } of report.setAside) {
    if (settledAt === null) console.log(coloured(`set aside  ${accountId}  in ${step}: ${detail}`, 'yellow'))
    else console.log(`made up for  ${accountId}, which had been set aside in ${step}`)
  }
  if (report.controlTotals.length === 0) return
  printTable(
    columns,
    report.controlTotals.map(({ glCode, currency, opening, debits, credits, closing, lines }) => [
      ...[glCode, currency, opening, debits, credits, closing],
      String(lines),
    ]),
  )
}

function statusOf({ dayStatus, status, startedAt, finishedAt }: Rendered): string {
  if (dayStatus === 'closed' && finishedAt !== null) {
    const seconds = Math.round(Date.parse(finishedAt) - Date.parse(startedAt)) / 1_000
    return `${coloured('closed', 'green')}, ${seconds} s behind the cut-off`
  }
  return status === 'failed' ? coloured('closing, failed', 'red') : coloured('closing', 'yellow')
}

function lineOf({ name, finishedAt, partitions, partitionsDone, counts }: Rendered['steps'][number]): string {
  const done = finishedAt === null ? coloured('…   ', 'yellow') : coloured('ok  ', 'green')
  const parts = partitions === 0 ? '' : `${partitionsDone} of ${partitions} partitions`
  const told = Object.entries(counts).map(([what, number]) => `${number} ${what}`)
  return `${done}${name.padEnd(16)}${[parts, ...told].filter((text) => text !== '').join(', ')}`.trimEnd()
}

const columns = [
  { title: 'GL account' },
  { title: 'currency' },
  ...['opening', 'debits', 'credits', 'closing', 'lines'].map(
    (title) => ({ title, align: 'right' }) as const,
  ),
]

/** The extract that a day would have, and what differs in it. */
export function printRehearsed({ extract, differences }: RehearsedExtract): void {
  const { base } = extract
  // Of a bank that has nothing in other currencies the base column would say everything twice.
  const foreign = extract.totals.some(({ currency }) => currency !== base.currency)
  console.log('The GL extract as it would be:')
  printTable(
    [
      ...[{ title: 'GL account' }, { title: 'currency' }],
      ...['closing', 'debit balances', 'credit balances', 'moved in', 'moved out', 'shown'].map(
        (title) => ({ title, align: 'right' }) as const,
      ),
      ...(foreign ? [{ title: `closing in ${base.currency}`, align: 'right' } as const] : []),
    ],
    extract.rows.map((row) => [
      ...[row.glCode, row.currency, row.closing, row.debitBalances, row.creditBalances],
      ...[row.movedIn, row.movedOut, row.shown],
      ...(foreign ? [row.baseClosing ?? 'no rate'] : []),
    ]),
  )
  if (foreign) printBase(base)
  if (differences.length === 0) console.log(coloured('Turnover and accounts agree.', 'green'))
  for (const { subject, expected, found } of differences)
    console.log(coloured(`differs  ${subject}: expected ${expected}; found ${found}`, 'red'))
}
