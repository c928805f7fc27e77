import { normalSideOf } from '@plinth/account/domain'
import type { HoldId } from '@plinth/holds'
import type {
  AccountId,
  BusinessDate,
  Currencies,
  CurrencyCode,
  EntryId,
  GlCode,
  IdempotencyKey,
  Period,
} from '@plinth/kernel'
import type { FixedLineRequest, LineRequest, Post, ProposableCommand } from '@plinth/posting'
import type { SuspenseItemId } from '@plinth/suspense'
import type { z } from 'zod'
import { batchCommands, bodies, type CommandBodies, proposedCommands } from './command-schemas.js'
import { fieldError, isMalformed, type Malformed, malformedFields } from './malformed.js'
import { oversized } from './oversized.js'
import { amountFaults, faultOfBalance, minorOf, normalisedAmount, sideFaults } from './read-amounts.js'
import { demandFaults, demandsOf } from './read-demands.js'
import { faultsBySchema, inDocumentOrder, type PlacedError, placed } from './read-fields.js'
import { holdFaults, instantFrom, normalisedText, toPlaceHold, toReverse } from './read-holds.js'
import { limitFaults, toSetLimit } from './read-limits.js'
import { settingsFaults, toChangeSettings, toRegister } from './read-settings.js'

/** The body of a single call as its command. `accountId` comes from the path of the calls that have one there. */
export function readCommand<Type extends keyof CommandBodies>(
  type: Type,
  value: unknown,
  context: { currencies: Currencies } & Named,
): Extract<ProposableCommand, { type: Type }> | Malformed {
  const body = readBody(type, bodies[type], value, context.currencies)
  if (isMalformed(body)) return body
  return toCommand(type, body as never, context) as Extract<ProposableCommand, { type: Type }>
}

/** What a single call names in its path, and a command of a batch among its fields. */
export interface Named {
  readonly accountId?: AccountId
  readonly journalEntryId?: EntryId
  readonly holdId?: HoldId
  readonly suspenseItemId?: SuspenseItemId
}

/** A command of a batch. */
export interface BatchCommand {
  readonly key: IdempotencyKey
  readonly command: ProposableCommand
  /** Commands of an independent batch with the same group, one after the other, stand or fall together. */
  readonly group: string | undefined
}

/** An item of a batch, or a line of a file: a command with its type and its key. */
export function readBatchCommand(value: unknown, currencies: Currencies): BatchCommand | Malformed {
  const item = readItem(batchCommands, value, currencies)
  if (isMalformed(item)) return item
  const { idempotencyKey, group } = item.fields as { idempotencyKey: IdempotencyKey; group?: string }
  return { key: idempotencyKey, command: item.command, group }
}

/** A command that somebody proposes, or all that is wrong with it; faults are placed below `/command`. */
export function readProposedCommand(value: unknown, currencies: Currencies): ProposableCommand | Malformed {
  const item = readItem(proposedCommands, value, currencies)
  if (!isMalformed(item)) return item.command
  const errors = item.errors.map((error) => ({ ...error, pointer: `/command${error.pointer}` }))
  return item.code === 'malformed_request' ? malformedFields(errors) : item
}

/** A command that says of which type it is, beside the other fields of its item. */
function readItem(
  schemas: Readonly<Record<BodyType, z.ZodType>>,
  value: unknown,
  currencies: Currencies,
): { command: ProposableCommand; fields: object } | Malformed {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return malformedFields([fieldError([], 'wrong_type', 'A command is an object.')])
  }
  const { type } = value as { type?: unknown }
  if (!isCommandType(type)) return malformedFields([faultOfType(type)])
  const item = readBody(type, schemas[type], value, currencies)
  if (isMalformed(item)) return item
  const { accountId, journalEntryId, holdId, suspenseItemId } = item as Named
  const named = {
    ...(accountId !== undefined && { accountId }),
    ...(journalEntryId !== undefined && { journalEntryId }),
    ...(holdId !== undefined && { holdId }),
    ...(suspenseItemId !== undefined && { suspenseItemId }),
  }
  const body = type === 'create_gl_account' ? (item as { glAccount: unknown }).glAccount : item
  const command = toCommand(type, body as never, { currencies, ...named })
  return isMalformed(command) ? command : { command, fields: item }
}

