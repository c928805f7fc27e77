import { type Currencies, type CurrencyCode, formatMinor, type GlCode } from '@plinth/kernel'
import type { EligibilityRule, GlMapping, ProductParameters } from '@plinth/product'
import { isMeasure } from '@plinth/product/domain'
import type { z } from 'zod'
import type { parameters as parametersSchema } from './product-schemas.js'
import { minorOf } from './read-amounts.js'
import { type PlacedError, placed } from './read-fields.js'

type Given = Readonly<Record<string, unknown>>
type Path = readonly PropertyKey[]

const asObject = (value: unknown): Given =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Given) : {}
const asList = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])

/** What no field of a version's parameters shows alone. Looks at a value of any shape. */
export function parameterFaults(value: unknown, currencies: Currencies): PlacedError[] {
  const given = asObject(value)
  const { currency, fees, eligibility, withholdingTaxRate } = given
  const root: Path = ['parameters']
  const known = typeof currency === 'string' && currencies.decimalsOf(currency) !== undefined
  const faults: PlacedError[] = []
  if (typeof currency === 'string' && !known) faults.push(placed([...root, 'currency'], 'currency_unknown'))
  const amounts = (path: Path, amount: unknown, above = -1n): bigint | undefined => {
    if (typeof amount !== 'string' || !known) return undefined
    const minor = minorOf(amount, currency, currencies)
    const fault = typeof minor === 'string' ? minor : minor > above ? undefined : 'amount_zero'
    if (fault !== undefined) faults.push(placed(path, fault))
    return typeof minor === 'string' ? undefined : minor
  }
  amounts([...root, 'overdraftLimit'], given.overdraftLimit)
  amounts([...root, 'minimumBalance'], given.minimumBalance)
  for (const name of ['creditTiers', 'debitTiers']) {
    let before: bigint | undefined
    for (const [at, tier] of asList(given[name]).entries()) {
      const { from, rate } = asObject(tier)
      const place = [...root, name, at]
      faults.push(...rateFaults([...place, 'rate'], rate))
      const minor = amounts([...place, 'from'], from)
      if (minor === undefined) continue
      if (at === 0 ? minor !== 0n : before !== undefined && minor <= before)
        faults.push(placed([...place, 'from'], 'wrong_type', 'Tiers begin at zero and rise.'))
      before = minor
    }
  }
  for (const name of ['creditTiers', 'debitTiers']) {
    if (given.interestEngine !== 'external' || asList(given[name]).length === 0) continue
    faults.push(placed([...root, name], 'wrong_type', 'Where an engine outside accrues there are no tiers.'))
  }
  faults.push(...rateFaults([...root, 'withholdingTaxRate'], withholdingTaxRate, { most: 1 }))
  const feeCodes = new Set<unknown>()
  for (const [at, fee] of asList(fees).entries()) {
    const { code, amount } = asObject(fee)
    amounts([...root, 'fees', at, 'amount'], amount, 0n)
    if (feeCodes.has(code))
      faults.push(placed([...root, 'fees', at, 'code'], 'wrong_type', 'This fee is there twice.'))
    feeCodes.add(code)
  }
  for (const [at, rule] of asList(eligibility).entries())
    faults.push(...ruleFaults([...root, 'eligibility', at], asObject(rule)))
  return faults
}

const ratePattern = /^(?:0|[1-9][0-9]?)(?:\.[0-9]{1,12})?$/

function rateFaults(path: Path, rate: unknown, { most = 99 }: { most?: number } = {}): PlacedError[] {
  if (typeof rate !== 'string') return []
  // Compared as a number for its size alone: nothing is calculated with it.
  if (ratePattern.test(rate) && Number(rate) <= most) return []
  const detail = `A rate is a decimal fraction a year such as "0.0125", with at most 12 decimals and not above ${most}.`
  return [placed(path, 'amount_malformed', detail)]
}

function ruleFaults(path: Path, rule: Given): PlacedError[] {
  const { equals, in: choices, min, max } = rule
  if ([equals, choices, min, max].every((each) => each === undefined))
    return [placed([...path, 'equals'], 'required', 'A rule says what the attribute must be.')]
  return (['min', 'max'] as const).flatMap((bound) => {
    const text = rule[bound]
    if (typeof text !== 'string' || isMeasure(text)) return []
    return [placed([...path, bound], 'wrong_type', 'A bound is a decimal number or a date.')]
  })
}

/** Amounts with all decimals, rates without trailing zeros, nothing left out: what means the same is the same text. */
export function toParameters(
  body: z.infer<typeof parametersSchema>,
  currencies: Currencies,
): ProductParameters {
  const currency = body.currency as CurrencyCode
  const amountOf = (text = '0'): string =>
    formatMinor(minorOf(text, currency, currencies) as bigint, currencies.decimalsOf(currency) as number)
  const tiersOf = (tiers: typeof body.creditTiers = []) =>
    tiers.map(({ from, rate }) => ({ from: amountOf(from), rate: plainRate(rate) }))
  const { dayCount, capitalisation, rounding = 'half_even', dormancyDays, interestEngine } = body
  return {
    currency,
    glMapping: body.glMapping as { [Name in keyof GlMapping]: GlCode },
    overdraftLimit: amountOf(body.overdraftLimit),
    creditTiers: tiersOf(body.creditTiers),
    debitTiers: tiersOf(body.debitTiers),
    dayCount,
    capitalisation,
    rounding,
    minimumBalance: amountOf(body.minimumBalance),
    ...(dormancyDays !== undefined && { dormancyDays }),
    ...(interestEngine !== undefined && { interestEngine }),
    fees: (body.fees ?? []).map(({ code, amount, frequency }) => ({
      code,
      amount: amountOf(amount),
      frequency,
    })),
    withholdingTaxRate: plainRate(body.withholdingTaxRate ?? '0'),
    eligibility: (body.eligibility ?? []).map(toRule),
  }
}

const plainRate = (rate: string): string =>
  rate.includes('.') ? rate.replace(/0+$/, '').replace(/\.$/, '') : rate

const toRule = ({ attribute, equals, in: choices, min, max }: EligibilityRule): EligibilityRule => ({
  attribute,
  ...(equals !== undefined && { equals }),
  ...(choices !== undefined && { in: [...new Set(choices)].sort() }),
  ...(min !== undefined && { min }),
  ...(max !== undefined && { max }),
})
