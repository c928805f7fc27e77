import type { Tx } from '@plinth/db'
import { plainArray, type Statement, sqlDoor, tenantOf, textArray } from '@plinth/db/sql'
import { type BusinessDate, type CurrencyCode, type GlCode, minorFromDatabase } from '@plinth/kernel'
import type { TotalStore } from '../application/ports.js'
import type { ControlTotal } from '../domain/run.js'
import type { EodTables } from './tables.js'

const sql = sqlDoor<EodTables>('eod')

const ofDay: Statement = {
  name: 'eod.control_totals',
  text: `select gl_code, currency, opening, debits, credits, closing, lines from eod.control_total
    where tenant_id = $1 and business_date = $2 order by gl_code, currency`,
}

const dayBefore: Statement = {
  name: 'eod.day_before',
  text: `select business_date, cut_off_entry_no from eod.run
    where tenant_id = $1 and business_date < $2 order by business_date desc limit 1`,
}

const insert: Statement = {
  name: 'eod.insert_control_totals',
  text: `insert into eod.control_total (tenant_id, business_date, gl_code, currency, opening, debits, credits, closing, lines)
    select $1, $2, k.gl_code, k.currency, k.opening, k.debits, k.credits, k.closing, k.lines
      from unnest($3::text[], $4::text[], $5::numeric[], $6::numeric[], $7::numeric[], $8::numeric[], $9::bigint[])
        as k (gl_code, currency, opening, debits, credits, closing, lines)`,
}

type Row = Record<'gl_code' | 'currency' | 'opening' | 'debits' | 'credits' | 'closing', string> & {
  readonly lines: number
}

async function readTotals(tx: Tx, businessDate: BusinessDate): Promise<ControlTotal[]> {
  const rows = await sql.run<Row>(tx, ofDay, [tenantOf(tx), businessDate])
  return rows.map((row) => ({
    glCode: row.gl_code as GlCode,
    currency: row.currency as CurrencyCode,
    opening: minorFromDatabase(row.opening),
    debits: minorFromDatabase(row.debits),
    credits: minorFromDatabase(row.credits),
    closing: minorFromDatabase(row.closing),
    lines: row.lines,
  }))
}

export const totalStore: TotalStore = {
  readTotals,
  readTotalsBefore: async (tx, businessDate) => {
    const [day] = await sql.run<{ business_date: BusinessDate; cut_off_entry_no: number }>(tx, dayBefore, [
      tenantOf(tx),
      businessDate,
    ])
    if (day === undefined) return undefined
    return { cutOffEntryNo: day.cut_off_entry_no, totals: await readTotals(tx, day.business_date) }
  },
  insertTotals: async (tx, businessDate, totals) => {
    if (totals.length === 0) return
    await sql.change(tx, insert, [
      tenantOf(tx),
      businessDate,
      textArray(totals.map(({ glCode }) => glCode)),
      textArray(totals.map(({ currency }) => currency)),
      plainArray(totals.map(({ opening }) => opening)),
      plainArray(totals.map(({ debits }) => debits)),
      plainArray(totals.map(({ credits }) => credits)),
      plainArray(totals.map(({ closing }) => closing)),
      plainArray(totals.map(({ lines }) => lines)),
    ])
  },
}
