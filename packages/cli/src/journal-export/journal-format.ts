import type { AccountId, BusinessDate, Currencies, CurrencyCode, GlCode } from '@plinth/kernel'
import type { JournalEntry } from '@plinth/ledger'

/** What an export needs beside the entries. */
export interface ExportContext {
  readonly tenantId: string
  readonly currencies: Currencies
  readonly baseCurrency: string
  /** No entry is booked before it. */
  readonly firstBusinessDate: BusinessDate
  readonly glAccounts: ReadonlyMap<GlCode, { readonly name: string; readonly type: GlType }>
}

export type GlType = 'asset' | 'liability' | 'equity' | 'income' | 'expense'

/** An account as the plain-text formats declare it. */
export interface ExportedAccount {
  readonly accountId: AccountId
  readonly glCode: GlCode
  readonly name: string
  readonly currency: CurrencyCode
}

/** Writes a journal as text, piece by piece: the whole of it is never in memory. */
export interface JournalFormat {
  /** Before everything else; the plain-text formats are told of the currencies and then of the accounts. */
  header(currencies: readonly CurrencyCode[]): string
  account(account: ExportedAccount): string
  entry(entry: JournalEntry): string
}
