import type { SettingsDocument } from '../domain/settings.js'

/** Kysely's view of the schema `tenancy`. */
export interface TenancyTables {
  'tenancy.tenant': {
    tenant_id: string
    name: string
    base_currency: string
    time_zone: string
    first_business_date: string
  }
  'tenancy.settings': {
    tenant_id: string
    version: number
    settings: SettingsDocument
    first_entry_no: number
    changed_at: string
    changed_by: string
    on_behalf_of: string | null
    reason: string
  }
  'tenancy.proposal': {
    tenant_id: string
    proposal_id: string
    action: string
    payload: string
    payload_hash: Buffer
    reason: string
    deciders: string[]
    made_by: string
    made_on_behalf_of: string | null
    made_at: string
    expires_at: string
    status: string
    decided_by: string | null
    decided_on_behalf_of: string | null
    decided_at: string | null
    comment: string | null
  }
  'tenancy.api_key': {
    tenant_id: string
    key_id: string
    name: string
    roles: string[]
    secret_hash: Buffer
    created_at: string
    created_by: string
    expires_at: string | null
    revoked_at: string | null
    last_used_at: string | null
  }
}
