import { randomUUID } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { acceptedBody, keepInMemory, keepInPostgres, openClient, type PlinthClient } from '@plinth/client'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { advance, type Workshop } from '../../examples/payment-service/src/advance.js'
import { openBank as openCore } from '../../examples/payment-service/src/bank.js'
import {
  nextStep,
  type Payment,
  type State,
  transitions,
} from '../../examples/payment-service/src/domain/payment.js'
import type { Sent } from '../../examples/payment-service/src/rail.js'
import { reconcileWithRail } from '../../examples/payment-service/src/reconcile.js'
import { Store, tables } from '../../examples/payment-service/src/store.js'
import { useServedBank } from '../client/served-bank.js'
import { createPaymentDatabase, type PaymentDatabase, rowsOf } from './payment-process.js'

const openBank = useServedBank()
let database: PaymentDatabase
let store: Store
let operator: PlinthClient

beforeAll(async () => {
  const { url, tokens, database: books } = openBank()
  database = await createPaymentDatabase(books.adminUrl)
  store = new Store(database.url)
  await Promise.all([store.migrate(), store.migrate()])
  operator = openClient({ url, token: tokens.operator as string, keep: keepInMemory() })
})
afterAll(async () => {
  await store.end()
  await database.drop()
})

/** A workshop whose rail answers as the test says, while `meanwhile` happens. */
function shopWith(sent: Sent, meanwhile: () => Promise<unknown> = async () => {}): Workshop {
  const { url, tokens } = openBank()
  const keep = keepInPostgres(store.query, tables.commands)
  const accounts = { railAccount: 'cash', suspenseAccount: 'suspense' }
  return {
    store,
    bank: openCore({ url, token: tokens.payments as string, keep, patienceMs: 10_000, ...accounts }),
    rail: {
      send: async () => {
        await meanwhile()
        return sent
      },
      changes: async () => ({ payments: [], asOf: new Date() }),
    },
    railValidMs: 0,
    retryMostMs: 100,
  }
}
const taken: Sent = { kind: 'taken', railId: 'rail-1' }

let payers = 0
/** A new payer with 100.00 and a payment of 40.00 from them. */
async function received(executeBefore = new Date(Date.now() + 60_000)): Promise<Payment> {
  const debtorAccount = `lifecycle-payer-${++payers}`
  const customer = { accountId: debtorAccount, name: debtorAccount, glCode: '2110', currency: 'EUR' }
  acceptedBody(await operator.command('/v1/accounts', { body: customer }))
  const line = { amount: '100.00', currency: 'EUR' }
  const lines = [
    { ...line, accountId: 'cash', side: 'debit' as const },
    { ...line, accountId: debtorAccount, side: 'credit' as const },
  ]
  acceptedBody(await operator.command('/v1/postings', { body: { transactionCode: 'DEPOSIT', lines } }))
  const order = { paymentId: randomUUID(), debtorAccount, creditor: 'c', amount: '40.00', currency: 'EUR' }
  expect(await store.receive(order, executeBefore)).toBe(true)
  return await now(order.paymentId)
}
const now = async (paymentId: string): Promise<Payment> => (await store.read([paymentId]))[0] as Payment
const hear = (paymentId: string, status: 'settled' | 'returned' | 'rejected') =>
  store.within((query) => store.hear(query, paymentId, { status }))

async function go(shop: Workshop, { paymentId }: Payment): Promise<State> {
  await advance(shop, await now(paymentId))
  return (await now(paymentId)).state
}
async function balanceOf(accountId: string): Promise<{ posted: string; held: string }> {
  const { posted, held } = await operator.read('/v1/accounts/{accountId}/balance', { ids: { accountId } })
  return { posted: posted as string, held: held as string }
}
async function freeze(accountId: string): Promise<void> {
  const body = { status: 'frozen' as const, reason: 'test' }
  acceptedBody(await operator.command('/v1/accounts/{accountId}/status', { ids: { accountId }, body }))
}

