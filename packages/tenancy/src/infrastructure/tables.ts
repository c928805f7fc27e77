/** Kysely's view of the schema `tenancy`. */
export interface TenancyTables {
  'tenancy.tenant': {
    tenant_id: string
    name: string
    base_currency: string
    time_zone: string
    first_business_date: string
    currencies: Record<string, number>
    value_date_days_back: number | null
    value_date_days_ahead: number
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
