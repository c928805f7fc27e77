import type { Tx } from '@plinth/db'
import { plainArray, type Statement, sqlDoor, tenantOf, textArray } from '@plinth/db/sql'
import { parseRate } from '@plinth/fx/domain'
import {
  type BusinessDate,
  type CurrencyCode,
  type GlCode,
  type Instant,
  minorFromDatabase,
} from '@plinth/kernel'
import type { ExtractHead, ExtractStore } from '../application/ports.js'
import type { GlExtractRow, Move, NamedRate } from '../domain/gl-extract.js'
import { extractForm } from '../domain/render-gl-extract.js'
import type { ReconciliationTables } from './tables.js'

const sql = sqlDoor<ReconciliationTables>('reconciliation')

const insertHead: Statement = {
  name: 'reconciliation.insert_extract',
  text: `insert into reconciliation.gl_extract (tenant_id, business_date, form, row_count, base_currency, checksum, made_at)
    values ($1, $2, $3, $4, $5, $6, date_trunc('milliseconds', clock_timestamp()))`,
}

const insertRows: Statement = {
  name: 'reconciliation.insert_extract_rows',
  text: `insert into reconciliation.gl_extract_row (tenant_id, business_date, gl_code, currency, name, type, opening, debits,
      credits, closing, lines, debit_balances, credit_balances, moved_in, moved_out, shown, total_of, base_closing, rate, rate_date,
      rate_version)
    select $1, $2, k.gl_code, k.currency, k.name, k.type, k.opening, k.debits, k.credits, k.closing, k.lines, k.debit_balances,
           k.credit_balances, k.moved_in, k.moved_out, k.shown, case when k.has_total then $2::date end,
           k.base_closing, k.rate, k.rate_date, k.rate_version
      from unnest($3::text[], $4::text[], $5::text[], $6::text[], $7::numeric[], $8::numeric[], $9::numeric[], $10::numeric[],
                  $11::bigint[], $12::numeric[], $13::numeric[], $14::numeric[], $15::numeric[], $16::numeric[], $17::boolean[],
                  $18::numeric[], $19::numeric[], $20::date[], $21::integer[])
        as k (gl_code, currency, name, type, opening, debits, credits, closing, lines, debit_balances, credit_balances, moved_in,
              moved_out, shown, has_total, base_closing, rate, rate_date, rate_version)`,
}

const insertMoves: Statement = {
  name: 'reconciliation.insert_extract_moves',
  text: `insert into reconciliation.gl_extract_move (tenant_id, business_date, gl_code, overdrawn_gl_code, currency, amount, accounts)
    select $1, $2, k.gl_code, k.overdrawn_gl_code, k.currency, k.amount, k.accounts
      from unnest($3::text[], $4::text[], $5::text[], $6::numeric[], $7::integer[])
        as k (gl_code, overdrawn_gl_code, currency, amount, accounts)`,
}

const headColumns = `business_date as "businessDate", form, row_count as rows, checksum, made_at as "madeAt"`

const readHeadOf: Statement = {
  name: 'reconciliation.read_extract',
  text: `select ${headColumns}, base_currency as "baseCurrency" from reconciliation.gl_extract where tenant_id = $1 and business_date = $2`,
}

const countAll: Statement = {
  name: 'reconciliation.count_extracts',
  text: 'select count(*) as count from reconciliation.gl_extract where tenant_id = $1',
}

const rowsOf: Statement = {
  name: 'reconciliation.extract_rows',
  text: `select gl_code, currency, name, type, opening, debits, credits, closing, lines, debit_balances, credit_balances, moved_in,
           moved_out, shown, total_of is not null as has_total, base_closing, rate, rate_date, rate_version
      from reconciliation.gl_extract_row where tenant_id = $1 and business_date = $2 order by gl_code, currency`,
}

const movesOf: Statement = {
  name: 'reconciliation.extract_moves',
  text: `select gl_code, overdrawn_gl_code, currency, amount, accounts from reconciliation.gl_extract_move
     where tenant_id = $1 and business_date = $2 order by gl_code, overdrawn_gl_code, currency`,
}

type AmountColumn =
  | 'opening'
  | 'debits'
  | 'credits'
  | 'closing'
  | 'debit_balances'
  | 'credit_balances'
  | 'moved_in'
  | 'moved_out'
  | 'shown'

type Row = Readonly<Record<'gl_code' | 'currency' | 'name' | 'type' | AmountColumn, string>> & {
  readonly lines: number
  readonly has_total: boolean
  readonly base_closing: string | null
  readonly rate: string | null
  readonly rate_date: BusinessDate | null
  readonly rate_version: number | null
}

