import { randomUUID } from 'node:crypto'
import type { Tx } from '@plinth/db'
import { type DecidedRates, decideRates, submitRates } from '@plinth/fx'
import { parseRate, type Rate, type RateKey, type WantedRate } from '@plinth/fx/domain'
import { uuidV7 } from '@plinth/http'
import type { BusinessDate, CurrencyCode } from '@plinth/kernel'
import type { CommandContext, Outcome, Post } from '@plinth/posting'
import { expect } from 'vitest'
import type { Bank } from '../support/bank.js'
import { endOf, posting } from '../support/commands.js'

export const glCodes = {
  positionGlCode: '1990',
  counterValueGlCode: '1991',
  gainGlCode: '4990',
  lossGlCode: '5990',
} as const

export const exchangeSettings = (rateDaysMax = 3) =>
  ({
    type: 'change_settings',
    changes: { foreignExchange: { ...glCodes, rateDaysMax } },
    reason: 'we deal in other currencies',
  }) as const

/** The GL accounts of a bank that deals in other currencies, and the settings that name them. */
export async function dealInCurrencies(bank: Bank, rateDaysMax?: number): Promise<void> {
  await bank.glAccount('1990', 'asset')
  await bank.glAccount('1991', 'asset')
  await bank.glAccount('4990', 'income')
  await bank.glAccount('5990', 'expense')
  expect(endOf(await bank.submit(exchangeSettings(rateDaysMax)))).toBe('accepted')
}

export const as = (subject: string, onBehalfOf?: string): CommandContext => ({
  subject,
  onBehalfOf,
  roles: ['operator'],
  correlationId: randomUUID(),
  causationId: undefined,
})

const within = <T>({ database, tenantId }: Bank, work: (tx: Tx) => Promise<T>): Promise<T> =>
  database.transaction({ tenantId, lane: 'batch', deadlineMs: Date.now() + 20_000, repeatable: true }, work)

const runAs = (bank: Bank, context: CommandContext) => ({ books: bank.books, context, newId: uuidV7 })

/** `USD 2026-11-20 0.9`. */
function wanted(text: string): WantedRate {
  const [currency, date, rate = ''] = text.split(' ')
  const read = parseRate(rate)
  if (typeof read !== 'string') throw new Error(`${rate}: ${read.fault}`)
  return { currency: currency as CurrencyCode, date: date as BusinessDate, rate: read, source: 'ECB' }
}

/** Submits rates, such as `USD 2026-11-20 0.9`. */
export const submit = (bank: Bank, rates: readonly string[], context = as('treasury')): Promise<Rate[]> =>
  within(bank, (tx) => submitRates(tx, runAs(bank, context), rates.map(wanted)))

export const decide = (
  bank: Bank,
  keys: readonly RateKey[],
  { context = as('risk'), reason, verdict = 'approve' }: Deciding = {},
): Promise<DecidedRates> =>
  within(bank, (tx) => decideRates(tx, runAs(bank, context), { verdict, reason, keys }))

interface Deciding {
  readonly context?: CommandContext
  readonly reason?: string
  readonly verdict?: 'approve' | 'reject'
}

/** Rates as they hold: submitted by one and approved by another. */
export async function rates(bank: Bank, ...texts: readonly string[]): Promise<void> {
  expect((await decide(bank, await submit(bank, texts))).outcome).toBe('decided')
}

/** The four lines of an exchange: who sells gives `sold`, and gets `bought`; such as `100.00 USD` for `90.00 EUR`. */
export function exchange(
  { from, sold }: { from: string; sold: string },
  { to, bought }: { to: string; bought: string },
  base = 'EUR',
): Post {
  const [soldCurrency, boughtCurrency] = [sold, bought].map((text) => text.split(' ')[1])
  const foreign = soldCurrency === base ? boughtCurrency : soldCurrency
  const against = (currency: string | undefined): string =>
    currency === base ? `FX:COUNTERVALUE:${foreign}` : `FX:POSITION:${foreign}`
  return posting(
    [
      `debit ${from} ${sold}`,
      `credit ${against(soldCurrency)} ${sold}`,
      `debit ${against(boughtCurrency)} ${bought}`,
      `credit ${to} ${bought}`,
    ],
    { transactionCode: 'FX' },
  )
}

export const accepted = async (outcome: Promise<Outcome>): Promise<Outcome> => {
  const found = await outcome
  expect(endOf(found)).toBe('accepted')
  return found
}

/** Credits less debits of an account in minor units. */
export const netOf = async (bank: Bank, accountId: string): Promise<bigint> => {
  const { credits, debits } = await bank.state(accountId)
  return credits - debits
}

/** What revaluations came to, as they are kept. */
export const revaluations = (bank: Bank) =>
  bank.rows<Record<string, string | number | null>>(
    `select business_date::text as day, currency, position::text, counter_value::text as against, rate_version as version,
        base_value::text as worth, entry_id is not null as posted
       from fx.revaluation where tenant_id = $1 order by 1, 2`,
    [bank.tenantId],
  )
