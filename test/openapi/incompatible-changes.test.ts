import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import type { Document, Operation } from './document.js'
import { incompatibleChanges } from './incompatible-changes.js'

type Mutable<Thing> = { -readonly [Key in keyof Thing]: Mutable<NonNullable<Thing[Key]>> }

const thing = { $ref: '#/components/schemas/Thing' }
const content = { 'application/json': { schema: thing } }
const key = { in: 'header', name: 'Key', required: true, schema: { type: 'string' } }

const document = {
  info: { version: '1' },
  servers: [{ url: '/' }],
  security: [{ bearer: [] }],
  paths: {
    '/open': { get: { security: [], responses: { '200': {} } } },
    '/things': {
      parameters: [{ in: 'query', name: 'limit', schema: { type: 'integer', maximum: 10 } }],
      get: { responses: { '200': { content } } },
      post: {
        parameters: [{ $ref: '#/components/parameters/Key' }],
        requestBody: { required: true, content },
        responses: {
          '201': { content, headers: { Replayed: { schema: { type: 'string' }, required: true } } },
          '422': { content: { 'application/problem+json': { schema: thing } } },
        },
      },
    },
  },
  components: {
    parameters: { Key: key },
    schemas: { Thing: { type: 'object', properties: { a: { type: 'string' } } } },
    securitySchemes: { bearer: { type: 'http', scheme: 'bearer' } },
  },
}

type Sample = typeof document
const changedBy = (change: (it: Sample & Mutable<Document>) => void): Document => {
  const copy = structuredClone(document)
  change(copy as unknown as Sample & Mutable<Document>)
  return copy as unknown as Document
}
const original = changedBy(() => {})

const post = (it: Sample) =>
  it.paths['/things'].post as Mutable<Operation> & Sample['paths']['/things']['post']
const without = (from: object, ...names: string[]): void => {
  for (const name of names) delete (from as Record<string, unknown>)[name]
}

describe('a change of an operation', () => {
  test.each<[rule: string, change: (it: Sample & Mutable<Document>) => void, faults: string[]]>([
    ['no path', (it) => without(it.paths, '/open'), ['/open: the path is gone']],
    ['no method', (it) => without(it.paths['/things'], 'get'), ['GET /things: the method is gone']],
    [
      'no parameter',
      (it) => without(post(it), 'parameters'),
      ['POST /things: the header parameter key is gone'],
    ],
    [
      'a narrower parameter, of every method of its path',
      (it) => without(Object.assign(it.paths['/things'].parameters[0] ?? {}, { schema: { type: 'null' } })),
      [
        'GET /things: query parameter limit: the type was "integer" and is "null"',
        'POST /things: query parameter limit: the type was "integer" and is "null"',
      ],
    ],
    [
      'a parameter that is written in another way',
      (it) => void Object.assign(it.components.parameters.Key, { style: 'simple' }),
      ['POST /things: header parameter key: is written in another way'],
    ],
    ['no body', (it) => without(post(it), 'requestBody'), ['POST /things: the body is gone']],
    [
      'another form of the body',
      (it) => void Object.assign(post(it).requestBody, { content: { 'text/csv': {} } }),
      ['POST /things: body: application/json is gone'],
    ],
    [
      'a narrower body and answer',
      (it) => void Object.assign(it.components.schemas.Thing.properties.a, { type: 'integer' }),
      [
        'GET /things: 200.a: the type was "string" and is "integer"',
        'POST /things: body.a: the type was "string" and is "integer"',
        'POST /things: 201.a: the type was "string" and is "integer"',
        'POST /things: 422.a: the type was "string" and is "integer"',
      ],
    ],
    [
      'another status of success',
      (it) => void Object.assign(post(it), { responses: { '200': post(it).responses['201'] } }),
      ['POST /things: the status 201 is not answered any more'],
    ],
    [
      'another form of the answer',
      (it) => void Object.assign(post(it).responses['201'], { content: { 'text/csv': {} } }),
      ['POST /things: 201: application/json is gone'],
    ],
    [
      'no header of the answer',
      (it) => without(post(it).responses['201'], 'headers'),
      ['POST /things: 201: the header replayed is not answered any more'],
    ],
    [
      'a header that may be missing',
      (it) => without(post(it).responses['201'].headers.Replayed, 'required'),
      ['POST /things: 201: the header replayed may be missing now'],
    ],
    [
      'a required parameter',
      (it) => void Object.assign(it.paths['/open'].get, { parameters: [key] }),
      ['GET /open: the header parameter key is required now'],
    ],
    [
      'a body',
      (it) => void Object.assign(it.paths['/open'].get, { requestBody: { required: true, content } }),
      ['GET /open: a body is required now'],
    ],
    ['no server', (it) => void Object.assign(it, { servers: [{ url: '/v2' }] }), ['the server / is gone']],
    [
      'another security scheme',
      (it) => void Object.assign(it.components.securitySchemes.bearer, { scheme: 'basic' }),
      ['the security scheme bearer is another one'],
    ],
  ])('is refused: %s', (_, change, faults) => {
    expect(incompatibleChanges(original, changedBy(change))).toEqual(faults)
  })

  test.each<[rule: string, change: (it: Sample & Mutable<Document>) => void, faults: string[]]>([
    [
      'a parameter that is required',
      (it) => void Object.assign(it.paths['/things'].parameters[0] ?? {}, { required: true }),
      [
        'GET /things: the query parameter limit is required now',
        'POST /things: the query parameter limit is required now',
      ],
    ],
    [
      'a security requirement',
      (it) => void Object.assign(it.paths['/open'].get, { security: [{ bearer: [] }] }),
      ['GET /open: nothing shown does not let in any more'],
    ],
    [
      'a second security requirement',
      (it) => void Object.assign(it, { security: [{ bearer: [], key: [] }] }),
      ['GET /things: bearer does not let in any more', 'POST /things: bearer does not let in any more'],
    ],
    [
      'a scope',
      (it) => void Object.assign(it, { security: [{ bearer: ['all'] }] }),
      ['GET /things: bearer does not let in any more', 'POST /things: bearer does not let in any more'],
    ],
  ])('is refused, and allowed when taken back: %s', (_, change, faults) => {
    expect(incompatibleChanges(original, changedBy(change))).toEqual(faults)
    expect(incompatibleChanges(changedBy(change), original)).toEqual([])
  })

  test.each<[rule: string, change: (it: Sample & Mutable<Document>) => void]>([
    ['nothing', () => {}],
    ['a path', (it) => void Object.assign(it.paths, { '/new': it.paths['/open'] })],
    ['a method', (it) => void Object.assign(it.paths['/open'], { post: it.paths['/open'].get })],
    [
      'a parameter that may be left out',
      (it) => void Object.assign(it.paths['/open'].get, { parameters: [{ ...key, required: false }] }),
    ],
    ['a header in capitals', (it) => void Object.assign(it.components.parameters.Key, { name: 'KEY' })],
    ['a body that may be left out', (it) => void Object.assign(post(it).requestBody, { required: false })],
    ['an error less', (it) => without(post(it).responses, '422')],
    ['a status more', (it) => void Object.assign(post(it).responses, { '409': {} })],
    [
      'a header of an answer',
      (it) => void Object.assign(it.paths['/open'].get.responses['200'], { headers: { A: {} } }),
    ],
    ['another way to get in', (it) => void Object.assign(it, { security: [{ bearer: [] }, { key: [] }] })],
    ['another server', (it) => void Object.assign(it, { servers: [{ url: '/' }, { url: '/v2' }] })],
    ['other words', (it) => void Object.assign(it.paths['/open'].get, { summary: 'other' })],
    [
      'the same security, said at the operation',
      (it) => void Object.assign(post(it), { security: [{ bearer: [] }] }),
    ],
  ])('is allowed: %s', (_, change) => {
    expect(incompatibleChanges(original, changedBy(change))).toEqual([])
  })
})

