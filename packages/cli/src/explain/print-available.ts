import type { ExplainedAvailable } from '@plinth/posting'
import { coloured, printTable } from '../output.js'
import { counted, isZero, negated, printParagraph } from './paragraph.js'

/** What is available for people, as a sum. */
export function printAvailable(explained: ExplainedAvailable): void {
  const { accountId, currency, businessDate, settingsVersion, unlimited, holds, available } = explained
  console.log(
    `Available on ${accountId}: ${unlimited ? 'unlimited' : `${available} ${currency}`}, on business date ${businessDate}`,
  )
  printParagraph(
    'Read     ',
    `up to entry ${explained.knownAtEntryNo}, settings version ${settingsVersion}; status ${explained.status}`,
  )
  const sum: [what: string, amount: string, why: string][] = [
    ['credits', explained.credits, 'of all lines'],
    ['less debits', negated(explained.debits), ''],
    ...holds.map((hold): [string, string, string] => ['less hold', negated(hold.remaining), wordsOf(hold)]),
    ['less held', holds.length === 0 ? negated(explained.held) : '', heldWords(explained)],
    ...(unlimited
      ? []
      : [
          ['overdraft limit', explained.overdraftLimit, limitWords(explained)] as [string, string, string],
          ['available', available ?? '', ''] as [string, string, string],
        ]),
  ]
  printTable(
    [{ title: '' }, { title: currency, align: 'right' }, { title: '' }],
    sum.map((row) => [...row]),
  )
  for (const { code, what } of explained.refuses)
    console.log(coloured(`Refused whatever is available: ${what} (${code})`, 'yellow'))
  printLimits(explained)
  for (const { what, expected, found } of explained.differences)
    console.log(coloured(`DIFFERS: ${what}: ${expected}; the balance row says ${found}`, 'red'))
}

type Hold = ExplainedAvailable['holds'][number]

function wordsOf({ holdId, amount, captured, remaining, expiresAt, reference, ...hold }: Hold): string {
  const taken = isZero(captured) || amount === remaining ? '' : ` of ${amount}, ${captured} captured`
  const until = expiresAt === null ? '' : ` until ${expiresAt}`
  const clears = hold.clears === undefined ? '' : ` for value ${hold.clears.availableFrom}`
  const over = hold.timeIsOver ? ' (over; counts until that is recorded)' : ''
  return `${holdId}${taken}${until}${clears}${reference === undefined ? '' : ` ${reference}`}${over}`
}

const heldWords = ({ holds, held }: ExplainedAvailable): string =>
  holds.length === 0 ? 'no hold is active' : `${counted(holds.length, 'hold')} as above, ${held} in all`

function limitWords({ overdraftFrom }: ExplainedAvailable): string {
  const { from, terms } = overdraftFrom
  if (terms === null) return 'agreed with the account: it has no terms of a product'
  const { productCode, version, overdraftLimit } = terms
  return from === 'terms'
    ? `by its terms, ${productCode} version ${version}`
    : `agreed with the account; its terms, ${productCode} version ${version}, said ${overdraftLimit}`
}

function printLimits({ limits, postingLimits, currency }: ExplainedAvailable): void {
  for (const { transactionCode, perPosting } of postingLimits) {
    const which = transactionCode === null ? 'any posting' : `a posting with ${transactionCode}`
    console.log(`The tenant lets ${which} move ${perPosting} ${currency}`)
  }
  if (limits.length === 0) return
  printTable(
    [
      ...['limit of', 'code', 'period'].map((title) => ({ title })),
      ...['most', 'used', 'left'].map((title) => ({ title, align: 'right' }) as const),
    ],
    limits.flatMap((limit) => {
      const whose = [limit.scope, limit.transactionCode ?? 'all']
      return [
        ...(limit.perPosting === undefined
          ? []
          : [[...whose, 'posting', limit.perPosting.amount, '', limit.perPosting.amount]]),
        ...rowsOf(whose, 'day', limit.perDay),
        ...rowsOf(whose, 'month', limit.perMonth),
      ]
    }),
  )
}

type Period = ExplainedAvailable['limits'][number]['perDay']

/** A row for the amount and one for how often. */
function rowsOf(whose: readonly string[], period: string, bound: Period): string[][] {
  if (bound === undefined) return []
  const { amount, count } = bound
  const spent = 'used' in bound ? (bound as Used) : undefined
  const times = (number: number | undefined): string => (number === undefined ? '' : `${number}×`)
  return [
    ...(amount === undefined
      ? []
      : [[...whose, period, amount, spent?.used.amount ?? '', spent?.left.amount ?? '']]),
    ...(count === undefined
      ? []
      : [[...whose, period, times(count), times(spent?.used.count), times(spent?.left.count)]]),
  ]
}

interface Used {
  readonly used: { readonly amount: string; readonly count: number }
  readonly left: { readonly amount?: string; readonly count?: number }
}
