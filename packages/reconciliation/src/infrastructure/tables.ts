/** Kysely's view of the schema `reconciliation`, as node-postgres delivers it: numerics as text. */
export interface ReconciliationTables {
  'reconciliation.statement': {
    tenant_id: string
    account_id: string
    statement_no: number
    from_date: string
    to_date: string
    account_name: string
    currency: string
    normal_side: 'debit' | 'credit'
    opening: string
    closing: string
    debit_count: number
    credit_count: number
    debits: string
    credits: string
    checksum: string
    made_at: string
    made_by: string
  }
  'reconciliation.gl_extract': {
    tenant_id: string
    business_date: string
    form: number
    row_count: number
    checksum: string
    made_at: string
  }
  'reconciliation.reconciliation_break': {
    tenant_id: string
    break_id: string
    comparison: string
    subject: string
    expected: string
    found: string
    difference: string | null
    status: string
    first_run_id: string
    first_seen_at: string
    last_run_id: string
    last_seen_at: string
    closed_by_run_id: string | null
    explained_by: string | null
    note: string | null
    event_count: number
  }
}