describe('an answer of another kind', () => {
  const other = {
    type: 'object',
    properties: { b: { type: 'string' } },
    'x-only-when-asked-by': ['old', 'older'],
  }
  /** `GET /things` answers it too, and takes these parameters. */
  const answeredTo = (...names: string[]) =>
    changedBy((it) => {
      const parameters = names.map((name) => ({ in: 'query', name, schema: { type: 'string' } }))
      const schema = { anyOf: [thing, other] }
      const responses = { '200': { content: { 'application/json': { schema } } } }
      Object.assign(it.paths['/things'].get, { parameters, responses })
    })
  const knowing = (...names: string[]) =>
    changedBy((it) => {
      const parameters = names.map((name) => ({ in: 'query', name, schema: { type: 'string' } }))
      Object.assign(it.paths['/things'].get, { parameters })
    })
  const refused = ['GET /things: 200.a: is not answered any more']

  test('is allowed to whoever asks for it by parameters that came with it', () => {
    expect(incompatibleChanges(original, answeredTo('old', 'older'))).toEqual([])
    expect(incompatibleChanges(answeredTo('old', 'older'), answeredTo('old', 'older'))).toEqual([])
  })

  test('is refused if a parameter that asks for it was there before, or is not there', () => {
    expect(incompatibleChanges(knowing('old'), answeredTo('old', 'older'))).toEqual(refused)
    expect(incompatibleChanges(original, answeredTo('old'))).toEqual(refused)
    expect(incompatibleChanges(original, answeredTo())).toEqual(refused)
  })
})

describe('a break', () => {
  const broken = (version: string) =>
    changedBy((it) => {
      without(it.paths, '/open')
      Object.assign(it.info, { version })
    })

  test.each([
    ['1', false],
    ['1.9', false],
    ['0', false],
    ['2', true],
    ['2.0.0', true],
    ['10', true],
  ])('under version %s after 1 is declared: %s', (version, declared) => {
    expect(incompatibleChanges(original, broken(version)).length === 0).toBe(declared)
  })
})

test('every keyword of our own document is known to the check', () => {
  const ours = JSON.parse(readFileSync(new URL('../../packages/http/openapi.json', import.meta.url), 'utf8'))
  expect(incompatibleChanges(ours, ours)).toEqual([])
})
