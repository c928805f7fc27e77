import type { LimitDocument } from '@plinth/kernel'

/** Kysely's view of the schema `account`, as node-postgres delivers it: numerics as text, bigints as counts. */
export interface AccountTables {
  'account.gl_account': {
    tenant_id: string
    code: string
    name: string
    type: string
    parent_code: string | null
    normal_side: string
    postable: boolean
    created_at: string
  }
  'account.account': {
    tenant_id: string
    account_id: string
    name: string
    gl_code: string
    currency: string
    customer_id: string | null
    product_code: string | null
    metadata: Record<string, string>
    opened_at: string
    opened_on: string
  }
  'account.balance': {
    tenant_id: string
    account_id: string
    gl_code: string
    currency: string
    normal_side: string
    unlimited: boolean
    status: string
    block_debits: boolean
    block_credits: boolean
    overdraft_limit: string
    debits: string
    credits: string
    held: string
    version: number
    row_version: number
    forced_row_version: number | null
    spending_limits: readonly LimitDocument[] | null
    counted_from: string | null
  }
  'account.spending': {
    tenant_id: string
    account_id: string
    period: string
    period_start: string
    transaction_code: string
    count: number
    amount: string
  }
}
