import type { Tx } from '@plinth/db'
import { type Statement, sqlDoor, tenantOf } from '@plinth/db/sql'
import type { Instant } from '@plinth/kernel'
import type { ApiKey } from '../domain/api-key.js'
import type { Role } from '../domain/role.js'
import type { TenancyTables } from './tables.js'

const sql = sqlDoor<TenancyTables>('tenancy')

const keyById: Statement = {
  name: 'tenancy.api_key',
  text: `select key_id, name, roles, secret_hash, expires_at, revoked_at, last_used_at
    from tenancy.api_key where tenant_id = $1 and key_id = $2`,
}

type KeyRow = Pick<
  TenancyTables['tenancy.api_key'],
  'key_id' | 'name' | 'roles' | 'secret_hash' | 'expires_at' | 'revoked_at' | 'last_used_at'
>

export async function readApiKey(tx: Tx, keyId: string): Promise<ApiKey | undefined> {
  const [row] = await sql.run<KeyRow>(tx, keyById, [tenantOf(tx), keyId])
  return row && toApiKey(row)
}

const epochMs = (instant: string | null): number | undefined =>
  instant === null ? undefined : Date.parse(instant)

const toApiKey = (row: KeyRow): ApiKey => ({
  keyId: row.key_id,
  name: row.name,
  roles: row.roles as Role[],
  secretHash: row.secret_hash,
  expiresAtMs: epochMs(row.expires_at),
  revokedAtMs: epochMs(row.revoked_at),
  lastUsedAtMs: epochMs(row.last_used_at),
})

const insertKey: Statement = {
  name: 'tenancy.insert_api_key',
  text: `insert into tenancy.api_key (tenant_id, key_id, name, roles, secret_hash, created_by, expires_at)
    values ($1, $2, $3, $4, $5, $6, $7)`,
}

export interface NewApiKey extends Pick<ApiKey, 'keyId' | 'name' | 'roles' | 'secretHash'> {
  readonly createdBy: string
  readonly expiresAt: Instant | undefined
}

export function insertApiKey(tx: Tx, key: NewApiKey): void {
  sql.send(tx, insertKey, [
    tenantOf(tx),
    key.keyId,
    key.name,
    [...key.roles],
    key.secretHash,
    key.createdBy,
    key.expiresAt ?? null,
  ])
}

/** Marks the key revoked now. False if there is no such key or it was revoked before. */
export async function revokeApiKey(tx: Tx, keyId: string): Promise<boolean> {
  const revoked = await sql.change(
    tx,
    {
      name: 'tenancy.revoke_api_key',
      text: `update tenancy.api_key set revoked_at = clock_timestamp()
        where tenant_id = $1 and key_id = $2 and revoked_at is null`,
    },
    [tenantOf(tx), keyId],
  )
  return revoked === 1
}

const noteUse: Statement = {
  name: 'tenancy.note_api_key_use',
  text: `update tenancy.api_key set last_used_at = clock_timestamp() where tenant_id = $1 and key_id = $2`,
}

/** Notes that the key was used now. */
export function noteApiKeyUse(tx: Tx, keyId: string): void {
  sql.send(tx, noteUse, [tenantOf(tx), keyId])
}

/** A key as it may be shown: without its hash. */
export interface ApiKeyInfo {
  readonly keyId: string
  readonly name: string
  readonly roles: readonly Role[]
  readonly createdAt: Instant
  readonly createdBy: string
  readonly expiresAt: Instant | undefined
  readonly revokedAt: Instant | undefined
  /** To the minute. */
  readonly lastUsedAt: Instant | undefined
}

export interface ApiKeyPage {
  readonly order?: 'asc' | 'desc'
  readonly limit?: number
  /** The id of the last key of the page before. */
  readonly after?: string | undefined
  /** This one alone. */
  readonly keyId?: string
}

/** The keys of the tenant, by id. */
export async function listApiKeys(
  tx: Tx,
  { order = 'asc', limit, after, keyId }: ApiKeyPage = {},
): Promise<ApiKeyInfo[]> {
  let query = sql.build
    .selectFrom('tenancy.api_key')
    .select([
      'key_id',
      'name',
      'roles',
      'created_at',
      'created_by',
      'expires_at',
      'revoked_at',
      'last_used_at',
    ])
    .where('tenant_id', '=', tenantOf(tx))
    .orderBy('key_id', order)
  if (limit !== undefined) query = query.limit(limit)
  if (after !== undefined) query = query.where('key_id', order === 'asc' ? '>' : '<', after)
  if (keyId !== undefined) query = query.where('key_id', '=', keyId)
  const rows = await sql.rows(tx, query)
  return rows.map((row) => ({
    keyId: row.key_id,
    name: row.name,
    roles: row.roles as Role[],
    createdAt: row.created_at as Instant,
    createdBy: row.created_by,
    expiresAt: (row.expires_at as Instant | null) ?? undefined,
    revokedAt: (row.revoked_at as Instant | null) ?? undefined,
    lastUsedAt: (row.last_used_at as Instant | null) ?? undefined,
  }))
}
