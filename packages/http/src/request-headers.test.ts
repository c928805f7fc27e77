import { describe, expect, test } from 'vitest'
import { correlationOf, readIdempotencyKey } from './request-headers.js'

describe('an Idempotency-Key', () => {
  test.each([
    ['abc', 'abc'],
    ['a,b', 'a,b'],
    ['~!{}', '~!{}'],
    ['"abc"', 'abc'],
    ['"a\\"b\\\\c"', 'a"b\\c'],
    ['k'.repeat(255), 'k'.repeat(255)],
  ])('written %s is %s', (header, key) => {
    expect(readIdempotencyKey(header)).toBe(key)
  })

  test.each([
    '',
    ' ',
    'a b',
    'a, b',
    '"a", "b"',
    '"abc',
    '"a"b"',
    '""',
    '"a b"',
    '"a\\x"',
    'é',
    'a\u0000',
    'k'.repeat(256),
  ])('written %j is malformed', (header) => {
    expect(readIdempotencyKey(header)).toMatchObject({ code: 'idempotency_key_malformed', status: 400 })
  })
})

describe('the correlation of a request', () => {
  test('is what its headers say', () => {
    const headers = { 'x-correlation-id': 'c', 'x-causation-id': 'd' }
    expect(correlationOf(headers)).toEqual({ correlationId: 'c', causationId: 'd', fault: undefined })
  })

  test('is new where a header cannot be taken over', () => {
    expect(correlationOf({ 'x-correlation-id': 'a b' })).toMatchObject({ fault: 'X-Correlation-Id' })
    expect(correlationOf({ 'x-correlation-id': 'a b' }).correlationId).not.toBe('a b')
    expect(correlationOf({ 'x-causation-id': 'c'.repeat(129) })).toMatchObject({
      causationId: undefined,
      fault: 'X-Causation-Id',
    })
  })
})
