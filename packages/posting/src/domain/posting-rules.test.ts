import type { AccountId } from '@plinth/kernel'
import type { SettingsDocument } from '@plinth/tenancy'
import { describe, expect, test } from 'vitest'
import { newTerms, opening, posting, standing } from '../../../../test/support/commands.js'
import { bookOf } from '../../../../test/support/memory-book.js'
import type { Command, ProposableCommand, Stamp } from './command.js'
import { decide } from './decide.js'
import type { Accepted } from './decision.js'
import { needsApproval } from './needs-approval.js'

const stamp = { entryId: 'e', accountId: 'a', correlationId: 'c', subject: 'key:test' } as unknown as Stamp
const rich = { credits: 1_000_00n, version: 1 }
const accounts = { alice: rich, bob: {}, sleeper: { ...rich, status: 'dormant' as const } }

const code = (more: object = {}) => ({
  code: 'TRANSFER',
  name: 'Transfer',
  roles: undefined,
  debitGlTypes: undefined,
  creditGlTypes: undefined,
  customerInitiated: true,
  bankTransactionCode: undefined,
  active: true,
  ...more,
})

function outcome(
  lines: readonly string[],
  settings: Partial<SettingsDocument>,
  transactionCode = 'TRANSFER',
) {
  const decision = decide(bookOf({ accounts, settings }), posting(lines, { transactionCode }), stamp)
  return decision.kind === 'rejected'
    ? [decision.code, decision.facts.condition ?? ''].join(' ').trim()
    : 'posted'
}
const transfer = ['debit alice 100.00', 'credit bob 100.00']

describe('the registry of transaction codes', () => {
  test.each<[string, Partial<SettingsDocument>, string]>([
    ['is not asked where nothing is registered', {}, 'posted'],
    [
      'refuses what is not registered, if it is strict',
      { strictTransactionCodes: true },
      'condition_failed registered',
    ],
    ['lets pass what is registered', { strictTransactionCodes: true, transactionCodes: [code()] }, 'posted'],
    [
      'refuses a code that was withdrawn',
      { transactionCodes: [code({ active: false })] },
      'condition_failed active',
    ],
    [
      'says which types of GL account may be debited',
      { transactionCodes: [code({ debitGlTypes: ['asset', 'income'] })] },
      'condition_failed debit_gl_type',
    ],
    [
      'says which types of GL account may be credited',
      { transactionCodes: [code({ debitGlTypes: ['liability'], creditGlTypes: ['income'] })] },
      'condition_failed credit_gl_type',
    ],
    [
      'lets the right types pass',
      { transactionCodes: [code({ debitGlTypes: ['liability'], creditGlTypes: ['asset', 'liability'] })] },
      'posted',
    ],
  ])('%s', (_, settings, expected) => {
    expect(outcome(transfer, settings)).toBe(expected)
  })

  test('lets the bank’s own charges pass a dormant account, and nobody else’s', () => {
    const charge = ['debit sleeper 5.00', 'credit bob 5.00']
    expect(outcome(charge, { transactionCodes: [code()] })).toBe('account_dormant')
    expect(outcome(charge, { transactionCodes: [code({ customerInitiated: false })] })).toBe('posted')
    expect(outcome(charge, { transactionCodes: [code({ code: 'FEE', customerInitiated: false })] })).toBe(
      'account_dormant',
    )
  })
})

