import { DatabaseUnavailable, OutcomeUnknown } from '@plinth/db'
import { createHttpApp, type HttpAppOptions, type Listening, listen } from '@plinth/http/server'
import { currenciesWith } from '@plinth/kernel'
import { KeyInProgress, type PostingEngine, QueueFull } from '@plinth/posting'
import { silent } from '@plinth/telemetry'
import { initialSettings, settingsOf } from '@plinth/tenancy/domain'
import { afterEach, describe, expect, test } from 'vitest'
import { firstBusinessDate, transfer } from './support/http-bank.js'
import { openWatchedLog } from './support/watched-edge.js'

// What the database or the engine does to the edge when it fails; how they come to fail is tested where they live.
let serving: Listening | undefined
const { logger, logLines } = openWatchedLog()
let lookedAt = 0
/** What the log says was our fault, since it was last looked at. */
function faults(): string[] {
  const lines = logLines.slice(lookedAt).map((line) => JSON.parse(line))
  lookedAt = logLines.length
  return lines.filter(({ level }) => level >= 50).map(({ msg }) => msg)
}
afterEach(async () => {
  await serving?.close()
  faults()
})

const principal = {
  subject: 'key:test',
  roles: ['admin'] as const,
  tenant: {
    tenantId: 'alpha',
    name: 'alpha',
    baseCurrency: 'EUR',
    timeZone: 'Europe/Berlin',
    firstBusinessDate,
  },
  settings: settingsOf(1, initialSettings),
  currencies: currenciesWith(),
}

const none = { busy: 0, idle: 0, waiting: 0 }

async function serve(engine: Partial<PostingEngine>, options: Partial<HttpAppOptions> = {}): Promise<string> {
  const fails = () => Promise.reject(new DatabaseUnavailable('gone'))
  const app = createHttpApp({
    database: {
      ...{ transaction: fails, read: fails, close: fails },
      answers: () => Promise.resolve(false),
      hear: () => () => {},
      telemetry: silent,
      connections: () => ({ online: none, batch: none, read: none }),
    },
    posting: {
      submit: fails,
      submitTogether: fails,
      submitBatch: fails,
      rehearse: fails,
      recorded: fails,
      queued: () => ({ online: 0, batch: 0 }),
      ...engine,
    },
    authenticate: () => Promise.resolve(principal as never),
    logger,
    cursorSecret: Buffer.alloc(32),
    ...options,
  })
  serving = await listen(app, { port: 0, host: '127.0.0.1' })
  return `http://127.0.0.1:${serving.port}`
}

const send = (url: string, body: object) =>
  fetch(url, {
    method: 'POST',
    headers: { authorization: 'Bearer x', 'content-type': 'application/json', 'idempotency-key': 'k' },
    body: JSON.stringify(body),
  })

const problemIn = async (answer: Response) => (await answer.json()) as { code: string }

const posting = transfer({ from: 'a', to: 'b' })
const batch = {
  atomicity: 'independent',
  commands: [1, 2].map((n) => ({ type: 'post', idempotencyKey: `k${n}`, ...posting })),
}

describe('a command that finds trouble', () => {
  test.each([
    [new DatabaseUnavailable('x'), 503, 'unavailable'],
    [new QueueFull('x'), 503, 'unavailable'],
    [new OutcomeUnknown('x'), 503, 'outcome_unknown'],
    [new KeyInProgress('x'), 409, 'idempotency_in_progress'],
  ])('of the kind %s is answered %i %s and told when to ask again', async (error, status, code) => {
    for (const engine of [
      { submit: () => Promise.reject(error) },
      { submit: () => Promise.resolve({ kind: 'failed' as const, error }) },
    ]) {
      const answer = await send(`${await serve(engine)}/v1/postings`, posting)
      expect([answer.status, (await problemIn(answer)).code]).toEqual([status, code])
      expect(answer.headers.get('retry-after')).toMatch(/^\d+$/)
      expect(faults()).toEqual([])
      await serving?.close()
    }
  })

  test('that is ours hears nothing of it, and the log all', async () => {
    const error = new Error('duplicate key value violates unique constraint "entry_key"')
    for (const engine of [
      { submit: () => Promise.reject(error) },
      { submit: () => Promise.resolve({ kind: 'failed' as const, error }) },
    ]) {
      const answer = await send(`${await serve(engine)}/v1/postings`, posting)
      const text = await answer.text()
      expect([answer.status, JSON.parse(text).code]).toEqual([500, 'internal_error'])
      expect(text).not.toContain('constraint')
      expect(faults()).toEqual(['fault'])
      await serving?.close()
    }
  })

  test('is still answered where an answer cannot be written', async () => {
    const answer = { outcome: 'accepted' as const, type: 'post' as const, body: { amount: 1n } }
    const url = await serve({ submit: () => Promise.resolve({ kind: 'answered', replayed: false, answer }) })
    const { status } = await send(`${url}/v1/postings`, posting)
    expect([status, faults()]).toEqual([500, ['fault']])
  })
})

describe('a batch that finds trouble', () => {
  const failed = (error: unknown) => ({ kind: 'failed' as const, error })

  test('with every command is answered once, as an outage', async () => {
    const outcomes = [failed(new DatabaseUnavailable('x')), failed(new OutcomeUnknown('x'))]
    const answer = await send(
      `${await serve({ submitBatch: () => Promise.resolve(outcomes) })}/v1/batches`,
      batch,
    )
    expect([answer.status, (await problemIn(answer)).code]).toEqual([503, 'outcome_unknown'])
  })

  test('with one command answers the others', async () => {
    const outcomes = [failed(new Error('x')), { kind: 'linked_failed' as const }]
    const answer = await send(
      `${await serve({ submitBatch: () => Promise.resolve(outcomes) })}/v1/batches`,
      batch,
    )
    const { results } = (await answer.json()) as { results: { status: number }[] }
    expect(results.map(({ status }) => status)).toEqual([500, 422])
  })
})

test('without a database the process lives, is not ready, and answers reads with 503', async () => {
  const url = await serve({})
  const statuses = await Promise.all(
    ['/health/live', '/health/ready', '/v1/accounts'].map(async (path) => {
      const answer = await fetch(url + path, { headers: { authorization: 'Bearer x' } })
      return answer.status
    }),
  )
  expect(statuses).toEqual([200, 503, 503])
})
