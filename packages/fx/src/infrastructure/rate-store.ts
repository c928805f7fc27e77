import type { Tx } from '@plinth/db'
import { plainArray, type Statement, sqlDoor, tenantOf, textArray } from '@plinth/db/sql'
import type { BusinessDate, CurrencyCode, Instant } from '@plinth/kernel'
import type { RateDay, RatePage, RateStore } from '../application/ports.js'
import { parseRate, type Rate, type RateKey, type RateStatus } from '../domain/rate.js'

const sql = sqlDoor<Record<never, never>>('fx')

const columns = `currency, rate_date, version, rate, source, status, submitted_by, submitted_on_behalf_of, submitted_at, decided_by,
  decided_on_behalf_of, decided_at, reason`

interface Row {
  readonly currency: CurrencyCode
  readonly rate_date: BusinessDate
  readonly version: number
  readonly rate: string
  readonly source: string
  readonly status: RateStatus
  readonly submitted_by: string
  readonly submitted_on_behalf_of: string | null
  readonly submitted_at: Instant
  readonly decided_by: string | null
  readonly decided_on_behalf_of: string | null
  readonly decided_at: Instant | null
  readonly reason: string | null
}

const actorOf = (subject: string, onBehalfOf: string | null) => ({
  subject,
  onBehalfOf: onBehalfOf ?? undefined,
})

const toRate = (row: Row): Rate => ({
  ...{
    currency: row.currency,
    date: row.rate_date,
    version: row.version,
    source: row.source,
    status: row.status,
  },
  // The database pads it with zeroes.
  rate: parseRate(row.rate) as string,
  maker: actorOf(row.submitted_by, row.submitted_on_behalf_of),
  submittedAt: row.submitted_at,
  decision:
    row.decided_by === null || row.decided_at === null
      ? undefined
      : {
          decider: actorOf(row.decided_by, row.decided_on_behalf_of),
          decidedAt: row.decided_at,
          reason: row.reason ?? undefined,
        },
})

const newestOf = (name: string, which: string): Statement => ({
  name: `fx.${name}`,
  text: `select r.* from unnest($2::text[], $3::date[]) as k (currency, rate_date)
    cross join lateral (
      select ${columns} from fx.rate
       where tenant_id = $1 and rate_date = k.rate_date and currency = k.currency ${which}
       order by version desc limit 1 offset 0) r`,
})
const newest = newestOf('newest_rates', '')
const approved = newestOf('approved_rates', `and status = 'approved'`)

const byDay = (statement: Statement) => async (tx: Tx, days: readonly RateDay[]) => {
  if (days.length === 0) return []
  const rows = await sql.run<Row>(tx, statement, [
    tenantOf(tx),
    textArray(days.map(({ currency }) => currency)),
    plainArray(days.map(({ date }) => date)),
  ])
  return rows.map(toRate)
}

const byKey = (name: string, lock: string): Statement => ({
  name: `fx.${name}`,
  text: `select r.* from unnest($2::text[], $3::date[], $4::integer[]) as k (currency, rate_date, version)
    cross join lateral (
      select ${columns} from fx.rate
       where tenant_id = $1 and rate_date = k.rate_date and currency = k.currency and version = k.version ${lock} offset 0) r`,
})
// In one order for everybody, so that two who decide the same rates wait for each other.
const locked = byKey('lock_rates', 'for no key update')
const read = byKey('read_rates', '')

const inOrder = (one: RateKey, other: RateKey): number => (sortKey(one) < sortKey(other) ? -1 : 1)
const sortKey = ({ date, currency, version }: RateKey): string =>
  `${date} ${currency} ${String(version).padStart(10, '0')}`

const byKeys = (statement: Statement) => async (tx: Tx, keys: readonly RateKey[]) => {
  if (keys.length === 0) return []
  const sorted = [...keys].sort(inOrder)
  const rows = await sql.run<Row>(tx, statement, [
    tenantOf(tx),
    textArray(sorted.map(({ currency }) => currency)),
    plainArray(sorted.map(({ date }) => date)),
    plainArray(sorted.map(({ version }) => version)),
  ])
  return rows.map(toRate)
}

