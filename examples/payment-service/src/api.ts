import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { openInbox } from '@plinth/client'
import type { RailStatus } from './domain/payment.js'
import { type NewPayment, type Store, tables } from './store.js'

interface Answer {
  readonly status: number
  readonly body: object
}

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/
const amount = /^(0|[1-9][0-9]*)(\.[0-9]+)?$/
const bodyBytesMax = 64 * 1024

/** Takes payments and the rail's notifications. `executeWithinMs`: a payment that was not sent by then is not sent at all. */
export function openApi(
  store: Store,
  { executeWithinMs, wake }: { executeWithinMs: number; wake(): void },
): Server {
  const inbox = openInbox({ table: tables.inbox, consumer: 'rail' })
  const routes: Readonly<Record<string, (body: unknown, id: string) => Promise<Answer>>> = {
    'GET /health': async () => {
      await store.query('select 1', [])
      return { status: 200, body: { status: 'up' } }
    },
    'POST /payments': async (body) => {
      const payment = newPayment(body)
      if (payment === undefined) return { status: 400, body: { code: 'malformed' } }
      const same = await store.receive(payment, new Date(Date.now() + executeWithinMs))
      wake()
      if (!same) return { status: 409, body: { code: 'another_payment_has_this_id' } }
      return { status: 202, body: { paymentId: payment.paymentId } }
    },
    'GET /payments/{id}': async (_, id) => await shown(store, id),
    'POST /rail-notifications': async (body) => {
      const { notificationId, reference, railId, status } = (body ?? {}) as Record<string, unknown>
      if (typeof notificationId !== 'string' || typeof reference !== 'string' || !uuid.test(reference))
        return { status: 400, body: { code: 'malformed' } }
      if (!['pending', 'rejected', 'settled', 'returned'].includes(String(status)))
        return { status: 400, body: { code: 'malformed' } }
      const word = { status: status as RailStatus, railId: String(railId) }
      const news = await store.within((query) =>
        inbox.once(query, notificationId, async () => void (await store.hear(query, reference, word))),
      )
      wake()
      return { status: 200, body: { news } }
    },
  }
  return createServer(async (request, response) => {
    try {
      give(response, await answer(routes, request))
    } catch (error) {
      console.error(`${request.method} ${request.url}: ${(error as Error).message}`)
      give(response, { status: 503, body: { code: 'unavailable' } })
    }
  })
}

async function answer(
  routes: Readonly<Record<string, (body: unknown, id: string) => Promise<Answer>>>,
  request: IncomingMessage,
): Promise<Answer> {
  const [, first = '', id = ''] = (request.url ?? '').split('?')[0]?.split('/') ?? []
  const route = routes[`${request.method} /${first}${id === '' ? '' : '/{id}'}`]
  if (route === undefined || (id !== '' && !uuid.test(id)))
    return { status: 404, body: { code: 'not_found' } }
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of request) {
    bytes += (chunk as Buffer).length
    if (bytes > bodyBytesMax) return { status: 413, body: { code: 'too_large' } }
    chunks.push(chunk as Buffer)
  }
  const text = Buffer.concat(chunks).toString()
  let body: unknown
  try {
    body = text === '' ? undefined : JSON.parse(text)
  } catch {
    return { status: 400, body: { code: 'malformed' } }
  }
  return await route(body, id)
}

function newPayment(body: unknown): NewPayment | undefined {
  const said = (body ?? {}) as Record<keyof NewPayment, unknown>
  const names = ['paymentId', 'debtorAccount', 'creditor', 'amount', 'currency'] as const
  if (names.some((name) => typeof said[name] !== 'string' || said[name] === '')) return undefined
  const payment = Object.fromEntries(names.map((name) => [name, said[name]])) as unknown as NewPayment
  return uuid.test(payment.paymentId) && amount.test(payment.amount) ? payment : undefined
}

async function shown(store: Store, id: string): Promise<Answer> {
  const [payment] = await store.read([id])
  if (payment === undefined) return { status: 404, body: { code: 'not_found' } }
  const { rows: transitions } = await store.query(
    'select from_state as from, to_state as to, because, at from payment.transition where payment_id = $1 order by seq',
    [id],
  )
  const { rows: bookings } = await store.query(
    'select entry_id as "journalEntryId", transaction_code as "transactionCode", amount, currency from payment.booking where payment_id = $1 order by position',
    [id],
  )
  return { status: 200, body: { ...payment, transitions, bookings } }
}

function give(response: ServerResponse, { status, body }: Answer): void {
  response.writeHead(status, { 'content-type': 'application/json' })
  response.end(JSON.stringify(body))
}
