import type { RiskDecision } from '@plinth/kernel'

/** Kysely's view of the schema `ledger`, as node-postgres delivers it: numerics as text, bigints as counts. */
export interface LedgerTables {
  'ledger.journal_head': {
    tenant_id: string
    next_entry_no: number
    next_event_position: number
    last_posted_at: string
    business_date: string
    closing_date: string | null
    final_year: number
    closing_year: number | null
  }
  'ledger.journal_entry': {
    tenant_id: string
    entry_no: number
    entry_id: string
    kind: string
    transaction_code: string
    description: string | null
    reference: string | null
    end_to_end_id: string | null
    reverses_entry_no: number | null
    reason: string | null
    advice: boolean | null
    decision: RiskDecision | null
    hold_id: string | null
    booking_date: string
    entered_on: string | null
    value_date: string
    thirteenth_of: number | null
    posted_at: string
    correlation_id: string
    causation_id: string | null
    metadata: Record<string, string>
    line_count: number
    rendering: number
    details_erased_at: string | null
    details_erased_under: string | null
  }
  'ledger.posting_line': {
    tenant_id: string
    entry_no: number
    line_no: number
    account_id: string
    side: string
    amount: string
    currency: string
    gl_code: string
    balance_after: string
    account_version: number
    reverses_entry_no: number | null
    reverses_line_no: number | null
    available_from: string | null
    diverted_from: string | null
    diverted_because: string | null
    booking_date: string
    entered_on: string | null
    value_date: string
  }
}
