import { randomUUID } from 'node:crypto'
import { normalSideOf } from '@plinth/account/domain'
import { uuidV7 } from '@plinth/http'
import {
  type AccountId,
  type BusinessDate,
  type Currencies,
  type CurrencyCode,
  currenciesWith,
  type EntryId,
  type GlCode,
  type IdempotencyKey,
  parseMinor,
  type Side,
} from '@plinth/kernel'
import {
  type Command,
  canonicalRequest,
  type FixedLineRequest,
  idsFor,
  type LineRequest,
  type Outcome,
  type Post,
  type Submission,
  type Unit,
} from '@plinth/posting'

/** The currencies of every bank in the tests: ISO 4217, gold in ten-thousandths, and one with eighteen decimals. */
export const ownCurrencies = { ATTO: 18, GOLD: 4 }
export const currencies: Currencies = currenciesWith(ownCurrencies)

let keysMade = 0
export const newKey = (): IdempotencyKey => `test-${process.pid}-${++keysMade}` as IdempotencyKey

/** Minor units of a decimal string; a test that writes an impossible amount is wrong. */
function minor(amount: string, currency = 'EUR'): bigint {
  const parsed = parseMinor(amount, currencies.decimalsOf(currency) as number)
  if (typeof parsed === 'string') throw new Error(`${amount} ${currency}: ${parsed}`)
  return parsed
}

/** `debit alice 100.00 EUR`: a line in the words in which one would say it. EUR if it says nothing. */
function line(text: string): FixedLineRequest {
  const [side, accountId, amount, currency = 'EUR'] = text.split(' ')
  return {
    accountId: accountId as AccountId,
    side: side as Side,
    amount: minor(amount as string, currency),
    currency: currency as CurrencyCode,
  }
}

/** `debit alice all`, `debit alice upTo:10.00`, `credit bob 5.00 from:2026-11-25 else:suspense`: in EUR. */
function specialLine(text: string): LineRequest {
  const [side, accountId, amount = '', ...options] = text.split(' ')
  const option = (name: string) => options.find((each) => each.startsWith(`${name}:`))?.slice(name.length + 1)
  const availableFrom = option('from') as BusinessDate | undefined
  const fallbackAccountId = option('else') as AccountId | undefined
  const upTo = amount.startsWith('upTo:') ? { upTo: minor(amount.slice(5)) } : undefined
  return {
    accountId: accountId as AccountId,
    side: side as Side,
    amount: upTo ?? (amount === 'all' ? amount : minor(amount)),
    currency: 'EUR' as CurrencyCode,
    ...(availableFrom !== undefined && { availableFrom }),
    ...(fallbackAccountId !== undefined && { fallbackAccountId }),
  }
}

interface FixedPost extends Post {
  readonly lines: readonly FixedLineRequest[]
}

export function posting(lines: readonly string[], more: Partial<Post> = {}): FixedPost {
  return {
    type: 'post',
    transactionCode: 'TRANSFER',
    description: undefined,
    valueDate: undefined,
    reference: undefined,
    endToEndId: undefined,
    metadata: {},
    ...more,
    lines: lines.map(line),
  }
}

/** A posting whose lines ask for more than to move an amount. */
export const special = (lines: readonly string[], more: Partial<Post> = {}): Post => ({
  ...posting([], more),
  lines: lines.map(specialLine),
})

export interface Transfer {
  readonly from: string
  readonly to: string
  readonly amount: string
  readonly currency?: string
  readonly valueDate?: string
}

export const transferOf = ({ from, to, amount, currency = 'EUR', valueDate }: Transfer): FixedPost =>
  posting(
    [`debit ${from} ${amount} ${currency}`, `credit ${to} ${amount} ${currency}`],
    valueDate === undefined ? {} : { valueDate: valueDate as BusinessDate },
  )

export interface Opening {
  readonly limit?: string
  readonly unlimited?: boolean
  readonly gl?: string
  readonly currency?: string
  readonly name?: string
}

/** A customer's current account unless told otherwise. */
export function opening(accountId: string | undefined, more: Opening = {}): Command {
  const { limit = '0', unlimited = false, gl = '2100', currency = 'EUR', name = accountId ?? 'new' } = more
  return {
    type: 'open_account',
    accountId: accountId as AccountId | undefined,
    name,
    glCode: gl as GlCode,
    currency: currency as CurrencyCode,
    customerId: undefined,
    productCode: undefined,
    overdraftLimit: minor(limit, currency),
    unlimited,
    metadata: {},
  }
}

