import type { Tx } from '@plinth/db'
import {
  optionalTextArray,
  plainArray,
  type Statement,
  sparseArray,
  sqlDoor,
  tenantOf,
  textArray,
} from '@plinth/db/sql'
import {
  type AccountId,
  type BusinessDate,
  type CurrencyCode,
  type EntryId,
  type Instant,
  minorFromDatabase,
} from '@plinth/kernel'
import type { Hold, HoldChange, HoldId, HoldStatus } from '../domain/hold.js'
import type { HoldTables } from './tables.js'

const sql = sqlDoor<HoldTables>('holds')

const columns = [
  'hold_id',
  'account_id',
  'currency',
  'amount',
  'captured',
  'remaining',
  'status',
  'expires_at',
  'reference',
  'decision',
  'available_from',
  'clears_entry_id',
  'clears_line_no',
  'transaction_code',
  'placed_on',
  'placed_at',
  'version',
] as const
type Row = Pick<HoldTables['holds.account_hold'], (typeof columns)[number]>

const toHold = (row: Row): Hold => ({
  holdId: row.hold_id as HoldId,
  accountId: row.account_id as AccountId,
  currency: row.currency as CurrencyCode,
  amount: minorFromDatabase(row.amount),
  captured: minorFromDatabase(row.captured),
  remaining: minorFromDatabase(row.remaining),
  status: row.status as HoldStatus,
  expiresAt: (row.expires_at as Instant | null) ?? undefined,
  reference: row.reference ?? undefined,
  decision: row.decision ?? undefined,
  clears: clearsOf(row),
  transactionCode: row.transaction_code ?? undefined,
  placedOn: (row.placed_on as BusinessDate | null) ?? undefined,
  placedAt: row.placed_at as Instant,
  version: row.version,
})

function clearsOf({ available_from, clears_entry_id, clears_line_no }: Row): Hold['clears'] {
  if (clears_entry_id === null || available_from === null || clears_line_no === null) return undefined
  return {
    entryId: clears_entry_id as EntryId,
    lineNo: clears_line_no,
    availableFrom: available_from as BusinessDate,
  }
}

const byId: Statement = {
  name: 'holds.holds',
  text: `select h.* from unnest($2::uuid[]) as k (hold_id)
    cross join lateral (
      select ${columns.join(', ')} from holds.account_hold where tenant_id = $1 and hold_id = k.hold_id offset 0) h`,
}

/**
 * Holds by id. Every change of a hold changes the balance row of its account, which is locked first: read behind that lock a
 * hold stays as it is until `tx` ends. Its account never changes, and may be read before.
 */
export async function readHolds(tx: Tx, holdIds: readonly HoldId[]): Promise<Hold[]> {
  if (holdIds.length === 0) return []
  return (await sql.run<Row>(tx, byId, [tenantOf(tx), textArray(holdIds)])).map(toHold)
}

const byEntry: Statement = {
  name: 'holds.clearing',
  text: `select h.* from unnest($2::uuid[]) as k (entry_id)
    cross join lateral (
      select ${columns.join(', ')} from holds.account_hold
       where tenant_id = $1 and clears_entry_id = k.entry_id and status = 'active' offset 0) h`,
}

/** The active clearing holds of these entries' lines; read behind the locks of the lines' accounts. */
export async function readClearingHolds(tx: Tx, entryIds: readonly EntryId[]): Promise<Hold[]> {
  if (entryIds.length === 0) return []
  return (await sql.run<Row>(tx, byEntry, [tenantOf(tx), plainArray(entryIds)])).map(toHold)
}

/**
 * A hold as it is shown, with the clock of the database that read it: by that its time may be over although nobody recorded it
 * yet. The clocks of the processes that answer differ, and none of them decides.
 */
export interface ShownHold extends Hold {
  readonly readAt: Instant
}

const shown = (tx: Tx) =>
  sql.build
    .selectFrom('holds.account_hold')
    .select(columns)
    // The same all over one transaction, and stable: an index can be searched with it.
    .select(({ fn, val }) =>
      fn<Instant>('date_trunc', [val('milliseconds'), fn<Instant>('now')]).as('read_at'),
    )
    .where('tenant_id', '=', tenantOf(tx))

