import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { documentBefore } from './document-before.js'
import { incompatibleChanges } from './incompatible-changes.js'

const root = fileURLToPath(new URL('../..', import.meta.url))
const path = 'packages/http/openapi.json'

test('the API changes only so that programs written for the commit before still work', async ({ skip }) => {
  const text = readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8')
  const before = await documentBefore(root, path, text)
  if (before.text === undefined) {
    console.warn(`The API was not compared with an earlier one: ${before.reason}.`)
    return skip(before.reason)
  }
  const changes = incompatibleChanges(JSON.parse(before.text), JSON.parse(text))
  expect(
    changes,
    `Since commit ${before.commit} the API breaks its callers. If that is intended, raise info.version to its next ` +
      'whole number in packages/http/src/openapi.ts and `make openapi`; else:',
  ).toEqual([])
})
