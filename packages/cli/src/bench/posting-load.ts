import { setTimeout as sleep } from 'node:timers/promises'
import { type Round, roundOf } from './figures.js'
import { type HttpConnection, openHttpConnection } from './http-connection.js'

export interface Target {
  readonly port: number
  readonly token: string
  /** Accounts `bench-0` to `bench-<n-1>` are open, with limits out of reach. */
  readonly accounts: number
}

let keyCount = 0
const keyPrefix = `bench-${process.pid}-${Date.now().toString(36)}`
export const freshKey = (): string => {
  keyCount += 1
  return `${keyPrefix}-${keyCount}`
}

/** `hot`: one account stands in every posting. */
function lines(target: Target, hot: boolean): string {
  const from = anyAccount(target)
  return linesOf({ from, to: hot ? 0 : anyAccount(target), amount: anyAmount() }, target)
}

export const anyAccount = ({ accounts }: Target): number => Math.floor(Math.random() * accounts)
export const anyAmount = (): string =>
  `${1 + Math.floor(Math.random() * 99)}.${10 + Math.floor(Math.random() * 90)}`

/** Two lines, between two accounts also where `from` and `to` are one. */
export function linesOf(
  { from, to, amount }: { from: number; to: number; amount: string },
  { accounts }: Target,
): string {
  const other = to === from ? (from + 1) % accounts : to
  const line = (account: number, side: string): string =>
    `{"accountId":"bench-${account}","side":"${side}","amount":"${amount}","currency":"EUR"}`
  return `[${line(from, 'debit')},${line(other, 'credit')}]`
}

/** Sends `POST /v1/batches` of `size` transfers from some connections for some seconds. */
export async function runBatches(
  target: Target,
  load: { connections: number; size: number; seconds: number },
): Promise<Round> {
  const head = `Authorization: Bearer ${target.token}\r\n`
  return timed(target, load, load.size, async (connection) => {
    const commands = Array.from(
      { length: load.size },
      () =>
        `{"type":"post","idempotencyKey":"${freshKey()}","transactionCode":"TRANSFER","lines":${lines(target, false)}}`,
    )
    const body = `{"atomicity":"independent","commands":[${commands.join(',')}]}`
    const answer = await connection.post('/v1/batches', head, body)
    if (answer.status !== 200 || !answer.body.includes(`"succeeded":${load.size}`)) fail(answer)
  })
}

/** Sends `POST /v1/postings` from some connections for some seconds. */
export async function runPostings(
  target: Target,
  load: { connections: number; seconds: number; hot: boolean },
): Promise<Round> {
  return timed(target, load, 1, async (connection) => {
    const answer = await connection.post('/v1/postings', headOf(target), bodyOf(target, load.hot))
    if (answer.status !== 201) fail(answer)
  })
}

/**
 * Sends `POST /v1/postings` at a steady pace while `during` is under way. Latencies count from the moment at which a request was
 * due: one that had to wait for another one's answer waited all the same.
 */
export async function runSteadily(
  target: Target,
  { perSecond, connections }: { perSecond: number; connections: number },
  during: Promise<unknown>,
): Promise<Round> {
  const opened = await Promise.all(Array.from({ length: connections }, () => openHttpConnection(target.port)))
  const latencies: number[] = []
  const start = performance.now()
  let ended = false
  const end = during.finally(() => {
    ended = true
  })
  let due = start
  const next = (): number => {
    due += 1000 / perSecond
    return due
  }
  await Promise.all(
    opened.map(async (connection) => {
      while (!ended) {
        const at = next()
        await sleep(Math.max(0, at - performance.now()))
        const answer = await connection.post('/v1/postings', headOf(target), bodyOf(target, false))
        if (answer.status !== 201) fail(answer)
        latencies.push(performance.now() - at)
      }
    }),
  )
  await end
  for (const connection of opened) connection.close()
  return roundOf(latencies, performance.now() - start)
}

const headOf = ({ token }: Target): string =>
  `Authorization: Bearer ${token}\r\nIdempotency-Key: ${freshKey()}\r\n`
const bodyOf = (target: Target, hot: boolean): string =>
  `{"transactionCode":"TRANSFER","lines":${lines(target, hot)}}`

/** Sends one request after the other on each connection until the time is over; `each`: how many commands one holds. */
export async function timed(
  target: Target,
  { connections, seconds }: { connections: number; seconds: number },
  each: number,
  request: (connection: HttpConnection) => Promise<void>,
): Promise<Round> {
  const opened = await Promise.all(Array.from({ length: connections }, () => openHttpConnection(target.port)))
  const latencies: number[] = []
  const start = performance.now()
  const end = start + seconds * 1000
  await Promise.all(
    opened.map(async (connection) => {
      for (let now = performance.now(); now < end; ) {
        await request(connection)
        const answered = performance.now()
        latencies.push(answered - now)
        now = answered
      }
    }),
  )
  const elapsedMs = performance.now() - start
  for (const connection of opened) connection.close()
  return roundOf(latencies, elapsedMs, each)
}

export function fail({ status, body }: { status: number; body: string }): never {
  throw new Error(`a command of the benchmark was answered ${status}: ${body.slice(0, 400)}`)
}
