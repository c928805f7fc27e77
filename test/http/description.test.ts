import { describe, expect, test } from 'vitest'
import { useHttpBank } from './support/http-bank.js'

const bank = useHttpBank()

interface Operation {
  operationId: string
  parameters?: { in: string; name: string }[]
  requestBody?: object
  responses: Record<string, { content?: Record<string, object> }>
}
const describedPaths = async (): Promise<Record<string, Record<string, Operation>>> =>
  (await bank().get('/openapi.json', { as: 'none' })).body.paths

// Each command of a batch has a key of its own, an abandoned key stands in the path; API keys and webhooks are no part of the books, a simulation
// writes nothing, a day and a year are closed once whoever asks, a statement is named by its account and last day, a break stays explained, and
// a rate is named by its currency, day and version.
const changesBooks = (path: string): boolean =>
  path !== '/v1/batches' &&
  !/\/(abandon|simulate|statements|explain)$/.test(path) &&
  !/^\/v1\/(api-keys|webhooks|eod-runs|year-ends|rates)/.test(path)

describe('the OpenAPI document', () => {
  test('describes only calls that are answered, and every parameter of a path', async () => {
    for (const [path, operations] of Object.entries(await describedPaths())) {
      // An event's type is one that there is, or there is nothing to answer.
      const named = path.replace('{type}', 'plinth.hold.placed.v1').replaceAll(/\{\w+\}/g, 'x')
      for (const [method, operation] of Object.entries(operations)) {
        const answer = await fetch(bank().url + named, { method })
        expect([path, answer.status]).not.toEqual([path, 404])
        expect([path, answer.status]).not.toEqual([path, 405])
        const inPath = operation.parameters
          ?.filter((parameter) => parameter.in === 'path')
          .map(({ name }) => `{${name}}`)
        expect(inPath ?? []).toEqual(path.match(/\{\w+\}/g) ?? [])
      }
    }
  })

  test('names the key of every command, its problems, and how to authenticate', async () => {
    const { body } = await bank().get('/openapi.json', { as: 'none' })
    expect(body).toMatchObject({ openapi: '3.1.0', security: [{ bearer: [] }] })
    expect(body.components.securitySchemes.bearer).toMatchObject({ type: 'http', scheme: 'bearer' })
    const operations = Object.entries(await describedPaths()).flatMap(([path, each]) =>
      Object.entries(each).map(([method, operation]) => ({ path, method, operation })),
    )
    for (const { path, method, operation } of operations.filter(({ path }) => path.startsWith('/v1/'))) {
      expect(operation.responses['401']?.content).toHaveProperty(['application/problem+json'])
      const takesKey = operation.parameters?.some(({ name }) => name === 'Idempotency-Key') ?? false
      expect([path, method, takesKey]).toEqual([path, method, method === 'post' && changesBooks(path)])
    }
    const ids = operations.map(({ operation }) => operation.operationId)
    expect(new Set(ids).size).toBe(ids.length)
  })

  test('has no reference that leads nowhere', async () => {
    const { body, text } = await bank().get('/openapi.json', { as: 'none' })
    for (const [, pointer] of text.matchAll(/"\$ref":"#\/([^"]+)"/g)) {
      const found = (pointer as string).split('/').reduce((at, name) => at?.[name], body)
      expect([pointer, typeof found]).toEqual([pointer, 'object'])
    }
    expect(body.components.schemas.PostingRequest).toMatchObject({
      additionalProperties: false,
      required: ['transactionCode', 'lines'],
    })
  })
})

describe('the documentation', () => {
  test('loads everything from this host and runs no inline script', async () => {
    const page = await bank().get('/docs', { as: 'none' })
    expect(page.headers.get('content-security-policy')).toContain("script-src 'self';")
    expect(page.text).not.toMatch(/https?:|\/\/[a-z]|<script>|\son\w+=/i)
    for (const [, path] of page.text.matchAll(/(?:src|href)="([^"]+)"/g)) {
      const answer = await bank().get(path as string, { as: 'none' })
      expect([path, answer.status]).toEqual([path, 200])
    }
    const { text } = await bank().get('/docs/start.js', { as: 'none' })
    expect(text).toContain('validatorUrl: null')
  })

  test('lists every problem where its type points to', async () => {
    const refused = await bank().get('/v1/nothing')
    const [path, code] = refused.body.type.split('#')
    expect((await bank().get(path, { as: 'none' })).text).toContain(`id="${code}"`)
  })

  test('serves nothing else of what lies beside it', async () => {
    for (const path of ['/docs/package.json', '/docs/..%2fpackage.json', '/docs/swagger-ui.js.map']) {
      expect((await bank().get(path, { as: 'none' })).status).toBe(404)
    }
  })
})

describe('what the machine room asks', () => {
  test('is answered without a token', async () => {
    expect((await bank().get('/health/live', { as: 'none' })).status).toBe(200)
    expect((await bank().get('/health/ready', { as: 'none' })).status).toBe(200)
    await bank().get('/v1/business-date')
    const { text } = await bank().get('/metrics', { as: 'none' })
    expect(text).toMatch(
      /plinth_http_requests_total\{method="GET",route="\/v1\/business-date",status="200"\} \d+/,
    )
    for (const name of [
      'plinth_http_request_duration_seconds_bucket',
      'plinth_commands_total',
      'plinth_idempotency_hits_total{kind="replayed"}',
      'plinth_command_duration_seconds',
      'plinth_lock_wait_seconds',
      'plinth_connections{lane="read",state="waiting"} 0',
      'plinth_queued_commands{lane="online"} 0',
      'process_resident_memory_bytes',
    ]) {
      expect(text).toContain(name)
    }
  })
})
