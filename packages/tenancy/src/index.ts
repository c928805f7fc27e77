import type { Tx } from '@plinth/db'
import type { Instant, TenantId } from '@plinth/kernel'
import { authenticatorWith, type Principal, type TenantRows } from './application/authenticate.js'
import { hashSecret, newApiToken } from './domain/api-key.js'
import type { JwtSettings } from './domain/jwt.js'
import type { Role } from './domain/role.js'
import { insertApiKey, noteApiKeyUse, readApiKey } from './infrastructure/api-key-store.js'
import { openJwtVerifier } from './infrastructure/jwt-verifier.js'
import { readTenant } from './infrastructure/tenant-store.js'

export type { Principal } from './application/authenticate.js'
export { type JwtAlgorithm, type JwtSettings, jwtAlgorithms } from './domain/jwt.js'
export { isRole, may, type Permission, type Role, roles, rolesWith } from './domain/role.js'
export type { Tenant } from './domain/tenant.js'
export { type ApiKeyInfo, listApiKeys, revokeApiKey } from './infrastructure/api-key-store.js'
export { KeysUnavailable } from './infrastructure/key-set.js'
export { insertTenant, listTenants, readTenant } from './infrastructure/tenant-store.js'

export type Authenticate = (token: string, nowMs: number) => Promise<Principal | undefined>

/** An authenticator that reads keys and tenants through `rows`, and takes JWTs if it is told whose. */
export const openAuthenticator = (rows: TenantRows, jwt?: JwtSettings): Authenticate =>
  authenticatorWith({ readApiKey, readTenant, noteApiKeyUse }, rows, jwt && openJwtVerifier(jwt))

/** Makes an API key of the transaction's tenant and answers its token, which is shown this once. */
export async function issueApiKey(
  tx: Tx,
  tenantId: TenantId,
  key: { name: string; roles: readonly Role[]; createdBy: string; expiresAt?: Instant },
): Promise<{ keyId: string; token: string }> {
  const { keyId, secret, text } = newApiToken(tenantId)
  const { name, roles, createdBy, expiresAt } = key
  await insertApiKey(tx, { keyId, name, roles, secretHash: hashSecret(secret), createdBy, expiresAt })
  return { keyId, token: text }
}