type BodyType = keyof CommandBodies

const isCommandType = (type: unknown): type is BodyType =>
  typeof type === 'string' && Object.hasOwn(bodies, type)

const faultOfType = (type: unknown) =>
  type === undefined
    ? fieldError(['type'], 'required')
    : fieldError(['type'], 'wrong_type', `The value is one of ${Object.keys(bodies).join(', ')}.`)

/** The value as its schema describes it, with amounts that their currencies can hold; or all that is wrong with it. */
function readBody(
  type: BodyType,
  schema: z.ZodType,
  value: unknown,
  currencies: Currencies,
): object | Malformed {
  // Before the schema walks what nobody will read.
  const size = oversized(value)
  if (size !== undefined) return malformedFields([size])
  const parsed = schema.safeParse(value)
  const crossed = crossFaults(type, value, currencies)
  if (parsed.success && crossed.length === 0) return parsed.data as object
  const faults = parsed.success
    ? crossed
    : withoutDoubles([...faultsBySchema(parsed.error, value), ...crossed])
  return malformedFields(inDocumentOrder(faults, value))
}

/** What no field shows alone. Looks at a value of any shape, so that a body hears of all its faults at once. */
function crossFaults(type: BodyType, value: unknown, currencies: Currencies): PlacedError[] {
  if (typeof value !== 'object' || value === null) return []
  if (type === 'post') return postFaults(value, currencies)
  if (type === 'place_hold' || type === 'capture_hold' || type === 'reverse' || type === 'correct')
    return holdFaults(type, value, currencies)
  if (type === 'open_account') return openingFaults(value, currencies)
  if (type === 'change_settings') return settingsFaults(value, currencies)
  if (type === 'set_limit') return limitFaults(value, currencies)
  if (type !== 'change_terms') return []
  const { overdraftLimit } = value as { overdraftLimit?: unknown }
  const normalised = typeof overdraftLimit === 'string' ? normalisedAmount(overdraftLimit) : undefined
  return normalised !== undefined && 'code' in normalised ? [placed(['overdraftLimit'], normalised.code)] : []
}

function postFaults(value: object, currencies: Currencies): PlacedError[] {
  const { lines, advice, reason, kind } = value as Readonly<Record<string, unknown>>
  const faults = [
    ...accrualFaults(lines, { kind, advice }),
    ...amountFaults(lines, currencies, { balancing: true }),
    ...sideFaults(lines),
    ...demandFaults(value),
  ]
  if (advice === true && reason === undefined) faults.push(placed(['reason'], 'required'))
  if (advice === undefined && reason !== undefined)
    faults.push(placed(['reason'], 'unknown_field', 'Only an advice has a reason.'))
  return faults
}

/** An accrual says of whom it is, and of nothing but an accrual is that said. */
function accrualFaults(lines: unknown, { kind, advice }: { kind: unknown; advice: unknown }): PlacedError[] {
  const faults: PlacedError[] = []
  const accruing = (Array.isArray(lines) ? lines : []).flatMap((line: unknown, at) => {
    const { accruesFor, amount, availableFrom, fallbackAccountId } = (line ?? {}) as Record<string, unknown>
    return accruesFor === undefined ? [] : [{ at, amount, special: availableFrom ?? fallbackAccountId }]
  })
  if (kind !== 'accrual') {
    return accruing.map(({ at }) =>
      placed(['lines', at, 'accruesFor'], 'unknown_field', 'Only a posting of kind accrual says so.'),
    )
  }
  if (accruing.length === 0)
    faults.push(placed(['kind'], 'wrong_type', 'An accrual says with `accruesFor` on which accounts.'))
  if (advice !== undefined)
    faults.push(placed(['advice'], 'unknown_field', 'An accrual touches no customer’s account.'))
  for (const { at, amount, special } of accruing)
    if (special !== undefined || amount === 'all' || typeof amount === 'object')
      faults.push(placed(['lines', at, 'accruesFor'], 'wrong_type', 'What accrues is a plain amount.'))
  return faults
}

