import { readDetails } from '@plinth/account'
import type { Tx } from '@plinth/db'
import type { AccountId, CurrencyCode, GlCode } from '@plinth/kernel'
import { readSettings } from '@plinth/tenancy'
import { counterValueAccount, positionAccount } from '../domain/position.js'
import type { InName } from './ports.js'
import { type OwnCommand, postOwn } from './post-own.js'

export type OpenPositions = (tx: Tx, run: InName, currencies: readonly CurrencyCode[]) => Promise<void>

/**
 * Opens the position and counter-value accounts of currencies that have none, where the settings say on which GL accounts. The
 * head of the journal is locked from then on.
 *
 * @throws FxRefused one could not be opened.
 */
export const openPositions: OpenPositions = async (tx, run, currencies) => {
  const exchange = (await readSettings(tx))?.foreignExchange
  if (exchange === undefined) return
  const base = run.books.tenant.baseCurrency as CurrencyCode
  const { positionGlCode, counterValueGlCode } = exchange
  const wanted = currencies.flatMap((currency) => [
    {
      accountId: positionAccount(currency),
      glCode: positionGlCode,
      currency,
      name: `Position in ${currency}`,
    },
    {
      accountId: counterValueAccount(currency),
      ...{ glCode: counterValueGlCode, currency: base, name: `Counter-value of ${currency}` },
    },
  ])
  const there = new Set(
    (
      await readDetails(
        tx,
        wanted.map(({ accountId }) => accountId),
      )
    ).map((each) => each.accountId),
  )
  const missing = wanted.filter(({ accountId }) => !there.has(accountId))
  await postOwn(tx, run, { commands: missing.map(openingOf) })
}

/** An internal account: unlimited, of no customer and no product. */
export function openingOf(account: {
  readonly accountId: AccountId
  readonly glCode: GlCode
  readonly currency: CurrencyCode
  readonly name: string
}) {
  return {
    purpose: `fx:open:${account.accountId}`,
    command: {
      type: 'open_account' as const,
      ...account,
      ...{ customerId: undefined, productCode: undefined, metadata: {} },
      ...{ overdraftLimit: 0n, unlimited: true },
    },
  } satisfies OwnCommand
}