type Standing = 'open' | 'dormant' | 'frozen' | 'closed'

export const standing = (
  accountId: string,
  status: Standing,
  blocks: { debits?: boolean; credits?: boolean } = {},
): Command => ({
  type: 'set_status',
  accountId: accountId as AccountId,
  status,
  blockDebits: blocks.debits,
  blockCredits: blocks.credits,
  reason: 'a test',
})

export const newTerms = (accountId: string, terms: { limit?: string; name?: string }): Command => ({
  type: 'change_terms',
  accountId: accountId as AccountId,
  name: terms.name,
  overdraftLimit: terms.limit,
  metadata: undefined,
})

export interface LimitAsked {
  readonly account?: string
  readonly product?: string
  readonly code?: string
  readonly currency?: string
  readonly perPosting?: string
  readonly perDay?: { readonly amount?: string; readonly count?: number }
  readonly perMonth?: { readonly amount?: string; readonly count?: number }
}

/** A limit of an account, a product or the tenant, in EUR unless told otherwise. */
export const limitOn = ({
  account,
  product,
  code,
  currency = 'EUR',
  perPosting,
  perDay,
  perMonth,
}: LimitAsked): Command => ({
  type: 'set_limit',
  accountId: account as AccountId | undefined,
  productCode: product,
  transactionCode: code,
  currency: currency as CurrencyCode,
  perPosting: perPosting === undefined ? undefined : { amount: perPosting },
  perDay,
  perMonth,
  reason: 'a test',
})

export interface GlOptions {
  readonly parent?: string
  readonly normalSide?: Side
  readonly postable?: boolean
}

type GlType = Parameters<typeof normalSideOf>[0]

export const newGlAccount = (code: string, type: GlType, more: GlOptions = {}): Command => ({
  type: 'create_gl_account',
  glAccount: {
    code: code as GlCode,
    name: `GL ${code}`,
    type,
    parentCode: more.parent as GlCode | undefined,
    normalSide: more.normalSide ?? normalSideOf(type),
    postable: more.postable ?? true,
  },
})

/** Takes an entry back whole. */
export const reverseWhole = (entryId: string): Command => ({
  type: 'reverse',
  entryId: entryId as EntryId,
  reason: 'a mistake',
  valueDate: undefined,
  lines: undefined,
})

/** A command with a key, stamped as an edge would. */
export function submissionOf(command: Command, key: IdempotencyKey = newKey()): Submission {
  return {
    key,
    command,
    request: canonicalRequest(command, currencies),
    context: { subject: 'key:test', roles: ['admin'], correlationId: randomUUID(), causationId: undefined },
    ids: idsFor(command, uuidV7),
  }
}

export const alone = (command: Command, key?: IdempotencyKey): Unit => ({
  submissions: [submissionOf(command, key)],
  broken: false,
})

/** Commands that stand or fall together. */
export const together = (...commands: readonly (Command | Submission)[]): Unit => ({
  submissions: commands.map((each) => ('command' in each ? each : submissionOf(each))),
  broken: false,
})

/** `accepted`, the code of the rejection, or how else it ended, and whether it was a replay. A fault is thrown. */
export function endOf(outcome: Outcome): string {
  if (outcome.kind === 'failed') throw outcome.error
  if (outcome.kind !== 'answered') return outcome.kind
  const { answer, replayed } = outcome
  const end = answer.outcome === 'accepted' ? 'accepted' : answer.rejection.code
  return replayed ? `${end}, replayed` : end
}

/** The body of an accepted command, or the rejection. */
export function answerOf(outcome: Outcome): Record<string, unknown> {
  if (outcome.kind === 'failed') throw outcome.error
  if (outcome.kind !== 'answered') throw new Error(`no answer: ${outcome.kind}`)
  const { answer } = outcome
  return (answer.outcome === 'accepted' ? answer.body : answer.rejection) as Record<string, unknown>
}

export interface EntryAnswer {
  readonly journalEntryId: string
  readonly entryNo: number
  readonly bookingDate: string
  readonly valueDate: string
  readonly postedAt: string
  readonly lines: readonly {
    readonly accountId: string
    readonly amount: string
    readonly balanceAfter: string
    readonly accountVersion: number
  }[]
}

/** The entry of an accepted posting. */
export function entryOf(outcome: Outcome): EntryAnswer {
  const end = endOf(outcome)
  if (!end.startsWith('accepted')) throw new Error(`not posted: ${end}`)
  return answerOf(outcome) as unknown as EntryAnswer
}
