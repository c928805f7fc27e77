import { readdirSync } from 'node:fs'
import { allEventTypes } from '@plinth/outbox'
import { expect, test } from 'vitest'
import { describeEvent } from './event-schemas.js'

// Kept as openapi.json is: `make openapi` writes these too, and test/openapi compares one commit with the next.
const folder = '../event-schemas'

test.each(allEventTypes)('the schema of %s is what the code describes', async (type) => {
  await expect(`${JSON.stringify(describeEvent(type), null, 2)}\n`).toMatchFileSnapshot(
    `${folder}/${type}.json`,
  )
})

test('nothing else is kept as a schema of events', () => {
  const kept = readdirSync(new URL(folder, import.meta.url)).sort()
  expect(kept).toEqual(allEventTypes.map((type) => `${type}.json`).sort())
})
