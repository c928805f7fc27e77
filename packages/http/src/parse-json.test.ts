import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseJson } from './parse-json.js'

const parse = (text: string | Buffer) => parseJson(Buffer.from(text as string))

describe('strict JSON', () => {
  test.each([
    '{"a":1,"b":[{"a":2},{"a":"x:y"}],"c":null}',
    '[]',
    '"a : \\" : b"',
    ' {"\\u00e9": "é", "emoji": "\\ud83d\\ude00😀"} ',
    '{"a":"\\\\","b":"\\\\\\""}',
    '{"1":1,"0":2}',
    '{"":1}',
    '12',
    `${'['.repeat(20)}${']'.repeat(20)}`,
  ])('reads %s as JSON.parse does', (text) => {
    expect(parse(text)).toEqual({ value: JSON.parse(text) })
  })

  test.each<[what: string, text: string | Buffer, detail: RegExp]>([
    ['an empty body', '', /empty/],
    ['what is not JSON', '{"a":}', /not JSON/],
    ['garbage behind the value', '{"a":1} x', /not JSON/],
    ['two values', '{}{}', /not JSON/],
    ['NaN', '{"a":NaN}', /not JSON/],
    ['a byte order mark', Buffer.from('\ufeff{}'), /byte order mark/],
    ['broken UTF-8', Buffer.from([0x22, 0xc3, 0x28, 0x22]), /UTF-8/],
    ['an overlong encoding', Buffer.from([0x22, 0xc0, 0xaf, 0x22]), /UTF-8/],
    ['a surrogate encoded in UTF-8', Buffer.from([0x22, 0xed, 0xa0, 0x80, 0x22]), /UTF-8/],
    ['UTF-16', Buffer.from('{"a":1}', 'utf16le'), /not JSON/],
    ['a name that is there twice', '{"a":1,"a":1}', /twice/],
    ['a name that is there twice, deep inside', '{"x":[{"y":{"a":1,"b":2,"a":3}}]}', /twice/],
    ['a name that is there twice in two spellings', '{"a":1,"\\u0061":2}', /twice/],
    ['a lone surrogate in a value', '{"a":"\\ud800"}', /surrogate/],
    ['a lone surrogate in a name', '{"\\udc00":1}', /surrogate/],
    ['NUL in a value', '{"a":"x\\u0000"}', /NUL/],
    ['NUL in a name', '{"\\u0000":1}', /NUL/],
    ['__proto__', '{"__proto__":{"admin":true}}', /__proto__/],
    ['__proto__ in escapes', '{"\\u005f_proto__":1}', /__proto__/],
    ['__proto__ twice', '{"__proto__":1,"__proto__":2}', /twice/],
    ['constructor', '[{"constructor":{"prototype":1}}]', /constructor/],
    ['prototype', '{"a":{"prototype":1}}', /prototype/],
    ['21 levels', `${'['.repeat(21)}${']'.repeat(21)}`, /deeper than 20/],
    ['200 000 levels', '['.repeat(200_000), /deeper than 20/],
  ])('refuses %s', (_, text, detail) => {
    expect(parse(text)).toMatchObject({ kind: 'malformed', status: 400, code: 'malformed_json' })
    expect(parse(text)).toHaveProperty('detail', expect.stringMatching(detail))
    expect(({} as { admin?: unknown }).admin).toBeUndefined()
  })

  test('lets a value say what no name may', () => {
    expect(parse('{"a":"__proto__ constructor"}')).toEqual({ value: { a: '__proto__ constructor' } })
  })

  test('agrees with JSON.parse on every document without forbidden content', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 10, stringUnit: 'grapheme' }), fc.nat(3), (value, indent) => {
        const text = JSON.stringify(value, null, indent)
        fc.pre(!/__proto__|constructor|prototype|\\u/.test(text))
        expect(parse(text)).toEqual({ value: JSON.parse(text) })
      }),
    )
  })

  test('notices any name that was written twice', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('a', 'b', 'c', '1', '"', '\\', 'é'), { minLength: 1, maxLength: 6 }),
        (names) => {
          const text = `{"x":[{${names.map((name) => `${JSON.stringify(name)}: [":{"]`).join(',')}}]}`
          expect('value' in parse(text)).toBe(new Set(names).size === names.length)
        },
      ),
    )
  })
})
