import { canonicalJson, formatMinor } from '@plinth/kernel'
import { periodOfEntry } from '@plinth/ledger/domain'
import type { ExportContext, ExportedAccount, GlType, JournalFormat } from './journal-format.js'

const roots: Readonly<Record<GlType, string>> = {
  asset: 'Assets',
  liability: 'Liabilities',
  equity: 'Equity',
  income: 'Income',
  expense: 'Expenses',
}

/**
 * A Beancount file. Accounts are `Liabilities:2010:CUST-D42-Cmain`; their own ids stand beside them as metadata. Debits are
 * above zero, credits below. The date is the booking date; the value date is metadata, as Beancount knows one date only.
 */
export function beancountFormat(context: ExportContext): JournalFormat {
  const decimalsOf = (currency: string): number => context.currencies.decimalsOf(currency) as number
  const accountName = ({ glCode, accountId }: Pick<ExportedAccount, 'glCode' | 'accountId'>): string =>
    [
      roots[context.glAccounts.get(glCode)?.type as GlType],
      beancountComponent(glCode),
      beancountComponent(accountId),
    ].join(':')

  return {
    header: (currencies) =>
      [
        `option "title" ${quoted(`The journal of ${context.tenantId}, exported by Plinth`)}`,
        `option "operating_currency" ${quoted(beancountCurrency(context.baseCurrency))}`,
        '',
        ...currencies.map((code) => {
          const name = beancountCurrency(code)
          return `${context.firstBusinessDate} commodity ${name}${name === code ? '' : `\n  plinth-currency: ${quoted(code)}`}`
        }),
        '',
        '',
      ].join('\n'),
    account: (account) =>
      [
        `${context.firstBusinessDate} open ${accountName(account)} ${beancountCurrency(account.currency)}`,
        `  account-id: ${quoted(account.accountId)}`,
        `  account-name: ${quoted(account.name)}`,
        '',
      ].join('\n'),
    entry: (entry) => {
      const { bookingDate, transactionCode, description, metadata } = entry
      const facts = {
        'entry-no': entry.entryNo,
        'journal-entry-id': entry.entryId,
        'transaction-code': transactionCode,
        'value-date': entry.valueDate,
        kind: entry.kind,
        // Of all others it is the month of the date.
        period: entry.thirteenthOf === undefined ? undefined : periodOfEntry(entry),
        reference: entry.reference,
        'end-to-end-id': entry.endToEndId,
        'correlation-id': entry.correlationId,
        metadata: Object.keys(metadata).length === 0 ? undefined : canonicalJson(metadata),
      }
      const metadataLines = Object.entries(facts)
        .filter(([, value]) => value !== undefined)
        .map(([name, value]) => `  ${name}: ${name === 'value-date' ? value : quoted(String(value))}`)
      const postings = entry.lines.map((line) => {
        const amount = formatMinor(
          line.side === 'debit' ? line.amount : -line.amount,
          decimalsOf(line.currency),
        )
        return `  ${accountName(line)}  ${amount} ${beancountCurrency(line.currency)}`
      })
      const head = `\n${bookingDate} * ${quoted(description ?? transactionCode)}`
      return `${[head, ...metadataLines, ...postings].join('\n')}\n`
    },
  }
}

const letterOf: Readonly<Record<string, string>> = { '-': '-D', ':': '-C', '.': '-P', _: '-U' }
const characterOf: Readonly<Record<string, string>> = { D: '-', C: ':', P: '.', U: '_' }

/**
 * A component of a name has letters, digits and hyphens, and begins with a capital or a digit. So a hyphen begins a pair
 * that stands for another character, and `X-L` goes before an id that begins with a small letter.
 */
export function beancountComponent(id: string): string {
  const escaped = id.replace(/[-:._]/g, (character) => letterOf[character] as string)
  return /^[a-z]/.test(escaped) ? `X-L${escaped}` : escaped
}

export const beancountComponentToId = (component: string): string =>
  component.replace(/^X-L/, '').replace(/-([DCPU])/g, (_, letter: string) => characterOf[letter] as string)

/** Currencies there begin with a letter. No code of a tenant has a point, so this can be undone. */
const beancountCurrency = (code: string): string => (/^[A-Z]/.test(code) ? code : `X.${code}`)

const quoted = (text: string): string =>
  `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n').replaceAll('\t', '\\t').replaceAll('\r', '\\r')}"`
