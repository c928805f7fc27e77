import type { InterestExplanation } from '@plinth/interest'
import { formatMinor } from '@plinth/kernel'
import { coloured, printTable } from '../output.js'
import { printParagraph } from './paragraph.js'
import { type AccrualStep, type Span, spansOf } from './spans-of.js'

type Terms = InterestExplanation['terms'][number]
type Side = 'credit' | 'debit'
const sides: readonly Side[] = ['credit', 'debit']

const labelWidth = 10
const label = (side: Side): string => `  ${side}`.padEnd(labelWidth)

/** Interest for people: terms, lines, and block by block what days of one balance brought. */
export function printInterest(explained: InterestExplanation): void {
  const { accountId, currency, from, to, firstDay, accruedThrough } = explained
  console.log(`Interest of ${accountId} in ${currency}, accrued from ${firstDay} to ${accruedThrough}`)
  if (from === null) {
    console.log('No day of those asked for has accrued.')
    return
  }
  console.log(`Shown: the runs that accrued ${from} to ${to}`)
  for (const terms of explained.terms) printTerms(terms)
  printLines(explained)
  const { carried } = explained
  printParagraph(
    'carried'.padEnd(labelWidth),
    `balance ${carried.balance}; period since ${carried.periodStart}`,
  )
  for (const side of sides)
    if (carried[side].exact.fraction !== '0') printParagraph(label(side), `Σ ${sumText(carried[side])}`)
  for (const step of spansOf(explained.steps)) {
    if (step.kind === 'span') printSpan(step, explained)
    else if (step.kind === 'capitalisation') printCapitalisation(step)
    else printAdjustment(step)
  }
  for (const { day, revision, bookedOn } of explained.revisedLater)
    console.log(`${day} was revised by the run of ${bookedOn} (revision ${revision})`)
  for (const { day, what, expected, found } of explained.differences)
    console.log(coloured(`DIFFERS: ${day}, ${what}: computed ${expected}; stored ${found}`, 'red'))
  if (explained.differences.length === 0)
    console.log('Computed again from the lines and the terms: what is stored is the same.')
}

function printTerms(terms: Terms): void {
  const { snapshotNo, productCode, version, effectiveFrom, dayCount, capitalisation, rounding } = terms
  printParagraph(
    `terms ${snapshotNo}`.padEnd(labelWidth),
    `${productCode} version ${version} from ${effectiveFrom}: ${dayCount}, capitalised ${capitalisation}, rounded ${rounding}, minimum balance ${terms.minimumBalance}, tax ${terms.withholdingTaxRate}`,
  )
  for (const [what, tiers] of [
    ['credit', terms.creditTiers],
    ['debit', terms.debitTiers],
  ] as const) {
    const slices = tiers.map(({ from, rate }) => `${rate} a year above ${from}`)
    if (slices.length > 0) printParagraph(label(what), slices.join(', '))
  }
}

function printLines({ lines }: InterestExplanation): void {
  if (lines.length === 0) return
  printTable(
    [
      ...['entry', 'booked', 'value', 'seen on'].map((title) => ({ title })),
      { title: 'amount', align: 'right' },
      { title: '' },
    ],
    lines.map(({ entryNo, bookingDate, valueDate, seenOn, amount, capitalisation }) => [
      ...[`${entryNo}`, bookingDate, valueDate, seenOn ?? 'before', amount],
      capitalisation ? 'capitalised' : '',
    ]),
  )
}

function printSpan(span: Span, { decimals }: InterestExplanation): void {
  const { first, last, days, entryNos } = span
  const range = days === 1 ? first.day : `${first.day} … ${last.day}, ${days} days`
  const on = `on ${first.balance}, ${first.dayFraction} of a year${days === 1 ? '' : ' each'}, terms ${first.snapshotNo}`
  console.log('')
  if (first.balanceBefore === null) printParagraph('', `${range}: ${on}`)
  else {
    const late = entriesText(first.lateEntryNos)
    printParagraph(
      '',
      `Run of ${first.bookedOn}, late ${late}: ${range}, not on ${first.balanceBefore} but ${on}`,
    )
  }
  for (const side of sides) {
    if (isNothing(first[side]) && isNothing(last[side])) continue
    printParagraph(label(side), workingOf(first, side))
    if (first.balanceBefore !== null)
      printParagraph(' '.repeat(labelWidth), `change ${exactWords(first[side].change)} a day`)
    const posted = formatMinor(span.posted[side], decimals)
    const entries = entryNos.length === 0 ? '' : ` in ${entriesText(entryNos)}`
    printParagraph(' '.repeat(labelWidth), `Σ ${sumText(last[side].sum)}; posted ${posted}${entries}`)
  }
}

const isNothing = ({ interest, change, sum }: AccrualStep[Side]): boolean =>
  interest.fraction === '0' && change.fraction === '0' && sum.exact.fraction === '0'

/** `(1000.00 × 0.01 + 500.00 × 0.02) × 1/365 = 4/73 = 0.0547945205`. */
function workingOf(step: AccrualStep, side: Side): string {
  const { slices, interest } = step[side]
  if (slices.length === 0) return 'nothing on this balance'
  const products = slices.map(({ amount, rate }) => `${amount} × ${rate}`).join(' + ')
  return `(${products}) × ${step.dayFraction} = ${exactWords(interest)}`
}

interface Exact {
  readonly fraction: string
  readonly decimal: string
}

// Enough to see which way an amount is rounded; the fraction is exact.
const decimalsShown = 10

function exactWords({ fraction, decimal }: Exact): string {
  const [whole, digits = ''] = decimal.split('.')
  const short = digits.length <= decimalsShown ? decimal : `${whole}.${digits.slice(0, decimalsShown)}…`
  return fraction.includes('/') ? `${fraction} = ${short}` : fraction
}

const sumText = ({ exact, rounded }: { exact: Exact; rounded: string }): string =>
  `${exactWords(exact)}, rounded ${rounded}`

/** Runs of numbers as `12–15`. */
function entriesText(entryNos: readonly number[]): string {
  if (entryNos.length === 1) return `entry ${entryNos[0]}`
  if (entryNos.length <= 4) return `entries ${entryNos.join(', ')}`
  return `${entryNos.length} entries from ${entryNos[0]} to ${entryNos.at(-1)}`
}

function printCapitalisation(
  step: Extract<InterestExplanation['steps'][number], { kind: 'capitalisation' }>,
): void {
  const { periodStart, periodEnd, valueDate, credit, tax, debit, net, carriedOn, entryNo } = step
  console.log('')
  const where = entryNo === null ? 'due, and not posted yet' : `in entry ${entryNo}`
  printParagraph(
    '',
    `${periodStart} … ${periodEnd} capitalised of value ${valueDate}, ${where}: credit ${credit} - tax ${tax} - debit ${debit} = ${net}`,
  )
  for (const side of sides)
    if (carriedOn[side].exact.fraction !== '0')
      printParagraph(label(side), `carried on ${sumText(carriedOn[side])}`)
}

const adjustmentWords = {
  instructed: 'an engine outside accrued',
  settled: 'a closing wrote off or paid back',
} as const

function printAdjustment(step: Extract<InterestExplanation['steps'][number], { kind: 'adjustment' }>): void {
  const { reason, valueDate, credit, debit, entryNo } = step
  console.log('')
  printParagraph(
    '',
    `${adjustmentWords[reason]}, of value ${valueDate}, in entry ${entryNo}: credit ${credit}, debit ${debit}`,
  )
}
