import { readFileSync } from 'node:fs'
import openapiTS, { astToString, type OpenAPI3 } from 'openapi-typescript'
import { expect, test } from 'vitest'

const documentFile = new URL('../../http/openapi.json', import.meta.url)

interface Operation {
  parameters?: { readonly in: string; readonly name: string }[]
  responses: Record<string, { headers?: unknown }>
}

/** What every call has in common is the wire's own affair: problems, and headers other than the key that makes a command. */
function withoutWhatIsCommon(document: OpenAPI3): OpenAPI3 {
  for (const path of Object.values(document.paths ?? {})) {
    for (const operation of Object.values(path) as Operation[]) {
      const results = Object.entries(operation.responses).filter(([status]) => Number(status) < 400)
      for (const [, result] of results) delete result.headers
      operation.responses = Object.fromEntries(results)
      const told = operation.parameters?.filter(
        ({ in: where, name }) => where !== 'header' || name === 'Idempotency-Key',
      )
      if (told !== undefined) operation.parameters = told
    }
  }
  return document
}

test('openapi-types.ts is what packages/http/openapi.json says: `make openapi` writes both anew', async () => {
  const document = JSON.parse(readFileSync(documentFile, 'utf8')) as OpenAPI3
  const all = astToString(await openapiTS(withoutWhatIsCommon(document)))
  // Empty types that nobody asks for.
  const types = all.replace(/^export type (webhooks|\$defs) = .*\n/gm, '')
  const head = '// Made by `make openapi` from packages/http/openapi.json. Do not edit.\n'
  await expect(head + types).toMatchFileSnapshot('./openapi-types.ts')
})
