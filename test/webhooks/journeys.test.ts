import { readJourney } from '@plinth/journey'
import { expect, test } from 'vitest'
import { type Bank, useBank } from '../support/bank.js'
import { currencies, endOf, submissionOf, transferOf } from '../support/commands.js'
import { lastPosition, openClock, operatorOf, workerOf, workUntil } from './in-bank.js'
import { useReceivers } from './receiver.js'

const openBank = useBank()
const openReceiver = useReceivers()

const correlationId = 'payment-17'

/** A bank with a webhook, and a payment whose event waits for it. */
async function scene() {
  const bank = await openBank()
  await bank.open('alice')
  const clock = openClock()
  const [operator, receiver] = [operatorOf(bank, clock), await openReceiver()]
  const { webhookId } = await operator.add(receiver.url)
  const submission = submissionOf(transferOf({ from: 'cash', to: 'alice', amount: '1.00' }))
  const paid = await bank.send({ ...submission, context: { ...submission.context, correlationId } })
  expect(endOf(paid)).toBe('accepted')
  return { bank, clock, operator, receiver, webhookId, position: await lastPosition(bank) }
}

async function journeyIn(bank: Bank) {
  const found = await bank.database.read(bank.tenantId, (tx) =>
    readJourney(tx, currencies, { correlationId, limit: 100 }),
  )
  if (found === undefined) throw new Error('no journey')
  const { standing, steps } = found
  return { standing, deliveries: steps.filter(({ kind }) => kind === 'delivery') }
}

test('a payment is not finished while a webhook has not come to its event, and is when it was taken', async () => {
  const { bank, clock, operator, webhookId, position } = await scene()
  const waiting = await journeyIn(bank)
  expect(waiting.standing).toMatchObject({
    state: 'open',
    summary: `Not finished: event ${position} not passed on by webhook:${webhookId} yet.`,
    open: [{ kind: 'event' }],
  })
  expect(waiting.deliveries).toEqual([])

  const worker = workerOf(bank, clock)
  await workUntil(bank, [worker], async () => (await operator.read(webhookId)).lag === 0)
  await worker.stop()
  const taken = await journeyIn(bank)
  expect(taken.standing.state).toBe('done')
  expect(taken.deliveries).toMatchObject([
    {
      id: webhookId,
      correlationId,
      what: `event ${position} delivered, 1 attempt`,
      details: { position, status: 'delivered', attempts: 1, replays: 0, responseStatus: 204 },
    },
  ])
})

test('an event that a receiver does not take is what its payment waits for, until it is given up or sent again', async () => {
  const { bank, clock, operator, receiver, webhookId, position } = await scene()
  receiver.otherwise(() => 500)
  const worker = workerOf(bank, clock)
  await workUntil(bank, [worker], async () => (await operator.deliveries(webhookId, 'failing')).length === 1)
  const failing = await journeyIn(bank)
  expect(failing.standing.open).toEqual([
    {
      kind: 'delivery',
      id: webhookId,
      since: expect.any(String),
      what: `event ${position} fails: status, 1 attempt, at webhook ${webhookId}`,
    },
  ])
  const dead = async () => (await operator.deliveries(webhookId, 'dead_lettered')).length === 1
  await workUntil(bank, [worker], dead, { clock, webhookId, msMax: 30_000 })
  expect((await journeyIn(bank)).standing.summary).toMatch(
    new RegExp(`^Not finished: event ${position} given up: status, \\d+ attempts, at webhook `),
  )

  receiver.otherwise(() => 204)
  await operator.replay(webhookId)
  expect((await journeyIn(bank)).standing.summary).toContain('is to be sent again')
  await workUntil(
    bank,
    [worker],
    async () => (await operator.deliveries(webhookId, 'delivered')).length === 1,
  )
  await worker.stop()
  expect((await journeyIn(bank)).standing.state).toBe('done')
})

test('nothing waits for a webhook that is disabled', async () => {
  const { bank, operator, webhookId } = await scene()
  await operator.setStatus(webhookId, 'disabled')
  expect((await journeyIn(bank)).standing.state).toBe('done')
})