// The database pads rates with zeroes.
const rateOf = ({ rate, rate_date: date, rate_version: version }: Row): NamedRate | undefined =>
  rate === null || date === null || version === null
    ? undefined
    : { rate: parseRate(rate) as string, date, version }

const toRow = (row: Row): GlExtractRow => ({
  glCode: row.gl_code as GlCode,
  currency: row.currency as CurrencyCode,
  name: row.name,
  type: row.type,
  opening: minorFromDatabase(row.opening),
  debits: minorFromDatabase(row.debits),
  credits: minorFromDatabase(row.credits),
  closing: minorFromDatabase(row.closing),
  lines: row.lines,
  debitBalances: minorFromDatabase(row.debit_balances),
  creditBalances: minorFromDatabase(row.credit_balances),
  movedIn: minorFromDatabase(row.moved_in),
  movedOut: minorFromDatabase(row.moved_out),
  shown: minorFromDatabase(row.shown),
  hasTotal: row.has_total,
  baseClosing: row.base_closing === null ? undefined : minorFromDatabase(row.base_closing),
  rate: rateOf(row),
})

const insert: ExtractStore['insert'] = async (tx, { extract, checksum }) => {
  const { businessDate, baseCurrency, rows, moves } = extract
  const day = [tenantOf(tx), businessDate]
  sql.send(tx, insertHead, [...day, extractForm, rows.length, baseCurrency, checksum])
  if (moves.length > 0)
    sql.send(tx, insertMoves, [
      ...day,
      textArray(moves.map(({ glCode }) => glCode)),
      textArray(moves.map(({ overdrawnGlCode }) => overdrawnGlCode)),
      textArray(moves.map(({ currency }) => currency)),
      plainArray(moves.map(({ amount }) => amount)),
      plainArray(moves.map(({ accounts }) => accounts)),
    ])
  if (rows.length === 0) return
  const texts = (name: 'glCode' | 'currency' | 'name' | 'type') => textArray(rows.map((row) => row[name]))
  const amounts = [
    ...(['opening', 'debits', 'credits', 'closing', 'lines', 'debitBalances', 'creditBalances'] as const),
    ...(['movedIn', 'movedOut', 'shown', 'hasTotal'] as const),
  ]
  await sql.change(tx, insertRows, [
    ...day,
    ...[texts('glCode'), texts('currency'), texts('name'), texts('type')],
    ...amounts.map((name) => plainArray(rows.map((row) => row[name]))),
    plainArray(rows.map(({ baseClosing }) => baseClosing)),
    ...(['rate', 'date', 'version'] as const).map((name) => plainArray(rows.map(({ rate }) => rate?.[name]))),
  ])
}

export interface ExtractListPage {
  readonly order: 'asc' | 'desc'
  readonly limit: number
  /** The last one of the page before. */
  readonly after?: BusinessDate | undefined
}

/** Extracts by day, without what they say. */
export async function listExtracts(tx: Tx, { order, limit, after }: ExtractListPage): Promise<ExtractHead[]> {
  let query = sql.build
    .selectFrom('reconciliation.gl_extract')
    .select(['business_date', 'form', 'row_count', 'checksum', 'made_at'])
    .where('tenant_id', '=', tenantOf(tx))
    .orderBy('business_date', order)
    .limit(limit)
  if (after !== undefined) query = query.where('business_date', order === 'asc' ? '>' : '<', after)
  return (await sql.rows(tx, query)).map((row) => ({
    businessDate: row.business_date as BusinessDate,
    form: row.form,
    rows: row.row_count,
    checksum: row.checksum,
    madeAt: row.made_at as Instant,
  }))
}

export const extractStore: ExtractStore = {
  insert,
  count: async (tx) => (await sql.run<{ count: number }>(tx, countAll, [tenantOf(tx)]))[0]?.count ?? 0,
  read: async (tx, businessDate) => {
    const day = [tenantOf(tx), businessDate]
    const [[found], rows, moves] = await Promise.all([
      sql.run<ExtractHead & { readonly baseCurrency: CurrencyCode }>(tx, readHeadOf, day),
      sql.run<Row>(tx, rowsOf, day),
      sql.run<Record<string, string> & { accounts: number }>(tx, movesOf, day),
    ])
    if (found === undefined) return undefined
    const { baseCurrency, ...head } = found
    const extract = {
      ...{ tenantId: tenantOf(tx), businessDate, baseCurrency, rows: rows.map(toRow) },
      moves: moves.map(
        (move): Move => ({
          glCode: move.gl_code as GlCode,
          overdrawnGlCode: move.overdrawn_gl_code as GlCode,
          currency: move.currency as CurrencyCode,
          amount: minorFromDatabase(move.amount as string),
          accounts: move.accounts,
        }),
      ),
    }
    return { head, extract, checksum: head.checksum }
  },
}
