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

describe('the vectors of RFC 8785', () => {
  test('§3.2.2: literals, numbers and strings', () => {
    const sample = `{"numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
      "string": "\\u20ac$\\u000F\\u000aA'\\u0042\\u0022\\u005c\\\\\\"\\/", "literals": [null, true, false]}`
    expect(canonicalJson(JSON.parse(sample))).toBe(
      `{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"\u20ac$\\u000f\\nA'B\\"\\\\\\\\\\"/"}`,
    )
  })

  test('§3.2.3: members in the order of their UTF-16 code units', () => {
    const names = ['\u20ac', '\r', '\ufb33', '1', '\ud83d\ude00', '\u0080', '\u00f6']
    const sorted = ['\r', '1', '\u0080', '\u00f6', '\u20ac', '\ud83d\ude00', '\ufb33']
    expect(canonicalJson(Object.fromEntries(names.map((name) => [name, 0])))).toBe(
      `{${sorted.map((name) => `${JSON.stringify(name)}:0`).join(',')}}`,
    )
  })

  test.each([
    ['0000000000000000', '0'],
    ['8000000000000000', '0'],
    ['0000000000000001', '5e-324'],
    ['7fefffffffffffff', '1.7976931348623157e+308'],
    ['4340000000000001', '9007199254740994'],
    ['444b1ae4d6e2ef4f', '999999999999999900000'],
    ['444b1ae4d6e2ef50', '1e+21'],
    ['3eb0c6f7a0b5ed8c', '9.999999999999997e-7'],
    ['3eb0c6f7a0b5ed8d', '0.000001'],
    ['becbf647612f3696', '-0.0000033333333333333333'],
    ['43143ff3c1cb0959', '1424953923781206.2'],
  ])('appendix B: the number %s', (bits, text) => {
    expect(canonicalJson(Buffer.from(bits, 'hex').readDoubleBE())).toBe(text)
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
