import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import type { Document, SchemaObject } from './document.js'
import { documentBefore, namesBefore } from './document-before.js'
import { schemaFaults } from './schema-faults.js'

const root = fileURLToPath(new URL('../..', import.meta.url))
const folder = 'packages/http/event-schemas'
const readNow = (name: string): string => readFileSync(`${root}/${folder}/${name}`, 'utf8')

/** What breaks a consumer that was written for `before`, of an event that tells `after`. */
const faultsOf = (before: SchemaObject, after: SchemaObject, at: string): string[] =>
  schemaFaults('response', {
    before: { document: before as Document, schema: withoutName(before) },
    after: { document: after as Document, schema: withoutName(after) },
    at,
  })

const withoutName = ({ $schema: _, $id: __, $defs: ___, ...schema }: SchemaObject): SchemaObject => schema

test('events change only so that consumers written for the commit before still understand them', async ({
  skip,
}) => {
  const names = await namesBefore(root, folder, readNow)
  if (names.names === undefined) {
    console.warn(`The schemas of events were not compared with earlier ones: ${names.reason}.`)
    return skip(names.reason)
  }
  const faults: string[] = []
  for (const name of names.names) {
    const now = names.gone.includes(name) ? undefined : readNow(name)
    if (now === undefined) {
      faults.push(`${name}: the type is gone, and old events of it are not`)
      continue
    }
    const before = await documentBefore(root, `${folder}/${name}`, now)
    if (before.text !== undefined) faults.push(...faultsOf(JSON.parse(before.text), JSON.parse(now), name))
  }
  expect(
    faults,
    'Events break their consumers. If that is intended, tell of it under a new type, `….v2`; else:',
  ).toEqual([])
})

const schema = (properties: Record<string, SchemaObject>, required: readonly string[]): SchemaObject => ({
  type: 'object',
  properties,
  required,
})
const text = { type: 'string' }
test.each([
  ['a field is gone', schema({ a: text, b: text }, ['a']), schema({ a: text }, ['a'])],
  ['a field may be missing now', schema({ a: text }, ['a']), schema({ a: text }, [])],
  ['a field has another type', schema({ a: text }, ['a']), schema({ a: { type: 'integer' } }, ['a'])],
  ['a field may be null now', schema({ a: text }, ['a']), schema({ a: { type: ['string', 'null'] } }, ['a'])],
])('a schema in which %s is refused', (_what, before, after) => {
  expect(faultsOf(before, after, 'it')).not.toEqual([])
})

test('a field more is no breach', () => {
  expect(faultsOf(schema({ a: text }, ['a']), schema({ a: text, b: text }, ['a', 'b']), 'it')).toEqual([])
})
