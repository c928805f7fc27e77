import { createHash } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'

/**
 * A payment rail that is as bad as rails are: it loses requests and answers, answers late, says things twice, rejects and
 * returns. It pays twice what it is told twice. What it does to a payment hangs on RAIL_SEED and the payment's id alone.
 */
type Fault = 'none' | 'timeout' | 'duplicate' | 'late' | 'reject'

interface Listed {
  readonly railId: string
  readonly reference: string
  readonly amount: string
  readonly currency: string
  status: 'pending' | 'rejected' | 'settled' | 'returned'
  changeNo: number
}

const seed = process.env.RAIL_SEED ?? 'rail'
const port = Number(process.env.RAIL_PORT ?? 4200)
const notify = process.env.RAIL_NOTIFY_URL ?? 'http://127.0.0.1:4100/rail-notifications'
/** Of each fault, in percent. */
const share = Number(process.env.RAIL_FAULT_PERCENT ?? 20)
const lateMs = Number(process.env.RAIL_LATE_MS ?? 5_000)
const settleMs = Number(process.env.RAIL_SETTLE_MS ?? 500)

const list: Listed[] = []
let changes = 0
const faultsDone: Record<Fault, number> = { none: 0, timeout: 0, duplicate: 0, late: 0, reject: 0 }

/** A number from 0 to 99 that hangs on the seed, the payment and the question. */
const chance = (reference: string, question: string): number =>
  createHash('sha256').update(`${seed}:${question}:${reference}`).digest().readUInt32BE() % 100

function faultOf(reference: string): Fault {
  const order = ['timeout', 'duplicate', 'late', 'reject'] as const
  return order[Math.floor(chance(reference, 'fault') / share)] ?? 'none'
}

function change(payment: Listed, status: Listed['status']): void {
  payment.status = status
  payment.changeNo = ++changes
  // The list is in the order of the last change, so a reader who goes on behind a number misses nothing.
  list.splice(list.indexOf(payment), 1)
  list.push(payment)
}

/** Tells the bank, again and again until it says it heard. The id is the notification's, so that it is known again. */
async function tell({ railId, reference, status }: Listed, times: number): Promise<void> {
  const body = JSON.stringify({ notificationId: `${railId}:${status}`, railId, reference, status })
  for (let told = 0, tries = 0; told < times && tries < 50; tries += 1) {
    const heard = await fetch(notify, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
      signal: AbortSignal.timeout(2_000),
    }).catch(() => undefined)
    if (heard?.ok) told += 1
    else await sleep(200)
  }
}

async function settle(payment: Listed, fault: Fault): Promise<void> {
  const times = fault === 'duplicate' ? 3 : 1
  await sleep(settleMs + (fault === 'late' ? lateMs : 0))
  change(payment, 'settled')
  // Every other payment that timed out is never spoken of again: only the list knows.
  if (fault !== 'timeout' || chance(payment.reference, 'silent') < 50) void tell(payment, times)
  if (chance(payment.reference, 'return') >= 15) return
  await sleep(settleMs)
  change(payment, 'returned')
  void tell(payment, times)
}

async function pay(body: Record<string, string>, response: ServerResponse): Promise<void> {
  const { reference = '', amount = '', currency = '', validUntil = '' } = body
  const fault = faultOf(reference)
  faultsDone[fault] += 1
  // Lost on the way here, or on the way back: the bank cannot tell which.
  if (fault === 'timeout' && chance(reference, 'lost') < 50) return
  if (Date.now() > Date.parse(validUntil)) return give(response, 422, { code: 'too_late' })
  const payment: Listed = {
    railId: `rail-${++changes}`,
    reference,
    amount,
    currency,
    status: fault === 'reject' ? 'rejected' : 'pending',
    changeNo: changes,
  }
  list.push(payment)
  if (fault === 'reject') return give(response, 422, { railId: payment.railId, status: 'rejected' })
  void settle(payment, fault)
  if (fault === 'timeout') return
  if (fault === 'late') await sleep(lateMs)
  give(response, 202, { railId: payment.railId, status: payment.status })
}

function give(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' })
  response.end(JSON.stringify(body))
}

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://rail')
  if (request.method === 'POST' && url.pathname === '/payments') {
    let text = ''
    for await (const chunk of request) text += chunk
    return await pay(JSON.parse(text) as Record<string, string>, response)
  }
  if (request.method === 'GET' && url.pathname === '/payments') {
    const after = Number(url.searchParams.get('after') ?? 0)
    const limit = Number(url.searchParams.get('limit') ?? 100)
    const data = list.filter(({ changeNo }) => changeNo > after).slice(0, limit)
    return give(response, 200, { data, asOf: new Date().toISOString() })
  }
  if (request.method === 'GET' && url.pathname === '/faults') return give(response, 200, faultsDone)
  give(response, 404, { code: 'not_found' })
}

const server = createServer((request, response) => {
  answer(request, response).catch(() => response.destroy())
})
server.listen(port, '127.0.0.1', () => console.log(`the rail listens at http://127.0.0.1:${port}`))
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(0))
