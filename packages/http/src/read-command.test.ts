import { type AccountId, currenciesWith } from '@plinth/kernel'
import { type Command, canonicalRequest } from '@plinth/posting'
import { describe, expect, test } from 'vitest'
import { isMalformed, type Malformed } from './malformed.js'
import { readBatchCommand, readCommand } from './read-command.js'

const currencies = currenciesWith({ GOLD: 4 })
const accountId = 'alice' as AccountId

const line = (change: object = {}) => ({
  accountId: 'alice',
  side: 'debit',
  amount: '1.00',
  currency: 'EUR',
  ...change,
})
const posting = (change: object = {}) => ({
  transactionCode: 'TRANSFER',
  lines: [line(), line({ accountId: 'bob', side: 'credit' })],
  ...change,
})
/** A posting whose first line is changed. */
const withLine = (change: object) => posting({ lines: [line(change), line({ side: 'credit' })] })
const without = (body: object, name: string) =>
  Object.fromEntries(Object.entries(body).filter(([key]) => key !== name))

const readPost = (value: unknown) => readCommand('post', value, { currencies })
const faultsOf = (read: object): string[] => {
  if (!isMalformed(read)) throw new Error('the body was read')
  return read.errors.map(({ pointer, code }) => `${pointer} ${code}`)
}

