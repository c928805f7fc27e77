import {
  type AccountState,
  listLimitedAccounts,
  readProductCodes,
  readState,
  readUsage,
  type Usage,
} from '@plinth/account'
import type { Tx } from '@plinth/db'
import { type AccountId, type Currencies, invariant, limitsPeriods, monthOf } from '@plinth/kernel'
import { readHead } from '@plinth/ledger'
import { readSettings, type TenantSettings } from '@plinth/tenancy'
import { limitsOn } from '../domain/limits.js'
import { type ShownLimit, scopeOf } from '../domain/render-limit.js'
import { readSpendingSince, usageOf } from './read-limits.js'

export interface LimitPage {
  /** Every limit that applies to this account, with what it has spent. */
  readonly accountId?: AccountId | undefined
  readonly productCode?: string | undefined
  readonly transactionCode?: string | undefined
  readonly order: 'asc' | 'desc'
  readonly limit: number
  /** The place of the last limit of the page before. */
  readonly after?: string | undefined
}

export interface ListedLimit extends ShownLimit {
  /** By which limits are ordered: their scope, whose they are, code and currency. */
  readonly place: string
  readonly usage: Usage | undefined
}

/** Limits by scope, then by whose they are; amounts are in minor units of `currencies`. */
export async function listLimits(
  tx: Tx,
  page: LimitPage,
): Promise<{ limits: ListedLimit[]; currencies: Currencies }> {
  const settings = await readSettings(tx)
  invariant(settings !== undefined, 'a tenant has settings')
  const { productCode, transactionCode, order, limit, after } = page
  const found =
    page.accountId === undefined
      ? await everyLimit(tx, settings, page)
      : await limitsOfAccount(tx, settings, page.accountId)
  const sign = order === 'asc' ? 1 : -1
  const isBehind = (place: string): boolean =>
    after === undefined || (sign === 1 ? place > after : place < after)
  const limits = found
    .filter((each) => productCode === undefined || each.productCode === productCode)
    .filter((each) => transactionCode === undefined || each.limit.transactionCode === transactionCode)
    .filter(({ place }) => isBehind(place))
    .sort((one, other) => (one.place < other.place ? -sign : sign))
  return { limits: limits.slice(0, limit), currencies: settings.currencies }
}

// Sorts before every character of an id, so that places are in the order of the ids.
const separator = '\u0001'

function listed(shown: ShownLimit, usage?: Usage): ListedLimit {
  const { accountId = '', productCode = '', limit } = shown
  const { transactionCode = '', currency } = limit
  const place = [scopeOf(shown), accountId + productCode, transactionCode, currency].join(separator)
  return { ...shown, usage, place }
}

const ownLimits = ({ accountId, limits }: AccountState, usage?: Usage): ListedLimit[] =>
  limits.map((limit) => listed({ limit, accountId }, usage))

/** Those of the settings, and as many of accounts as a page can hold. */
async function everyLimit(tx: Tx, settings: TenantSettings, page: LimitPage): Promise<ListedLimit[]> {
  const common = settings.limits.map((limit) => listed({ limit, productCode: limit.productCode }))
  const { productCode, transactionCode, order, limit, after } = page
  const [scope, from] = after?.split(separator) ?? []
  // Accounts come first; whoever is behind them has seen them.
  if (productCode !== undefined || (order === 'asc' && scope !== undefined && scope !== 'account'))
    return common
  const accounts = await listLimitedAccounts(tx, {
    order,
    // One more: nothing may be left of the first.
    limit: limit + 1,
    from: scope === 'account' ? (from as AccountId) : undefined,
    transactionCode,
  })
  return [...accounts.flatMap((state) => ownLimits(state)), ...common]
}

async function limitsOfAccount(
  tx: Tx,
  settings: TenantSettings,
  accountId: AccountId,
): Promise<ListedLimit[]> {
  const state = await readState(tx, accountId)
  if (state === undefined) return []
  const product = (await readProductCodes(tx, [accountId])).get(accountId)
  const named = limitsOn(state, product, settings)
  const usage = named.some(({ limit }) => limitsPeriods(limit)) ? await usageNow(tx, state) : undefined
  return named.map(({ scope, limit }) =>
    listed(
      {
        limit,
        ...(scope === 'account' && { accountId }),
        ...(scope === 'product' && { productCode: product }),
      },
      usage,
    ),
  )
}

/** What the account has spent, counted already or not. */
async function usageNow(tx: Tx, { accountId, countedFrom }: AccountState): Promise<Usage> {
  const { businessDate } = await readHead(tx)
  if (countedFrom !== undefined)
    return (await readUsage(tx, [accountId], businessDate)).get(accountId) as Usage
  const since = [{ accountId, countedFrom: monthOf(businessDate) }]
  return usageOf(await readSpendingSince(tx, since), businessDate)
}
