import type { AccountDetails, AccountState, GlAccount } from '@plinth/account'
import type { AccountId, BusinessDate, CurrencyCode, GlCode, Instant } from '@plinth/kernel'
import type { Product } from '@plinth/product'
import type { SettingsDocument, TenantSettings } from '@plinth/tenancy'
import { initialSettings, settingsOf } from '@plinth/tenancy/domain'
import type { Book } from '../../packages/posting/src/domain/book.js'
import type { BatchPlan } from '../../packages/posting/src/domain/decide-batch.js'
import { noLimits } from '../../packages/posting/src/domain/limit-book.js'
import { ownCurrencies } from './commands.js'

/** An account on paper. Amounts are minor units; what is not said is an open, empty customer account in EUR. */
export function stateOf(accountId: string, change: Partial<AccountState> = {}): AccountState {
  return {
    accountId: accountId as AccountId,
    glCode: '2100' as GlCode,
    currency: 'EUR' as CurrencyCode,
    normalSide: 'credit',
    unlimited: false,
    status: 'open',
    blockDebits: false,
    blockCredits: false,
    overdraftLimit: 0n,
    debits: 0n,
    credits: 0n,
    held: 0n,
    version: 0,
    rowVersion: 0,
    limits: [],
    countedFrom: undefined,
    ...change,
  }
}

export const detailsOf = ({ accountId, glCode, currency }: AccountState): AccountDetails => ({
  accountId,
  name: accountId,
  glCode,
  currency,
  customerId: undefined,
  productCode: undefined,
  metadata: {},
})

const chart: readonly GlAccount[] = [
  {
    code: '2100' as GlCode,
    name: 'Deposits',
    type: 'liability',
    parentCode: undefined,
    normalSide: 'credit',
    postable: true,
  },
  {
    code: '1000' as GlCode,
    name: 'Assets',
    type: 'asset',
    parentCode: undefined,
    normalSide: 'debit',
    postable: false,
  },
]

export interface BookOptions {
  readonly accounts?: Readonly<Record<string, Partial<AccountState>>>
  readonly businessDate?: string
  readonly daysBack?: number | undefined
  readonly daysAhead?: number
  readonly settings?: Partial<SettingsDocument>
  readonly products?: readonly Product[]
}

const known = new Map<string, TenantSettings>()

/** One object for the same settings, so that two books of them are equal. */
function settingsBy(change: Partial<SettingsDocument>): TenantSettings {
  const key = JSON.stringify(change)
  const settings =
    known.get(key) ?? settingsOf(1, { ...initialSettings, currencies: ownCurrencies, ...change })
  known.set(key, settings)
  return settings
}

/** A book on 2026-11-20 with these accounts, the GL account 2100 and the heading 1000. `cash` is always there, unlimited. */
export function bookOf({
  accounts = {},
  businessDate = '2026-11-20',
  daysBack,
  daysAhead = 0,
  settings = {},
  products = [],
}: BookOptions = {}): Book {
  const states = Object.entries({ cash: { unlimited: true }, ...accounts }).map(([id, change]) =>
    stateOf(id, change),
  )
  return {
    businessDate: businessDate as BusinessDate,
    years: { final: 2025, closing: undefined },
    now: '2026-11-20T12:00:00.000Z' as Instant,
    settings: settingsBy({ valueDateDaysBack: daysBack ?? null, valueDateDaysAhead: daysAhead, ...settings }),
    holds: new Map(),
    suspenseItems: new Map(),
    clearings: new Map(),
    entries: new Map(),
    reversed: new Map(),
    proposals: new Map(),
    erasures: new Map(),
    limits: noLimits(),
    accrued: new Map(),
    products: new Map(products.map((product) => [product.productCode, product])),
    accounts: new Map(states.map((state) => [state.accountId, state])),
    details: new Map(states.map((state) => [state.accountId, detailsOf(state)])),
    glAccounts: new Map(chart.map((glAccount) => [glAccount.code, glAccount])),
  }
}

/**
 * Writes a plan's balance steps over `rows` as the database would: a step must find the row_version it was decided on, and
 * raises it; nobody falls below a limit unless the step says that it is forced. Throws where that is not so.
 */
export function writeSteps(rows: Map<AccountId, AccountState>, plan: BatchPlan): void {
  for (const { state } of plan.opened) rows.set(state.accountId, state)
  for (const step of plan.balanceSteps) {
    for (const state of step.kind === 'standing' ? [step.state] : step.states) {
      const row = rows.get(state.accountId)
      if (row?.rowVersion !== state.rowVersion) {
        throw new Error(
          `${state.accountId}: decided on ${state.rowVersion}, the row is at ${row?.rowVersion}`,
        )
      }
      const forced = step.kind === 'turnovers' && step.forced.has(state.accountId)
      if (step.kind === 'turnovers' && !forced && fallsBelow(row, state))
        throw new Error(`${state.accountId} would be overdrawn beyond its limit`)
      rows.set(state.accountId, { ...row, ...changeOf(step.kind, state), rowVersion: row.rowVersion + 1 })
    }
  }
}

function changeOf(
  kind: BatchPlan['balanceSteps'][number]['kind'],
  state: AccountState,
): Partial<AccountState> {
  const { status, blockDebits, blockCredits, overdraftLimit, debits, credits, held, version } = state
  const { limits, countedFrom } = state
  if (kind === 'counted') return { countedFrom }
  return kind === 'standing'
    ? { status, blockDebits, blockCredits, overdraftLimit, limits }
    : { debits, credits, held, version }
}

/** As the database has it in `within_limit`. */
const fallsBelow = (row: AccountState, { debits, credits, held }: AccountState): boolean => {
  const [before, after] = [row.credits - row.debits - row.held, credits - debits - held]
  return !row.unlimited && after < before && after + row.overdraftLimit < 0n
}
