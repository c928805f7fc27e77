import { isHolidayRegion } from '@plinth/eod/domain'
import { type Currencies, currenciesWith, formatMinor } from '@plinth/kernel'
import type { ProposableCommand } from '@plinth/posting'
import { weekdays } from '@plinth/tenancy/domain'
import type { CommandBodies } from './command-schemas.js'
import { minorOf } from './read-amounts.js'
import { type PlacedError, placed } from './read-fields.js'

const iso = currenciesWith()

/** What no field of a change of settings shows alone. A limit may name a currency that the same change adds. */
export function settingsFaults(value: object, currencies: Currencies): PlacedError[] {
  const {
    currencies: added,
    postingLimits,
    reversalsAlone,
    calendar,
  } = value as Readonly<Record<string, unknown>>
  const faults: PlacedError[] = []
  const { holidays } = asObject(calendar)
  if (typeof holidays === 'string' && !isHolidayRegion(holidays))
    faults.push(
      placed(['calendar', 'holidays'], 'id_malformed', 'A country, as DE, or a part of one, as DE-BY.'),
    )
  for (const code of Object.keys(asObject(added))) {
    if (iso.decimalsOf(code) !== undefined)
      faults.push(placed(['currencies', code], 'unknown_field', `${code} is a currency of ISO 4217.`))
  }
  const known = withAdded(currencies, added)
  for (const [currency, amount] of Object.entries(asObject(reversalsAlone))) {
    const minor = typeof amount === 'string' ? minorOf(amount, currency, known) : undefined
    if (typeof minor === 'string') faults.push(placed(['reversalsAlone', currency], minor))
  }
  if (!Array.isArray(postingLimits)) return faults
  for (const [index, limit] of postingLimits.entries()) {
    const { currency, perPosting } = asObject(limit)
    if (typeof currency !== 'string' || typeof perPosting !== 'string') continue
    const minor = minorOf(perPosting, currency, known)
    if (minor === 'currency_unknown') faults.push(placed(['postingLimits', index, 'currency'], minor))
    else if (typeof minor === 'string') faults.push(placed(['postingLimits', index, 'perPosting'], minor))
  }
  return faults
}

const asObject = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}

const withAdded = (currencies: Currencies, added: unknown): Currencies => ({
  decimalsOf: (code) => {
    const decimals = Object.hasOwn(asObject(added), code) ? asObject(added)[code] : undefined
    return currencies.decimalsOf(code) ?? (typeof decimals === 'number' ? decimals : undefined)
  },
})

/** Amounts with all decimals of their currency, lists without doubles: the same change is the same text. */
export function toChangeSettings(
  {
    reason,
    approvals,
    postingLimits,
    reversalsAlone,
    calendar,
    ...changes
  }: CommandBodies['change_settings'],
  currencies: Currencies,
): ProposableCommand {
  const known = withAdded(currencies, changes.currencies)
  const normalised = (amount: string, currency: string): string =>
    formatMinor(minorOf(amount, currency, known) as bigint, known.decimalsOf(currency) as number)
  const limits = postingLimits?.map(({ transactionCode, currency, perPosting }) => ({
    transactionCode,
    currency,
    perPosting: normalised(perPosting, currency),
  }))
  const alone =
    reversalsAlone &&
    Object.fromEntries(
      Object.entries(reversalsAlone).map(([currency, amount]) => [currency, normalised(amount, currency)]),
    )
  return {
    type: 'change_settings',
    changes: {
      ...changes,
      ...(limits && { postingLimits: limits }),
      ...(alone && { reversalsAlone: alone }),
      ...(approvals && { approvals: [...new Set(approvals)].sort() }),
      ...(calendar !== undefined && { calendar: calendar && inOneForm(calendar) }),
    },
    reason,
  }
}

const inOneForm = ({
  weekend,
  holidays,
  extra = [],
  working = [],
}: NonNullable<CommandBodies['change_settings']['calendar']>) => ({
  weekend: weekdays.filter((day) => weekend.includes(day)),
  holidays,
  extra: [...new Set(extra)].sort(),
  working: [...new Set(working)].sort(),
})

export function toRegister(body: CommandBodies['register_transaction_code']): ProposableCommand {
  const { customerInitiated = true, active = true, roles, debitGlTypes, creditGlTypes } = body
  const transactionCode = {
    code: body.code,
    name: body.name,
    roles: sorted(roles),
    debitGlTypes: sorted(debitGlTypes),
    creditGlTypes: sorted(creditGlTypes),
    customerInitiated,
    bankTransactionCode: body.bankTransactionCode,
    active,
  }
  return { type: 'register_transaction_code', transactionCode }
}

const sorted = <Text extends string>(list: readonly Text[] | undefined): Text[] | undefined =>
  list && [...new Set(list)].sort()
