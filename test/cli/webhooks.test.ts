import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { asAdmin } from '../support/database-admin.js'
import { learn } from '../support/leaks.js'
import { useTestDatabase } from '../support/test-database.js'
import { isSigned, type Receiver, useReceivers } from '../webhooks/receiver.js'
import { type Environment, type PlinthProcess, plinth, startPlinth } from './plinth-process.js'

const folder = mkdtempSync(join(tmpdir(), 'plinth-webhooks-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const database = useTestDatabase()
const openReceiver = useReceivers()
const environment = (): Environment => ({
  PLINTH_DATABASE_URL: database().adminUrl,
  PLINTH_DATA_DIR: folder,
  PLINTH_TENANT: 'demo',
  PLINTH_WEBHOOK_NETWORKS: '127.0.0.0/8',
  PLINTH_STRICT_ROLES: process.env.PLINTH_STRICT_ROLES,
})
const run = (...parameters: string[]) => plinth(parameters, environment())
async function answer(...parameters: string[]) {
  const ended = await run(...parameters, '--json')
  if (ended.code !== 0) throw new Error(ended.stderr)
  return JSON.parse(ended.stdout)
}
const running = new Set<PlinthProcess>()
afterEach(async () => {
  for (const { child } of running) child.kill('SIGKILL')
  await Promise.all([...running].map(({ ended }) => ended))
  running.clear()
})
let receiver: Receiver
beforeAll(async () => {
  await answer('demo')
  receiver = await openReceiver()
})

test('a webhook is added, and the worker sends it the events of the books', async () => {
  const { webhookId, secret } = await answer(
    'webhooks',
    'add',
    receiver.url,
    '--after',
    '0',
    '--types',
    'plinth.account.*',
  )
  expect(secret).toMatch(/^whsec_/)
  const key = join(folder, 'webhook-key')
  expect(statSync(key).mode & 0o777).toBe(0o600)
  learn('secret', Buffer.from(readFileSync(key, 'utf8'), 'base64'))
  const worker = startPlinth(['worker'], environment())
  running.add(worker)
  const shown = () => answer('webhooks', 'show', webhookId)
  await expect.poll(async () => (await shown()).lag, { timeout: 20_000, interval: 200 }).toBe(0)
  expect(receiver.received.length).toBeGreaterThan(2)
  expect(receiver.received.every((got) => isSigned(got, secret))).toBe(true)
  expect(new Set(receiver.received.map(({ event }) => event.type))).toEqual(
    new Set(['plinth.account.opened.v1']),
  )
  const positions = receiver.positions()
  expect(positions).toEqual([...new Set(positions)].sort((one, other) => one - other))
  worker.child.kill('SIGTERM')
  expect(await worker.ended).toMatchObject({ code: 0 })
})

test('is listed, tried, changed, rotated, disabled and enabled', async () => {
  const { webhookId, secret } = await answer('webhooks', 'add', receiver.url, '--description', 'x')
  expect((await run('webhooks', 'list')).stdout).toMatch(
    new RegExp(`${webhookId} +http://127.+ +active +closed`),
  )
  expect(await run('webhooks', 'test', webhookId)).toMatchObject({ code: 0, stdout: 'Delivered (204).\n' })
  receiver.answers(503)
  expect(await run('webhooks', 'test', webhookId)).toMatchObject({
    code: 1,
    stdout: 'Not delivered: status (503).\n',
  })
  const rotated = await answer('webhooks', 'rotate', webhookId, '--overlap', '0')
  expect(rotated.secret).not.toBe(secret)
  expect(await answer('webhooks', 'test', webhookId)).toMatchObject({ delivered: true })
  const last = receiver.received.at(-1)
  if (last === undefined) throw new Error('nothing came')
  expect([isSigned(last, secret), isSigned(last, rotated.secret)]).toEqual([false, true])
  expect(await answer('webhooks', 'change', webhookId, '--types', '*')).toMatchObject({ eventTypes: ['*'] })
  expect(await answer('webhooks', 'disable', webhookId)).toMatchObject({ disabledReason: 'by_hand' })
  expect(await answer('webhooks', 'enable', webhookId)).toMatchObject({ status: 'active' })
  expect((await run('webhooks', 'show', webhookId)).stdout).toMatch(/status +active/)
})

test('its dead letters are shown and sent again', async () => {
  const { webhookId } = await answer('webhooks', 'add', receiver.url)
  await asAdmin(database().adminUrl, (admin) =>
    admin.query(
      `insert into webhooks.delivery (tenant_id, webhook_id, position, event_id, type, status, attempts, replays,
         first_attempt_at, last_attempt_at, response_status, failure)
       select tenant_id, $1, position, event_id, type, 'dead_lettered', 17, 0, now(), now(), 500, 'status'
         from outbox.outbox_event where tenant_id = 'demo' and position <= 2`,
      [webhookId],
    ),
  )
  const letters = await answer('webhooks', 'dead-letters', webhookId)
  expect(letters).toMatchObject([{ position: 1, failure: 'status' }, { position: 2 }])
  expect((await run('webhooks', 'dead-letters', webhookId)).stdout).toMatch(/status 500/)
  expect(await answer('webhooks', 'replay', webhookId, '--event', letters[1].eventId)).toMatchObject({
    replayed: 1,
  })
  expect((await run('webhooks', 'replay', webhookId)).stdout).toBe('1 dead letter is sent again.\n')
  expect(await answer('webhooks', 'dead-letters', webhookId)).toEqual([])
})

test.each<[string, number, RegExp, string[]]>([
  ['a URL without TLS', 2, /url/, ['add', 'http://hooks.example/']],
  ['a type there is none of', 2, /eventTypes/, ['add', 'https://hooks.example/', '--types', 'plinth.x.v1']],
  ['an id that is none', 2, /UUID/, ['show', 'x']],
  ['a webhook that is not there', 1, /There is no webhook/, ['show', '0199aaaa-bbbb-7ccc-8ddd-eeeeeeeeeeee']],
  ['dead letters of none', 1, /There is no webhook/, ['replay', '0199aaaa-bbbb-7ccc-8ddd-eeeeeeeeeeee']],
])('%s is refused', async (_what, code, said, parameters) => {
  expect(await run('webhooks', ...parameters)).toMatchObject({ code, stderr: expect.stringMatching(said) })
})

test('a key file that holds something else is told of', async () => {
  const ended = await plinth(['webhooks', 'add', receiver.url], {
    ...environment(),
    PLINTH_WEBHOOK_KEY: new URL(import.meta.url).pathname,
  })
  expect(ended).toMatchObject({ code: 2, stderr: expect.stringMatching(/openssl rand -base64 32/) })
})
