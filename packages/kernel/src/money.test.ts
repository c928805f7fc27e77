import { describe, expect, test } from 'vitest'
import { currenciesWith } from './currency.js'
import { InvariantViolation } from './invariant.js'
import { formatMinor, minorFromDatabase, oppositeOf, parseMinor, sumMinorMax } from './money.js'

const digits = (count: number): string => '9'.repeat(count)

describe('reading an amount', () => {
  test.each([
    // text        decimals  minor
    ['0', 2, 0n],
    ['0.00', 2, 0n],
    ['0.01', 2, 1n],
    ['1', 2, 100n],
    ['1.5', 2, 150n],
    ['1.50', 2, 150n],
    ['1234.50', 2, 123_450n],
    ['1234', 0, 1234n],
    ['1.5', 3, 1500n],
    ['0.001', 3, 1n],
    ['1.2345', 4, 12_345n],
    ['0.000000000000000001', 18, 1n],
    ['9007199254740993', 2, 900_719_925_474_099_300n],
    [`${digits(26)}.99`, 2, BigInt(digits(28))],
    [digits(28), 0, BigInt(digits(28))],
    [`${digits(24)}.9999`, 4, BigInt(digits(28))],
    [`${digits(10)}.${digits(18)}`, 18, BigInt(digits(28))],
    [`0.${digits(18)}`, 18, BigInt(digits(18))],
  ])('%s with %i decimals is %s minor units', (text, decimals, minor) => {
    expect(parseMinor(text, decimals)).toBe(minor)
  })

  test.each([
    ...[
      '',
      ' ',
      ' 1',
      '1 ',
      ' 1 ',
      '-1',
      '-0',
      '+1',
      '01',
      '00',
      '00.1',
      '1.',
      '.5',
      '.',
      '1.2.3',
      '1e3',
      '1E3',
    ],
    ...['0x10', '0b1', '１２', '1_000', '1,000', '1.000,00', 'NaN', 'Infinity', '-Infinity', 'null', 'true'],
    ...[
      '1\n',
      '\n1',
      '1\u0000',
      '٣',
      '1٫5',
      '1.５',
      '½',
      '1/2',
      '$1',
      '1 EUR',
      '--1',
      '\u22121',
      '1\u00a0000',
    ],
  ])('%j is malformed in every currency', (text) => {
    for (const decimals of [0, 2, 3, 18]) expect(parseMinor(text, decimals)).toBe('amount_malformed')
  })

  test.each([
    ['1.5', 0],
    ['1.0', 0],
    ['1.001', 2],
    ['1.000', 2],
    ['1.0000', 3],
    [`0.${'0'.repeat(1000)}`, 18],
    // Both faults: the decimals are counted first.
    [`${digits(40)}.001`, 2],
  ])('%s has too many decimals where there are %i', (text, decimals) => {
    expect(parseMinor(text, decimals)).toBe('amount_too_many_decimals')
  })

  test.each([
    [digits(27), 2],
    [`1${'0'.repeat(26)}`, 2],
    [`1${'0'.repeat(28)}`, 0],
    [`1${'0'.repeat(10)}`, 18],
    [`1${'0'.repeat(38)}`, 0],
    ['7'.repeat(1_000_000), 2],
  ])('an amount beyond 28 digits in minor units is too large (%#)', (text, decimals) => {
    expect(parseMinor(text, decimals)).toBe('amount_too_large')
  })
})

describe('writing an amount', () => {
  test.each([
    // minor      decimals  text
    [0n, 2, '0.00'],
    [0n, 0, '0'],
    [0n, 3, '0.000'],
    [1n, 2, '0.01'],
    [10n, 2, '0.10'],
    [-1n, 2, '-0.01'],
    [-150n, 2, '-1.50'],
    [1234n, 0, '1234'],
    [-1234n, 0, '-1234'],
    [1500n, 3, '1.500'],
    [12_345n, 4, '1.2345'],
    [1n, 18, '0.000000000000000001'],
    [sumMinorMax, 2, `${digits(36)}.99`],
    [-sumMinorMax, 0, `-${digits(38)}`],
  ])('%s minor units with %i decimals are %s', (minor, decimals, text) => {
    expect(formatMinor(minor, decimals)).toBe(text)
  })

  test.each([0, 1, 2, 3, 4, 10, 18])('and reading it again changes nothing, with %i decimals', (decimals) => {
    const interesting = [0n, 1n, 9n, 10n, 99n, 100n, 101n, 10n ** 18n, 10n ** 18n + 1n, BigInt(digits(28))]
    for (const minor of interesting) {
      expect(parseMinor(formatMinor(minor, decimals), decimals)).toBe(minor)
    }
  })
})

describe('a number of the database', () => {
  test.each([
    ['0', 0n],
    ['-12', -12n],
    [digits(38), sumMinorMax],
  ])('%s is read exactly', (text, minor) => {
    expect(minorFromDatabase(text)).toBe(minor)
  })

  test.each(['', '1.5', 'NaN', 'Infinity', '1e3', '--1', ' 1'])('%j is a fault', (text) => {
    expect(() => minorFromDatabase(text)).toThrow(InvariantViolation)
  })
})

describe('a currency', () => {
  const currencies = currenciesWith({ GOLD: 4, XBT: 8, POINTS: 0, EUR: 7 })

  test.each([
    ['EUR', 2],
    ['USD', 2],
    ['JPY', 0],
    ['KRW', 0],
    ['BHD', 3],
    ['TND', 3],
    ['CLF', 4],
    ['UYW', 4],
    ['XCG', 2],
    ['ZWG', 2],
    ['GOLD', 4],
    ['XBT', 8],
    ['POINTS', 0],
  ])('%s has %i decimals', (code, decimals) => {
    expect(currencies.decimalsOf(code)).toBe(decimals)
  })

  test.each(['eur', 'EURO', 'XYZ', '', 'constructor', '__proto__', 'toString', 'GOLDEN'])(
    '%j is unknown',
    (code) => {
      expect(currencies.decimalsOf(code)).toBeUndefined()
    },
  )
})

test('the opposite of a debit is a credit, and the other way round', () => {
  expect([oppositeOf('debit'), oppositeOf('credit')]).toEqual(['credit', 'debit'])
})
