import type { Tx } from '@plinth/db'
import {
  jsonTexts,
  optionalTextArray,
  plainArray,
  repeatedTextArray,
  type Statement,
  sparseArray,
  sqlDoor,
  tenantOf,
  textArray,
} from '@plinth/db/sql'
import type { BusinessDate } from '@plinth/kernel'
import type { EntryDraft } from '../domain/journal-entry.js'
import type { TurnoverMark } from '../domain/turnover-marks.js'
import type { LedgerTables } from './tables.js'

const sql = sqlDoor<LedgerTables>('ledger')

// One statement for both tables: the triggers at its end see entries and lines together (ADR 0007).
const insertEntries: Statement = {
  name: 'ledger.insert_entries',
  text: `with entries as (
    insert into ledger.journal_entry
      (tenant_id, entry_no, entry_id, kind, transaction_code, description, reference, end_to_end_id, booking_date,
       value_date, posted_at, correlation_id, causation_id, metadata, line_count, rendering, reverses_entry_no, reason, hold_id,
       advice, decision, entered_on, thirteenth_of)
    select $1, (select plinth.first_entry_no()) + k.at, k.entry_id, coalesce(k.kind, ($6::text[])[1]),
           coalesce(k.transaction_code, ($7::text[])[1]), k.description, k.reference, k.end_to_end_id, $2,
           coalesce(k.value_date, ($11::date[])[1]), (select plinth.posted_at()),
           coalesce(k.correlation_id, ($12::text[])[1]), k.causation_id, k.metadata::jsonb, k.line_count, $3,
           k.reverses_entry_no, k.reason, k.hold_id, k.advice, k.decision::jsonb, $36::date,
           k.thirteenth_of
      from unnest($4::integer[], $5::uuid[], $6::text[], $7::text[], $8::text[], $9::text[], $10::text[], $11::date[],
                  $12::text[], $13::text[], string_to_array($14, E'\\x1e'), $15::smallint[], $16::bigint[], $17::text[],
                  $18::uuid[], $31::boolean[], $32::text[], $37::smallint[])
        as k (at, entry_id, kind, transaction_code, description, reference, end_to_end_id, value_date,
              correlation_id, causation_id, metadata, line_count, reverses_entry_no, reason, hold_id, advice, decision,
              thirteenth_of))
    insert into ledger.posting_line
      (tenant_id, entry_no, line_no, account_id, side, amount, currency, gl_code, balance_after, account_version,
       booking_date, value_date, reverses_entry_no, reverses_line_no, available_from,
       diverted_from, diverted_because, entered_on)
    select $1, (select plinth.first_entry_no()) + k.at, k.line_no, k.account_id, k.side, k.amount,
           coalesce(k.currency, ($24::text[])[1]), coalesce(k.gl_code, ($25::text[])[1]), k.balance_after,
           k.account_version, $2, coalesce(k.value_date, ($28::date[])[1]), k.reverses_entry_no, k.reverses_line_no,
           k.available_from, k.diverted_from, k.diverted_because, $36::date
      from unnest($19::integer[], $20::smallint[], $21::text[], $22::text[], $23::numeric[], $24::text[], $25::text[],
                  $26::numeric[], $27::bigint[], $28::date[], $29::bigint[], $30::smallint[], $33::date[],
                  $34::text[], $35::text[])
        as k (at, line_no, account_id, side, amount, currency, gl_code, balance_after, account_version, value_date,
              reverses_entry_no, reverses_line_no, available_from, diverted_from, diverted_because)`,
}

/** What one transaction books: on one date, in one form. */
export interface Booking {
  readonly bookingDate: BusinessDate
  /** The business date, where it is not the booking date: that one is closing. */
  readonly enteredOn: BusinessDate | undefined
  readonly rendering: number
}

/** Appends entries, each with all its lines, under the numbers that this transaction took from the head, in order. */
export function appendEntries(tx: Tx, entries: readonly EntryDraft[], booking: Booking): void {
  if (entries.length === 0) return
  sql.send(tx, insertEntries, [
    tenantOf(tx),
    booking.bookingDate,
    booking.rendering,
    plainArray(entries.map((_, at) => at)),
    plainArray(entries.map(({ entryId }) => entryId)),
    repeatedTextArray(entries.map(({ kind }) => kind)),
    repeatedTextArray(entries.map(({ transactionCode }) => transactionCode)),
    optionalTextArray(entries.map(({ description }) => description)),
    optionalTextArray(entries.map(({ reference }) => reference)),
    optionalTextArray(entries.map(({ endToEndId }) => endToEndId)),
    repeatedTextArray(entries.map(({ valueDate }) => valueDate)),
    repeatedTextArray(entries.map(({ correlationId }) => correlationId)),
    optionalTextArray(entries.map(({ causationId }) => causationId)),
    jsonTexts(entries.map(({ metadata }) => JSON.stringify(metadata))),
    plainArray(entries.map(({ lines }) => lines.length)),
    sparseArray(entries.map(({ reverses }) => reverses?.entryNo)),
    optionalTextArray(entries.map(({ reason }) => reason)),
    sparseArray(entries.map(({ holdId }) => holdId)),
    ...lineColumns(entries),
    sparseArray(entries.map(({ advice }) => (advice === true ? 'true' : undefined))),
    optionalTextArray(entries.map(({ decision }) => decision && JSON.stringify(decision))),
    sparseArray(entries.flatMap(({ lines }) => lines.map(({ availableFrom }) => availableFrom))),
    optionalTextArray(entries.flatMap(({ lines }) => lines.map((line) => line.divertedFrom?.accountId))),
    sparseArray(entries.flatMap(({ lines }) => lines.map((line) => line.divertedFrom?.because))),
    booking.enteredOn ?? null,
    sparseArray(entries.map(({ thirteenthOf }) => thirteenthOf)),
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
  const reversed: { entryNo: number | undefined; lineNo: number | undefined }[] = []
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
      reversed.push({ entryNo: entry.reverses?.entryNo, lineNo: line.reversesLineNo })
    })
  }
  return [
    plainArray(entriesAt),
    plainArray(lineNos),
    textArray(accountIds),
    plainArray(sides),
    plainArray(amounts),
    repeatedTextArray(currencies),
    repeatedTextArray(glCodes),
    plainArray(balances),
    plainArray(versions),
    repeatedTextArray(valueDates),
    sparseArray(reversed.map(({ entryNo }) => entryNo)),
    sparseArray(reversed.map(({ lineNo }) => lineNo)),
  ]
}

const insertMarks: Statement = {
  name: 'ledger.insert_marks',
  text: `insert into ledger.turnover_mark (tenant_id, account_id, account_version, debits, credits)
    select $1, k.account_id, k.account_version, k.debits, k.credits
      from unnest($2::text[], $3::bigint[], $4::numeric[], $5::numeric[]) as k (account_id, account_version, debits, credits)`,
}

/** Keeps what accounts come to at some of the lines that this transaction has appended. */
export function appendMarks(tx: Tx, marks: readonly TurnoverMark[]): void {
  if (marks.length === 0) return
  sql.send(tx, insertMarks, [
    tenantOf(tx),
    textArray(marks.map(({ accountId }) => accountId)),
    plainArray(marks.map(({ accountVersion }) => accountVersion)),
    plainArray(marks.map(({ debits }) => debits)),
    plainArray(marks.map(({ credits }) => credits)),
  ])
}
