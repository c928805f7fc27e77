import { randomBytes } from 'node:crypto'
import { keepBalanceTrees } from '@plinth/evidence'
import { type BalanceProof, secretBytes, type Verifier } from '@plinth/evidence/domain'
import type { AccountId, BusinessDate, Currencies } from '@plinth/kernel'
import type { RuleResult } from '@plinth/posting'
import {
  makeBalanceTrees,
  proveCustomerBalance,
  readDayWithoutTrees,
  verifyBalances,
} from '@plinth/reconciliation'
import type { Bank } from '../support/bank.js'
import { currencies as testCurrencies } from '../support/commands.js'
import { host, keyOf, signer } from './sealed-bank.js'

/** Signs balances of all closed days as the worker does, and answers the days. */
export async function signDays({
  database,
  tenantId,
  currencies = testCurrencies,
}: Pick<Bank, 'database' | 'tenantId'> & { currencies?: Currencies }): Promise<BusinessDate[]> {
  const signed: BusinessDate[] = []
  for (;;) {
    const day = await database.read(tenantId, readDayWithoutTrees)
    if (day === undefined) return signed
    const secret = randomBytes(secretBytes)
    const trees = await database.read(tenantId, (tx) =>
      makeBalanceTrees(tx, { tenantId, currencies, day, secret }),
    )
    const { businessDate } = day
    const request = { day: { tenantId, businessDate }, secret, trees, currencies, signer, host }
    const options = { tenantId, lane: 'batch', deadlineMs: Date.now() + 30_000 } as const
    // Kept by another one meanwhile: as if this one had not been.
    if (await database.transaction(options, (tx) => keepBalanceTrees(tx, request))) signed.push(businessDate)
  }
}

export const proveBalanceOf = (bank: Bank, accountId: string, date?: string) =>
  bank.database.read(bank.tenantId, (tx) =>
    proveCustomerBalance(tx, {
      ...{ tenantId: bank.tenantId, accountId: accountId as AccountId, currencies: testCurrencies },
      businessDate: date as BusinessDate | undefined,
    }),
  )

/** The proof, which there must be. */
export async function balanceProofOf(bank: Bank, accountId: string, date?: string): Promise<BalanceProof> {
  const proof = await proveBalanceOf(bank, accountId, date)
  if (typeof proof === 'string') throw new Error(`no proof: ${proof}`)
  return proof
}

/** The first finding of each rule about balances that is broken. */
export async function brokenBalances(bank: Bank, trusted: readonly Verifier[] = [keyOf(bank)]) {
  const results: RuleResult[] = await bank.database.read(bank.tenantId, (tx) =>
    verifyBalances(tx, { ...bank.books, trusted }),
  )
  return Object.fromEntries(
    results.flatMap(({ rule, first }) => (first === undefined ? [] : [[rule, first]])),
  )
}
