import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { acceptedBody, keepInMemory, openClient, type PlinthClient } from '@plinth/client'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { freePort, plinth } from '../cli/plinth-process.js'
import { diceOf } from '../client/dice.js'
import { useServedBank } from '../client/served-bank.js'
import {
  createPaymentDatabase,
  type ExampleProcess,
  type PaymentDatabase,
  rowsOf,
  startExample,
} from './payment-process.js'

// PLINTH_SEED repeats a run, as far as the moments of kill -9 allow it.
const seed = Number(process.env.PLINTH_SEED ?? Date.now() % 2 ** 31)
console.log(`payment-service/payments.test.ts: PLINTH_SEED=${seed}`)
const dice = diceOf(seed)
const paymentsMade = 200
const customers = Array.from({ length: 12 }, (_, at) => `payer-${at}`)
// The last two cannot pay everything.
const fundsOf = (customer: string): string => (Number(customer.slice(6)) < 10 ? '100000.00' : '150.00')

interface RailPayment {
  readonly reference: string
  readonly amount: string
  readonly status: string
}
interface Order {
  readonly paymentId: string
  readonly debtorAccount: string
  readonly creditor: string
  readonly amount: string
  readonly currency: string
}

const openBank = useServedBank()
let database: PaymentDatabase
let bank: PlinthClient
let rail: ExampleProcess
let service: ExampleProcess
let railUrl: string
let serviceUrl: string
let environment: Record<string, string>

beforeAll(async () => {
  const { url, tokens, database: books } = openBank()
  database = await createPaymentDatabase(books.adminUrl)
  const [railPort, servicePort] = [String(await freePort()), String(await freePort())]
  railUrl = `http://127.0.0.1:${railPort}`
  serviceUrl = `http://127.0.0.1:${servicePort}`
  rail = await startExample(
    'fake-rail.js',
    [],
    {
      RAIL_PORT: railPort,
      RAIL_SEED: String(seed),
      RAIL_NOTIFY_URL: `${serviceUrl}/rail-notifications`,
      RAIL_LATE_MS: '1200',
      RAIL_SETTLE_MS: '150',
    },
    /listens/,
  )
  environment = {
    PAYMENT_DATABASE_URL: database.url,
    PAYMENT_PORT: servicePort,
    PAYMENT_RAIL_ACCOUNT: 'rail-out',
    PAYMENT_RAIL_TIMEOUT_MS: '400',
    PAYMENT_RAIL_VALID_MS: '1500',
    PAYMENT_PATIENCE_MS: '1500',
    PAYMENT_RECONCILE_MS: '300',
    PLINTH_URL: url,
    PLINTH_TOKEN: tokens.payments as string,
    RAIL_URL: railUrl,
  }
  bank = openClient({ url, token: tokens.operator as string, keep: keepInMemory() })
  await foundCustomers()
  service = await startService()
})
afterAll(async () => {
  for (const running of [service, rail]) {
    running?.child.kill('SIGKILL')
    await running?.ended
  }
  await database?.drop()
})

const startService = () => startExample('main.js', ['serve'], environment, /payments are taken/)

async function foundCustomers(): Promise<void> {
  const open = (body: Parameters<typeof bank.command<'/v1/accounts'>>[1]['body']) =>
    bank.command('/v1/accounts', { body }).then(acceptedBody)
  await open({
    accountId: 'rail-out',
    name: 'Owed to the rail',
    glCode: '2000',
    currency: 'EUR',
    unlimited: true,
  }).catch(() =>
    open({
      accountId: 'rail-out',
      name: 'Owed to the rail',
      glCode: '1100',
      currency: 'EUR',
      unlimited: true,
    }),
  )
  for (const customer of customers) {
    await open({ accountId: customer, name: customer, glCode: '2110', currency: 'EUR', customerId: customer })
    const lines = [
      { accountId: 'cash', side: 'debit' as const, amount: fundsOf(customer), currency: 'EUR' },
      { accountId: customer, side: 'credit' as const, amount: fundsOf(customer), currency: 'EUR' },
    ]
    acceptedBody(await bank.command('/v1/postings', { body: { transactionCode: 'DEPOSIT', lines } }))
  }
}

function newOrder(at: number): Order {
  return {
    paymentId: randomUUID(),
    debtorAccount: customers[at % customers.length] as string,
    creditor: dice() < 0.04 ? 'sanctioned' : `creditor-${at}`,
    amount: `${1 + Math.floor(dice() * 90)}.${String(Math.floor(dice() * 100)).padStart(2, '0')}`,
    currency: 'EUR',
  }
}

/** As a shop would: again and again with the same id until it is taken. */
async function start(order: Order): Promise<void> {
  for (;;) {
    const response = await fetch(`${serviceUrl}/payments`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(order),
      signal: AbortSignal.timeout(2_000),
    }).catch(() => undefined)
    if (response?.status === 202) return
    if (response !== undefined && response.status < 500) throw new Error(`status ${response.status}`)
    await sleep(100)
  }
}

