import type { Tx } from '@plinth/db'
import {
  jsonTexts,
  optionalTextArray,
  plainArray,
  repeatedTextArray,
  type Statement,
  sqlDoor,
  tenantOf,
  textArray,
} from '@plinth/db/sql'
import type { BusinessDate, IdempotencyKey, Instant } from '@plinth/kernel'
import type { CommandRow, CommandStore, DecidedRow } from '../application/ports.js'

const sql = sqlDoor<Record<never, never>>('posting')

interface StoredRow {
  idempotency_key: IdempotencyKey
  type: string
  request: string
  outcome: 'accepted' | 'rejected'
  entry_no: number | null
  answer: string | null
  texts_erased: boolean | null
  business_date: BusinessDate
  decided_at: Instant
  correlation_id: string
}

const commandsByKey: Statement = {
  name: 'posting.commands',
  text: `select c.* from unnest($2::text[]) as k (idempotency_key)
    cross join lateral (
      select idempotency_key, type, request, outcome, entry_no, answer, texts_erased, business_date, decided_at, correlation_id
        from posting.command where tenant_id = $1 and idempotency_key = k.idempotency_key offset 0) c`,
}

async function readCommandRows(tx: Tx, keys: readonly IdempotencyKey[]): Promise<CommandRow[]> {
  if (keys.length === 0) return []
  return (await sql.run<StoredRow>(tx, commandsByKey, [tenantOf(tx), textArray(keys)])).map(toCommandRow)
}

const toCommandRow = (row: StoredRow): CommandRow => ({
  key: row.idempotency_key,
  type: row.type,
  request: row.request,
  outcome: row.outcome,
  entryNo: row.entry_no ?? undefined,
  answer: row.answer ?? undefined,
  textsErased: row.texts_erased === true,
  businessDate: row.business_date,
  decidedAt: row.decided_at,
  correlationId: row.correlation_id,
})

// There are few of these types, and an index of their own.
const commandsOnProposal: Statement = {
  name: 'posting.commands_on_proposal',
  text: `select idempotency_key, type, request, outcome, entry_no, answer, texts_erased, business_date, decided_at, correlation_id
      from posting.command
     where tenant_id = $1 and type in ('propose', 'decide_proposal')
       and (strpos(request, $2) > 0 or strpos(coalesce(answer, ''), $2) > 0)`,
}

const eraseRequests: Statement = {
  name: 'posting.erase_texts',
  text: `select plinth.expect_rows(posting.erase_texts($1, $2, string_to_array($3, E'\\x1e'), $4),
      cardinality($2::text[]), 'commands')`,
}

function eraseTexts(tx: Tx, rows: readonly Pick<CommandRow, 'key' | 'request' | 'answer'>[]): void {
  if (rows.length === 0) return
  sql.send(tx, eraseRequests, [
    tenantOf(tx),
    textArray(rows.map(({ key }) => key)),
    jsonTexts(rows.map(({ request }) => request)),
    optionalTextArray(rows.map(({ answer }) => answer)),
  ])
}

const expectRecordedKey: Statement = {
  name: 'posting.expect_recorded',
  text: `select plinth.expect_rows(count(*), 1, 'the batch in front')
      from posting.command where tenant_id = $1 and idempotency_key = $2`,
}

async function expectRecorded(tx: Tx, key: IdempotencyKey): Promise<void> {
  await sql.run(tx, expectRecordedKey, [tenantOf(tx), key])
}

const insertCommands: Statement = {
  name: 'posting.insert_commands',
  text: `insert into posting.command
      (tenant_id, idempotency_key, type, request, outcome, entry_no, answer, business_date, decided_at, correlation_id)
    select $1, k.idempotency_key, coalesce(k.type, ($3::text[])[1]), k.request, coalesce(k.outcome, ($5::text[])[1]),
           (select plinth.first_entry_no()) + k.entry_at, k.answer, $8, (select plinth.posted_at()),
           coalesce(k.correlation_id, ($9::text[])[1])
      from unnest($2::text[], $3::text[], string_to_array($4, E'\\x1e'), $5::text[], $6::integer[], $7::text[], $9::text[])
        as k (idempotency_key, type, request, outcome, entry_at, answer, correlation_id)`,
}

function writeCommandRows(tx: Tx, rows: readonly DecidedRow[], decidedOn: BusinessDate): void {
  if (rows.length === 0) return
  sql.send(tx, insertCommands, [
    tenantOf(tx),
    textArray(rows.map(({ key }) => key)),
    repeatedTextArray(rows.map(({ type }) => type)),
    jsonTexts(rows.map(({ request }) => request)),
    repeatedTextArray(rows.map(({ outcome }) => outcome)),
    plainArray(rows.map(({ entryAt }) => entryAt)),
    optionalTextArray(rows.map(({ answer }) => answer)),
    decidedOn,
    repeatedTextArray(rows.map(({ correlationId }) => correlationId)),
  ])
}

export const commandStore: CommandStore = {
  expectRecorded,
  readCommandRows,
  readRowsOnProposal: async (tx, proposalId) =>
    (await sql.run<StoredRow>(tx, commandsOnProposal, [tenantOf(tx), proposalId])).map(toCommandRow),
  eraseTexts,
  writeCommandRows,
}
