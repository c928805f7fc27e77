import { expect } from 'vitest'
import { glMapping, missingGlAccounts } from '../../support/products.js'
import type { HttpBank } from './http-bank.js'

/** Parameters of a version as a caller writes them. */
export const parameters = {
  currency: 'EUR',
  glMapping,
  overdraftLimit: '500',
  creditTiers: [
    { from: '0', rate: '0.0100' },
    { from: '1000', rate: '0.02' },
  ],
  debitTiers: [{ from: '0', rate: '0.1' }],
  dayCount: 'ACT/365F',
  capitalisation: 'monthly',
  fees: [{ code: 'ACCOUNT', amount: '3.5', frequency: 'monthly' }],
  eligibility: [{ attribute: 'residence', in: ['DE', 'AT'] }],
}

/** The business date of the bank: what is approved is in force at once. */
export const effectiveFrom = '2026-11-20'

/** The GL accounts that the parameters name. */
export async function openProductChart(bank: HttpBank): Promise<void> {
  for (const [code, type] of [...missingGlAccounts, ['2100', 'liability'], ['4100', 'income']])
    expect((await bank.post('/v1/gl-accounts', { code, name: `GL ${code}`, type })).status).toBe(201)
}

/** A product with an approved first version. */
export async function launch(bank: HttpBank, productCode: string, body: object = {}): Promise<void> {
  const draft = { effectiveFrom, parameters, ...body }
  const steps = [
    () =>
      bank.post('/v1/products', { productCode, name: `Product ${productCode}` }, { as: 'product_manager' }),
    () => bank.post(`/v1/products/${productCode}/versions`, draft, { as: 'product_manager' }),
    () => bank.post(`/v1/products/${productCode}/versions/1/submit`, {}, { as: 'product_manager' }),
    () => bank.post(`/v1/products/${productCode}/versions/1/approve`, {}, { as: 'approver' }),
  ]
  const statuses: number[] = []
  for (const step of steps) statuses.push((await step()).status)
  expect(statuses).toEqual([201, 201, 200, 200])
}
