import { expect, test } from 'vitest'
import { routes } from './http-app.js'
import { describeApi } from './openapi.js'

// Kept, so that a change of the API is read in the diff, and so that one commit can be compared with the next
// (test/openapi). `--update` writes it, which is all that `make openapi` does.
const kept = '../openapi.json'

test('packages/http/openapi.json is what the code describes: `make openapi` writes it anew', async () => {
  await expect(`${JSON.stringify(describeApi(routes), null, 2)}\n`).toMatchFileSnapshot(kept)
})
