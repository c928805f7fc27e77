import type { Tx } from '@plinth/db'
import { type Statement, sqlDoor, tenantOf } from '@plinth/db/sql'
import type { Instant } from '@plinth/kernel'
import type { ApiKey } from '../domain/api-key.js'
import type { Role } from '../domain/role.js'
import type { TenancyTables } from './tables.js'

const sql = sqlDoor<TenancyTables>('tenancy')

const keyById: Statement = {
  name: 'tenancy.api_key',
  text: `select key_id, name, roles, secret_hash, expires_at, revoked_at
    from tenancy.api_key where tenant_id = $1 and key_id = $2`,
}

type KeyRow = Pick<
  TenancyTables['tenancy.api_key'],
  'key_id' | 'name' | 'roles' | 'secret_hash' | 'expires_at' | 'revoked_at'
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
})

const insertKey: Statement = {
  name: 'tenancy.insert_api_key',
  text: `insert into tenancy.api_key (tenant_id, key_id, name, roles, secret_hash, created_by, expires_at)
    values ($1, $2, $3, $4, $5, $6, $7)`,
}

export async function insertApiKey(
  tx: Tx,
  key: Pick<ApiKey, 'keyId' | 'name' | 'roles' | 'secretHash'> & {
    createdBy: string
    expiresAt: Instant | undefined
  },
): Promise<void> {
  await sql.change(tx, insertKey, [
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

/** Every key of the tenant, without its hash. */
export async function listApiKeys(tx: Tx) {
  const rows = await sql.rows(
    tx,
    sql.build
      .selectFrom('tenancy.api_key')
      .select(['key_id', 'name', 'roles', 'created_at', 'created_by', 'expires_at', 'revoked_at'])
      .where('tenant_id', '=', tenantOf(tx))
      .orderBy('created_at'),
  )
  return rows.map((row) => ({
    keyId: row.key_id,
    name: row.name,
    roles: row.roles as Role[],
    createdAt: row.created_at as Instant,
    createdBy: row.created_by,
    expiresAt: (row.expires_at as Instant | null) ?? undefined,
    revokedAt: (row.revoked_at as Instant | null) ?? undefined,
  }))
}