describe('a limit of postings', () => {
  const limit = (perPosting: string, more: object = {}) => ({
    postingLimits: [{ currency: 'EUR', perPosting, ...more }],
  })

  test.each<[string, Partial<SettingsDocument>, string]>([
    ['is reached', limit('100.00'), 'posted'],
    ['is passed', limit('99.99'), 'limit_exceeded'],
    ['is another currency’s', limit('1', { currency: 'JPY' }), 'posted'],
    ['is another code’s', limit('1.00', { transactionCode: 'CASH' }), 'posted'],
    ['is this code’s', limit('1.00', { transactionCode: 'TRANSFER' }), 'limit_exceeded'],
  ])('%s', (_, settings, expected) => {
    expect(outcome(transfer, settings)).toBe(expected)
  })

  test('counts all debits of a posting, and comes before funds', () => {
    const split = ['debit bob 60.00', 'debit bob 60.00', 'credit alice 120.00']
    expect(outcome(split, limit('100.00'))).toBe('limit_exceeded')
    expect(outcome(split, limit('120.00'))).toBe('insufficient_funds')
  })

  test('says what it is and what was wanted', () => {
    const book = bookOf({ accounts, settings: limit('50.00') })
    expect(decide(book, posting(transfer), stamp)).toMatchObject({
      facts: { currency: 'EUR', limit: '50.00', required: '100.00' },
    })
  })
})

describe('a second person is needed', () => {
  const account = { ...accounts, limited: { overdraftLimit: 100_00n }, ice: { status: 'frozen' as const } }
  const key = {
    type: 'issue_api_key',
    keyId: 'k',
    name: 'x',
    expiresAt: undefined,
    secretHash: '00',
  } as const
  const settings = { type: 'change_settings', changes: {}, reason: 'x' } as const
  const register = { type: 'register_transaction_code', transactionCode: code() } as const

  test.each<[string, Command | object, string, string | undefined]>([
    [
      'a manual posting',
      posting(transfer, { transactionCode: 'MANUAL' }),
      'manual_postings',
      'manual_postings',
    ],
    ['a posting', posting(transfer), 'manual_postings', undefined],
    ['an unlimited account', opening('new', { unlimited: true }), 'unlimited_accounts', 'unlimited_accounts'],
    ['an account', opening('new'), 'unlimited_accounts', undefined],
    ['an account with a limit', opening('new', { limit: '1.00' }), 'limit_increases', 'limit_increases'],
    ['an account without one', opening('new'), 'limit_increases', undefined],
    ['a higher limit', newTerms('limited', { limit: '100.01' }), 'limit_increases', 'limit_increases'],
    ['the same limit', newTerms('limited', { limit: '100.00' }), 'limit_increases', undefined],
    ['a lower limit', newTerms('limited', { limit: '99.99' }), 'limit_increases', undefined],
    ['another name', newTerms('limited', { name: 'x' }), 'limit_increases', undefined],
    ['unfreezing', standing('ice', 'open'), 'unfreezing', 'unfreezing'],
    ['freezing', standing('alice', 'frozen'), 'unfreezing', undefined],
    ['blocking what is frozen', standing('ice', 'frozen', { debits: true }), 'unfreezing', undefined],
    ['an admin’s key', { ...key, roles: ['payments', 'admin'] }, 'admin_api_keys', 'admin_api_keys'],
    ['an approver’s key', { ...key, roles: ['approver'] }, 'admin_api_keys', 'admin_api_keys'],
    ['another key', { ...key, roles: ['payments', 'auditor'] }, 'admin_api_keys', undefined],
    ['other settings, when anything needs one', settings, 'unfreezing', 'settings'],
    ['a transaction code, when anything needs one', register, 'unfreezing', 'settings'],
  ])('for %s', (_, command, approval, expected) => {
    const accepted = { kind: 'status_set' } as Accepted
    const on = bookOf({ accounts: account, settings: { approvals: [approval as 'unfreezing'] } })
    expect(needsApproval(on, command as ProposableCommand, accepted)).toBe(expected)
    const off = bookOf({ accounts: account })
    expect(needsApproval(off, command as ProposableCommand, accepted)).toBeUndefined()
  })

  test('a proposal of what would be refused is refused with its code', () => {
    const book = bookOf({ accounts })
    const proposed = posting(['debit bob 1.00', 'credit alice 1.00']) as ProposableCommand
    const asked: Command = { type: 'propose', proposed, reason: 'x', expiresAt: undefined }
    expect(decide(book, asked, stamp)).toMatchObject({ code: 'insufficient_funds' })
    expect(book.accounts.get('bob' as AccountId)).toMatchObject({ debits: 0n })
  })
})
