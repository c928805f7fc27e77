import {
  type AccountId,
  type BusinessDate,
  type Currencies,
  type CurrencyCode,
  type EntryId,
  type Instant,
  instantOf,
  type Period,
} from '@plinth/kernel'
import type { ProposableCommand } from '@plinth/posting'
import type { CommandBodies } from './command-schemas.js'
import { amountFaults, minorOf, normalisedAmount, sideFaults } from './read-amounts.js'
import { demandFaults, demandsOf } from './read-demands.js'
import { type PlacedError, placed } from './read-fields.js'

/** What no field of a hold, a capture or a reversal shows alone. Looks at a value of any shape. */
export function holdFaults(
  type: 'place_hold' | 'capture_hold' | 'reverse' | 'correct',
  value: object,
  currencies: Currencies,
): PlacedError[] {
  const { amount, currency, lines, posting } = value as Readonly<Record<string, unknown>>
  switch (type) {
    case 'place_hold':
      return [...demandFaults(value), ...faultsOfPlacing(amount, currency, currencies)]
    case 'capture_hold':
      return [
        ...faultsOfText(['amount'], amount),
        ...amountFaults(lines, currencies),
        ...sideFaults(lines),
        ...demandFaults(value),
      ]
    case 'correct':
      return [...demandFaults(value), ...faultsOfPosting(posting, currencies)]
    case 'reverse':
      return [...demandFaults(value), ...faultsOfPart(lines)]
  }
}

function faultsOfPosting(posting: unknown, currencies: Currencies): PlacedError[] {
  if (typeof posting !== 'object' || posting === null) return []
  const { lines } = posting as { lines?: unknown }
  const path = ['posting', 'lines']
  return [...amountFaults(lines, currencies, { path, balancing: true }), ...sideFaults(lines, path)]
}

function faultsOfPart(lines: unknown): PlacedError[] {
  if (!Array.isArray(lines)) return []
  return lines.flatMap((line: { amount?: unknown } | null, index) =>
    faultsOfText(['lines', index, 'amount'], line?.amount),
  )
}

function faultsOfPlacing(amount: unknown, currency: unknown, currencies: Currencies): PlacedError[] {
  if (typeof currency !== 'string') return []
  if (currencies.decimalsOf(currency) === undefined) return [placed(['currency'], 'currency_unknown')]
  if (typeof amount !== 'string') return []
  const minor = minorOf(amount, currency, currencies)
  if (typeof minor === 'string') return [placed(['amount'], minor)]
  return minor === 0n ? [placed(['amount'], 'amount_zero')] : []
}

/** An amount whose currency is that of something Plinth has yet to look up. */
function faultsOfText(path: readonly PropertyKey[], amount: unknown): PlacedError[] {
  if (typeof amount !== 'string') return []
  const normalised = normalisedAmount(amount)
  if ('code' in normalised) return [placed(path, normalised.code)]
  return /[1-9]/.test(normalised.text) ? [] : [placed(path, 'amount_zero')]
}

/** "1.50" and "1.5" are one amount. Only of what `holdFaults` found nothing wrong with. */
export const normalisedText = (amount: string): string => (normalisedAmount(amount) as { text: string }).text

/** To the millisecond, as the database keeps it. */
export const instantFrom = (text: string | null | undefined): Instant | undefined =>
  text === undefined || text === null ? undefined : instantOf(Date.parse(text))

export const toPlaceHold = (
  body: CommandBodies['place_hold'],
  currencies: Currencies,
): ProposableCommand => ({
  type: 'place_hold',
  accountId: body.accountId as AccountId,
  amount: minorOf(body.amount, body.currency, currencies) as bigint,
  currency: body.currency as CurrencyCode,
  expiresAt: instantFrom(body.expiresAt),
  reference: body.reference,
  // No member where none is named: a command from before holds named one is the same command.
  ...(body.transactionCode !== undefined && { transactionCode: body.transactionCode }),
  ...demandsOf(body),
})

export const toReverse = (body: CommandBodies['reverse'], entryId: EntryId): ProposableCommand => ({
  type: 'reverse',
  entryId,
  reason: body.reason,
  valueDate: body.valueDate as BusinessDate | 'original' | undefined,
  ...(body.period !== undefined && { period: body.period as Period }),
  lines: body.lines?.map(({ lineNo, amount }) => ({ lineNo, amount: normalisedText(amount) })),
  ...demandsOf(body),
})
