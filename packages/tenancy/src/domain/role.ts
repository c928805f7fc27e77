/** Contract §9. */
export const roles = ['payments', 'operator', 'auditor', 'product_manager', 'approver', 'admin'] as const
export type Role = (typeof roles)[number]

/** What a caller may do. One table decides it for every edge. To propose something one must be allowed to do it as well. */
export type Permission =
  | 'read_chart'
  | 'read_books'
  | 'read_audit'
  | 'read_journeys'
  | 'post'
  | 'post_advice'
  | 'post_accruals'
  | 'clear_suspense'
  | 'erase_details'
  | 'open_account'
  | 'open_unlimited_account'
  | 'manage_accounts'
  | 'make_statements'
  | 'manage_chart'
  | 'manage_api_keys'
  | 'manage_settings'
  | 'propose'
  | 'read_proposals'
  | 'decide_proposals'
  | 'draft_products'
  | 'decide_products'
  | 'run_eod'
  | 'post_year_end'
  | 'close_years'
  | 'explain_breaks'
  | 'submit_rates'
  | 'decide_rates'
  | 'read_webhooks'
  | 'replay_webhooks'
  | 'manage_webhooks'

const payments: readonly Permission[] = [
  'read_chart',
  'read_books',
  'post',
  'open_account',
  'propose',
  'read_proposals',
]
const operator: readonly Permission[] = [
  ...payments,
  'read_journeys',
  'post_advice',
  'post_accruals',
  'clear_suspense',
  'erase_details',
  'open_unlimited_account',
  'manage_accounts',
  'make_statements',
  'manage_chart',
  'run_eod',
  'post_year_end',
  'close_years',
  'explain_breaks',
  'submit_rates',
  'read_webhooks',
  'replay_webhooks',
]
const auditor: readonly Permission[] = [
  'read_chart',
  'read_books',
  'read_audit',
  'read_journeys',
  'read_proposals',
  'read_webhooks',
]
const approver: readonly Permission[] = [
  'read_chart',
  'read_proposals',
  'decide_proposals',
  'decide_products',
  'decide_rates',
]

const productManager: readonly Permission[] = ['read_chart', 'draft_products']

const permissions: Readonly<Record<Role, ReadonlySet<Permission>>> = {
  payments: new Set(payments),
  operator: new Set(operator),
  auditor: new Set(auditor),
  product_manager: new Set(productManager),
  approver: new Set(approver),
  admin: new Set([
    ...operator,
    ...auditor,
    ...approver,
    ...productManager,
    'manage_api_keys',
    'manage_settings',
    'manage_webhooks',
  ]),
}

/** Whether any of the roles grants the permission. */
export const may = (held: readonly Role[], permission: Permission): boolean =>
  held.some((role) => permissions[role].has(permission))

/** The roles that grant the permission. */
export const rolesWith = (permission: Permission): readonly Role[] =>
  roles.filter((role) => permissions[role].has(permission))

export const isRole = (text: string): text is Role => (roles as readonly string[]).includes(text)
