import {
  type AccountId,
  type BusinessDate,
  type CurrencyCode,
  type GlCode,
  type Limit,
  limitOf,
  minorFromDatabase,
  type Side,
} from '@plinth/kernel'
import type { AccountDetails, AccountState, AccountStatus } from '../domain/account-state.js'
import type { GlAccount, GlType } from '../domain/gl-account.js'
import type { AccountTables } from './tables.js'

export type BalanceRow = Omit<AccountTables['account.balance'], 'tenant_id' | 'forced_row_version'>

export const toState = (row: BalanceRow): AccountState => ({
  accountId: row.account_id as AccountId,
  glCode: row.gl_code as GlCode,
  currency: row.currency as CurrencyCode,
  normalSide: row.normal_side as Side,
  unlimited: row.unlimited,
  status: row.status as AccountStatus,
  blockDebits: row.block_debits,
  blockCredits: row.block_credits,
  overdraftLimit: minorFromDatabase(row.overdraft_limit),
  debits: minorFromDatabase(row.debits),
  credits: minorFromDatabase(row.credits),
  held: minorFromDatabase(row.held),
  version: row.version,
  rowVersion: row.row_version,
  limits: row.spending_limits === null ? noLimits : row.spending_limits.map((limit) => limitOf(limit, 0)),
  countedFrom: (row.counted_from as BusinessDate | null) ?? undefined,
})

const noLimits: readonly Limit[] = []

export type DetailsRow = Omit<AccountTables['account.account'], 'tenant_id' | 'opened_at' | 'opened_on'>

export const toDetails = (row: DetailsRow): AccountDetails => ({
  accountId: row.account_id as AccountId,
  name: row.name,
  glCode: row.gl_code as GlCode,
  currency: row.currency as CurrencyCode,
  customerId: row.customer_id ?? undefined,
  productCode: row.product_code ?? undefined,
  metadata: row.metadata,
})

export type GlAccountRow = Omit<AccountTables['account.gl_account'], 'tenant_id' | 'created_at'>

export const toGlAccount = (row: GlAccountRow): GlAccount => ({
  code: row.code as GlCode,
  name: row.name,
  type: row.type as GlType,
  parentCode: (row.parent_code as GlCode | null) ?? undefined,
  normalSide: row.normal_side as Side,
  postable: row.postable,
})