function openingFaults(value: object, currencies: Currencies): PlacedError[] {
  const { glCode, currency, overdraftLimit, unlimited, productCode, eligibility } = value as Record<
    string,
    unknown
  >
  const faults: PlacedError[] = []
  if (productCode === undefined) {
    // Nothing can be left to a product, and none has rules.
    if (glCode === undefined) faults.push(placed(['glCode'], 'required'))
    if (currency === undefined) faults.push(placed(['currency'], 'required'))
    if (eligibility !== undefined)
      faults.push(placed(['eligibility'], 'unknown_field', 'Only an account of a product has it.'))
  }
  const known = typeof currency === 'string' && currencies.decimalsOf(currency) !== undefined
  if (typeof currency === 'string' && !known) faults.push(placed(['currency'], 'currency_unknown'))
  if (unlimited === true && overdraftLimit !== undefined) {
    faults.push(placed(['overdraftLimit'], 'unknown_field', 'An unlimited account has no overdraft limit.'))
  } else if (typeof overdraftLimit === 'string' && known) {
    const minor = minorOf(overdraftLimit, currency, currencies)
    if (typeof minor === 'string') faults.push(placed(['overdraftLimit'], minor))
  } else if (overdraftLimit !== undefined && currency === undefined && productCode !== undefined) {
    faults.push(placed(['currency'], 'required', 'An amount is of a currency.'))
  }
  return faults
}

/** One fault a place: the schema's, which knows the type, before those that follow from it. */
function withoutDoubles(faults: readonly PlacedError[]): PlacedError[] {
  const seen = new Set<string>()
  return faults.filter(({ error }) => !seen.has(error.pointer) && seen.add(error.pointer))
}

type Bodies = CommandBodies

function toCommand(
  type: BodyType,
  body: Bodies[BodyType],
  context: { currencies: Currencies } & Named,
): ProposableCommand | Malformed {
  switch (type) {
    case 'post':
      return toPost(body as Bodies['post'], context.currencies)
    case 'open_account':
      return toOpenAccount(body as Bodies['open_account'], context.currencies)
    case 'change_terms':
      return toChangeTerms(body as Bodies['change_terms'], context.accountId as AccountId)
    case 'set_status': {
      const { status, blockDebits, blockCredits, reason } = body as Bodies['set_status']
      return { type, accountId: context.accountId as AccountId, status, blockDebits, blockCredits, reason }
    }
    case 'create_gl_account':
      return toCreateGlAccount(body as Bodies['create_gl_account'])
    case 'reverse':
      return toReverse(body as Bodies['reverse'], context.journalEntryId as EntryId)
    case 'correct':
      return toCorrect(body as Bodies['correct'], context)
    case 'place_hold':
      return toPlaceHold(body as Bodies['place_hold'], context.currencies)
    case 'capture_hold':
      return toCapture(body as Bodies['capture_hold'], context)
    case 'clear_suspense_item': {
      const { accountId, reason, valueDate } = body as Bodies['clear_suspense_item']
      return {
        type,
        suspenseItemId: context.suspenseItemId as SuspenseItemId,
        accountId: accountId as AccountId,
        reason,
        valueDate: valueDate as BusinessDate | 'original' | undefined,
      }
    }
    case 'erase_details': {
      const { reason, legalBasis } = body as Bodies['erase_details']
      return { type, entryId: context.journalEntryId as EntryId, reason, legalBasis }
    }
    case 'release_hold':
      return { type, holdId: context.holdId as HoldId }
    case 'extend_hold': {
      const { expiresAt } = body as Bodies['extend_hold']
      return { type, holdId: context.holdId as HoldId, expiresAt: instantFrom(expiresAt) }
    }
    case 'change_settings':
      return toChangeSettings(body as Bodies['change_settings'], context.currencies)
    case 'set_limit':
      return toSetLimit(body as Bodies['set_limit'], context.currencies)
    case 'register_transaction_code':
      return toRegister(body as Bodies['register_transaction_code'])
  }
}

function toCorrect(
  { reason, valueDate, posting, ...demands }: Bodies['correct'],
  { currencies, journalEntryId }: { currencies: Currencies } & Named,
): ProposableCommand | Malformed {
  const post = toPost(posting, currencies)
  if (isMalformed(post)) return post
  const { type: _, ...request } = post
  return {
    type: 'correct',
    entryId: journalEntryId as EntryId,
    reason,
    valueDate: valueDate as BusinessDate | 'original' | undefined,
    posting: request,
    ...demandsOf(demands),
  }
}

