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
}
