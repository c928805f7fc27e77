import { formatMinor, type Rejection, reject } from '@plinth/kernel'
import type { TransactionCode } from '@plinth/tenancy'
import type { Book } from './book.js'
import type { Post } from './command.js'
import type { LineToPost } from './lines-to-post.js'

/** What a posting moves, with which code. */
interface PostedLines extends Pick<Post, 'transactionCode'> {
  readonly lines: readonly LineToPost[]
}

/**
 * What the tenant's registry says against a posting's transaction code and the GL accounts it touches. Which roles may post a
 * code is asked at the edges: a replay must not hang on who asks.
 */
export function faultOfCode(
  { settings, accounts, glAccounts }: Book,
  { transactionCode, lines }: PostedLines,
): Rejection | undefined {
  const code = settings.transactionCodes.get(transactionCode)
  if (code === undefined) {
    return settings.strictTransactionCodes
      ? failed(transactionCode, 'registered', `The transaction code ${transactionCode} is not registered.`)
      : undefined
  }
  if (!code.active)
    return failed(transactionCode, 'active', `The transaction code ${transactionCode} was withdrawn.`)
  for (const { accountId, side } of lines) {
    const types = glTypesOf(code, side)
    const glCode = accounts.get(accountId)?.glCode
    if (types === undefined || glCode === undefined) continue
    const type = glAccounts.get(glCode)?.type
    if (type === undefined || !types.includes(type)) {
      const detail = `${transactionCode} may ${side} accounts of type ${types.join(', ')}; ${accountId} is of type ${type}.`
      return failed(transactionCode, `${side}_gl_type`, detail)
    }
  }
  return undefined
}

const glTypesOf = (code: TransactionCode, side: LineToPost['side']): readonly string[] | undefined =>
  side === 'debit' ? code.debitGlTypes : code.creditGlTypes

const failed = (transactionCode: string, condition: string, detail: string): Rejection =>
  reject('condition_failed', detail, { transactionCode, condition })

/** Whether the tenant's registry restricts the GL accounts that a posting with this code touches. */
export const restrictsGlTypes = (settings: Book['settings'], transactionCode: string): boolean => {
  const code = settings.transactionCodes.get(transactionCode)
  return code?.debitGlTypes !== undefined || code?.creditGlTypes !== undefined
}

/** Whether a dormant account refuses its debits: those of a customer, and of every code that says nothing else. */
export const isCustomerInitiated = ({ settings }: Book, transactionCode: string): boolean =>
  settings.transactionCodes.get(transactionCode)?.customerInitiated ?? true

/**
 * The most that one posting may move, as the tenant's settings have it: its debits in a currency, which are its credits. What
 * has no code may yet come to have any.
 */
export function faultOfLimit(
  { settings }: Book,
  {
    transactionCode,
    lines,
  }: Omit<PostedLines, 'transactionCode'> & { readonly transactionCode: string | undefined },
): Rejection | undefined {
  for (const limit of settings.postingLimits) {
    const other = limit.transactionCode !== undefined && limit.transactionCode !== transactionCode
    if (other && transactionCode !== undefined) continue
    const { currency, perPosting } = limit
    const moved = lines.reduce(
      (sum, line) => (line.side === 'debit' && line.currency === currency ? sum + line.amount : sum),
      0n,
    )
    if (moved <= perPosting) continue
    const format = (minor: bigint) => formatMinor(minor, settings.currencies.decimalsOf(currency) as number)
    const facts = { currency, limit: format(perPosting), required: format(moved) }
    const whose =
      limit.transactionCode === undefined ? 'A posting' : `A posting with ${limit.transactionCode}`
    return reject(
      'limit_exceeded',
      `${whose} may move ${facts.limit} ${currency}; this one moves ${facts.required}.`,
      facts,
    )
  }
  return undefined
}
