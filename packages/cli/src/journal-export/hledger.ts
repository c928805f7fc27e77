import { formatMinor } from '@plinth/kernel'
import type { JournalEntry } from '@plinth/ledger'
import { periodOfEntry } from '@plinth/ledger/domain'
import type { ExportContext, ExportedAccount, GlType, JournalFormat } from './journal-format.js'

const roots: Readonly<Record<GlType, string>> = {
  asset: 'assets',
  liability: 'liabilities',
  equity: 'equity',
  income: 'income',
  expense: 'expenses',
}

/**
 * An hledger journal. Accounts are `liabilities:2010:CUST-42%3Amain`: the GL account's type, its code, the account's id.
 * Debits are above zero, credits below. The first date is the booking date, the second one the value date.
 */
export function hledgerFormat(context: ExportContext): JournalFormat {
  const decimalsOf = (currency: string): number => context.currencies.decimalsOf(currency) as number
  const accountName = ({ glCode, accountId }: Pick<ExportedAccount, 'glCode' | 'accountId'>): string =>
    [
      roots[context.glAccounts.get(glCode)?.type as GlType],
      escapeHledgerName(glCode),
      escapeHledgerName(accountId),
    ].join(':')

  return {
    header: (currencies) =>
      [
        `; The journal of ${context.tenantId}, exported by Plinth. In names, descriptions and tags %3A stands for a colon, and so on.`,
        'decimal-mark .',
        // The mark is wanted even where no decimals follow it.
        ...currencies.map((code) => `commodity 1000.${'0'.repeat(decimalsOf(code))} ${commodity(code)}`),
        '',
        '',
      ].join('\n'),
    account: (account) => `account ${accountName(account)}  ; ${escapeComment(account.name)}\n`,
    entry: (entry) => {
      const { bookingDate, valueDate, transactionCode, description } = entry
      const dates = valueDate === bookingDate ? bookingDate : `${bookingDate}=${valueDate}`
      const text = description ? ` ${escapeText(description)}` : ''
      const postings = entry.lines.map((line) => {
        const amount = formatMinor(
          line.side === 'debit' ? line.amount : -line.amount,
          decimalsOf(line.currency),
        )
        return `    ${accountName(line)}  ${amount} ${commodity(line.currency)}\n`
      })
      return `\n${dates} (${escapeText(transactionCode)})${text}\n${tagsOf(entry)}${postings.join('')}`
    },
  }
}

function tagsOf(entry: JournalEntry): string {
  const { entryNo, entryId, kind, reference, endToEndId, correlationId, metadata } = entry
  const tags = {
    entryNo: String(entryNo),
    journalEntryId: entryId,
    kind: kind === 'posting' ? undefined : kind,
    // Of all others it is the month of the date.
    period: entry.thirteenthOf === undefined ? undefined : periodOfEntry(entry),
    reference,
    endToEndId,
    correlationId,
    ...Object.fromEntries(
      Object.entries(metadata)
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([name, value]) => [`metadata.${escapeTagName(name)}`, value]),
    ),
  }
  return Object.entries(tags)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `    ; ${name}:${escapeText(value as string).replaceAll(',', '%2C')}\n`)
    .join('')
}

// hledger takes letters alone as they are.
const commodity = (code: string): string => (/^[A-Z]+$/.test(code) ? code : `"${code}"`)

/** Ids have letters, digits and `:._-`: the colon alone means something in a name, and a percent sign is never their own. */
export const escapeHledgerName = (id: string): string => id.replaceAll(':', '%3A')
export const hledgerNameToId = (name: string): string => name.replaceAll('%3A', ':')

/** What would end a description, or the line it stands in; and the sign of escaping itself, so that it can be undone. */
const escapeText = (text: string): string => text.replace(/[%;()|\p{Cc}\p{Zl}\p{Zp}]/gu, percent)
/** In a comment a colon makes a tag of the word before it, and some tags mean something to hledger. */
const escapeComment = (text: string): string => escapeText(text).replaceAll(':', '%3A')
const escapeTagName = (name: string): string => name.replace(/[^A-Za-z0-9._-]/gu, percent)

const percent = (character: string): string =>
  [...Buffer.from(character)].map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`).join('')
