import type { Tx } from '@plinth/db'
import {
  jsonTexts,
  optionalTextArray,
  plainArray,
  type Statement,
  sqlDoor,
  tenantOf,
  textArray,
} from '@plinth/db/sql'
import type { BusinessDate } from '@plinth/kernel'
import type { EntryDraft } from '../domain/journal-entry.js'
import type { LedgerTables } from './tables.js'

const sql = sqlDoor<LedgerTables>('ledger')

const insertEntries: Statement = {
  name: 'ledger.insert_entries',
  text: `insert into ledger.journal_entry
      (tenant_id, entry_no, entry_id, kind, transaction_code, description, reference, end_to_end_id, booking_date,
       value_date, posted_at, correlation_id, causation_id, metadata, line_count, rendering)
    select $1, (select plinth.first_entry_no()) + k.at, k.entry_id, k.kind, k.transaction_code, k.description, k.reference,
           k.end_to_end_id, $2, k.value_date, (select plinth.posted_at()), k.correlation_id, k.causation_id,
           k.metadata::jsonb, k.line_count, $3
      from unnest($4::integer[], $5::uuid[], $6::text[], $7::text[], $8::text[], $9::text[], $10::text[], $11::date[],
                  $12::text[], $13::text[], string_to_array($14, E'\\x1e'), $15::smallint[])
        as k (at, entry_id, kind, transaction_code, description, reference, end_to_end_id, value_date,
              correlation_id, causation_id, metadata, line_count)`,
}

const insertLines: Statement = {
  name: 'ledger.insert_lines',
  text: `insert into ledger.posting_line
      (tenant_id, entry_no, line_no, account_id, side, amount, currency, gl_code, balance_after, account_version,
       booking_date, value_date)
    select $1, (select plinth.first_entry_no()) + k.at, k.line_no, k.account_id, k.side, k.amount, k.currency, k.gl_code, k.balance_after,
           k.account_version, $2, k.value_date
      from unnest($3::integer[], $4::smallint[], $5::text[], $6::text[], $7::numeric[], $8::text[], $9::text[],
                  $10::numeric[], $11::bigint[], $12::date[])
        as k (at, line_no, account_id, side, amount, currency, gl_code, balance_after, account_version, value_date)`,
}

/** What one transaction books: on one date, in one form. */
export interface Booking {
  readonly bookingDate: BusinessDate
  readonly rendering: number
}

/** Appends entries, each with all its lines, under the numbers that this transaction took from the head, in order. */
export async function appendEntries(tx: Tx, entries: readonly EntryDraft[], booking: Booking): Promise<void> {
  if (entries.length === 0) return
  await Promise.all([
    sql.change(tx, insertEntries, [
      tenantOf(tx),
      booking.bookingDate,
      booking.rendering,
      plainArray(entries.map((_, at) => at)),
      plainArray(entries.map(({ entryId }) => entryId)),
      textArray(entries.map(({ kind }) => kind)),
      textArray(entries.map(({ transactionCode }) => transactionCode)),
      optionalTextArray(entries.map(({ description }) => description)),
      optionalTextArray(entries.map(({ reference }) => reference)),
      optionalTextArray(entries.map(({ endToEndId }) => endToEndId)),
      plainArray(entries.map(({ valueDate }) => valueDate)),
      textArray(entries.map(({ correlationId }) => correlationId)),
      optionalTextArray(entries.map(({ causationId }) => causationId)),
      jsonTexts(entries.map(({ metadata }) => JSON.stringify(metadata))),
      plainArray(entries.map(({ lines }) => lines.length)),
    ]),
    sql.change(tx, insertLines, [tenantOf(tx), booking.bookingDate, ...lineColumns(entries)]),
  ])
}

function lineColumns(entries: readonly EntryDraft[]): string[] {
  const entriesAt: number[] = []
  const lineNos: number[] = []
  const accountIds: string[] = []
  const sides: string[] = []
  const amounts: bigint[] = []
  const currencies: string[] = []
  const glCodes: string[] = []
  const balances: bigint[] = []
  const versions: number[] = []
  const valueDates: BusinessDate[] = []
  for (const [at, entry] of entries.entries()) {
    entry.lines.forEach((line, index) => {
      entriesAt.push(at)
      lineNos.push(index + 1)
      accountIds.push(line.accountId)
      sides.push(line.side)
      amounts.push(line.amount)
      currencies.push(line.currency)
      glCodes.push(line.glCode)
      balances.push(line.balanceAfter)
      versions.push(line.accountVersion)
      valueDates.push(entry.valueDate)
    })
  }
  return [
    plainArray(entriesAt),
    plainArray(lineNos),
    textArray(accountIds),
    plainArray(sides),
    plainArray(amounts),
    plainArray(currencies),
    textArray(glCodes),
    plainArray(balances),
    plainArray(versions),
    plainArray(valueDates),
  ]
}