const toShownHold = ({ read_at: readAt, ...row }: Row & { read_at: Instant }): ShownHold => ({
  ...toHold(row),
  readAt,
})

/** One hold, to be shown. */
export async function showHold(tx: Tx, holdId: HoldId): Promise<ShownHold | undefined> {
  const [row] = await sql.rows(tx, shown(tx).where('hold_id', '=', holdId))
  return row && toShownHold(row)
}

/** Holds by id, to be shown. */
export async function readShownHolds(tx: Tx, holdIds: readonly HoldId[]): Promise<ShownHold[]> {
  const wanted = shown(tx).where('hold_id', 'in', [...holdIds])
  return (await sql.rows(tx, wanted.orderBy('hold_id'))).map(toShownHold)
}

/** The holds that count in what an account holds, by id: those too whose time is over and nobody has recorded it yet. */
export async function readActiveHoldsOf(tx: Tx, accountId: AccountId): Promise<ShownHold[]> {
  const active = shown(tx).where('account_id', '=', accountId).where('status', '=', 'active')
  return (await sql.rows(tx, active.orderBy('hold_id'))).map(toShownHold)
}

export interface HoldPage {
  readonly accountId?: AccountId | undefined
  /** As it is shown: one whose time is over has expired, whether or not that is recorded yet. */
  readonly status?: HoldStatus | undefined
  readonly order: 'asc' | 'desc'
  readonly limit: number
  readonly after?: HoldId | undefined
}

/** Holds by id, which rises with the time at which they were placed. */
export async function listHolds(tx: Tx, page: HoldPage): Promise<ShownHold[]> {
  const { status } = page
  const pageOf = (query: ReturnType<typeof shown>) => placedOn(query, page)
  const withStatus = (stored: HoldStatus) => shown(tx).where('status', '=', stored)
  switch (status) {
    case undefined:
      return (await sql.rows(tx, pageOf(shown(tx)))).map(toShownHold)
    case 'captured':
    case 'released':
      return (await sql.rows(tx, pageOf(withStatus(status)))).map(toShownHold)
    case 'active': {
      // Those between whose time is over are few: somebody records them all the time.
      const running = withStatus('active').where((eb) =>
        eb.or([eb('expires_at', 'is', null), eb('expires_at', '>', eb.fn<string>('now'))]),
      )
      return (await sql.rows(tx, pageOf(running))).map(toShownHold)
    }
    case 'expired': {
      const overdueOnes = withStatus('active').where('expires_at', '<=', ({ fn }) => fn<string>('now'))
      const [recorded, unrecorded] = await Promise.all([
        sql.rows(tx, pageOf(withStatus('expired'))),
        sql.rows(tx, pageOf(overdueOnes)),
      ])
      return merged([...recorded, ...unrecorded], page).map(toShownHold)
    }
  }
}

function placedOn(
  query: ReturnType<typeof shown>,
  { accountId, order, limit, after }: HoldPage,
): ReturnType<typeof shown> {
  let placed = query.orderBy('hold_id', order).limit(limit)
  if (accountId !== undefined) placed = placed.where('account_id', '=', accountId)
  if (after !== undefined) placed = placed.where('hold_id', order === 'asc' ? '>' : '<', after)
  return placed
}

/**
 * One page of two lists, each of which goes along an index of its own: together, with `or`, they could go along none. Both are
 * read in one snapshot and at one moment. Ids are lower-case hexadecimal digits, which sort as PostgreSQL sorts the ids.
 */
function merged<Placed extends { hold_id: string }>(
  rows: readonly Placed[],
  { order, limit }: HoldPage,
): Placed[] {
  const rising = rows.toSorted((a, b) => (a.hold_id < b.hold_id ? -1 : 1))
  return (order === 'asc' ? rising : rising.toReversed()).slice(0, limit)
}

