import type { RiskDecision } from '@plinth/kernel'

/** Kysely's view of the schema `holds`, as node-postgres delivers it: numerics as text. */
export interface HoldTables {
  'holds.account_hold': {
    tenant_id: string
    hold_id: string
    account_id: string
    currency: string
    amount: string
    captured: string
    remaining: string
    status: string
    expires_at: string | null
    reference: string | null
    decision: RiskDecision | null
    available_from: string | null
    clears_entry_id: string | null
    clears_line_no: number | null
    transaction_code: string | null
    placed_on: string | null
    placed_at: string
    version: number
  }
}
