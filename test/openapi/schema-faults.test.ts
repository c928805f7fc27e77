import { describe, expect, test } from 'vitest'
import type { Document, Schema } from './document.js'
import { schemaFaults, type Travel } from './schema-faults.js'

const text = { type: 'string' }
const closed = (properties: Record<string, Schema>, ...required: string[]): Schema => ({
  type: 'object',
  properties,
  required,
  additionalProperties: false,
})

const documentWith = (schemas: Record<string, Schema> = {}): Document =>
  ({ components: { schemas } }) as unknown as Document

function changed(travel: Travel, before: Schema, after: Schema): string[] {
  const document = documentWith()
  return schemaFaults(travel, {
    before: { document, schema: before },
    after: { document, schema: after },
    at: 'it',
  })
}

describe('a schema that lets less through', () => {
  const rows: readonly (readonly [rule: string, wide: Schema, narrow: Schema])[] = [
    ['another type', { type: ['string', 'integer'] }, { type: 'integer' }],
    ['nothing', text, false],
    ['whole numbers', { type: 'number' }, { type: 'integer' }],
    ['a type where there was none', {}, text],
    ['no null', { anyOf: [text, { type: 'null' }] }, text],
    ['no null in a list of types', { type: ['string', 'null'] }, text],
    ['one alternative less', { oneOf: [closed({ a: text }), closed({ b: text })] }, closed({ b: text })],
    [
      'one alternative of a type less',
      { type: 'string', anyOf: [{}, { maxLength: 9 }] },
      { ...text, maxLength: 9 },
    ],
    ['listed values', text, { ...text, enum: ['a'] }],
    ['a constant', text, { ...text, const: 'a' }],
    ['a pattern', text, { ...text, pattern: '^a$' }],
    ['a format', text, { ...text, format: 'date' }],
    ['a maxLength', text, { ...text, maxLength: 9 }],
    ['a lower maxLength', { ...text, maxLength: 10 }, { ...text, maxLength: 9 }],
    ['a higher minLength', { ...text, minLength: 1 }, { ...text, minLength: 2 }],
    ['a lower maximum', { type: 'integer', maximum: 2 }, { type: 'integer', maximum: 1 }],
    ['a higher minimum', { type: 'integer', minimum: 1 }, { type: 'integer', minimum: 2 }],
    ['an exclusiveMaximum', { type: 'integer' }, { type: 'integer', exclusiveMaximum: 2 }],
    ['an exclusiveMinimum', { type: 'integer' }, { type: 'integer', exclusiveMinimum: 2 }],
    ['steps', { type: 'integer' }, { type: 'integer', multipleOf: 2 }],
    ['fewer items', { type: 'array', maxItems: 2 }, { type: 'array', maxItems: 1 }],
    ['more items', { type: 'array', minItems: 1 }, { type: 'array', minItems: 2 }],
    ['no item twice', { type: 'array' }, { type: 'array', uniqueItems: true }],
    ['narrower items', { type: 'array', items: {} }, { type: 'array', items: text }],
    ['items of a type', { type: 'array' }, { type: 'array', items: text }],
    ['fewer names', { type: 'object', maxProperties: 2 }, { type: 'object', maxProperties: 1 }],
    ['more names', { type: 'object' }, { type: 'object', minProperties: 1 }],
    ['narrower names', { type: 'object' }, { type: 'object', propertyNames: { maxLength: 9 } }],
    ['narrower fields', closed({ a: text }), closed({ a: { ...text, maxLength: 9 } })],
    ['required fields', closed({ a: text }), closed({ a: text }, 'a')],
    [
      'narrower other fields',
      { type: 'object', additionalProperties: text },
      { type: 'object', additionalProperties: { ...text, maxLength: 9 } },
    ],
  ]

  test.each(rows)('%s: is refused in a request, and allowed in an answer', (_, wide, narrow) => {
    expect(changed('request', wide, narrow)).not.toEqual([])
    expect(changed('response', wide, narrow)).toEqual([])
  })

  test.each(rows)('%s, taken back: is allowed in a request, and refused in an answer', (_, wide, narrow) => {
    expect(changed('request', narrow, wide)).toEqual([])
    expect(changed('response', narrow, wide)).not.toEqual([])
  })
})

describe('what cannot be weighed', () => {
  test.each<[rule: string, one: Schema, other: Schema]>([
    ['another type', text, { type: 'integer' }],
    ['another pattern', { ...text, pattern: '^a$' }, { ...text, pattern: '^b$' }],
    ['another format', { ...text, format: 'date' }, { ...text, format: 'date-time' }],
    ['another kind of bound', { type: 'integer', maximum: 2 }, { type: 'integer', exclusiveMaximum: 2 }],
    ['a keyword nobody taught this check', text, { ...text, contains: text }],
    ['rules beside alternatives', text, { maxLength: 9, anyOf: [text] }],
    ['another type beside alternatives', text, { type: 'object', anyOf: [text] }],
  ])('%s: is refused both ways', (_, one, other) => {
    for (const travel of ['request', 'response'] as const) {
      expect(changed(travel, one, other)).not.toEqual([])
      expect(changed(travel, other, one)).not.toEqual([])
    }
  })
})