const insert: Statement = {
  name: 'fx.insert_rates',
  text: `insert into fx.rate (tenant_id, currency, rate_date, version, rate, source, status, submitted_by, submitted_on_behalf_of,
      submitted_at)
    select $1, k.currency, k.rate_date, k.version, k.rate, k.source, 'submitted', $7, $8, $9
      from unnest($2::text[], $3::date[], $4::integer[], $5::numeric[], $6::text[])
        as k (currency, rate_date, version, rate, source)`,
}

function insertRates(tx: Tx, rates: readonly Rate[]): void {
  const [first] = rates
  if (first === undefined) return
  sql.send(tx, insert, [
    tenantOf(tx),
    textArray(rates.map(({ currency }) => currency)),
    plainArray(rates.map(({ date }) => date)),
    plainArray(rates.map(({ version }) => version)),
    plainArray(rates.map(({ rate }) => rate)),
    textArray(rates.map(({ source }) => source)),
    first.maker.subject,
    first.maker.onBehalfOf ?? null,
    first.submittedAt,
  ])
}

const decide: Statement = {
  name: 'fx.decide_rates',
  text: `with changed as (
      update fx.rate r
         set status = $5, decided_by = $6, decided_on_behalf_of = $7, decided_at = $8, reason = $9
        from unnest($2::text[], $3::date[], $4::integer[]) as k (currency, rate_date, version)
       where r.tenant_id = $1 and r.currency = k.currency and r.rate_date = k.rate_date and r.version = k.version
      returning 1)
    select plinth.expect_rows(count(*), $10, 'rates') from changed`,
}

function writeDecisions(tx: Tx, rates: readonly Rate[]): void {
  const decision = rates[0]?.decision
  if (decision === undefined) return
  sql.send(tx, decide, [
    tenantOf(tx),
    textArray(rates.map(({ currency }) => currency)),
    plainArray(rates.map(({ date }) => date)),
    plainArray(rates.map(({ version }) => version)),
    rates[0]?.status,
    decision.decider.subject,
    decision.decider.onBehalfOf ?? null,
    decision.decidedAt,
    decision.reason ?? null,
    rates.length,
  ])
}

const upTo: Statement = {
  name: 'fx.rates_in_force',
  text: `select r.* from unnest($2::text[]) as k (currency)
    cross join lateral (
      select ${columns} from fx.rate
       where tenant_id = $1 and currency = k.currency and status = 'approved' and rate_date <= $3
       order by rate_date desc, version desc limit 1 offset 0) r`,
}

const list = (order: RatePage['order']): Statement => ({
  name: `fx.list_rates_${order}`,
  text: `select ${columns} from fx.rate
    where tenant_id = $1 and ($2::text is null or currency = $2) and ($3::date is null or rate_date >= $3)
      and ($4::date is null or rate_date <= $4) and ($5::text is null or status = $5)
      and ($6::date is null or (rate_date, currency, version) ${order === 'asc' ? '>' : '<'} ($6, $7, $8))
    order by rate_date ${order}, currency ${order}, version ${order} limit $9`,
})
const lists = { asc: list('asc'), desc: list('desc') }

export const rateStore: RateStore = {
  readNewest: byDay(newest),
  readApproved: byDay(approved),
  lockRates: byKeys(locked),
  readRates: byKeys(read),
  insertRates,
  writeDecisions,
  readNewestUpTo: async (tx, currencies, day) => {
    if (currencies.length === 0) return []
    return (await sql.run<Row>(tx, upTo, [tenantOf(tx), textArray(currencies), day])).map(toRate)
  },
  listRates: async (tx, { filter, order, limit, after }) => {
    const { currency, dateFrom, dateTo, status } = filter
    const values = [currency, dateFrom, dateTo, status, after?.date, after?.currency, after?.version]
    const rows = await sql.run<Row>(tx, lists[order], [
      tenantOf(tx),
      ...values.map((value) => value ?? null),
      limit,
    ])
    return rows.map(toRate)
  },
}