// `clock_timestamp()` may be another one for each row: no index is searched with it, and all active holds would be read.
const overdue: Statement = {
  name: 'holds.overdue',
  text: `select hold_id as "holdId", expires_at as "endsAt" from holds.account_hold
    where tenant_id = $1 and status = 'active' and expires_at <= statement_timestamp() order by expires_at limit $2`,
}

const cleared: Statement = {
  name: 'holds.cleared',
  text: `select hold_id as "holdId", available_from as "endsAt" from holds.account_hold
    where tenant_id = $1 and status = 'active' and available_from <= $2 order by available_from limit $3`,
}

/** A hold whose time is over, and when it was: an instant, or the business date of a clearing hold. */
export interface OverdueHold {
  readonly holdId: HoldId
  readonly endsAt: Instant | BusinessDate
}

/** Active holds whose time is over, by the database's clock or by the business date, the oldest of each first. */
export async function readOverdueHolds(
  tx: Tx,
  { businessDate, limit }: { businessDate: BusinessDate; limit: number },
): Promise<OverdueHold[]> {
  const [byClock, byDate] = await Promise.all([
    sql.run<OverdueHold>(tx, overdue, [tenantOf(tx), limit]),
    sql.run<OverdueHold>(tx, cleared, [tenantOf(tx), businessDate, limit]),
  ])
  return [...byClock, ...byDate].slice(0, limit)
}

/** One change of a hold, as it leaves it. `entryAt`: which of the transaction's entries captured it, counted from 0. */
export interface HoldStep {
  readonly change: HoldChange
  readonly hold: Hold
  readonly entryAt: number | undefined
}

const insertHolds: Statement = {
  name: 'holds.insert',
  text: `insert into holds.account_hold
      (tenant_id, hold_id, account_id, currency, amount, captured, remaining, status, expires_at, reference, placed_at, version,
       decision, available_from, clears_entry_id, clears_line_no, transaction_code, placed_on)
    select $1, k.hold_id, k.account_id, k.currency, k.amount, 0, k.amount, 'active', k.expires_at, k.reference, k.placed_at, 1,
           k.decision::jsonb, k.available_from, k.clears_entry_id, k.clears_line_no, k.transaction_code, k.placed_on
      from unnest($2::uuid[], $3::text[], $4::text[], $5::numeric[], $6::timestamptz[], $7::text[], $8::timestamptz[], $9::text[],
                  $10::date[], $11::uuid[], $12::smallint[], $13::text[], $14::date[])
        as k (hold_id, account_id, currency, amount, expires_at, reference, placed_at, decision, available_from,
              clears_entry_id, clears_line_no, transaction_code, placed_on)`,
}

// Each row is found by its key and changed at its place, which is certain because the balance row of its account is locked. Joined
// on the id alone, a session whose plan is from the bank's first hold would read all the tenant's holds, and the list of changes
// once for each of them. `k.version + 0` says nothing but makes PostgreSQL expect one row: no plan then beats going from place
// to place.
const updateHolds: Statement = {
  name: 'holds.update',
  text: `with changed as (
    update holds.account_hold h
       set captured = k.captured, remaining = k.remaining, status = k.status, expires_at = k.expires_at, version = k.version
      from unnest($2::uuid[], $3::numeric[], $4::numeric[], $5::text[], $6::timestamptz[], $7::integer[], $8::integer[])
        as k (hold_id, captured, remaining, status, expires_at, version, decided_on)
     cross join lateral (
        select ctid as place from holds.account_hold
         where tenant_id = $1 and hold_id = k.hold_id and version = k.decided_on offset 0) r
     where h.ctid = r.place and h.tenant_id = $1 and k.version = k.version + 0
    returning h.hold_id = k.hold_id as as_decided)
    select plinth.expect_rows(count(*) filter (where as_decided), $9, 'holds') from changed`,
}

