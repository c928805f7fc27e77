import type { Tx } from '@plinth/db'
import { optionalTextArray, plainArray, type Statement, sqlDoor, tenantOf, textArray } from '@plinth/db/sql'
import { type AccountId, type BusinessDate, behindAllAccounts, type Instant } from '@plinth/kernel'
import type { TakenTerms } from '../application/ports.js'
import type { TermsSnapshot } from '../domain/terms-snapshot.js'

const sql = sqlDoor<Record<never, never>>('account')

// An end of day takes no numbers for it, and has no moment at which it took them.
const insertSnapshots: Statement = {
  name: 'account.insert_terms_snapshots',
  text: `insert into account.terms_snapshot
      (tenant_id, account_id, snapshot_no, product_code, product_version, product_version_id, parameters, checksum,
       effective_from, eligibility, eligibility_checksum, captured_at)
    select $1, k.account_id, k.snapshot_no, k.product_code, k.product_version, k.product_version_id, k.parameters,
           decode(k.checksum, 'hex'), k.effective_from, k.eligibility, decode(k.eligibility_checksum, 'hex'),
           coalesce(nullif(current_setting('plinth.posted_at', true), '')::timestamptz,
                    date_trunc('milliseconds', statement_timestamp()))
      from unnest($2::text[], $3::integer[], $4::text[], $5::integer[], $6::uuid[], $7::text[], $8::text[], $9::date[],
                  $10::text[], $11::text[])
        as k (account_id, snapshot_no, product_code, product_version, product_version_id, parameters, checksum,
              effective_from, eligibility, eligibility_checksum)
     order by k.account_id, k.snapshot_no`,
}

/** Captures terms of accounts, behind their opening. */
export function writeTerms(tx: Tx, taken: readonly TakenTerms[]): void {
  if (taken.length === 0) return
  const terms = taken.map((each) => each.terms)
  sql.send(tx, insertSnapshots, [
    tenantOf(tx),
    textArray(taken.map(({ accountId }) => accountId)),
    plainArray(taken.map(({ snapshotNo }) => snapshotNo)),
    textArray(terms.map(({ productCode }) => productCode)),
    plainArray(terms.map(({ version }) => version)),
    textArray(terms.map(({ productVersionId }) => productVersionId)),
    textArray(terms.map(({ parameters }) => parameters)),
    textArray(terms.map(({ checksum }) => checksum)),
    plainArray(terms.map(({ effectiveFrom }) => effectiveFrom)),
    optionalTextArray(terms.map(({ eligibility }) => eligibility)),
    optionalTextArray(terms.map(({ eligibilityChecksum }) => eligibilityChecksum)),
  ])
}

interface LastRow {
  readonly account_id: string
  readonly snapshot_no: number
  readonly product_code: string
  readonly product_version: number
  readonly effective_from: string
}

const lastByKey: Statement = {
  name: 'account.last_terms',
  text: `select t.* from unnest($2::text[]) as k (account_id)
    cross join lateral (
      select account_id, snapshot_no, product_code, product_version, effective_from
        from account.terms_snapshot where tenant_id = $1 and account_id = k.account_id
       order by snapshot_no desc limit 1) t`,
}

/** Which terms accounts took on last; those that have none are left out. */
export async function readLastTerms(
  tx: Tx,
  accountIds: readonly AccountId[],
): Promise<Pick<TermsSnapshot, 'accountId' | 'snapshotNo' | 'productCode' | 'version' | 'effectiveFrom'>[]> {
  if (accountIds.length === 0) return []
  const rows = await sql.run<LastRow>(tx, lastByKey, [tenantOf(tx), textArray(accountIds)])
  return rows.map((row) => ({
    accountId: row.account_id as AccountId,
    snapshotNo: row.snapshot_no,
    productCode: row.product_code,
    version: row.product_version,
    effectiveFrom: row.effective_from as BusinessDate,
  }))
}

interface Row extends LastRow {
  readonly product_version_id: string
  readonly parameters: string
  readonly checksum: string
  readonly eligibility: string | null
  readonly eligibility_checksum: string | null
  readonly captured_at: string
}

const snapshotsByKey: Statement = {
  name: 'account.terms_snapshots',
  text: `select t.* from unnest($2::text[]) as k (account_id)
    cross join lateral (
      select account_id, snapshot_no, product_code, product_version, product_version_id, parameters,
             encode(checksum, 'hex') as checksum, effective_from, eligibility,
             encode(eligibility_checksum, 'hex') as eligibility_checksum, captured_at
        from account.terms_snapshot where tenant_id = $1 and account_id = k.account_id
       order by snapshot_no offset 0) t`,
}

