import type { AccountId, CurrencyCode, GlCode, Side } from '@plinth/kernel'
import { expect, test } from 'vitest'
import type { PostingLine } from './journal-entry.js'
import { turnoverMarks } from './turnover-marks.js'

/** `alice debit 5 v31` is alice's 31st line, a debit of 5. */
const line = (text: string): PostingLine => {
  const [accountId, side, amount, version = ''] = text.split(' ')
  return {
    accountId: accountId as AccountId,
    side: side as Side,
    amount: BigInt(amount as string),
    currency: 'EUR' as CurrencyCode,
    glCode: '2100' as GlCode,
    balanceAfter: 0n,
    accountVersion: Number(version.slice(1)),
  }
}
const entry = (...texts: string[]) => ({ lines: texts.map(line) })
const after = (turnovers: Record<string, readonly [bigint, bigint]>) => (accountId: AccountId) => {
  const [debits, credits] = turnovers[accountId] ?? []
  return debits === undefined || credits === undefined ? undefined : { debits, credits }
}
const never = (): never => {
  throw new Error('nobody is asked')
}

test('lines between marks make none, and nobody is asked what accounts come to', () => {
  expect(turnoverMarks([entry('alice debit 5 v31', 'bob credit 5 v1')], never)).toEqual([])
  expect(turnoverMarks([entry('alice debit 5 v33', 'bob credit 5 v65')], never)).toEqual([])
  expect(turnoverMarks([], never)).toEqual([])
})

test('a mark says what the account came to after its line, before the later ones', () => {
  const entries = [
    entry('alice debit 5 v31', 'bob credit 5 v7'),
    entry('alice debit 7 v32', 'alice credit 2 v33', 'bob credit 5 v8'),
    entry('bob debit 1 v9', 'alice credit 1 v34'),
  ]
  expect(turnoverMarks(entries, after({ alice: [112n, 203n] }))).toEqual([
    { accountId: 'alice', accountVersion: 32, debits: 112n, credits: 200n },
  ])
})

test('an account with many lines has a mark at each 32nd of them, and so has each account', () => {
  const many = Array.from({ length: 70 }, (_, index) => `alice credit 1 v${index + 1}`)
  const marks = turnoverMarks([entry(...many), entry('bob debit 70 v64', 'cash credit 3 v3')], (accountId) =>
    after({ alice: [0n, 70n], bob: [900n, 8n] })(accountId),
  )
  expect(marks.toSorted((a, b) => a.accountVersion - b.accountVersion)).toEqual([
    { accountId: 'alice', accountVersion: 32, debits: 0n, credits: 32n },
    { accountId: 'bob', accountVersion: 64, debits: 900n, credits: 8n },
    { accountId: 'alice', accountVersion: 64, debits: 0n, credits: 64n },
  ])
})

test('an account that has lines and no turnovers is a fault', () => {
  expect(() => turnoverMarks([entry('alice debit 5 v32')], after({}))).toThrow('new turnovers')
})