// A capture was decided by the clock of the locks, and has its moment from the head, for which it may have waited: if its hold
// has ended in between the transaction is run again, and it comes too late.
const insertEvents: Statement = {
  name: 'holds.insert_events',
  text: `with changed as (
    insert into holds.hold_event
      (tenant_id, hold_id, version, change, captured, remaining, status, expires_at, entry_no, changed_at)
    select $1, k.hold_id, k.version, k.change, k.captured, k.remaining, k.status, k.expires_at,
           (select plinth.first_entry_no()) + k.entry_at, (select plinth.posted_at())
      from unnest($2::uuid[], $3::integer[], $4::text[], $5::numeric[], $6::numeric[], $7::text[], $8::timestamptz[], $9::integer[])
        as k (hold_id, version, change, captured, remaining, status, expires_at, entry_at)
    returning change = 'captured' and expires_at <= changed_at as late)
    select plinth.expect_rows(count(*) filter (where late), 0, 'captures behind the end of their hold') from changed`,
}

/**
 * Writes the changes of holds in the order in which they were decided: each hold's row once, as the last one leaves it, and
 * every change into the history. Fails, and the transaction is run again, if a hold is not as it was decided on.
 */
export function writeHolds(tx: Tx, steps: readonly HoldStep[]): void {
  if (steps.length === 0) return
  const first = new Map<HoldId, HoldStep>()
  const last = new Map<HoldId, Hold>()
  for (const step of steps) {
    if (!first.has(step.hold.holdId)) first.set(step.hold.holdId, step)
    last.set(step.hold.holdId, step.hold)
  }
  const placed = [...first.values()].filter(({ change }) => change === 'placed').map(({ hold }) => hold)
  insertPlaced(tx, placed)
  const decidedOn = ({ holdId }: Hold): number => {
    const { change, hold } = first.get(holdId) as HoldStep
    return change === 'placed' ? 1 : hold.version - 1
  }
  updateChanged(
    tx,
    [...last.values()].filter((hold) => hold.version > decidedOn(hold)),
    decidedOn,
  )
  const holds = steps.map(({ hold }) => hold)
  sql.send(tx, insertEvents, [
    tenantOf(tx),
    plainArray(holds.map(({ holdId }) => holdId)),
    plainArray(holds.map(({ version }) => version)),
    textArray(steps.map(({ change }) => change)),
    plainArray(holds.map(({ captured }) => captured)),
    plainArray(holds.map(({ remaining }) => remaining)),
    textArray(holds.map(({ status }) => status)),
    optionalTextArray(holds.map(({ expiresAt }) => expiresAt)),
    plainArray(steps.map(({ entryAt }) => entryAt)),
  ])
}

function insertPlaced(tx: Tx, holds: readonly Hold[]): void {
  if (holds.length === 0) return
  sql.send(tx, insertHolds, [
    tenantOf(tx),
    plainArray(holds.map(({ holdId }) => holdId)),
    textArray(holds.map(({ accountId }) => accountId)),
    textArray(holds.map(({ currency }) => currency)),
    plainArray(holds.map(({ amount }) => amount)),
    optionalTextArray(holds.map(({ expiresAt }) => expiresAt)),
    optionalTextArray(holds.map(({ reference }) => reference)),
    textArray(holds.map(({ placedAt }) => placedAt)),
    optionalTextArray(holds.map(({ decision }) => decision && JSON.stringify(decision))),
    sparseArray(holds.map(({ clears }) => clears?.availableFrom)),
    sparseArray(holds.map(({ clears }) => clears?.entryId)),
    sparseArray(holds.map(({ clears }) => clears?.lineNo)),
    optionalTextArray(holds.map(({ transactionCode }) => transactionCode)),
    sparseArray(holds.map(({ placedOn }) => placedOn)),
  ])
}

function updateChanged(tx: Tx, holds: readonly Hold[], decidedOn: (hold: Hold) => number): void {
  if (holds.length === 0) return
  sql.send(tx, updateHolds, [
    tenantOf(tx),
    plainArray(holds.map(({ holdId }) => holdId)),
    plainArray(holds.map(({ captured }) => captured)),
    plainArray(holds.map(({ remaining }) => remaining)),
    textArray(holds.map(({ status }) => status)),
    optionalTextArray(holds.map(({ expiresAt }) => expiresAt)),
    plainArray(holds.map(({ version }) => version)),
    plainArray(holds.map(decidedOn)),
    holds.length,
  ])
}
