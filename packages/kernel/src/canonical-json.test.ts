import { describe, expect, test } from 'vitest'
import { canonicalJson, escapePointer, firstDifference, type Json } from './canonical-json.js'

describe('the canonical text of a value', () => {
  test.each<[unknown, string]>([
    [null, 'null'],
    [true, 'true'],
    ['a"b\n', '"a\\"b\\n"'],
    [[], '[]'],
    [{}, '{}'],
    [{ b: 1, a: 2 }, '{"a":2,"b":1}'],
    [{ a: undefined, b: null }, '{"b":null}'],
    [[{ z: 1, a: [2, { y: 1, x: 2 }] }], '[{"a":[2,{"x":2,"y":1}],"z":1}]'],
    // By UTF-16 code unit, as RFC 8785 has it, not by locale.
    [{ é: 1, z: 2, Z: 3, _: 4 }, '{"Z":3,"_":4,"z":2,"é":1}'],
    [{ '10': 1, '9': 2 }, '{"10":1,"9":2}'],
  ])('of %j', (value, text) => {
    expect(canonicalJson(value)).toBe(text)
  })

  test('does not hang on the order in which members were given', () => {
    expect(canonicalJson({ a: '1', b: { c: '2', d: '3' } })).toBe(
      canonicalJson({ b: { d: '3', c: '2' }, a: '1' }),
    )
  })
})

describe('the first difference', () => {
  test.each<[Json, Json, string | undefined]>([
    [{ a: '1' }, { a: '1' }, undefined],
    [{ a: '1' }, { a: '2' }, '/a'],
    [{ a: '1' }, {}, '/a'],
    [{}, { a: null }, '/a'],
    [{ b: '1', a: '1' }, { b: '2', a: '2' }, '/a'],
    [{ lines: [{ amount: '1.00' }] }, { lines: [{ amount: '2.00' }] }, '/lines/0/amount'],
    [{ lines: ['a'] }, { lines: ['a', 'b'] }, '/lines/1'],
    [{ lines: ['a', 'b'] }, { lines: ['a'] }, '/lines/1'],
    [{ lines: [] }, { lines: {} }, '/lines'],
    [{ lines: 'x' }, { lines: ['x'] }, '/lines'],
    [{ metadata: { 'a/b~c': '1' } }, { metadata: { 'a/b~c': '2' } }, '/metadata/a~1b~0c'],
    ['x', 'y', ''],
    [null, {}, ''],
  ])('between %j and %j is at %s', (left, right, pointer) => {
    expect(firstDifference(left, right)).toBe(pointer)
    expect(firstDifference(right, left)).toBe(pointer)
  })
})

test('a token of a JSON Pointer escapes ~ before /', () => {
  expect(escapePointer('~1/')).toBe('~01~1')
})
