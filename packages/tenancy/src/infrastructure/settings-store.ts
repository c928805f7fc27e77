import type { Tx } from '@plinth/db'
import { type Statement, sqlDoor, tenantOf } from '@plinth/db/sql'
import { type Instant, invariant } from '@plinth/kernel'
import type { Actor } from '../domain/proposal.js'
import { documentOf, type SettingsDocument, settingsOf, type TenantSettings } from '../domain/settings.js'
import type { TenancyTables } from './tables.js'

const sql = sqlDoor<TenancyTables>('tenancy')

type Row = Pick<TenancyTables['tenancy.settings'], 'version' | 'settings'>

const byVersion: Statement = {
  name: 'tenancy.settings',
  text: 'select version, settings from tenancy.settings where tenant_id = $1 and version = $2',
}

/** A version of the tenant's settings. It never changes, so no lock is needed and it may be remembered. */
export async function readSettingsVersion(tx: Tx, version: number): Promise<TenantSettings> {
  const [row] = await sql.run<Row>(tx, byVersion, [tenantOf(tx), version])
  invariant(row !== undefined, 'the head names settings that are there', { tenantId: tenantOf(tx), version })
  return settingsOf(row.version, row.settings)
}

const newest: Statement = {
  name: 'tenancy.newest_settings',
  text: 'select version, settings from tenancy.settings where tenant_id = $1 order by version desc limit 1',
}

/** The tenant's settings, true when read; undefined if there is no such tenant. */
export async function readSettings(tx: Tx): Promise<TenantSettings | undefined> {
  const [row] = await sql.run<Row>(tx, newest, [tenantOf(tx)])
  return row && settingsOf(row.version, row.settings)
}

const insert: Statement = {
  name: 'tenancy.insert_settings',
  text: `insert into tenancy.settings
      (tenant_id, version, settings, first_entry_no, changed_at, changed_by, on_behalf_of, reason)
    values ($1, $2, $3, plinth.first_entry_no() + $4, plinth.posted_at(), $5, $6, $7)`,
}

/** A change of the settings: what they become, who did it and why. */
export interface SettingsVersion {
  readonly settings: TenantSettings
  readonly actor: Actor
  readonly reason: string
  /** How many entries the transaction makes before it. */
  readonly entriesBefore: number
}

/** Adds a version at the moment at which the transaction took its numbers. */
export function writeSettings(tx: Tx, { settings, actor, reason, entriesBefore }: SettingsVersion): void {
  sql.send(tx, insert, [
    tenantOf(tx),
    settings.version,
    JSON.stringify(documentOf(settings)),
    entriesBefore,
    actor.subject,
    actor.onBehalfOf ?? null,
    reason,
  ])
}

/** The first version of a tenant that is being made. */
export async function insertFirstSettings(
  tx: Tx,
  document: SettingsDocument,
  subject: string,
): Promise<void> {
  await sql.rows(
    tx,
    sql.build.insertInto('tenancy.settings').values({
      tenant_id: tenantOf(tx),
      version: 1,
      settings: JSON.stringify(document) as never,
      first_entry_no: 1,
      changed_by: subject,
      reason: 'as the tenant was made',
    } as never),
  )
}

/** A version with its history: since which entry it counts, who made it and why. */
export interface SettingsRecord {
  readonly settings: TenantSettings
  readonly firstEntryNo: number
  readonly changedAt: Instant
  readonly actor: Actor
  readonly reason: string
}

export interface SettingsPage {
  readonly order?: 'asc' | 'desc'
  readonly limit?: number
  readonly after?: number | undefined
}

/** The versions of the tenant's settings, by number. */
export async function listSettings(
  tx: Tx,
  { order = 'asc', limit, after }: SettingsPage = {},
): Promise<SettingsRecord[]> {
  let query = sql.build
    .selectFrom('tenancy.settings')
    .select(['version', 'settings', 'first_entry_no', 'changed_at', 'changed_by', 'on_behalf_of', 'reason'])
    .where('tenant_id', '=', tenantOf(tx))
    .orderBy('version', order)
  if (limit !== undefined) query = query.limit(limit)
  if (after !== undefined) query = query.where('version', order === 'asc' ? '>' : '<', after)
  return (await sql.rows(tx, query)).map((row) => ({
    settings: settingsOf(row.version, row.settings),
    firstEntryNo: row.first_entry_no,
    changedAt: row.changed_at as Instant,
    actor: { subject: row.changed_by, onBehalfOf: row.on_behalf_of ?? undefined },
    reason: row.reason,
  }))
}
