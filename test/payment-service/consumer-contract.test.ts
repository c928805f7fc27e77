import { createServer, type Server } from 'node:http'
import { keepInMemory } from '@plinth/client'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Bank, openBank } from '../../examples/payment-service/src/bank.js'
import { bookingOf } from '../../examples/payment-service/src/core-events.js'
import type { Payment, RiskDecision } from '../../examples/payment-service/src/domain/payment.js'
import { type Interaction, readContract } from './contract.js'

// The consumer's side: it asks exactly what the contract says, and reads the contract's answers as it says.
const contract = readContract()
const { railAccount, suspenseAccount, ...order } = contract.payment
const holdId = '0199aa00-0000-7000-8000-000000000001'
const hold = contract.interactions.find(({ step }) => step === 'hold')?.request.body as {
  decision: RiskDecision
}

const payment: Payment = {
  ...order,
  state: 'holding',
  holdId,
  railStatus: undefined,
  validUntil: undefined,
  executeBefore: new Date('2099-01-01'),
  decision: hold.decision,
}

let stub: Server
let bank: Bank
let interaction: Interaction | undefined
let asked: unknown[] = []

beforeAll(async () => {
  stub = createServer(async (request, response) => {
    let text = ''
    for await (const chunk of request) text += chunk
    const { 'idempotency-key': key } = request.headers
    const { method, url: path } = request
    asked.push({
      method,
      path,
      ...(key && { key }),
      ...(text !== '' && { body: JSON.parse(text) as object }),
    })
    const { status, body, replayed } = (interaction as Interaction).response
    response.writeHead(status, { ...(replayed && { 'idempotency-replayed': 'true' }) })
    response.end(JSON.stringify(body))
  })
  await new Promise<void>((resolve) => stub.listen(0, '127.0.0.1', resolve))
  bank = openBank({
    url: `http://127.0.0.1:${(stub.address() as { port: number }).port}`,
    token: 'of the contract',
    railAccount,
    suspenseAccount,
    keep: keepInMemory(),
    patienceMs: 5_000,
  })
})
afterAll(() => new Promise((resolve) => stub.close(resolve)))

const steps: Readonly<Record<Interaction['step'], () => Promise<object>>> = {
  hold: () => bank.send(bank.hold(payment)),
  abandon: () => bank.abandonHold(payment),
  capture: () => bank.send(bank.capture(payment)),
  suspend: () => bank.send(bank.suspend(payment, 'PAYMENT_OUT')),
  release: () => bank.send(bank.release(payment)),
  giveBack: () => bank.send(bank.giveBack(payment)),
}

describe('the payment service asks and reads as the contract says', () => {
  test.each(contract.interactions.map((said) => [said.name, said] as const))('%s', async (_, said) => {
    interaction = said
    asked = []
    const outcome = await steps[said.step]()
    const path = said.request.path.replace('{holdId}', holdId)
    expect(asked).toEqual([{ ...said.request, path }])
    const { holdId: readHold, ...read } = said.read
    expect(outcome).toMatchObject({ ...read, ...(readHold !== undefined && { body: { holdId: readHold } }) })
  })

  test('every step of the service stands in the contract', () => {
    const said = new Set(contract.interactions.map(({ step }) => step))
    expect([...said].sort()).toEqual(Object.keys(steps).sort())
  })

  test.each(contract.events.map((told) => [told.name, told] as const))(
    'an event: %s',
    (_, { event, read }) => {
      expect(bookingOf(event)).toEqual(read)
    },
  )
})
