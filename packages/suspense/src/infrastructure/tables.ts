/** Kysely's view of the schema `suspense`, as node-postgres delivers it: numerics as text. */
export interface SuspenseTables {
  'suspense.suspense_item': {
    tenant_id: string
    suspense_item_id: string
    entry_id: string
    line_no: number
    value_date: string
    account_id: string
    intended_account_id: string
    because: string
    currency: string
    amount: string
    cleared: string
    returned: string
    status: string
    opened_at: string
    version: number
  }
}
