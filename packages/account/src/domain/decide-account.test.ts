import { type AccountId, type CurrencyCode, currenciesWith, type GlCode } from '@plinth/kernel'
import { describe, expect, test } from 'vitest'
import type { Account, AccountState, AccountStatus } from './account-state.js'
import {
  decideGlAccount,
  decideOpenAccount,
  decideStatus,
  decideTerms,
  type OpenAccount,
  type Unsettled,
} from './decide-account.js'
import { type GlAccount, type GlType, glTypes, normalSideOf } from './gl-account.js'
import { renderAccount, renderBalance } from './render-account.js'

const currencies = currenciesWith()
const accountId = 'alice' as AccountId
const deposits: GlAccount = {
  code: '2100' as GlCode,
  name: 'Deposits',
  type: 'liability',
  parentCode: undefined,
  normalSide: 'credit',
  postable: true,
}
const command: OpenAccount = {
  details: {
    accountId,
    name: 'Alice',
    glCode: deposits.code,
    currency: 'EUR' as CurrencyCode,
    customerId: undefined,
    productCode: undefined,
    metadata: { branch: 'Mainz' },
  },
  overdraftLimit: 500n,
  unlimited: false,
}
const opened = decideOpenAccount(command, { glAccount: deposits, account: undefined }) as Account
const withState = (change: Partial<AccountState>): Account => ({
  ...opened,
  state: { ...opened.state, ...change },
})
/** The code of a rejection, or `accepted`. */
const endOf = (decided: object): string =>
  'code' in decided && 'facts' in decided ? String(decided.code) : 'accepted'

describe('opening an account', () => {
  test('makes it open, unblocked and empty, on the normal side of its GL account', () => {
    expect(opened.details).toEqual(command.details)
    expect(opened.state).toEqual({
      accountId,
      glCode: '2100',
      currency: 'EUR',
      normalSide: 'credit',
      unlimited: false,
      status: 'open',
      blockDebits: false,
      blockCredits: false,
      overdraftLimit: 500n,
      debits: 0n,
      credits: 0n,
      held: 0n,
      version: 0,
      rowVersion: 0,
      limits: [],
      countedFrom: undefined,
    })
  })

  test.each<[string, GlAccount | undefined, AccountState | undefined, string]>([
    ['no GL account', undefined, undefined, 'gl_account_not_found'],
    ['a heading', { ...deposits, postable: false }, undefined, 'gl_account_not_found'],
    ['an account of that id', deposits, opened.state, 'account_exists'],
    ['a closed account of that id', deposits, { ...opened.state, status: 'closed' }, 'account_exists'],
    ['no GL account and an account of that id', undefined, opened.state, 'gl_account_not_found'],
    ['neither', deposits, undefined, 'accepted'],
  ])('where there is %s', (_there, glAccount, account, end) => {
    expect(endOf(decideOpenAccount(command, { glAccount, account }))).toBe(end)
  })
})