describe('a posting', () => {
  test('is read with its amounts in minor units', () => {
    const body = posting({
      valueDate: '2026-02-28',
      description: 'rent',
      reference: 'R',
      endToEndId: 'E',
      metadata: { a: 'b' },
    })
    expect(readPost(body)).toEqual({
      type: 'post',
      transactionCode: 'TRANSFER',
      description: 'rent',
      valueDate: '2026-02-28',
      reference: 'R',
      endToEndId: 'E',
      lines: [
        { accountId: 'alice', side: 'debit', amount: 100n, currency: 'EUR' },
        { accountId: 'bob', side: 'credit', amount: 100n, currency: 'EUR' },
      ],
      metadata: { a: 'b' },
    })
  })

  test.each<[amount: unknown, currency: string, code: string]>([
    [0, 'EUR', 'amount_not_a_string'],
    [1, 'EUR', 'amount_not_a_string'],
    [2 ** 53, 'EUR', 'amount_not_a_string'],
    [null, 'EUR', 'amount_not_a_string'],
    [true, 'EUR', 'amount_not_a_string'],
    [[1], 'EUR', 'amount_not_a_string'],
    [{}, 'EUR', 'amount_not_a_string'],
    ['-1', 'EUR', 'amount_malformed'],
    ['-0', 'EUR', 'amount_malformed'],
    ['+1', 'EUR', 'amount_malformed'],
    ['01', 'EUR', 'amount_malformed'],
    ['1.', 'EUR', 'amount_malformed'],
    ['.5', 'EUR', 'amount_malformed'],
    ['1e3', 'EUR', 'amount_malformed'],
    ['0x10', 'EUR', 'amount_malformed'],
    [' 1 ', 'EUR', 'amount_malformed'],
    ['1\n', 'EUR', 'amount_malformed'],
    ['', 'EUR', 'amount_malformed'],
    ['１２', 'EUR', 'amount_malformed'],
    ['1_000', 'EUR', 'amount_malformed'],
    ['1,000', 'EUR', 'amount_malformed'],
    ['NaN', 'EUR', 'amount_malformed'],
    ['Infinity', 'EUR', 'amount_malformed'],
    ['0', 'EUR', 'amount_zero'],
    ['0.00', 'EUR', 'amount_zero'],
    ['1.001', 'EUR', 'amount_too_many_decimals'],
    ['1.0', 'JPY', 'amount_too_many_decimals'],
    ['1.0001', 'BHD', 'amount_too_many_decimals'],
    ['1.00001', 'GOLD', 'amount_too_many_decimals'],
    [`1${'0'.repeat(26)}`, 'EUR', 'amount_too_large'],
    [`1${'0'.repeat(38)}`, 'JPY', 'amount_too_large'],
    ['9'.repeat(100_000), 'EUR', 'amount_too_large'],
  ])('with the amount %j in %s is refused with %s', (amount, currency, code) => {
    expect(faultsOf(readPost(withLine({ amount, currency })))).toEqual([`/lines/0/amount ${code}`])
  })

  test.each([
    ['0.01', 'EUR', 1n],
    ['9'.repeat(26), 'EUR', BigInt('9'.repeat(26)) * 100n],
    ['9'.repeat(28), 'JPY', BigInt('9'.repeat(28))],
    ['1.5', 'BHD', 1500n],
    ['92233720368547758.07', 'EUR', 9223372036854775807n],
    ['92233720368547758.08', 'EUR', 9223372036854775808n],
  ])('with %s %s moves %s minor units', (amount, currency, minor) => {
    const lines = [line({ amount, currency }), line({ amount, currency, side: 'credit' })]
    expect(readPost(posting({ lines }))).toMatchObject({ lines: [{ amount: minor }, { amount: minor }] })
  })

  test.each<[what: string, body: unknown, faults: string[]]>([
    ['no object', [], [' wrong_type']],
    ['null', null, [' wrong_type']],
    ['nothing in it', {}, ['/transactionCode required', '/lines required']],
    ['an unknown field', posting({ postedAt: 'x' }), ['/postedAt unknown_field']],
    ['an unknown field in a line', withLine({ balanceAfter: '1' }), ['/lines/0/balanceAfter unknown_field']],
    ['no lines', posting({ lines: [] }), ['/lines too_few_lines']],
    ['one line', posting({ lines: [line()] }), ['/lines too_few_lines']],
    ['1001 lines', posting({ lines: Array(1001).fill(line()) }), ['/lines too_many_lines']],
    ['lines that are no list', posting({ lines: { 0: line() } }), ['/lines wrong_type']],
    ['a line that is no object', posting({ lines: [line(), 'x'] }), ['/lines/1 wrong_type']],
    ['a null line', posting({ lines: [line(), null] }), ['/lines/1 wrong_type']],
    ['another side', withLine({ side: 'left' }), ['/lines/0/side wrong_type']],
    ['an account id with a space', withLine({ accountId: 'a b' }), ['/lines/0/accountId id_malformed']],
    ['an account id that is a number', withLine({ accountId: 7 }), ['/lines/0/accountId wrong_type']],
    ['an account id of 65', withLine({ accountId: 'a'.repeat(65) }), ['/lines/0/accountId id_malformed']],
    ['a currency nobody knows', withLine({ currency: 'XYZ' }), ['/lines/0/currency currency_unknown']],
    ['a currency in small letters', withLine({ currency: 'eur' }), ['/lines/0/currency currency_unknown']],
    [
      'a currency named __proto__',
      withLine({ currency: '__proto__' }),
      ['/lines/0/currency currency_unknown'],
    ],
    ['a day that is none', posting({ valueDate: '2026-02-30' }), ['/valueDate date_malformed']],
    ['an instant as a date', posting({ valueDate: '2026-02-03T00:00:00Z' }), ['/valueDate date_malformed']],
    ['null as a date', posting({ valueDate: null }), ['/valueDate wrong_type']],
    [
      'a transaction code with a space',
      posting({ transactionCode: 'A B' }),
      ['/transactionCode id_malformed'],
    ],
    ['an empty transaction code', posting({ transactionCode: '' }), ['/transactionCode id_malformed']],
    ['a long reference', posting({ reference: 'x'.repeat(65) }), ['/reference too_long']],
    ['a long description', posting({ description: 'x'.repeat(1001) }), ['/description too_long']],
    ['NUL in a description', posting({ description: 'a\0' }), ['/description wrong_type']],
    ['half a surrogate pair', posting({ description: '\ud800' }), ['/description wrong_type']],
    ['metadata that are nested', posting({ metadata: { a: {} } }), ['/metadata/a wrong_type']],
    ['metadata that are a list', posting({ metadata: ['a'] }), ['/metadata wrong_type']],
    [
      '51 metadata',
      posting({ metadata: Object.fromEntries(Array.from({ length: 51 }, (_, n) => [`k${n}`, ''])) }),
      ['/metadata too_long'],
    ],
    [
      'a long metadata name',
      posting({ metadata: { ['k'.repeat(65)]: '' } }),
      [`/metadata/${'k'.repeat(65)} too_long`],
    ],
    [
      'a long metadata value',
      posting({ metadata: { 'a/b~': 'x'.repeat(1025) } }),
      ['/metadata/a~1b~0 too_long'],
    ],
  ])('with %s is refused', (_, body, faults) => {
    const read = readPost(body)
    expect(read).toMatchObject({ status: 400, code: 'malformed_request' })
    expect(faultsOf(read)).toEqual(faults)
  })

  test('hears of all its faults at once, in the order of the document', () => {
    const body = {
      oops: 1,
      lines: [{ side: 'debit', amount: 1, currency: 'EUR' }, line({ amount: '1.001', accountId: '!' })],
      valueDate: 'tomorrow',
    }
    expect(faultsOf(readPost(body))).toEqual([
      '/oops unknown_field',
      '/lines/0/amount amount_not_a_string',
      '/lines/0/accountId required',
      '/lines/1/accountId id_malformed',
      '/lines/1/amount amount_too_many_decimals',
      '/valueDate date_malformed',
      '/transactionCode required',
    ])
  })

  test('hears of a hundred faults at most', () => {
    const body = posting({
      lines: Array(1000).fill({}),
      ...Object.fromEntries(Array.from({ length: 5_000 }, (_, n) => [`k${n}`, n])),
    })
    expect(faultsOf(readPost(body))).toHaveLength(100)
  })

  test.each<[what: string, lines: object[], detail: string]>([
    [
      'in one currency',
      [line(), line({ side: 'credit', amount: '0.99' })],
      'Debits exceed credits by 0.01 EUR.',
    ],
    ['with debits alone', [line(), line()], 'Debits exceed credits by 2.00 EUR.'],
    [
      'across currencies',
      [line(), line({ side: 'credit', currency: 'USD' })],
      'Debits exceed credits by 1.00 EUR.',
    ],
    [
      'towards credits',
      [line(), line({ side: 'credit', amount: '3' })],
      'Credits exceed debits by 2.00 EUR.',
    ],
  ])('that does not balance %s is refused with 422', (_, lines, detail) => {
    expect(readPost(posting({ lines }))).toEqual({
      kind: 'malformed',
      status: 422,
      code: 'entry_unbalanced',
      detail,
      errors: [],
    })
  })
})

