import {
  type AmountFault,
  amountDigitsMax,
  amountPattern,
  type Currencies,
  formatMinor,
  ownCurrencyDecimalsMax,
  parseMinor,
} from '@plinth/kernel'
import type { LineRequest } from '@plinth/posting'
import type { Malformed } from './malformed.js'
import { type PlacedError, placed } from './read-fields.js'

/** An amount in minor units of its currency, or why it is none. */
export function minorOf(
  text: string,
  currency: string,
  currencies: Currencies,
): bigint | AmountFault | 'currency_unknown' {
  const decimals = currencies.decimalsOf(currency)
  return decimals === undefined ? 'currency_unknown' : parseMinor(text, decimals)
}

/** The faults of amounts and currencies in lines of any shape: what is no string is the schema's to refuse. */
export function amountFaults(
  lines: unknown,
  currencies: Currencies,
  { path = ['lines'], balancing = false }: { path?: readonly string[]; balancing?: boolean } = {},
): PlacedError[] {
  const faults: PlacedError[] = []
  if (!Array.isArray(lines)) return faults
  for (let index = 0; index < lines.length; index += 1) {
    const line: unknown = lines[index]
    if (typeof line !== 'object' || line === null) continue
    const { amount, currency } = line as { amount?: unknown; currency?: unknown }
    if (typeof currency !== 'string') continue
    const decimals = currencies.decimalsOf(currency)
    if (decimals === undefined) faults.push(placed([...path, index, 'currency'], 'currency_unknown'))
    const place = [...path, index, 'amount']
    const said = typeof amount === 'object' ? (amount as { upTo?: unknown } | null)?.upTo : amount
    if (typeof said !== 'string' || (amount === 'all' && balancing)) continue
    const fault = faultOfLineAmount(said, decimals)
    if (fault !== undefined) faults.push(placed(said === amount ? place : [...place, 'upTo'], fault))
  }
  return faults
}

/** What a line may not ask for on its side: a credit takes an amount or the rest, and a debit is available at once. */
export function sideFaults(lines: unknown, path: readonly string[] = ['lines']): PlacedError[] {
  if (!Array.isArray(lines)) return []
  return lines.flatMap((line: unknown, index) => {
    if (typeof line !== 'object' || line === null) return []
    const { side, amount, availableFrom, fallbackAccountId } = line as Record<string, unknown>
    const faults: PlacedError[] = []
    if (side === 'credit' && typeof amount === 'object')
      faults.push(
        placed([...path, index, 'amount'], 'wrong_type', 'A credit takes an amount, or "all" that is left.'),
      )
    for (const [name, value] of Object.entries({ availableFrom, fallbackAccountId }))
      if (side === 'debit' && value !== undefined)
        faults.push(placed([...path, index, name], 'unknown_field', 'Only a credit says so.'))
    return faults
  })
}

function faultOfLineAmount(amount: string, decimals: number | undefined) {
  // Without a known currency the form alone can be judged.
  if (decimals === undefined) return amountPattern.test(amount) ? undefined : 'amount_malformed'
  const minor = parseMinor(amount, decimals)
  if (typeof minor === 'string') return minor
  return minor === 0n ? 'amount_zero' : undefined
}

/**
 * Contract §5: in every currency debits equal credits. Where a debit takes what is available nobody knows that yet; there one
 * credit must take what is left.
 */
export function faultOfBalance(lines: readonly LineRequest[], currencies: Currencies): Malformed | undefined {
  const nets = new Map<string, bigint>()
  const open = new Map<string, { takes: number; rests: number }>()
  for (const { side, amount, currency } of lines) {
    if (typeof amount === 'bigint') {
      nets.set(currency, (nets.get(currency) ?? 0n) + (side === 'debit' ? amount : -amount))
      continue
    }
    const { takes, rests } = open.get(currency) ?? { takes: 0, rests: 0 }
    open.set(currency, side === 'debit' ? { takes: takes + 1, rests } : { takes, rests: rests + 1 })
  }
  for (const [currency, { takes, rests }] of open) {
    if (takes > 0 && rests === 1) continue
    const detail = `Where a debit in ${currency} takes what is available, one credit, and no other, takes "all" that is left.`
    return { kind: 'malformed', status: 422, code: 'entry_unbalanced', detail, errors: [] }
  }
  for (const [currency, net] of nets) {
    if (net === 0n || open.has(currency)) continue
    const excess = formatMinor(net < 0n ? -net : net, currencies.decimalsOf(currency) as number)
    const [more, fewer] = net > 0n ? ['Debits', 'credits'] : ['Credits', 'debits']
    const detail = `${more} exceed ${fewer} by ${excess} ${currency}.`
    return { kind: 'malformed', status: 422, code: 'entry_unbalanced', detail, errors: [] }
  }
  return undefined
}

/** An amount whose currency is not at hand, as one text per value: "1.50" and "1.5" are both "1.5". */
export function normalisedAmount(text: string): { readonly text: string } | { readonly code: AmountFault } {
  if (!amountPattern.test(text)) return { code: 'amount_malformed' }
  const digits = text.includes('.') ? text.replace(/0+$/, '').replace(/\.$/, '') : text
  const decimals = digits.includes('.') ? digits.length - digits.indexOf('.') - 1 : 0
  if (decimals > ownCurrencyDecimalsMax) return { code: 'amount_too_many_decimals' }
  return digits.length - (decimals > 0 ? 1 : 0) > amountDigitsMax
    ? { code: 'amount_too_large' }
    : { text: digits }
}