describe('setting the status', () => {
  test.each<[AccountStatus, open: string, dormant: string, frozen: string, closed: string]>([
    // from     open        dormant                     frozen      closed
    ['open', 'accepted', 'accepted', 'accepted', 'accepted'],
    ['dormant', 'accepted', 'accepted', 'accepted', 'accepted'],
    ['frozen', 'accepted', 'status_transition_invalid', 'accepted', 'status_transition_invalid'],
    ['closed', 'account_closed', 'account_closed', 'account_closed', 'account_closed'],
  ])('of an empty account that is %s', (from, ...ends) => {
    const wanted: AccountStatus[] = ['open', 'dormant', 'frozen', 'closed']
    const decided = wanted.map((status) =>
      decideStatus(
        { accountId, status, blockDebits: undefined, blockCredits: undefined, reason: 'r' },
        withState({ status: from }),
        { currencies },
      ),
    )
    expect(decided.map(endOf)).toEqual(ends)
  })

  test.each<[string, Partial<AccountState>, string]>([
    ['with nothing posted and held', { debits: 500n, credits: 500n }, 'accepted'],
    ['with money on it', { credits: 1n }, 'account_not_empty'],
    ['overdrawn', { debits: 1n }, 'account_not_empty'],
    ['with a hold', { held: 1n }, 'account_not_empty'],
    ['frozen and with money on it', { status: 'frozen', credits: 1n }, 'status_transition_invalid'],
    ['with a limit but nothing on it', { overdraftLimit: 100n }, 'accepted'],
  ])('to closed, %s', (_how, state, end) => {
    const closing = {
      accountId,
      status: 'closed',
      blockDebits: undefined,
      blockCredits: undefined,
      reason: 'r',
    } as const
    expect(endOf(decideStatus(closing, withState(state), { currencies }))).toBe(end)
  })

  test.each<[string, Unsettled, string, string]>([
    [
      'has earned',
      { credit: 137n, debit: 0n, daysToCome: false },
      'account_not_empty',
      '1.37 earned and 0.00 owed',
    ],
    ['owes', { credit: 0n, debit: 1n, daysToCome: false }, 'account_not_empty', '0.00 earned and 0.01 owed'],
    ['got too much of', { credit: -1n, debit: 0n, daysToCome: false }, 'account_not_empty', '-0.01 earned'],
    [
      'has still to accrue',
      { credit: 0n, debit: 0n, daysToCome: true },
      'account_not_empty',
      'days that have not',
    ],
    ['has nothing left of', { credit: 0n, debit: 0n, daysToCome: false }, 'accepted', ''],
  ])(
    'to closed waits for the interest that it %s, and says how much that is',
    (_what, unsettled, end, said) => {
      const closing = {
        accountId,
        status: 'closed',
        blockDebits: undefined,
        blockCredits: undefined,
        reason: 'r',
      } as const
      const decided = decideStatus(closing, withState({}), { unsettled, currencies })
      expect(endOf(decided)).toBe(end)
      if ('kind' in decided) {
        expect(decided.detail).toContain(said)
        expect(decided.facts).toMatchObject({ posted: '0.00', held: '0.00' })
      }
    },
  )

  test.each([
    // before           asked                  after
    [
      [false, false],
      [undefined, undefined],
      [false, false],
    ],
    [
      [true, true],
      [undefined, undefined],
      [true, true],
    ],
    [
      [false, false],
      [true, undefined],
      [true, false],
    ],
    [
      [true, true],
      [false, undefined],
      [false, true],
    ],
    [
      [true, false],
      [false, true],
      [false, true],
    ],
  ])('leaves the blocks alone that it does not name: %j and %j make %j', (before, asked, after) => {
    const [blockDebits, blockCredits] = before as [boolean, boolean]
    const decided = decideStatus(
      { accountId, status: 'dormant', blockDebits: asked[0], blockCredits: asked[1], reason: 'r' },
      withState({ blockDebits, blockCredits }),
      { currencies },
    ) as Account
    expect([decided.state.blockDebits, decided.state.blockCredits]).toEqual(after)
    expect(decided.state.status).toBe('dormant')
  })

  test('of an account that is not there is refused', () => {
    const asked = {
      accountId,
      status: 'open',
      blockDebits: undefined,
      blockCredits: undefined,
      reason: 'r',
    } as const
    expect(decideStatus(asked, undefined, { currencies })).toMatchObject({
      code: 'account_not_found',
      facts: { accountId },
    })
  })
})