function toCapture(
  { amount, final = true, ...posting }: Bodies['capture_hold'],
  { currencies, holdId }: { currencies: Currencies } & Named,
): ProposableCommand | Malformed {
  const post = toPost(posting, currencies)
  if (isMalformed(post)) return post
  // The schema of a capture's lines lets no other amounts through.
  const lines = post.lines as readonly FixedLineRequest[]
  return {
    ...post,
    type: 'capture_hold',
    lines,
    holdId: holdId as HoldId,
    amount: normalisedText(amount),
    final,
  }
}

function toPost(body: Bodies['post'], currencies: Currencies): Post | Malformed {
  const lines = body.lines.map((line) => toLine(line, currencies))
  const fault = faultOfBalance(lines, currencies)
  if (fault !== undefined) return fault
  const { transactionCode, description, reference, endToEndId, metadata = {}, reason: adviceReason } = body
  const valueDate = body.valueDate as BusinessDate | undefined
  const period = body.period as Period | undefined
  const texts = { transactionCode, description, valueDate, reference, endToEndId, lines, metadata }
  return {
    ...{ type: 'post', ...texts, ...demandsOf(body) },
    ...(adviceReason !== undefined && { adviceReason }),
    ...(body.kind !== undefined && { kind: body.kind }),
    ...(period !== undefined && { period }),
  }
}

/** No member for what is not asked for: a line from before it could be is the same line. */
function toLine(line: Bodies['post']['lines'][number], currencies: Currencies): LineRequest {
  const { side, amount, availableFrom, fallbackAccountId, accruesFor } = line
  const currency = line.currency as CurrencyCode
  const minor = (text: string): bigint => minorOf(text, currency, currencies) as bigint
  const amountAsked =
    typeof amount === 'object' ? { upTo: minor(amount.upTo) } : amount === 'all' ? amount : minor(amount)
  return {
    accountId: line.accountId as AccountId,
    side,
    amount: amountAsked,
    currency,
    ...(availableFrom !== undefined && { availableFrom: availableFrom as BusinessDate }),
    ...(fallbackAccountId !== undefined && { fallbackAccountId: fallbackAccountId as AccountId }),
    ...(accruesFor !== undefined && { accruesFor: accruesFor as AccountId }),
  }
}

/** No member for what is not said: an opening from before there was a catalogue is the same opening. */
function toOpenAccount(body: Bodies['open_account'], currencies: Currencies): ProposableCommand {
  const { name, customerId, productCode, eligibility, unlimited = false, metadata = {} } = body
  const currency = body.currency as CurrencyCode | undefined
  const limit =
    currency === undefined ? 0n : (minorOf(body.overdraftLimit ?? '0', currency, currencies) as bigint)
  const noOverdraft = productCode !== undefined && body.overdraftLimit !== undefined && limit === 0n
  return {
    type: 'open_account',
    accountId: body.accountId as AccountId | undefined,
    name,
    glCode: body.glCode as GlCode | undefined,
    currency,
    customerId,
    productCode,
    overdraftLimit: limit,
    ...(noOverdraft && { noOverdraft }),
    ...(eligibility !== undefined && { eligibility }),
    unlimited,
    metadata,
  }
}

function toChangeTerms(body: Bodies['change_terms'], accountId: AccountId): ProposableCommand {
  const { name, metadata } = body
  const limit = body.overdraftLimit === undefined ? undefined : normalisedAmount(body.overdraftLimit)
  const overdraftLimit = limit !== undefined && 'text' in limit ? limit.text : undefined
  return { type: 'change_terms', accountId, name, overdraftLimit, metadata }
}

function toCreateGlAccount(body: Bodies['create_gl_account']): ProposableCommand {
  const { name, type, normalSide = normalSideOf(type), postable = true } = body
  const parentCode = body.parentCode as GlCode | undefined
  const glAccount = { code: body.code as GlCode, name, type, parentCode, normalSide, postable }
  return { type: 'create_gl_account', glAccount }
}
