import { beforeAll, expect, test } from 'vitest'
import { type Bank, useBank } from '../support/bank.js'
import { lastPosition, openClock, operatorOf, postSome, workerOf, workUntil } from './in-bank.js'
import { useReceivers } from './receiver.js'

// What the code never does, tried by a superuser: the database refuses it.
const openBank = useBank()
const openReceiver = useReceivers()
let bank: Bank

/** A webhook with an event delivered, one given up and one that fails, and two secrets. */
beforeAll(async () => {
  bank = await openBank()
  await bank.open('alice')
  const clock = openClock()
  const [operator, receiver] = [operatorOf(bank, clock), await openReceiver()]
  const { webhookId } = await operator.add(receiver.url)
  await operator.rotate(webhookId, 60_000)
  const first = (await lastPosition(bank)) + 1
  await postSome(bank, 3)
  receiver.otherwise(({ event }) => (event.position === first ? 204 : 500))
  const given = async () => (await operator.deliveries(webhookId)).length === 3
  const worker = workerOf(bank, clock)
  await workUntil(bank, [worker], given, { clock, webhookId, msMax: 30_000 })
  await worker.stop()
})

const webhook = 'update webhooks.webhook set'
const delivery = 'update webhooks.delivery set'
const delivered = "where status = 'delivered'"
const dead = "where status = 'dead_lettered'"
const failing = "where status = 'failing'"

test.each<[string, string, RegExp]>([
  ['a URL is changed behind everybody’s back', `${webhook} url = 'https://x.example/'`, /stays the one/],
  [
    'a webhook is made by somebody else',
    `${webhook} created_by = 'x', revision = revision + 1`,
    /stays the one/,
  ],
  ['a revision falls', `${webhook} revision = revision - 1`, /revision/],
  ['a webhook is disabled for no reason', `${webhook} status = 'disabled'`, /disabled_for_a_reason/],
  ['failures are counted since nothing', `${webhook} failing_since = null`, /failing_since_a_failure/],
  ['a webhook is removed', 'delete from webhooks.webhook', /never changed or removed/],
  [
    'an ended secret is valid again',
    'update webhooks.secret set valid_until = null',
    /ends, and nothing else/,
  ],
  [
    'a secret is changed',
    "update webhooks.secret set sealed = sealed || 'x', valid_until = now()",
    /nothing else/,
  ],
  [
    'two secrets are without end',
    `insert into webhooks.secret select tenant_id, webhook_id, 9, sealed, made_at from webhooks.secret limit 1`,
    /one_secret_without_end/,
  ],
  ['a secret is removed', 'delete from webhooks.secret', /never changed or removed/],
  [
    'what was delivered fails again',
    `${delivery} status = 'failing', failure = 'status' ${delivered}`,
    /stays/,
  ],
  [
    'what was delivered is sent again',
    `${delivery} status = 'replaying', failure = 'status', replays = 1 ${delivered}`,
    /stays/,
  ],
  [
    'a dead letter was delivered by nobody',
    `${delivery} status = 'delivered', failure = null ${dead}`,
    /stays/,
  ],
  ['an attempt is not counted', `${delivery} last_attempt_at = now() ${failing}`, /stays/],
  [
    'a delivery is of another event',
    `${delivery} event_id = gen_random_uuid(), attempts = attempts + 1 ${failing}`,
    /stays/,
  ],
  [
    'something fails for no reason',
    `${delivery} failure = null, attempts = attempts + 1 ${failing}`,
    /fails_for_a_reason/,
  ],
  [
    'a delivery is of no event',
    `insert into webhooks.delivery select tenant_id, webhook_id, 999999, event_id, type, status, attempts, replays, first_attempt_at, last_attempt_at, response_status, failure from webhooks.delivery ${dead}`,
    /of_an_event/,
  ],
  ['a delivery is removed', 'delete from webhooks.delivery', /never changed or removed/],
  ['deliveries are truncated', 'truncate webhooks.delivery', /never changed or removed/],
])('that %s is refused', async (_what, statement, said) => {
  await expect(bank.rows(statement)).rejects.toThrow(said)
})