describe('the other commands', () => {
  const opening = { name: 'Alice', glCode: '2000', currency: 'EUR' }
  const openAccount = (body: unknown) => readCommand('open_account', body, { currencies })

  test('opening an account gets its defaults', () => {
    expect(openAccount(opening)).toEqual({
      type: 'open_account',
      accountId: undefined,
      name: 'Alice',
      glCode: '2000',
      currency: 'EUR',
      customerId: undefined,
      productCode: undefined,
      overdraftLimit: 0n,
      unlimited: false,
      metadata: {},
    })
  })

  test.each<[what: string, body: object, faults: string[]]>([
    [
      'a limit beside unlimited',
      { ...opening, unlimited: true, overdraftLimit: '0' },
      ['/overdraftLimit unknown_field'],
    ],
    [
      'a limit with too many decimals',
      { ...opening, overdraftLimit: '1.001' },
      ['/overdraftLimit amount_too_many_decimals'],
    ],
    ['a negative limit', { ...opening, overdraftLimit: '-1' }, ['/overdraftLimit amount_malformed']],
    ['a limit that is a number', { ...opening, overdraftLimit: 1 }, ['/overdraftLimit amount_not_a_string']],
    ['a currency nobody knows', { ...opening, currency: 'ZZZ' }, ['/currency currency_unknown']],
    ['no name', without(opening, 'name'), ['/name required']],
    ['an empty name', { ...opening, name: '' }, ['/name required']],
    ['a balance', { ...opening, posted: '5' }, ['/posted unknown_field']],
    ['a flag that is a text', { ...opening, unlimited: 'true' }, ['/unlimited wrong_type']],
  ])('opening an account with %s is refused', (_, body, faults) => {
    expect(faultsOf(openAccount(body))).toEqual(faults)
  })

  test('a limit of zero is welcome', () => {
    expect(openAccount({ ...opening, overdraftLimit: '0.00' })).toMatchObject({ overdraftLimit: 0n })
  })

  test.each([
    ['1.50', '1.5'],
    ['1.5', '1.5'],
    ['1.00', '1'],
    ['100', '100'],
    ['0.00', '0'],
    ['0.000', '0'],
  ])('new terms keep the limit %s as %s', (overdraftLimit, kept) => {
    const command = readCommand('change_terms', { overdraftLimit }, { currencies, accountId })
    expect(command).toEqual({
      type: 'change_terms',
      accountId,
      name: undefined,
      overdraftLimit: kept,
      metadata: undefined,
    })
  })

  test.each([
    ['1.', 'amount_malformed'],
    ['-1', 'amount_malformed'],
    [`0.${'1'.repeat(19)}`, 'amount_too_many_decimals'],
    ['1'.repeat(29), 'amount_too_large'],
  ])('new terms with the limit %s are refused with %s', (overdraftLimit, code) => {
    const read = readCommand('change_terms', { overdraftLimit }, { currencies, accountId })
    expect(faultsOf(read)).toEqual([`/overdraftLimit ${code}`])
  })

  test.each<[what: string, body: object, faults: string[]]>([
    ['no reason', { status: 'open' }, ['/reason required']],
    ['an empty reason', { status: 'open', reason: '' }, ['/reason required']],
    ['another status', { status: 'gone', reason: 'x' }, ['/status wrong_type']],
  ])('a status with %s is refused', (_, body, faults) => {
    expect(faultsOf(readCommand('set_status', body, { currencies, accountId }))).toEqual(faults)
  })

  test.each([
    ['asset', 'debit'],
    ['expense', 'debit'],
    ['liability', 'credit'],
    ['equity', 'credit'],
    ['income', 'credit'],
  ])('a GL account of type %s has the normal side %s and is postable', (type, normalSide) => {
    const command = readCommand('create_gl_account', { code: '1', name: 'x', type }, { currencies })
    expect(command).toMatchObject({ glAccount: { type, normalSide, postable: true } })
  })
})

