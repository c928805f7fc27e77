import {
  addDays,
  type BusinessDate,
  type Currencies,
  type CurrencyCode,
  parseBusinessDate,
} from '@plinth/kernel'
import type { ProductCommand } from '@plinth/product'
import type { SimulationRequest } from '@plinth/product/domain'
import type { z } from 'zod'
import { isMalformed, type Malformed, malformedFields } from './malformed.js'
import { oversized } from './oversized.js'
import { type ProductBodies, productBodies, simulationBody } from './product-schemas.js'
import { minorOf } from './read-amounts.js'
import { faultsBySchema, inDocumentOrder, type PlacedError, placed } from './read-fields.js'
import { parameterFaults, toParameters } from './read-product-parameters.js'

/** What the path of a call on the catalogue names. */
export interface ProductInPath {
  readonly productCode?: string
  readonly version?: number
}

/** The body of a call that changes the catalogue as its command. */
export function readProductCommand<Type extends ProductCommand['type']>(
  type: Type,
  value: unknown,
  { currencies, ...path }: { currencies: Currencies } & ProductInPath,
): ProductCommand | Malformed {
  const body = readBody(productBodies[type], value, (given) => {
    return 'parameters' in given ? parameterFaults(given.parameters, currencies) : []
  })
  return isMalformed(body) ? body : toCommand(type, body as ProductBodies[Type], { currencies, ...path })
}

function readBody(
  schema: z.ZodType,
  value: unknown,
  crossed: (given: Readonly<Record<string, unknown>>) => PlacedError[],
): object | Malformed {
  const size = oversized(value)
  if (size !== undefined) return malformedFields([size])
  const parsed = schema.safeParse(value)
  const given = typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
  const faults = parsed.success ? [] : faultsBySchema(parsed.error, value)
  const known = new Set(faults.map(({ error }) => error.pointer))
  const all = [...faults, ...crossed(given).filter(({ error }) => !known.has(error.pointer))]
  return all.length === 0 && parsed.success
    ? (parsed.data as object)
    : malformedFields(inDocumentOrder(all, value))
}

function toCommand(
  type: ProductCommand['type'],
  body: ProductBodies[ProductCommand['type']],
  { currencies, productCode = '', version = 0 }: { currencies: Currencies } & ProductInPath,
): ProductCommand {
  switch (type) {
    case 'create_product':
      return { type, ...(body as ProductBodies['create_product']) }
    case 'draft_product_version': {
      const { effectiveFrom, parameters, reason } = body as ProductBodies['draft_product_version']
      return {
        type,
        productCode,
        effectiveFrom: effectiveFrom as BusinessDate,
        parameters: toParameters(parameters, currencies),
        reason,
      }
    }
    case 'change_product_version': {
      const { effectiveFrom, parameters, reason } = body as ProductBodies['change_product_version']
      return {
        type,
        productCode,
        version,
        effectiveFrom: effectiveFrom as BusinessDate | undefined,
        parameters: parameters && toParameters(parameters, currencies),
        reason,
      }
    }
    case 'submit_product_version': {
      const { reason } = body as ProductBodies['submit_product_version']
      return { type, productCode, version, reason }
    }
    case 'approve_product_version':
    case 'reject_product_version': {
      const { checksum, reason } = body as ProductBodies['approve_product_version']
      return { type, productCode, version, checksum, reason }
    }
  }
}

/** What a simulation is asked for. Balances are read when the version, and so the currency, is known. */
export interface AskedSimulation extends Omit<SimulationRequest, 'balances'> {
  readonly version: number | undefined
  readonly balances: readonly { readonly from: BusinessDate; readonly balance: string }[]
  readonly days: boolean
}

// Twenty years, with their leap days. What it takes is some ten microseconds a day.
const simulatedDaysMax = 7_306

export function readSimulation(value: unknown): AskedSimulation | Malformed {
  const body = readBody(simulationBody, value, simulationFaults)
  if (isMalformed(body)) return body
  const {
    version,
    from,
    to,
    balances,
    compounding = false,
    days = false,
  } = body as z.infer<typeof simulationBody>
  return {
    version,
    from: from as BusinessDate,
    to: to as BusinessDate,
    balances: balances.map((each) => ({ from: each.from as BusinessDate, balance: each.balance })),
    compounding,
    days,
  }
}

function simulationFaults({ from, to, balances }: Readonly<Record<string, unknown>>): PlacedError[] {
  const faults: PlacedError[] = []
  if (isDate(from) && isDate(to)) {
    if (to < from) faults.push(placed(['to'], 'wrong_type', 'The last day is not before the first.'))
    else if (to >= addDays(from, simulatedDaysMax))
      faults.push(placed(['to'], 'too_long', 'At most 20 years are simulated at once.'))
  }
  let before = ''
  for (const [at, stated] of (Array.isArray(balances) ? balances : []).entries()) {
    const since = (stated as { from?: unknown } | null)?.from
    if (!isDate(since)) continue
    if (since <= before)
      faults.push(
        placed(['balances', at, 'from'], 'wrong_type', 'The balances are in the order of their days.'),
      )
    before = since
  }
  return faults
}

const isDate = (value: unknown): value is BusinessDate =>
  typeof value === 'string' && parseBusinessDate(value) !== undefined

/** The stated balances in minor units of the currency, or all that is wrong with them. */
export function statedBalances(
  { balances }: AskedSimulation,
  currency: CurrencyCode,
  currencies: Currencies,
): SimulationRequest['balances'] | Malformed {
  const faults: PlacedError[] = []
  const stated = balances.map(({ from, balance }, at) => {
    const negative = balance.startsWith('-')
    const minor = minorOf(negative ? balance.slice(1) : balance, currency, currencies)
    if (typeof minor === 'string') faults.push(placed(['balances', at, 'balance'], minor))
    return { from, balance: typeof minor === 'string' ? 0n : negative ? -minor : minor }
  })
  return faults.length > 0 ? malformedFields(faults.map(({ error }) => error)) : stated
}
