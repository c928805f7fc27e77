import type { AccountState } from '@plinth/account'
import type { AccountId, BusinessDate, CurrencyCode, EntryId, Instant, Limit } from '@plinth/kernel'
import { type RejectionCode, rejectionCodes, sumMinorMax } from '@plinth/kernel'
import type { Product, ProductVersionId } from '@plinth/product'
import { describe, expect, test } from 'vitest'
import {
  newGlAccount,
  newTerms,
  opening,
  posting,
  special,
  standing,
} from '../../../../test/support/commands.js'
import { bookOf } from '../../../../test/support/memory-book.js'
import { openingUnder, parametersOf } from '../../../../test/support/products.js'
import type { Command } from './command.js'
import { decide } from './decide.js'

const stamp = {
  entryId: 'e' as EntryId,
  accountId: 'a' as AccountId,
  correlationId: 'c',
  causationId: undefined,
  subject: 'key:test',
}

/** What makes a posting wrong in one way: an account of its own, a balanced pair of lines on it, or a value date. */
interface Fault {
  readonly code: RejectionCode
  readonly account?: Partial<AccountState>
  readonly line?: 'debit' | 'credit'
  readonly valueDate?: string
}

const rich = { credits: 10_000n }
const perPosting = (minor: bigint): Limit => ({
  ...{ transactionCode: undefined, currency: 'EUR' as CurrencyCode, perDay: undefined, perMonth: undefined },
  perPosting: minor,
})
const faults: readonly Fault[] = [
  { code: 'account_not_found', line: 'credit' },
  { code: 'account_closed', account: { status: 'closed' }, line: 'credit' },
  { code: 'account_frozen', account: { ...rich, status: 'frozen' }, line: 'debit' },
  { code: 'account_dormant', account: { ...rich, status: 'dormant' }, line: 'debit' },
  { code: 'account_debits_blocked', account: { ...rich, blockDebits: true }, line: 'debit' },
  { code: 'account_credits_blocked', account: { blockCredits: true }, line: 'credit' },
  { code: 'currency_mismatch', account: { currency: 'JPY' as never }, line: 'credit' },
  { code: 'value_date_out_of_window', valueDate: '2026-11-21' },
  { code: 'limit_exceeded', account: { ...rich, limits: [perPosting(99n)] }, line: 'debit' },
  { code: 'insufficient_funds', account: {}, line: 'debit' },
  { code: 'balance_out_of_range', account: { unlimited: true, debits: sumMinorMax }, line: 'debit' },
]

const rank = (code: RejectionCode): number => rejectionCodes.indexOf(code)
const firstOf = (codes: readonly RejectionCode[]): RejectionCode | undefined =>
  [...codes].sort((a, b) => rank(a) - rank(b))[0]

/** A posting with all of these faults, their lines in this order. */
function codeOf(together: readonly Fault[]): string {
  const accounts: Record<string, Partial<AccountState>> = {}
  const lines: string[] = []
  let valueDate: BusinessDate | undefined
  for (const { code, account, line, valueDate: date } of together) {
    if (account !== undefined) accounts[code] = account
    if (line !== undefined)
      lines.push(`${line} ${code} 1.00`, `${line === 'debit' ? 'credit' : 'debit'} cash 1.00`)
    valueDate = (date as BusinessDate | undefined) ?? valueDate
  }
  if (lines.length === 0) lines.push('debit cash 1.00', 'credit cash 1.00')
  const decision = decide(bookOf({ accounts }), posting(lines, { valueDate }), stamp)
  return decision.kind === 'rejected' ? decision.code : 'accepted'
}

const pairs = faults.flatMap((one) =>
  faults.filter((other) => other !== one).map((other) => [one, other] as const),
)

describe('a posting with two faults answers the one that the contract lists first', () => {
  test.each(faults.map((fault) => [fault.code, fault] as const))('%s alone', (code, fault) => {
    expect(codeOf([fault])).toBe(code)
  })

  test.each(pairs.map(([one, other]) => [one.code, other.code, one, other] as const))(
    '%s, then %s',
    (first, second, one, other) => {
      expect(codeOf([one, other])).toBe(firstOf([first, second]))
    },
  )

  test('and so does one with three', () => {
    for (const [one, other] of pairs) {
      for (const third of faults) {
        if (third === one || third === other) continue
        const expected = firstOf([one.code, other.code, third.code])
        expect([one.code, other.code, third.code, codeOf([one, other, third])].at(-1)).toBe(expected)
      }
    }
  })
})