describe('a command of a batch', () => {
  const read = (value: unknown) => readBatchCommand(value, currencies)
  const item = { type: 'post', idempotencyKey: 'k', ...posting() }

  test('is the command of the single call', () => {
    const text = (command: Command | Malformed) => canonicalRequest(command as Command, currencies)
    const { key, command, group } = read({ ...item, group: 'g' }) as {
      key: string
      command: Command
      group: string
    }
    expect([key, group, text(command)]).toEqual(['k', 'g', text(readPost(posting()))])
    const glAccount = { code: '1', name: 'x', type: 'asset' }
    expect(read({ type: 'create_gl_account', idempotencyKey: 'k', glAccount })).toMatchObject({
      command: { type: 'create_gl_account', glAccount: { code: '1', normalSide: 'debit' } },
    })
    expect(
      read({ type: 'set_status', idempotencyKey: 'k', accountId: 'a', status: 'open', reason: 'r' }),
    ).toMatchObject({
      command: { type: 'set_status', accountId: 'a' },
    })
  })

  test.each<[what: string, value: unknown, faults: string[]]>([
    ['null', null, [' wrong_type']],
    ['a text', 'post', [' wrong_type']],
    ['a list', [], [' wrong_type']],
    ['no type', {}, ['/type required']],
    ['a type of the prototype', { type: 'toString' }, ['/type wrong_type']],
    ['a type that comes later', { ...item, type: 'accrue' }, ['/type wrong_type']],
    ['no key', without(item, 'idempotencyKey'), ['/idempotencyKey required']],
    ['an empty key', { ...item, idempotencyKey: '' }, ['/idempotencyKey id_malformed']],
    ['a key of 256', { ...item, idempotencyKey: 'k'.repeat(256) }, ['/idempotencyKey id_malformed']],
    [
      'a fault in a line',
      { ...item, lines: [line(), line({ amount: 1 })] },
      ['/lines/1/amount amount_not_a_string'],
    ],
    [
      'a fault in its GL account',
      { type: 'create_gl_account', idempotencyKey: 'k', glAccount: { code: '!', name: 'x', type: 'asset' } },
      ['/glAccount/code id_malformed'],
    ],
  ])('with %s is refused', (_, value, faults) => {
    expect(faultsOf(read(value))).toEqual(faults)
  })
})

test('one command has one canonical text however its amounts are written', () => {
  const text = (amount: string) =>
    canonicalRequest(
      readPost(posting({ lines: [line({ amount }), line({ amount, side: 'credit' })] })) as Command,
      currencies,
    )
  expect(text('1.5')).toBe(text('1.50'))
})
