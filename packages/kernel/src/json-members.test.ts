import { describe, expect, test } from 'vitest'
import { membersIn, membersNamed } from './json-members.js'

const twice = (text: string): boolean => membersNamed(Buffer.from(text), 20) !== membersIn(JSON.parse(text))

describe('a name that stands twice in an object', () => {
  test.each([
    '{"a":1,"a":1}',
    '{"a":1,"\\u0061":2}',
    '{"a":{"b":1,"b":2}}',
    '[{"a":[{"b":1,"c":2,"b":3}]}]',
    '{"__proto__":1,"__proto__":2}',
    '{"":1,"":2}',
  ])('is found in %s', (text) => expect(twice(text)).toBe(true))

  test.each([
    '1',
    '"a:b"',
    '{}',
    '{"a":1,"b":1}',
    '{"a":{"a":{"a":1}}}',
    '[{"a":1},{"a":1}]',
    '{"a":":{\\":"}',
    '{"__proto__":{"constructor":1}}',
  ])('is not seen in %s', (text) => expect(twice(text)).toBe(false))
})

test('a text that is nested deeper than allowed is not counted', () => {
  expect(membersNamed(Buffer.from('[[{"a":1}]]'), 3)).toBe(1)
  expect(membersNamed(Buffer.from('[[{"a":1}]]'), 2)).toBeUndefined()
})