describe('an account with several faults at once', () => {
  const statuses = ['open', 'dormant', 'frozen', 'closed'] as const
  const yesNo = [false, true]
  const cases = statuses.flatMap((status) =>
    yesNo.flatMap((blocked) =>
      yesNo.flatMap((foreign) =>
        yesNo.flatMap((poor) => yesNo.map((full) => ({ status, blocked, foreign, poor, full }))),
      ),
    ),
  )

  test.each(cases)('%j', ({ status, blocked, foreign, poor, full }) => {
    const codes: RejectionCode[] = []
    if (status !== 'open') codes.push(`account_${status}`)
    if (blocked) codes.push('account_debits_blocked')
    if (foreign) codes.push('currency_mismatch')
    if (poor) codes.push('insufficient_funds')
    if (full) codes.push('balance_out_of_range')
    const alice: Partial<AccountState> = {
      status,
      blockDebits: blocked,
      currency: (foreign ? 'USD' : 'EUR') as never,
      debits: full ? sumMinorMax : 0n,
      credits: poor ? 0n : sumMinorMax,
      overdraftLimit: poor ? 0n : 10_000n,
    }
    const command = posting(['debit alice 1.00', 'credit cash 1.00'])
    const decision = decide(bookOf({ accounts: { alice } }), command, stamp)
    expect(decision.kind === 'rejected' ? decision.code : undefined).toBe(firstOf(codes))
  })
})

describe('a limit', () => {
  const alice = { limits: [perPosting(99n)] }
  const place: Command = {
    ...{ type: 'place_hold', amount: 100n, expiresAt: undefined, reference: undefined },
    accountId: 'alice' as AccountId,
    currency: 'EUR' as CurrencyCode,
  }
  test.each<[string, Command, Parameters<typeof bookOf>[0]]>([
    ['funds, of a posting', posting(['debit alice 1.00', 'credit cash 1.00']), { accounts: { alice } }],
    ['funds, of a hold', place, { accounts: { alice } }],
    [
      'an account that has nothing to give',
      special(['debit alice 1.00', 'debit bob all', 'credit cash all']),
      { accounts: { alice, bob: {} } },
    ],
  ])('comes before %s', (_what, command, options) => {
    expect(decide(bookOf(options), command, stamp)).toMatchObject({
      kind: 'rejected',
      code: 'limit_exceeded',
    })
  })

  test('comes behind the status of the account', () => {
    for (const status of ['frozen', 'closed', 'dormant'] as const) {
      const decision = decide(bookOf({ accounts: { alice: { ...alice, status } } }), place, stamp)
      expect(decision).toMatchObject({ code: `account_${status}` })
    }
  })
})

describe('an opening with two faults', () => {
  const savings: Product = {
    ...{
      productCode: 'SAVINGS',
      name: 'Savings',
      createdAt: '2026-01-01T00:00:00.000Z' as Instant,
      rowVersion: 1,
    },
    versions: [
      {
        ...{ versionId: 'v' as ProductVersionId, version: 1, status: 'approved', makers: [], history: [] },
        effectiveFrom: '2026-11-20' as BusinessDate,
        parameters: parametersOf({ eligibility: [{ attribute: 'age', min: '18' }] }),
      },
    ],
  }
  const later: Product = {
    ...savings,
    versions: savings.versions.map((each) => ({ ...each, effectiveFrom: '2027-01-01' as BusinessDate })),
  }
  test.each<[RejectionCode, what: string, Parameters<typeof openingUnder>, Product]>([
    [
      'gl_account_not_found',
      'a GL account and a version in force',
      ['bob', { glCode: '9999', currency: 'EUR' }],
      later,
    ],
    ['gl_account_not_found', 'a GL account and eligibility', ['bob', { glCode: '9999' }], savings],
    [
      'product_not_found',
      'a version in force, of an account that is there',
      ['alice', { glCode: '2100', currency: 'EUR' }],
      later,
    ],
    ['product_not_found', 'a version in force, and everything else', ['alice', {}], later],
    ['account_exists', 'eligibility, of an account that is there', ['alice', {}], savings],
    ['condition_failed', 'eligibility', ['bob', {}], savings],
  ])('is %s where there is no %s', (code, _what, [accountId, said], product) => {
    const book = bookOf({ accounts: { alice: {} }, products: [product] })
    expect(decide(book, openingUnder(accountId, said), stamp)).toMatchObject({ kind: 'rejected', code })
  })
})

describe('the other commands with two faults', () => {
  const closed = { accounts: { alice: { status: 'closed', credits: 1n } } } as const
  const frozen = { accounts: { alice: { status: 'frozen', credits: 1n } } } as const
  test.each<[RejectionCode, RejectionCode, Command, Parameters<typeof bookOf>[0]]>([
    ['gl_account_not_found', 'account_exists', opening('alice', { gl: '9999' }), { accounts: { alice: {} } }],
    ['gl_account_not_found', 'account_exists', opening('alice', { gl: '1000' }), { accounts: { alice: {} } }],
    ['gl_account_not_found', 'gl_account_exists', newGlAccount('2100', 'liability', { parent: '9999' }), {}],
    ['account_closed', 'account_not_empty', standing('alice', 'closed'), closed],
    ['account_closed', 'status_transition_invalid', standing('alice', 'dormant'), closed],
    ['status_transition_invalid', 'account_not_empty', standing('alice', 'closed'), frozen],
    ['account_closed', 'currency_mismatch', newTerms('alice', { limit: '0.001' }), closed],
  ])('%s before %s (%#)', (first, second, command, options) => {
    expect(rank(first)).toBeLessThan(rank(second))
    expect(decide(bookOf(options), command, stamp)).toMatchObject({ kind: 'rejected', code: first })
  })
})
