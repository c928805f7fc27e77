import { readDetails } from '@plinth/account'
import type { Tx } from '@plinth/db'
import type { CurrencyCode } from '@plinth/kernel'
import { type InOwnName, openingOf } from '@plinth/posting'
import { readSettings } from '@plinth/tenancy'
import { counterValueAccount, positionAccount } from '../domain/position.js'
import { postInBooks } from './post-in-books.js'

export type OpenPositions = (tx: Tx, run: InOwnName, currencies: readonly CurrencyCode[]) => Promise<void>

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
  await postInBooks(tx, run, { commands: missing.map((account) => openingOf('fx', account)) })
}
