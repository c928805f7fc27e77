import { beforeAll, describe, expect, test } from 'vitest'
import { asAdmin } from '../support/database-admin.js'
import { isSigned, type Receiver, useReceivers } from '../webhooks/receiver.js'
import { type Answer, openCustomers, useHttpBank } from './support/http-bank.js'

const bank = useHttpBank()
const openReceiver = useReceivers()
let receiver: Receiver
beforeAll(async () => {
  await openCustomers(bank(), 'alpha')
  receiver = await openReceiver()
})

const url = 'https://hooks.example/plinth'
const create = (body: object = { url }, options = {}) => bank().post('/v1/webhooks', body, options)
const status = ({ status: code }: Answer) => code

/** A dead letter of the tenant's first event, as the worker leaves one. */
const giveUp = (webhookId: string, position = 1) =>
  asAdmin(bank().adminUrl, (admin) =>
    admin.query(
      `insert into webhooks.delivery (tenant_id, webhook_id, position, event_id, type, status, attempts, replays,
         first_attempt_at, last_attempt_at, response_status, failure)
       select tenant_id, $1, position, event_id, type, 'dead_lettered', 17, 0, now(), now(), 500, 'status'
         from outbox.outbox_event where tenant_id = 'alpha' and position = $2`,
      [webhookId, position],
    ),
  )

describe('a webhook', () => {
  test('is made with a secret that is shown once, and begins with the events to come', async () => {
    const { status: made, body } = await create({
      url,
      description: 'Zahlungen',
      eventTypes: ['plinth.hold.*'],
    })
    expect(made).toBe(201)
    expect(body).toMatchObject({
      ...{
        url,
        description: 'Zahlungen',
        eventTypes: ['plinth.hold.*'],
        status: 'active',
        disabledReason: null,
      },
      ...{ circuit: 'closed', failuresInARow: 0, nextAttemptAt: null, lag: 0, deadLetters: 0 },
      createdBy: expect.stringMatching(/^key:/),
    })
    expect(body.secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/)
    const { secret, ...shown } = body
    const [one, listed] = [
      await bank().get(`/v1/webhooks/${body.webhookId}`),
      await bank().get('/v1/webhooks'),
    ]
    expect(one.body).toEqual(shown)
    expect(listed.body.data).toContainEqual(shown)
    expect(one.text + listed.text).not.toContain(secret.slice(6, 40))
  })

  test('begins behind the position that it is told, and is as far behind as there are events', async () => {
    const { body } = await create({ url, startAfter: 1 })
    expect(body.position).toBe(1)
    expect(body.lag).toBeGreaterThan(1)
    const beyond = await create({ url, startAfter: 9_007_199_254_740_991 })
    expect(beyond.body).toMatchObject({ position: body.position + body.lag, lag: 0 })
  })

  test('is changed in what is named, and stays in what is not', async () => {
    const { body } = await create({ url, description: 'a' })
    const path = `/v1/webhooks/${body.webhookId}`
    const changed = await bank().post(`${path}/change`, { eventTypes: ['plinth.account.opened.v1'] })
    expect(changed.body).toMatchObject({ url, description: 'a', eventTypes: ['plinth.account.opened.v1'] })
    const moved = await bank().post(`${path}/change`, { url: `${url}/2`, description: '' })
    expect(moved.body).toMatchObject({
      url: `${url}/2`,
      description: '',
      eventTypes: ['plinth.account.opened.v1'],
    })
  })

  test('is disabled and enabled by hand, and again changes nothing', async () => {
    const { webhookId } = (await create()).body
    const path = `/v1/webhooks/${webhookId}`
    const disabled = await bank().post(`${path}/disable`, undefined)
    expect(disabled.body).toMatchObject({
      status: 'disabled',
      disabledReason: 'by_hand',
      disabledAt: expect.any(String),
    })
    expect((await bank().post(`${path}/disable`, undefined)).body).toEqual(disabled.body)
    expect((await bank().post(`${path}/enable`, undefined)).body).toMatchObject({
      ...{ status: 'active', disabledReason: null, disabledAt: null },
    })
  })

  test('is tried with an event that is signed by both secrets while they are valid, and in no feed', async () => {
    const { webhookId, secret, position } = (await create({ url: receiver.url })).body
    const rotated = await bank().post(`/v1/webhooks/${webhookId}/rotate-secret`, { overlapSeconds: 60 })
    expect(rotated.body.secret).not.toBe(secret)
    const tested = await bank().post(`/v1/webhooks/${webhookId}/test`, undefined)
    expect(tested.body).toEqual({
      eventId: expect.any(String),
      delivered: true,
      responseStatus: 204,
      failure: null,
    })
    const got = receiver.received.at(-1)
    if (got === undefined) throw new Error('nothing came')
    expect(got.event).toMatchObject({
      id: tested.body.eventId,
      type: 'plinth.webhook.test.v1',
      subject: webhookId,
    })
    expect([secret, rotated.body.secret].map((each) => isSigned(got, each))).toEqual([true, true])
    expect((await bank().get(`/v1/webhooks/${webhookId}`)).body).toMatchObject({
      position,
      failuresInARow: 0,
    })
    receiver.answers(500)
    expect((await bank().post(`/v1/webhooks/${webhookId}/test`, undefined)).body).toMatchObject({
      ...{ delivered: false, responseStatus: 500, failure: 'status' },
    })
  })

  test('that leads inside is told so when it is tried, and nothing of what is there', async () => {
    const { webhookId } = (await create({ url: 'https://169.254.169.254/latest/' })).body
    const { body } = await bank().post(`/v1/webhooks/${webhookId}/test`, undefined)
    expect(body).toMatchObject({ delivered: false, responseStatus: null, failure: 'address_refused' })
  })

  test('shows its dead letters, which are sent again when somebody asks', async () => {
    const { webhookId } = (await create()).body
    for (const position of [1, 2, 3]) await giveUp(webhookId, position)
    const path = `/v1/webhooks/${webhookId}`
    expect((await bank().get(path)).body.deadLetters).toBe(3)
    const first = await bank().get(`${path}/deliveries?status=dead_lettered&limit=2`)
    expect(first.body.data).toMatchObject([
      { position: 1, attempts: 17, failure: 'status', responseStatus: 500 },
      { position: 2 },
    ])
    const next = await bank().get(
      `${path}/deliveries?status=dead_lettered&limit=2&cursor=${first.body.nextCursor}`,
    )
    expect(next.body).toMatchObject({ data: [{ position: 3 }], nextCursor: null })
    const { eventId } = first.body.data[0]
    expect((await bank().post(`${path}/replay`, { eventId })).body).toEqual({ replayed: 1 })
    expect((await bank().post(`${path}/replay`, { fromPosition: 3 })).body).toEqual({ replayed: 1 })
    expect((await bank().post(`${path}/replay`, {})).body).toEqual({ replayed: 1 })
    expect((await bank().post(`${path}/replay`, {})).body).toEqual({ replayed: 0 })
    expect((await bank().get(`${path}/deliveries?order=desc`)).body.data).toMatchObject([
      ...[3, 2, 1].map((position) => ({ position, status: 'replaying', replays: 1, attempts: 0 })),
    ])
    // A cursor of one webhook's list is none of another's.
    const other = (await create()).body.webhookId
    const stolen = `/v1/webhooks/${other}/deliveries?status=dead_lettered&cursor=${first.body.nextCursor}`
    expect((await bank().get(stolen)).body.code).toBe('cursor_malformed')
  })

  test('of another tenant is not there, whatever is asked of it', async () => {
    const { webhookId } = (await create({ url }, { tenant: 'beta' })).body
    const asked = (id: string) =>
      Promise.all([
        bank().get(`/v1/webhooks/${id}`),
        bank().get(`/v1/webhooks/${id}/deliveries`),
        bank().post(`/v1/webhooks/${id}/change`, { description: 'x' }),
        ...['enable', 'disable', 'test'].map((what) => bank().post(`/v1/webhooks/${id}/${what}`, undefined)),
        ...['rotate-secret', 'replay'].map((what) => bank().post(`/v1/webhooks/${id}/${what}`, {})),
      ])
    for (const id of [webhookId, '0199aaaa-bbbb-7ccc-8ddd-eeeeeeeeeeee', 'nothing'])
      expect((await asked(id)).map(status)).toEqual(Array(8).fill(404))
    expect((await bank().get(`/v1/webhooks/${webhookId}`, { tenant: 'beta' })).body.status).toBe('active')
  })

  test('stands in the audit trail with all that was done to it', async () => {
    const headers = { 'x-correlation-id': 'webhooks-audited' }
    const { webhookId } = (await create({ url: receiver.url }, { headers })).body
    await giveUp(webhookId)
    const path = `/v1/webhooks/${webhookId}`
    await bank().post(`${path}/change`, { description: 'b' }, { headers })
    await bank().post(`${path}/rotate-secret`, {}, { headers })
    for (const what of ['disable', 'enable', 'test'])
      await bank().post(`${path}/${what}`, undefined, { headers })
    await bank().post(`${path}/replay`, {}, { headers })
    const { data } = (await bank().get('/v1/audit-events?correlationId=webhooks-audited')).body
    expect(data.map(({ action, object }: { action: string; object: string }) => [action, object])).toEqual(
      [
        ...['create_webhook', 'change_webhook', 'rotate_webhook_secret', 'disable_webhook', 'enable_webhook'],
        ...['test_webhook', 'replay_webhook'],
      ].map((action) => [action, webhookId]),
    )
  })
})

