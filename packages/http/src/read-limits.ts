import {
  type AccountId,
  type BoundDocument,
  type Currencies,
  type CurrencyCode,
  formatMinor,
} from '@plinth/kernel'
import type { ProposableCommand } from '@plinth/posting'
import type { CommandBodies } from './command-schemas.js'
import { minorOf } from './read-amounts.js'
import { type PlacedError, placed } from './read-fields.js'

const periods = ['perPosting', 'perDay', 'perMonth'] as const

/** What no field of a limit shows alone. Looks at a value of any shape. */
export function limitFaults(value: object, currencies: Currencies): PlacedError[] {
  const { accountId, productCode, currency } = value as Readonly<Record<string, unknown>>
  const faults: PlacedError[] = []
  if (accountId !== undefined && productCode !== undefined)
    faults.push(placed(['productCode'], 'unknown_field', 'A limit is of an account or of a product.'))
  const known = typeof currency === 'string' && currencies.decimalsOf(currency) !== undefined
  if (typeof currency === 'string' && !known) faults.push(placed(['currency'], 'currency_unknown'))
  for (const period of periods) {
    const bound = (value as Readonly<Record<string, unknown>>)[period]
    if (typeof bound !== 'object' || bound === null) continue
    const { amount, count } = bound as { amount?: unknown; count?: unknown }
    if (period !== 'perPosting' && amount === undefined && count === undefined)
      faults.push(placed([period], 'required', 'It says how much, how often, or both.'))
    if (!known || typeof amount !== 'string') continue
    const minor = minorOf(amount, currency, currencies)
    if (typeof minor === 'string') faults.push(placed([period, 'amount'], minor))
  }
  return faults
}

/** Amounts with all decimals of their currency: the same limit is the same text. */
export function toSetLimit(body: CommandBodies['set_limit'], currencies: Currencies): ProposableCommand {
  const { productCode, transactionCode, perPosting, perDay, perMonth, reason } = body
  const currency = body.currency as CurrencyCode
  const normalised = (amount: string): string =>
    formatMinor(minorOf(amount, currency, currencies) as bigint, currencies.decimalsOf(currency) as number)
  const boundOf = (bound: BoundDocument | undefined): BoundDocument | undefined =>
    bound && {
      ...(bound.amount !== undefined && { amount: normalised(bound.amount) }),
      ...(bound.count !== undefined && { count: bound.count }),
    }
  return {
    type: 'set_limit',
    accountId: body.accountId as AccountId | undefined,
    productCode,
    transactionCode,
    currency,
    perPosting: perPosting && { amount: normalised(perPosting.amount) },
    perDay: boundOf(perDay),
    perMonth: boundOf(perMonth),
    reason,
  }
}
