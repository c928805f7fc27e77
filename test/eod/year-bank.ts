import { randomUUID } from 'node:crypto'
import { openYearEnds, readYearEnd, verifyYearEnds, type YearEndRequest } from '@plinth/eod'
import { renderYearEnd } from '@plinth/eod/domain'
import { verifyInterest } from '@plinth/interest'
import { type BusinessDate, lastDayOf, type Period } from '@plinth/kernel'
import { readTrialBalance, type TrialBalanceQuestion } from '@plinth/ledger'
import { type Command, verifyBooks } from '@plinth/posting'
import { expect } from 'vitest'
import type { Bank, BankOptions } from '../support/bank.js'
import { endOf, posting } from '../support/commands.js'

const operator: YearEndRequest['operator'] = {
  ...{ subject: 'key:accountant', roles: ['operator'], correlationId: 'year', causationId: undefined },
}

export const period = (text: string): Period => text as Period

/** A posting of operators into the thirteenth period of 2026, or whichever is said. */
export const adjusting = (lines: readonly string[], of = '2026-13'): Command =>
  posting(lines, { period: period(of), transactionCode: 'ADJUST' })

/** Settings that name where the result of a year goes. */
export const retaining = (glCode: string | null): Command => ({
  ...{ type: 'change_settings', changes: { retainedEarningsGlCode: glCode }, reason: 'a test' },
})

/** Fees of 30.00 and costs of 10.00 in EUR, costs of 500 in JPY, of 2026; retained earnings are 3200. */
export async function earningBank(open: (options?: BankOptions) => Promise<Bank>): Promise<Bank> {
  const bank = await open()
  await bank.glAccount('3200', 'equity')
  await bank.glAccount('5100', 'expense')
  await bank.open('fees', { gl: '4100', unlimited: true })
  await bank.open('costs', { gl: '5100', unlimited: true })
  await bank.open('yen-costs', { gl: '5100', unlimited: true, currency: 'JPY' })
  const posted = [
    await bank.submit(retaining('3200')),
    await bank.post(['debit cash 30.00', 'credit fees 30.00']),
    await bank.post(['debit costs 10.00', 'credit cash 10.00']),
    await bank.post(['debit yen-costs 500 JPY', 'credit yen 500 JPY']),
  ]
  expect(posted.map(endOf)).toEqual(posted.map(() => 'accepted'))
  return bank
}

/** The business date moves on, and every day before it has closed. */
export async function moveOn(bank: Bank, date: string): Promise<void> {
  await bank.moveTo(date as BusinessDate)
  await bank.rows('update ledger.journal_head set closing_date = null where tenant_id = $1', [bank.tenantId])
}

/** The end of a year at a bank, by an accountant. */
export function yearsAt(bank: Pick<Bank, 'database' | 'books' | 'tenantId'>, accountsMax?: number) {
  const { database, books, tenantId } = bank
  const engine = openYearEnds({
    ...{ database, newId: () => randomUUID() },
    ...(accountsMax !== undefined && { accountsMax }),
  })
  const rendered = (report: Parameters<typeof renderYearEnd>[0]) => renderYearEnd(report, books.currencies)
  return {
    close: async (year: number) => rendered(await engine.close(books, { year, operator })),
    rehearse: async (year: number) => rendered(await engine.rehearse(books, year)),
    status: async (year: number) => rendered(await database.read(tenantId, (tx) => readYearEnd(tx, year))),
  }
}

type Asked = Partial<TrialBalanceQuestion> & { readonly date?: BusinessDate }

/** Net of each postable GL account that has any, on its normal side, as `4100 EUR 3000`; totals must be equal. */
export async function nets(bank: Bank, asked: Asked): Promise<string[]> {
  const date = asked.date ?? lastDayOf(asked.period as Period)
  const { rows, totals } = await bank.database.read(bank.tenantId, (tx) =>
    readTrialBalance(tx, { by: 'booking', ...asked, date }),
  )
  expect(totals.map(({ debits }) => debits)).toEqual(totals.map(({ credits }) => credits))
  return rows
    .filter(({ postable, net }) => postable && net !== 0n)
    .map(({ glCode, currency, net }) => `${glCode} ${currency} ${net}`)
}

/** The rules of every verifier that are broken. */
export const brokenRules = (bank: Bank) =>
  bank.database.read(bank.tenantId, async (tx) =>
    [
      ...(await verifyBooks(tx, bank.books)).rules,
      ...(await verifyInterest(tx, bank.books)),
      ...(await verifyYearEnds(tx, bank.books)),
    ].filter(({ broken }) => broken > 0),
  )