test.each<[string, string, object, string, string]>([
  ['without a URL', '', {}, '/url', 'required'],
  ['with a URL without TLS', '', { url: 'http://hooks.example/' }, '/url', 'wrong_type'],
  ['with a password in its URL', '', { url: 'https://a:b@hooks.example/' }, '/url', 'wrong_type'],
  [
    'for a type that there is none of',
    '',
    { url, eventTypes: ['plinth.hold.placd.v1'] },
    '/eventTypes/0',
    'wrong_type',
  ],
  [
    'for types that nothing begins with',
    '',
    { url, eventTypes: ['*', 'plinth.x.*'] },
    '/eventTypes/1',
    'wrong_type',
  ],
  ['with a secret of the caller’s', '', { url, secret: 'x' }, '/secret', 'unknown_field'],
  ['from a position below zero', '', { url, startAfter: -1 }, '/startAfter', 'wrong_type'],
  ['changed to nothing known', '/ID/change', { status: 'active' }, '/status', 'unknown_field'],
  [
    'with two secrets for weeks',
    '/ID/rotate-secret',
    { overlapSeconds: 604_801 },
    '/overlapSeconds',
    'too_long',
  ],
  ['sent again for an event that is none', '/ID/replay', { eventId: 'x' }, '/eventId', 'id_malformed'],
])('a webhook %s is refused', async (_what, path, body, pointer, code) => {
  const { webhookId } = (await create()).body
  const answer = await bank().post(`/v1/webhooks${path.replace('ID', webhookId)}`, body)
  expect([answer.status, answer.body.code]).toEqual([400, 'malformed_request'])
  expect(answer.body.errors).toMatchObject([{ pointer, code }])
})