describe('a payment', () => {
  test('is held, sent, settled, and returned by an entry of its own', async () => {
    const payment = await received()
    const shop = shopWith(taken)
    expect(await go(shop, payment)).toBe('sent')
    expect(await balanceOf(payment.debtorAccount)).toEqual({ posted: '100.00', held: '40.00' })
    await hear(payment.paymentId, 'settled')
    expect(await go(shop, payment)).toBe('settled')
    expect(await balanceOf(payment.debtorAccount)).toEqual({ posted: '60.00', held: '0.00' })
    await hear(payment.paymentId, 'returned')
    expect(await hear(payment.paymentId, 'settled')).toBe(false)
    expect(await go(shop, payment)).toBe('returned')
    expect(await balanceOf(payment.debtorAccount)).toEqual({ posted: '100.00', held: '0.00' })
  })

  test('that the rail has settled stands in suspense when its account is frozen by now', async () => {
    const payment = await received()
    const shop = shopWith(taken, () => freeze(payment.debtorAccount))
    await go(shop, payment)
    const before = await balanceOf('suspense')
    await hear(payment.paymentId, 'settled')
    expect(await go(shop, payment)).toBe('stuck')
    expect(await balanceOf(payment.debtorAccount)).toEqual({ posted: '100.00', held: '40.00' })
    const cents = (amount: string) => BigInt(amount.replace('.', ''))
    expect(cents((await balanceOf('suspense')).posted) - cents(before.posted)).toBe(4000n)
  })

  test('that the rail rejects is let go, and one that is too late is not sent', async () => {
    const rejected = await received()
    expect(await go(shopWith({ kind: 'rejected', railId: 'rail-2' }), rejected)).toBe('released')
    const unsent = shopWith(taken, () => Promise.reject(new Error('it was sent')))
    const late = await received(new Date(Date.now() - 1))
    // Too late before it was held: whether the hold stands is settled by abandoning it.
    expect(await go(unsent, late)).toBe('refused')
    for (const { debtorAccount } of [rejected, late])
      expect(await balanceOf(debtorAccount)).toEqual({ posted: '100.00', held: '0.00' })
  })

  test('that is not in the rail’s list when its time is over was never there', async () => {
    const payment = await received()
    const shop = shopWith({ kind: 'unknown', reason: 'no answer' })
    expect(await go(shop, payment)).toBe('unknown')
    await expect
      .poll(() => reconcileWithRail(store, shop.rail, 0).then(() => now(payment.paymentId)))
      .toMatchObject({
        railStatus: 'never_arrived',
      })
    expect(await go(shop, payment)).toBe('released')
    expect(await balanceOf(payment.debtorAccount)).toEqual({ posted: '100.00', held: '0.00' })
  })

  test('whose sender ended is asked about, and not sent again', async () => {
    const payment = await received()
    let sent = 0
    const dying = shopWith(taken, () => {
      sent += 1
      return Promise.reject(new Error('as good as killed'))
    })
    expect(await go(dying, payment)).toBe('sending')
    expect(await go(dying, payment)).toBe('unknown')
    await hear(payment.paymentId, 'settled')
    expect(await go(dying, payment)).toBe('settled')
    expect(sent).toBe(1)
  })

  test('has one content for its id, however often it comes', async () => {
    const { paymentId, debtorAccount, creditor, amount, currency } = await received()
    const same = { paymentId, debtorAccount, creditor, amount, currency }
    expect(await store.receive(same, new Date())).toBe(true)
    expect(await store.receive({ ...same, amount: '41.00' }, new Date())).toBe(false)
  })
})

describe('the lifecycle', () => {
  test('is the same in the code and in the database', async () => {
    const rows = await rowsOf<{ from_state: State; to_state: State }>(
      database.url,
      'select from_state, to_state from payment.allowed_transition',
    )
    const inCode = Object.entries(transitions).flatMap(([from, all]) => all.map((to) => `${from} → ${to}`))
    expect(rows.map((row) => `${row.from_state} → ${row.to_state}`).sort()).toEqual(inCode.sort())
  })

  test('never proposes a step that is not allowed', () => {
    const railStatuses = [undefined, 'pending', 'rejected', 'never_arrived', 'settled', 'returned'] as const
    for (const state of Object.keys(transitions) as State[]) {
      for (const railStatus of railStatuses) {
        for (const executeBefore of [new Date(0), new Date('2099-01-01')]) {
          const step = nextStep({ state, railStatus, executeBefore } as Payment, new Date())
          if (step?.do === 'move') expect(transitions[state], `${state} ${railStatus}`).toContain(step.to)
        }
      }
    }
  })

  test('is kept by the database: no step that is not allowed, no hold without an approval, no rewriting', async () => {
    const { paymentId } = await received()
    const step = (from: State, to: State, seq = 1) =>
      store.query('insert into payment.transition values ($1, $2, $3, $4, $5)', [
        paymentId,
        seq,
        from,
        to,
        'test',
      ])
    await expect(step('received', 'settled')).rejects.toThrow(/only_allowed_ones|sent_after_held/)
    await expect(step('approved', 'holding')).rejects.toThrow(/does not follow/)
    await step('received', 'approved')
    await expect(step('received', 'approved')).rejects.toThrow(/does not follow/)
    await expect(step('approved', 'holding', 2)).rejects.toThrow(/has no approval/)
    await expect(store.query('update payment.transition set because = $1', ['other'])).rejects.toThrow(
      /append-only/,
    )
  })
})

describe('the boundary', () => {
  test('lets nothing of Plinth in but the client', () => {
    const folder = new URL('../../examples/payment-service/', import.meta.url)
    const files = readdirSync(new URL('src', folder), { recursive: true, encoding: 'utf8' })
    const imports = files
      .filter((file) => file.endsWith('.ts'))
      .flatMap((file) => {
        const text = readFileSync(new URL(`src/${file}`, folder), 'utf8')
        return [...text.matchAll(/(?:from|import\() *'([^']+)'/g)].map((match) => match[1] ?? '')
      })
    expect(imports).toContain('@plinth/client')
    expect(
      [...new Set(imports)].filter((name) => !/^(\.\.?\/|node:|pg$|@plinth\/client$)/.test(name)),
    ).toEqual([])
    const manifest = JSON.parse(readFileSync(new URL('package.json', folder), 'utf8')) as {
      dependencies: object
    }
    expect(Object.keys(manifest.dependencies)).toEqual(['@plinth/client', 'pg'])
  })

  test('keeps its role out of Plinth’s tables', async () => {
    for (const table of ['ledger.journal_entry', 'posting.command', 'account.balance', 'outbox.outbox_event'])
      await expect(rowsOf(database.plinthUrl, `select from ${table}`)).rejects.toThrow(/permission denied/)
  })
})
