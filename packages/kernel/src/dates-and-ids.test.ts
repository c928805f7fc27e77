import { describe, expect, test } from 'vitest'
import { addDays, type BusinessDate, parseBusinessDate } from './business-date.js'
import { parseAccountId, parseEntryId, parseGlCode, parseIdempotencyKey, parseTenantId } from './ids.js'
import { instantFromDatabase, instantOf } from './instant.js'
import { InvariantViolation, invariant } from './invariant.js'

describe('a business date', () => {
  test.each(['2026-11-21', '2024-02-29', '2000-02-29', '0001-01-01', '9999-12-31', '1970-01-01'])(
    '%s is a day of the calendar',
    (text) => {
      expect(parseBusinessDate(text)).toBe(text)
    },
  )

  test.each([
    ...['2026-02-30', '2026-02-29', '1900-02-29', '2026-13-01', '2026-00-10', '2026-04-31', '2026-01-00'],
    ...[
      '0000-01-01',
      '26-11-21',
      '2026-1-1',
      '20261121',
      '2026/11/21',
      '2026-11-21T00:00:00Z',
      ' 2026-11-21',
    ],
    ...['2026-11-21\n', '', '+2026-11-21', '12026-11-21', '２０２６-11-21', '21.11.2026', '2026-11-32'],
  ])('%j is not', (text) => {
    expect(parseBusinessDate(text)).toBeUndefined()
  })

  test.each([
    ['2026-11-30', 1, '2026-12-01'],
    ['2026-12-31', 1, '2027-01-01'],
    ['2024-02-28', 1, '2024-02-29'],
    ['2026-02-28', 1, '2026-03-01'],
    ['2026-03-28', 2, '2026-03-30'], // the clocks change in between
    ['2026-11-20', 0, '2026-11-20'],
    ['2026-01-01', -1, '2025-12-31'],
    ['2024-03-01', -366, '2023-03-01'],
  ])('%s and %i days are %s', (date, days, expected) => {
    expect(addDays(date as BusinessDate, days)).toBe(expected)
  })
})

describe('an instant', () => {
  test.each([
    ['2026-11-21 03:10:31.123+00', '2026-11-21T03:10:31.123Z'],
    ['2026-11-21 03:10:31+00', '2026-11-21T03:10:31.000Z'],
    ['2026-11-21 03:10:31.1+00', '2026-11-21T03:10:31.100Z'],
    ['2026-11-21 03:10:31.123999+00', '2026-11-21T03:10:31.123Z'],
    ['2026-11-21 03:10:31.5+00:00', '2026-11-21T03:10:31.500Z'],
  ])('that the database prints as %s is %s', (text, expected) => {
    expect(instantFromDatabase(text)).toBe(expected)
  })

  test.each(['2026-11-21 03:10:31+01', 'infinity', '21/11/2026 03:10:31 UTC', ''])(
    'is never read from %j',
    (text) => {
      expect(() => instantFromDatabase(text)).toThrow(InvariantViolation)
    },
  )

  test('has milliseconds and Z', () => {
    expect(instantOf(0)).toBe('1970-01-01T00:00:00.000Z')
  })
})

const long = (count: number): string => 'a'.repeat(count)

describe('an id', () => {
  test.each([
    [
      'an account',
      parseAccountId,
      ['a', 'A1', 'CUST-42:main', 'DE89370400440532013000', '0', 'a.b_c-d', long(64)],
    ],
    ['a GL account', parseGlCode, ['1', '1100', 'assets:cash', long(64)]],
    ['a tenant', parseTenantId, ['a', 'demo', '0-9', long(32)]],
    ['a key', parseIdempotencyKey, ['a', '!', '~', '"', '\\', long(255)]],
    ['an entry', parseEntryId, ['01990000-0000-7000-8000-000000000000']],
  ])('of %s may be …', (_of, parse, accepted) => {
    for (const text of accepted) expect(parse(text)).toBe(text)
  })

  test.each([
    [
      'an account',
      parseAccountId,
      [
        '',
        ' a',
        'a ',
        '-a',
        '.a',
        '_a',
        ':a',
        'a b',
        'a/b',
        'a%b',
        'é',
        'a\n',
        'a\u0000',
        long(65),
        '\ud800',
      ],
    ],
    ['a GL account', parseGlCode, ['', '-1', '1/2', '1 2', long(65)]],
    ['a tenant', parseTenantId, ['', 'Demo', 'a_b', '-a', 'a.b', 'ä', long(33), 'a\n']],
    ['a key', parseIdempotencyKey, ['', ' ', 'a b', 'é', 'a\r\n', '\u007f', '\u0000', long(256)]],
    [
      'an entry',
      parseEntryId,
      ['', '01990000-0000-7000-8000-00000000000', '01990000-0000-7000-8000-00000000000G', '1', long(36)],
    ],
  ])('of %s is never …', (_of, parse, refused) => {
    for (const text of refused) expect([text, parse(text)]).toEqual([text, undefined])
  })
})

test('a broken invariant names its rule and its facts', () => {
  expect(() => invariant(false, 'debits equal credits', { entryId: 'e1', net: 3n })).toThrow(
    'debits equal credits (entryId=e1, net=3)',
  )
})
