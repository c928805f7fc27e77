import type { Tx } from '@plinth/db'
import type { ApiKey } from '../domain/api-key.js'
import type { JwtIdentity } from '../domain/jwt.js'
import type { TenantSettings } from '../domain/settings.js'
import type { Tenant } from '../domain/tenant.js'

/** The identity that a JSON Web Token proves at `nowMs`, or undefined. */
export type VerifyJwt = (token: string, nowMs: number) => Promise<JwtIdentity | undefined>

export interface TenancyPort {
  readApiKey(tx: Tx, keyId: string): Promise<ApiKey | undefined>
  readTenant(tx: Tx): Promise<Tenant | undefined>
  readSettings(tx: Tx): Promise<TenantSettings | undefined>
  noteApiKeyUse(tx: Tx, keyId: string): void
}
