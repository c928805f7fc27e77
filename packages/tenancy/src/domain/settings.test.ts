import { describe, expect, test } from 'vitest'
import { renderSettings } from './render-tenancy.js'
import {
  decideSettings,
  documentOf,
  initialSettings,
  registerTransactionCode,
  type SettingsChange,
  settingsOf,
  type TenantSettings,
} from './settings.js'

const first = settingsOf(1, { ...initialSettings, currencies: { GOLD: 4 } })
const changed = (change: SettingsChange): TenantSettings => {
  const settings = decideSettings(first, change)
  if ('kind' in settings) throw new Error(settings.code)
  return settings
}

describe('a change of the settings', () => {
  test('makes the next version, in which what is not named stays', () => {
    const next = changed({ valueDateDaysBack: 10, approvals: ['unfreezing'] })
    expect(next.version).toBe(2)
    expect(renderSettings(next)).toEqual({
      ...renderSettings(first),
      version: 2,
      valueDateDaysBack: 10,
      approvals: ['unfreezing'],
    })
    expect(first.valueDateDaysBack).toBeUndefined()
  })

  test('takes a bound away again', () => {
    const bounded = changed({ valueDateDaysBack: 10 })
    const free = decideSettings(bounded, { valueDateDaysBack: null })
    expect(free).toMatchObject({ version: 3, valueDateDaysBack: undefined })
  })

  test('adds currencies, and the same change may limit postings in them', () => {
    const next = changed({
      currencies: { SILVER: 3 },
      postingLimits: [{ currency: 'SILVER', perPosting: '1.500' }],
    })
    expect(next.ownCurrencies).toEqual({ GOLD: 4, SILVER: 3 })
    expect(next.postingLimits).toEqual([
      { transactionCode: undefined, currency: 'SILVER', perPosting: 1500n },
    ])
  })

  test.each([{ GOLD: 3 }, { EUR: 3 }])('never changes the decimals of a currency: %j', (currencies) => {
    expect(decideSettings(first, { currencies })).toMatchObject({ code: 'condition_failed' })
  })
})

test('settings read back from their document are the same', () => {
  const code = {
    code: 'FEE',
    name: 'Fee',
    roles: ['operator' as const],
    debitGlTypes: undefined,
    creditGlTypes: ['income'],
    customerInitiated: false,
    bankTransactionCode: 'ACMT-MDOP-FEES',
    active: true,
  }
  const settings = registerTransactionCode(
    changed({ postingLimits: [{ transactionCode: 'FEE', currency: 'EUR', perPosting: '5.00' }] }),
    code,
  )
  const document = documentOf(settings)
  const stored = JSON.parse(JSON.stringify(document)) as typeof document
  expect(documentOf(settingsOf(settings.version, stored))).toEqual(stored)
  expect(settingsOf(3, stored).transactionCodes.get('FEE')).toEqual(JSON.parse(JSON.stringify(code)))
})
