import type { AccountId, BusinessDate, CurrencyCode, EntryId, Instant } from '@plinth/kernel'
import type { StatementLine } from '@plinth/ledger'
import { describe, expect, test } from 'vitest'
import { isIban } from './iban.js'
import { renderCamt053, unfitForCamt053 } from './render-camt053.js'
import { renderCsv } from './render-csv.js'
import { renderText } from './render-text.js'
import type { Statement, StatementPage } from './statement.js'

const day = '2026-11-20' as BusinessDate

function lineOf(entryNo: number, more: Partial<StatementLine> = {}): StatementLine {
  return {
    entryNo,
    lineNo: 1,
    entryId: '0199a000-0000-7000-8000-000000000001' as EntryId,
    kind: 'posting',
    bookingDate: day,
    valueDate: day,
    postedAt: '2026-11-20T09:00:00.000Z' as Instant,
    transactionCode: 'TRANSFER',
    description: undefined,
    reference: undefined,
    endToEndId: undefined,
    detailsErased: undefined,
    side: 'credit',
    amount: 1000n,
    balanceAfter: 1000n,
    accountVersion: entryNo,
    ...more,
  }
}

function pageOf(lines: readonly StatementLine[], more: Partial<Statement> = {}): StatementPage {
  const statement: Statement = {
    statementNo: 3,
    accountId: 'alice' as AccountId,
    name: 'Alice Example',
    currency: 'EUR' as CurrencyCode,
    decimals: 2,
    normalSide: 'credit',
    from: day,
    to: '2026-11-30' as BusinessDate,
    opening: 0n,
    closing: lines.at(-1)?.balanceAfter ?? 0n,
    debitCount: 1,
    creditCount: 1,
    debits: 250n,
    credits: 1000n,
    provisional: false,
    madeAt: '2026-12-01T00:00:00.000Z' as Instant,
    madeBy: 'operator',
    ...more,
  }
  const { opening, closing } = statement
  const openDays = { opening: false, available: undefined }
  return { statement, checksum: 'c'.repeat(64), openDays, page: 1, pages: 1, opening, closing, lines }
}

const paid = lineOf(7, { side: 'debit', amount: 250n, balanceAfter: 750n, kind: 'reversal' })

describe('as text', () => {
  test('a statement has columns, and long descriptions go on in the next row', () => {
    const description = 'rent for the flat in the house at the corner of the street'
    expect(renderText(pageOf([lineOf(4, { description }), paid]))).toMatchInlineSnapshot(`
      "Statement 3
      Account   alice  Alice Example
      Currency  EUR; balances are credit balances
      Days      2026-11-20 to 2026-11-30
      Page      1 of 1
      Made      2026-12-01T00:00:00.000Z by operator

      booked      value       entry  code      description                            debit  credit  balance
                                               opening balance                                          0.00
      2026-11-20  2026-11-20      4  TRANSFER  rent for the flat in the house at the          10.00    10.00
                                               corner of the street
      2026-11-20  2026-11-20      7  TRANSFER  reversal                                2.50             7.50
                                               closing balance                                          7.50

      Debits    1, 2.50
      Credits   1, 10.00
      Checksum  cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc
      "
    `)
  })

  test('nothing that was written moves the cursor or turns the writing round', () => {
    const description = 'a\u001b[2Jb\r\nc\u202ed\u2066e\u2028f\u0085g'
    const text = renderText(pageOf([lineOf(4, { description })], { name: 'A\u001b[1mB' }))
    expect(text).toContain('a [2Jb  c d e f g')
    expect(text).toMatch(/^[\n\u0020-\u007e]*$/)
  })
})

describe('as CSV', () => {
  test('a statement has one header, its balances, and a record a line', () => {
    expect(renderCsv(pageOf([lineOf(4), paid])).split('\r\n')).toMatchInlineSnapshot(`
      [
        "record,accountId,statementNo,bookingDate,valueDate,entryNo,lineNo,journalEntryId,kind,transactionCode,description,reference,endToEndId,side,amount,currency,runningBalance,postedAt,accountVersion",
        "opening,alice,3,2026-11-20,,,,,,,,,,,,EUR,0.00,,",
        "line,alice,3,2026-11-20,2026-11-20,4,1,0199a000-0000-7000-8000-000000000001,posting,TRANSFER,,,,credit,10.00,EUR,10.00,2026-11-20T09:00:00.000Z,4",
        "line,alice,3,2026-11-20,2026-11-20,7,1,0199a000-0000-7000-8000-000000000001,reversal,TRANSFER,,,,debit,2.50,EUR,7.50,2026-11-20T09:00:00.000Z,7",
        "closing,alice,3,2026-11-30,,,,,,,,,,,,EUR,7.50,,",
        "",
      ]
    `)
  })

  test('what has commas, quotes or line ends is quoted, and nothing else is changed', () => {
    const csv = renderCsv(
      pageOf([lineOf(4, { description: 'a "b", c\r\nd', reference: '=1+1', endToEndId: 'e;f' })]),
    )
    expect(csv).toContain(',"a ""b"", c\r\nd",=1+1,e;f,')
  })
})

describe('what camt.053 has no room for is said, and not written', () => {
  const gold = { currency: 'GOLD' as CurrencyCode, decimals: 4 }
  const coin = { currency: 'XBT' as CurrencyCode, decimals: 8 }
  test.each<[what: string, page: StatementPage, code: string | undefined]>([
    ['a currency of more than three letters', pageOf([], gold), 'currency_unknown'],
    ['a currency with a digit', pageOf([], { currency: 'X1Y' as CurrencyCode }), 'currency_unknown'],
    ['34 characters of an id', pageOf([], { accountId: 'a'.repeat(34) as AccountId }), undefined],
    ['35 characters of an id', pageOf([], { accountId: 'a'.repeat(35) as AccountId }), 'too_long'],
    ['five decimals of eight', pageOf([lineOf(1, { amount: 123_456_000n })], coin), undefined],
    [
      'six decimals of eight',
      pageOf([lineOf(1, { amount: 123_456_100n })], coin),
      'amount_too_many_decimals',
    ],
    ['18 digits', pageOf([lineOf(1, { amount: 10n ** 18n - 1n })]), undefined],
    ['19 digits', pageOf([lineOf(1, { amount: 10n ** 18n })]), 'amount_too_large'],
    [
      '19 digits of a sum',
      pageOf([lineOf(1, { amount: 6n * 10n ** 17n }), lineOf(2, { amount: 6n * 10n ** 17n })]),
      'amount_too_large',
    ],
    ['19 digits of a balance below zero', pageOf([], { closing: -(10n ** 18n) }), 'amount_too_large'],
  ])('%s', (_what, page, code) => {
    expect(unfitForCamt053(page)?.code).toBe(code)
    if (code === undefined) expect(renderCamt053(page)).toContain('</Document>')
    else if (code !== 'currency_unknown' && code !== 'too_long') expect(() => renderCamt053(page)).toThrow()
  })
})

test.each([
  ['GB82WEST12345698765432', true],
  ['DE89370400440532013000', true],
  ['NO9386011117947', true],
  ['GB82WEST12345698765423', false],
  ['DE89370400440532013001', false],
  ['de89370400440532013000', false],
  ['DE89 3704 0044 0532 0130 00', false],
  ['CUST-42:main', false],
])('whether %s is an IBAN: %s', (text, is) => {
  expect(isIban(text)).toBe(is)
})