/** Every snapshot of the terms of these accounts, those of one in their order: a handful in its life. */
export async function readTermsSnapshots(tx: Tx, accountIds: readonly AccountId[]): Promise<TermsSnapshot[]> {
  if (accountIds.length === 0) return []
  const rows = await sql.run<Row>(tx, snapshotsByKey, [tenantOf(tx), textArray(accountIds)])
  return rows.map((row) => ({
    accountId: row.account_id as AccountId,
    snapshotNo: row.snapshot_no,
    productCode: row.product_code,
    version: row.product_version,
    productVersionId: row.product_version_id as TermsSnapshot['productVersionId'],
    effectiveFrom: row.effective_from as BusinessDate,
    parameters: row.parameters,
    checksum: row.checksum,
    eligibility: row.eligibility ?? undefined,
    eligibilityChecksum: row.eligibility_checksum ?? undefined,
    capturedAt: row.captured_at as Instant,
  }))
}

/** What an end of day wants to know of a snapshot. */
export type TermsOfMany = Pick<
  TermsSnapshot,
  'accountId' | 'snapshotNo' | 'productCode' | 'effectiveFrom' | 'checksum' | 'parameters'
>

const headsByKey: Statement = {
  name: 'account.terms_heads',
  text: `select t.* from unnest($2::text[]) as k (account_id)
    cross join lateral (
      select account_id, snapshot_no, product_code, encode(checksum, 'hex') as checksum, effective_from
        from account.terms_snapshot where tenant_id = $1 and account_id = k.account_id
       order by snapshot_no offset 0) t`,
}

const textsByKey: Statement = {
  name: 'account.terms_texts',
  text: `select t.* from unnest($2::text[], $3::integer[]) as k (account_id, snapshot_no)
    cross join lateral (
      select encode(checksum, 'hex') as checksum, parameters from account.terms_snapshot
       where tenant_id = $1 and account_id = k.account_id and snapshot_no = k.snapshot_no offset 0) t`,
}

/**
 * As `readTermsSnapshots`, for the accounts of a whole partition: they have a handful of texts between them, each of which is read
 * once. The database holds a text to what it hashes to.
 */
export async function readTermsOfMany(tx: Tx, accountIds: readonly AccountId[]): Promise<TermsOfMany[]> {
  if (accountIds.length === 0) return []
  const rows = await sql.run<Omit<Row, 'parameters'>>(tx, headsByKey, [tenantOf(tx), textArray(accountIds)])
  const samples = [...new Map(rows.map((row) => [row.checksum, row])).values()]
  const texts = await sql.run<Pick<Row, 'checksum' | 'parameters'>>(tx, textsByKey, [
    tenantOf(tx),
    textArray(samples.map((row) => row.account_id)),
    plainArray(samples.map((row) => row.snapshot_no)),
  ])
  const textOf = new Map(texts.map(({ checksum, parameters }) => [checksum, parameters]))
  return rows.map((row) => ({
    accountId: row.account_id as AccountId,
    snapshotNo: row.snapshot_no,
    productCode: row.product_code,
    effectiveFrom: row.effective_from as BusinessDate,
    checksum: row.checksum,
    parameters: textOf.get(row.checksum) as string,
  }))
}

// Two ranges of primary keys. Both ends are plain parameters: under row-level security anything else is no condition of the index,
// and each partition would read on to the tenant's last account.
const termsHolders: Statement = {
  name: 'account.terms_holders',
  text: `with opened as materialized (
      select account_id from account.terms_snapshot
       where tenant_id = $1 and snapshot_no = 1 and account_id between $2 and $3
       order by account_id limit $4)
    select account_id, false as closed from opened
    union all
    select account_id, true from account.balance
     where tenant_id = $1 and status = 'closed'
       and account_id between (select min(account_id) from opened) and (select max(account_id) from opened)`,
}

/**
 * Accounts that were opened with terms and are not closed, by id: from one to another, both included; `to` undefined: all behind.
 * Fewer than `limit` are the last; there may be more.
 */
export async function listTermsHolders(
  tx: Tx,
  { from, to, limit }: { readonly from: string; readonly to: string | undefined; readonly limit: number },
): Promise<AccountId[]> {
  const found: AccountId[] = []
  for (let next = from; ; ) {
    const rows = await sql.run<{ account_id: AccountId; closed: boolean }>(tx, termsHolders, [
      ...[tenantOf(tx), next, to ?? behindAllAccounts, limit],
    ])
    const idsOf = (wanted: boolean) =>
      rows.filter((row) => row.closed === wanted).map((row) => row.account_id)
    const [opened, closed] = [idsOf(false).sort(), new Set(idsOf(true))]
    found.push(...opened.filter((accountId) => !closed.has(accountId)))
    const last = opened.at(-1)
    if (last === undefined || opened.length < limit || found.length >= limit) return found
    // Every character of an account's id sorts behind the blank, so nothing lies between.
    next = `${last} `
  }
}
