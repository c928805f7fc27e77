import { plainArray, type Statement, sparseArray, sqlDoor, tenantOf, textArray } from '@plinth/db/sql'
import { type BusinessDate, type CurrencyCode, type EntryId, minorFromDatabase } from '@plinth/kernel'
import type { Revaluation, RevaluationStore } from '../application/ports.js'

const sql = sqlDoor<Record<never, never>>('fx')

const columns =
  'business_date, currency, position, counter_value, rate_date, rate_version, base_value, entry_id'

const ofDay: Statement = {
  name: 'fx.revalued',
  text: 'select currency from fx.revaluation where tenant_id = $1 and business_date = $2',
}

const insert: Statement = {
  name: 'fx.insert_revaluations',
  text: `insert into fx.revaluation (tenant_id, ${columns})
    select $1, k.* from unnest($2::date[], $3::text[], $4::numeric[], $5::numeric[], $6::date[], $7::integer[], $8::numeric[],
      $9::uuid[]) as k`,
}

const page: Statement = {
  name: 'fx.list_revaluations',
  text: `select ${columns} from fx.revaluation
    where tenant_id = $1 and ($2::date is null or (business_date, currency) > ($2, $3::text))
    order by business_date, currency limit $4`,
}

interface Row {
  readonly business_date: BusinessDate
  readonly currency: CurrencyCode
  readonly position: string
  readonly counter_value: string
  readonly rate_date: BusinessDate | null
  readonly rate_version: number | null
  readonly base_value: string
  readonly entry_id: EntryId | null
}

const toRevaluation = (row: Row): Revaluation => ({
  businessDate: row.business_date,
  currency: row.currency,
  position: minorFromDatabase(row.position),
  counterValue: minorFromDatabase(row.counter_value),
  rate:
    row.rate_date === null || row.rate_version === null
      ? undefined
      : { date: row.rate_date, version: row.rate_version },
  baseValue: minorFromDatabase(row.base_value),
  entryId: row.entry_id ?? undefined,
})

export const revaluationStore: RevaluationStore = {
  readRevalued: async (tx, businessDate) =>
    (await sql.run<{ currency: CurrencyCode }>(tx, ofDay, [tenantOf(tx), businessDate])).map(
      ({ currency }) => currency,
    ),
  insertRevaluations: (tx, rows) => {
    if (rows.length === 0) return
    sql.send(tx, insert, [
      tenantOf(tx),
      plainArray(rows.map(({ businessDate }) => businessDate)),
      textArray(rows.map(({ currency }) => currency)),
      plainArray(rows.map(({ position }) => position)),
      plainArray(rows.map(({ counterValue }) => counterValue)),
      sparseArray(rows.map(({ rate }) => rate?.date)),
      sparseArray(rows.map(({ rate }) => rate?.version)),
      plainArray(rows.map(({ baseValue }) => baseValue)),
      sparseArray(rows.map(({ entryId }) => entryId)),
    ])
  },
  listRevaluations: async (tx, { after, limit }) => {
    const values = [tenantOf(tx), after?.businessDate ?? null, after?.currency ?? null, limit]
    return (await sql.run<Row>(tx, page, values)).map(toRevaluation)
  },
}