async function killService(): Promise<void> {
  service.child.kill('SIGKILL')
  await service.ended
  service = await startService()
}

interface Report {
  readonly payments: Record<string, number>
  readonly open: number
  readonly differences: readonly string[]
}
async function report(): Promise<Report & { code: number | null }> {
  const { code, stdout } = await (await startExample('main.js', ['report'], environment)).ended
  return { code, ...(JSON.parse(stdout) as Report) }
}

async function railList(): Promise<RailPayment[]> {
  const response = await fetch(`${railUrl}/payments?limit=100000`)
  return ((await response.json()) as { data: RailPayment[] }).data
}

const cents = (amount: string): bigint => BigInt(amount.replace('.', ''))
const sum = (amounts: readonly string[]): bigint =>
  amounts.reduce((total, amount) => total + cents(amount), 0n)

describe('200 payments over a bad rail, with crashes', () => {
  const orders = Array.from({ length: paymentsMade }, (_, at) => newOrder(at))
  let ended: Awaited<ReturnType<typeof report>>

  test('all come to an end', { timeout: 240_000 }, async () => {
    const started = Promise.all(
      orders.map(async (order, at) => {
        await sleep(at * 40)
        await start(order)
      }),
    )
    for (let kills = 0; kills < 4; kills += 1) {
      await sleep(500 + dice() * 1_500)
      await killService()
      if (kills === 1) await openBank().restart()
    }
    await started
    await expect
      .poll(
        async () => {
          ended = await report()
          const pending = (await railList()).filter(({ status }) => status === 'pending').length
          return { open: ended.open, pending, differences: ended.differences }
        },
        { timeout: 150_000, interval: 2_000 },
      )
      .toEqual({ open: 0, pending: 0, differences: [] })
    console.log(
      `payments: ${JSON.stringify(ended.payments)}; rail: ${await (await fetch(`${railUrl}/faults`)).text()}`,
    )
  })

  test('the service finds no difference between its payments, the rail’s list and what the core told', async () => {
    expect(ended).toMatchObject({ code: 0, open: 0, differences: [] })
    expect(Object.values(ended.payments).reduce((all, of) => all + of, 0)).toBe(paymentsMade)
    for (const state of ['settled', 'returned', 'released', 'refused', 'declined'])
      expect(ended.payments[state], state).toBeGreaterThan(0)
  })

  test('the rail was told of each payment once at most, and did all its faults', async () => {
    const references = (await railList()).map(({ reference }) => reference)
    expect(new Set(references).size).toBe(references.length)
    const faults = (await (await fetch(`${railUrl}/faults`)).json()) as Record<string, number>
    for (const fault of ['timeout', 'duplicate', 'late', 'reject'])
      expect(faults[fault], fault).toBeGreaterThan(paymentsMade / 10)
  })

  test('the books say what the rail’s list says, to the cent, and nothing is held', async () => {
    const list = await railList()
    const byId = new Map(orders.map((order) => [order.paymentId, order]))
    const paid = list.filter(({ status }) => status === 'settled')
    const { posted } = await bank.read('/v1/accounts/{accountId}/balance', { ids: { accountId: 'rail-out' } })
    expect(cents((posted as string).replace('-', ''))).toBe(sum(paid.map(({ amount }) => amount)))
    for (const customer of customers) {
      const spent = paid.filter(({ reference }) => byId.get(reference)?.debtorAccount === customer)
      const balance = await bank.read('/v1/accounts/{accountId}/balance', { ids: { accountId: customer } })
      expect({ customer, posted: cents(balance.posted), held: balance.held }).toEqual({
        customer,
        posted: cents(fundsOf(customer)) - sum(spent.map(({ amount }) => amount)),
        held: '0.00',
      })
    }
    for await (const hold of bank.list('/v1/holds', { query: { status: 'active' } }))
      expect.fail(`hold ${hold.holdId} is still active`)
  })

  test('every proof of the books holds', async () => {
    const { code, stderr } = await plinth(['verify'], openBank().environment)
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  })

  test('every payment went only where payments may go, and was held behind a stored approval', async () => {
    const wrong = await rowsOf(
      database.url,
      `select t.payment_id, t.from_state, t.to_state from payment.transition t
        where not exists (select from payment.allowed_transition a
                           where (a.from_state, a.to_state) = (t.from_state, t.to_state))
       union all
       select t.payment_id, t.from_state, t.to_state from payment.transition t
         left join payment.risk_decision d using (payment_id)
        where t.to_state = 'holding' and (d.outcome is distinct from 'approved' or d.stored_at > t.at)`,
    )
    expect(wrong).toEqual([])
    const kept = await rowsOf(database.url, 'select key from payment.command where outcome is null')
    expect(kept).toEqual([])
  })
})