describe('changing the terms', () => {
  const terms = { accountId, name: undefined, overdraftLimit: undefined, metadata: undefined }

  test('changes what it names and nothing else', () => {
    const { details, state } = opened
    expect(decideTerms(terms, opened, currencies)).toEqual(opened)
    expect(decideTerms({ ...terms, name: 'A.' }, opened, currencies)).toEqual({
      state,
      details: { ...details, name: 'A.' },
    })
    expect(decideTerms({ ...terms, metadata: {} }, opened, currencies)).toEqual({
      state,
      details: { ...details, metadata: {} },
    })
    expect(decideTerms({ ...terms, overdraftLimit: '1.5' }, opened, currencies)).toEqual({
      details,
      state: { ...state, overdraftLimit: 150n },
    })
  })

  test.each<[string, Partial<AccountState>, limit: string | undefined, string]>([
    ['a lower limit than is drawn', { debits: 500n, overdraftLimit: 500n }, '0', 'accepted'],
    ['a limit with too many decimals', {}, '1.001', 'currency_mismatch'],
    ['a limit with decimals for yen', { currency: 'JPY' as CurrencyCode }, '1.5', 'currency_mismatch'],
    ['a limit with three decimals for dinars', { currency: 'BHD' as CurrencyCode }, '1.005', 'accepted'],
    ['a limit beyond 28 digits', {}, '9'.repeat(27), 'currency_mismatch'],
    ['a limit for an unlimited account', { unlimited: true }, '1', 'currency_mismatch'],
    ['another name for an unlimited account', { unlimited: true }, undefined, 'accepted'],
    ['a limit for a frozen account', { status: 'frozen' }, '1', 'accepted'],
    ['a limit for a closed account', { status: 'closed' }, '1', 'account_closed'],
    ['a wrong limit for a closed account', { status: 'closed' }, '1.001', 'account_closed'],
    ['nothing for a closed account', { status: 'closed' }, undefined, 'account_closed'],
  ])('to %s', (_what, state, overdraftLimit, end) => {
    expect(endOf(decideTerms({ ...terms, overdraftLimit }, withState(state), currencies))).toBe(end)
  })

  test('of an account that is not there is refused', () => {
    expect(endOf(decideTerms(terms, undefined, currencies))).toBe('account_not_found')
  })
})

describe('a GL account', () => {
  test.each<[GlType, string]>([
    ['asset', 'debit'],
    ['expense', 'debit'],
    ['liability', 'credit'],
    ['equity', 'credit'],
    ['income', 'credit'],
  ])('of type %s has the normal side %s', (type, side) => {
    expect(normalSideOf(type)).toBe(side)
    expect(glTypes).toContain(type)
  })

  const parent = { ...deposits, code: '2000' as GlCode, postable: false }
  const child = { ...deposits, parentCode: parent.code }
  const contra = { ...child, normalSide: 'debit' as const }
  const asset = { ...parent, type: 'asset' as const }

  test.each<[string, GlAccount, GlAccount | undefined, GlAccount | undefined, string]>([
    ['at the top', deposits, undefined, undefined, 'accepted'],
    ['that is there', deposits, deposits, undefined, 'gl_account_exists'],
    ['under a parent', child, undefined, parent, 'accepted'],
    ['that is a contra account', contra, undefined, parent, 'accepted'],
    ['under no parent', child, undefined, undefined, 'gl_account_not_found'],
    ['under a parent of another type', child, undefined, asset, 'gl_account_not_found'],
    ['that is there, under no parent', child, child, undefined, 'gl_account_not_found'],
  ])('%s', (_where, glAccount, existing, found, end) => {
    const decided = decideGlAccount({ glAccount }, { existing, parent: found })
    expect(endOf(decided)).toBe(end)
    if (end === 'accepted') expect(decided).toBe(glAccount)
  })
})

describe('what a caller reads of an account', () => {
  test('has the full number of decimals', () => {
    expect(renderAccount(opened, currencies)).toMatchObject({
      overdraftLimit: '5.00',
      status: 'open',
      metadata: { branch: 'Mainz' },
    })
    expect(renderBalance({ ...opened.state, debits: 700n, credits: 250n }, '2026-11-20', currencies)).toEqual(
      {
        accountId,
        currency: 'EUR',
        posted: '-4.50',
        held: '0.00',
        available: '0.50',
        overdraftLimit: '5.00',
        debits: '7.00',
        credits: '2.50',
        version: 0,
        bookingDate: '2026-11-20',
      },
    )
  })

  test('has no available where there is no limit', () => {
    expect(renderBalance({ ...opened.state, unlimited: true }, '2026-11-20', currencies).available).toBeNull()
  })
})