describe('where requests and answers differ', () => {
  const side = (...values: string[]): Schema => ({ ...text, enum: values })

  test.each<[rule: string, before: Schema, after: Schema, request: string[], response: string[]]>([
    ['a value more', side('a'), side('a', 'b'), [], []],
    ['a value less', side('a', 'b'), side('a'), ['it: the value "b" is not taken any more'], []],
    ['a value beside a constant', { ...text, const: 'a' }, side('a', 'b'), [], []],
    ['a field more', closed({ a: text }), closed({ a: text, b: text }), [], []],
    [
      'a field less',
      closed({ a: text, b: text }),
      closed({ a: text }),
      ['it.b: is refused as unknown now'],
      ['it.b: is not answered any more'],
    ],
    [
      'a required field more',
      closed({ a: text }, 'a'),
      closed({ a: text, b: text }, 'a', 'b'),
      ['it.b: is required now'],
      [],
    ],
    [
      'a field that may be missing',
      closed({ a: text }, 'a'),
      closed({ a: text }),
      [],
      ['it.a: may be missing now'],
    ],
    [
      'unknown fields refused',
      {},
      { additionalProperties: false },
      ['it: unknown fields are refused now'],
      [],
    ],
    ['unknown fields let through', { additionalProperties: false }, {}, [], []],
    [
      'another default',
      { type: 'integer', default: 100 },
      { type: 'integer', default: 50 },
      ['it: the default was 100 and is 50'],
      [],
    ],
    ['a default', { type: 'integer' }, { type: 'integer', default: 50 }, [], []],
    ['other words', { ...text, description: 'a', example: 'a' }, { ...text, description: 'b' }, [], []],
    ['another order', closed({ a: text, b: text }, 'a', 'b'), closed({ b: text, a: text }, 'b', 'a'), [], []],
    [
      'alternatives in another order',
      { oneOf: [closed({ a: text }), closed({ b: text })] },
      { oneOf: [closed({ b: text }), closed({ a: text })] },
      [],
      [],
    ],
  ])('%s', (_, before, after, request, response) => {
    expect(changed('request', before, after)).toEqual(request)
    expect(changed('response', before, after)).toEqual(response)
  })

  test('the nearest alternative tells what is wrong', () => {
    const command = (type: string, ...fields: string[]): Schema =>
      closed({ type: { const: type }, ...Object.fromEntries(fields.map((name) => [name, text])) }, 'type')
    const before = { oneOf: [command('post', 'a', 'b', 'c'), command('open', 'd', 'e')] }
    const after = { oneOf: [command('open', 'd', 'e'), command('post', 'a', 'b')] }
    expect(changed('request', before, after)).toEqual(['it.c: is refused as unknown now'])
  })
})

describe('a reference', () => {
  const named = { $ref: '#/components/schemas/Named' }
  const document = documentWith({ Named: closed({ a: text }) })

  test('is the same as what it names', () => {
    const inline = { document: documentWith(), schema: closed({ a: text }) }
    const reference = { document, schema: named }
    expect(schemaFaults('request', { before: reference, after: inline, at: 'it' })).toEqual([])
    expect(schemaFaults('request', { before: inline, after: reference, at: 'it' })).toEqual([])
  })

  test('leads into the document it stands in', () => {
    const narrower = documentWith({ Named: closed({ a: { ...text, maxLength: 9 } }) })
    const [before, after] = [
      { document, schema: named },
      { document: narrower, schema: named },
    ]
    expect(schemaFaults('request', { before, after, at: 'it' })).toEqual([
      'it.a: maxLength was not there and is 9',
    ])
    expect(schemaFaults('response', { before: after, after: before, at: 'it' })).toEqual([
      'it.a: maxLength was 9 and is not there',
    ])
  })

  test('to what contains itself is followed once, and a change inside is seen', () => {
    const tree = (leaf: Schema): Document =>
      documentWith({
        Tree: closed({ inner: { type: 'array', items: { $ref: '#/components/schemas/Tree' } }, leaf }),
      })
    const schema = { $ref: '#/components/schemas/Tree' }
    const before = { document: tree(text), schema }
    const after = { document: tree({ type: 'integer' }), schema }
    expect(schemaFaults('request', { before, after: before, at: 'it' })).toEqual([])
    expect(schemaFaults('request', { before, after, at: 'it' })).toEqual([
      'it.leaf: the type was "string" and is "integer"',
    ])
  })

  test('to what contains itself is compared with each thing that stands in its place', () => {
    const node = (leaf: Schema, inner: Schema): Schema => closed({ inner, leaf })
    const schema = { $ref: '#/components/schemas/Node' }
    const before = { document: documentWith({ Node: node(text, schema) }), schema }
    const unrolled = node(text, node({ type: 'integer' }, true))
    const after = { document: documentWith(), schema: unrolled }
    expect(schemaFaults('request', { before, after, at: 'it' })).toEqual([
      'it.inner.leaf: the type was "string" and is "integer"',
    ])
  })

  test('that leads nowhere is a fault of the document', () => {
    const broken = { document: documentWith(), schema: named }
    expect(() => schemaFaults('request', { before: broken, after: broken, at: 'it' })).toThrow(
      'leads nowhere',
    )
  })
})
