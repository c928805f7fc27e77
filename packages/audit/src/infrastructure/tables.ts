/** Kysely's view of the schema `audit`. */
export interface AuditTables {
  'audit.audit_event': {
    tenant_id: string
    audit_event_id: string
    occurred_at: string
    subject: string
    roles: string[]
    action: string
    object: string | null
    outcome: string
    code: string | null
    idempotency_key: string | null
    correlation_id: string
    causation_id: string | null
    client: string | null
    on_behalf_of: string | null
    origin: string | null
  }
}
