// Rows of the journal as SQL, sound or not, with `:t` for the tenant.

const today = '2026-11-20'

export const head = (by: number) =>
  `update ledger.journal_head set next_entry_no = next_entry_no + ${by} where tenant_id = :t`
export const entry = (no: number, count: number, tenant = ':t') =>
  `insert into ledger.journal_entry (tenant_id, entry_no, entry_id, kind, transaction_code, booking_date, value_date,
     posted_at, correlation_id, metadata, line_count, rendering)
   values (${tenant}, ${no}, gen_random_uuid(), 'posting', 'T', '${today}', '${today}', now(), 'c', '{}', ${count}, 1)`

interface LineOptions {
  readonly no?: number
  readonly currency?: string
  readonly gl?: string
  readonly date?: string
  readonly tenant?: string
}
/** `1 debit cash 5 v3` is line 1, a debit of five cents on cash, as its version 3. */
export function line(
  text: string,
  { no = 4, currency = 'EUR', gl, date = today, tenant = ':t' }: LineOptions = {},
): string {
  const [lineNo, side, account, amount, version] = text.split(' ')
  const glCode = gl ?? (account === 'cash' ? '1100' : '2100')
  return `(${tenant}, ${no}, ${lineNo}, '${account}', '${side}', '${amount}', '${currency}', '${glCode}', 0, ${version?.slice(1)}, '${date}', '${date}')`
}
export const lines = (...rows: string[]) =>
  `insert into ledger.posting_line (tenant_id, entry_no, line_no, account_id, side, amount, currency, gl_code, balance_after,
     account_version, booking_date, value_date) values ${rows.join(', ')}`
/** An entry and its lines in one statement, as they have to come. */
export const withLines = (entrySql: string, linesSql: string) => `with entries as (${entrySql}) ${linesSql}`
