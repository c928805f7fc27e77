import type { Tx } from '@plinth/db'
import type { ApiKey } from '../domain/api-key.js'
import type { Tenant } from '../domain/tenant.js'

export interface TenancyPort {
  readApiKey(tx: Tx, keyId: string): Promise<ApiKey | undefined>
  readTenant(tx: Tx): Promise<Tenant | undefined>
}
