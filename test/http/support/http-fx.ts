import { expect } from 'vitest'
import { firstBusinessDate, type HttpBank } from './http-bank.js'

const foreignExchange = {
  positionGlCode: '1990',
  counterValueGlCode: '1991',
  gainGlCode: '4990',
  lossGlCode: '5990',
  rateDaysMax: 3,
}

/** The GL accounts of a bank that deals in other currencies, and the settings that name them. */
async function openExchange(bank: HttpBank): Promise<void> {
  const chart = [
    ['1990', 'asset'],
    ['1991', 'asset'],
    ['4990', 'income'],
    ['5990', 'expense'],
  ]
  for (const [code, type] of chart)
    expect((await bank.post('/v1/gl-accounts', { code, name: `GL ${code}`, type })).status).toBe(201)
  const settings = await bank.post('/v1/settings', { foreignExchange, reason: 'we deal in other currencies' })
  expect(settings.body.foreignExchange).toEqual(foreignExchange)
}

/** A rate that one has submitted and another approved. */
export async function approveRate(
  bank: HttpBank,
  rate: { currency: string; rate: string; date?: string; source?: string },
): Promise<void> {
  const wanted = { date: firstBusinessDate, source: 'ECB', ...rate }
  const submitted = await bank.post('/v1/rates', { rates: [wanted] }, { as: 'operator' })
  const [{ currency, date, version }] = submitted.body.data
  const rates = [{ currency, date, version }]
  expect((await bank.post('/v1/rates/approve', { rates }, { as: 'approver' })).status).toBe(200)
}

/** What a payment service posts when somebody changes money: four lines, which balance in each currency. */
export const exchangePosting = ({
  from,
  euros,
  to,
  dollars,
}: Record<'from' | 'euros' | 'to' | 'dollars', string>) => ({
  transactionCode: 'FX',
  lines: [
    { accountId: from, side: 'debit', amount: euros, currency: 'EUR' },
    { accountId: 'FX:COUNTERVALUE:USD', side: 'credit', amount: euros, currency: 'EUR' },
    { accountId: 'FX:POSITION:USD', side: 'debit', amount: dollars, currency: 'USD' },
    { accountId: to, side: 'credit', amount: dollars, currency: 'USD' },
  ],
})

/** A position in dollars, of which the rate says `source`; the end of day has something to revalue. */
export async function dealInDollars(bank: HttpBank, source: string): Promise<void> {
  await openExchange(bank)
  await approveRate(bank, { currency: 'USD', rate: '0.90', source })
  const opening = { accountId: 'alice-usd', name: 'Alice', glCode: '2000', currency: 'USD' }
  expect((await bank.post('/v1/accounts', opening)).status).toBe(201)
  const exchange = exchangePosting({ from: 'alice', euros: '9.10', to: 'alice-usd', dollars: '10.00' })
  expect((await bank.post('/v1/postings', exchange)).status).toBe(201)
}
