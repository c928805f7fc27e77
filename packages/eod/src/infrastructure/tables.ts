/** Kysely's view of the schema `eod`, as node-postgres delivers it: numerics as text, bigints as counts. */
export interface EodTables {
  'eod.run': {
    tenant_id: string
    run_id: string
    business_date: string
    next_date: string
    status: string
    cut_off_entry_no: number | null
    cut_off_at: string | null
    started_by: string
    correlation_id: string
    finished_at: string | null
    failed_step: string | null
    failure: string | null
    lease_owner: string
    lease_since: string
    lease_until: string
    lease_epoch: number
  }
  'eod.year_end': {
    tenant_id: string
    year: number
    status: string
    retained_earnings_gl_code: string
    begun_at: string
    begun_by: string
    correlation_id: string
    begun_entry_no: number
    final_entry_no: number | null
    final_at: string | null
    partitions: number | null
  }
}
