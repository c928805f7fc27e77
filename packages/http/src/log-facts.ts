import { createHmac } from 'node:crypto'
import type { Command } from '@plinth/posting'

/** A command that was answered, for the line about its request. */
export interface ToldCommand {
  readonly command: Command
  readonly key: string
  readonly outcome: string
  readonly replayed: boolean
  /** What was answered. */
  readonly body: object
}

/** Stands for an account or a key in the log: the same for the same, and of no use without the secret. */
export type LogToken = (kind: 'account' | 'key', text: string) => string

// Enough that two of a bank's accounts do not share a token, short enough to be read to somebody.
const tokenDigits = 16
// The accounts of a busy minute. What is not among them costs some microseconds.
const rememberedMax = 10_000
// A payroll has a thousand lines; the entry has them all.
const accountsMax = 8

export function openLogTokens(secret: Buffer): LogToken {
  // Accounts come again and again, keys do not.
  const remembered = new Map<string, string>()
  const tokenOf: LogToken = (kind, text) =>
    createHmac('sha256', secret).update(`${kind} ${text}`).digest('hex').slice(0, tokenDigits)
  return (kind, text) => {
    if (kind === 'key') return tokenOf(kind, text)
    const known = remembered.get(text)
    if (known !== undefined) return known
    if (remembered.size >= rememberedMax) remembered.clear()
    const token = tokenOf(kind, text)
    remembered.set(text, token)
    return token
  }
}

/** The members of an answer or a command that the log may repeat, or names by a token. */
interface Mentioned {
  readonly journalEntryId?: string
  readonly entryNo?: number
  readonly bookingDate?: string
  readonly valueDate?: string
  readonly businessDate?: string
  readonly holdId?: string
  readonly proposalId?: string
  readonly accountId?: string
  readonly lines?: readonly { readonly accountId?: string }[]
}

/**
 * What the line about a request says of its command: everything by which an operator follows it through the books, and nothing
 * that a customer wrote. An entry is booked on the business date, unless the answer says otherwise.
 */
export function factsOfCommand(
  { command, key, outcome, replayed, body }: ToldCommand,
  token: LogToken,
): Readonly<Record<string, unknown>> {
  const answered = body as Mentioned
  const { journalEntryId, entryNo, holdId, proposalId, bookingDate, valueDate } = answered
  const accounts = new Set([...accountsIn(answered), ...accountsIn(command as Mentioned)])
  return {
    command: command.type,
    outcome,
    replayed,
    keyHash: token('key', key),
    journalEntryId,
    entryNo,
    holdId,
    proposalId,
    bookingDate,
    valueDate,
    businessDate: answered.businessDate ?? bookingDate,
    accounts: [...accounts].slice(0, accountsMax).map((accountId) => token('account', accountId)),
  }
}

function accountsIn({ accountId, lines = [] }: Mentioned): string[] {
  const named = lines.flatMap((line) => line.accountId ?? [])
  return accountId === undefined ? named : [accountId, ...named]
}
