import type { Round } from './figures.js'
import type { HttpConnection } from './http-connection.js'
import { anyAccount, anyAmount, fail, freshKey, linesOf, type Target, timed } from './posting-load.js'

/** What a hold that is to be captured was placed with. */
interface PlacedHold {
  readonly holdId: string
  readonly account: number
  readonly amount: string
}

const newHold = (target: Target): Omit<PlacedHold, 'holdId'> => ({
  account: anyAccount(target),
  amount: anyAmount(),
})

const placing = ({ account, amount }: Omit<PlacedHold, 'holdId'>): string =>
  `"accountId":"bench-${account}","amount":"${amount}","currency":"EUR"`

function capturing({ account, amount }: PlacedHold, target: Target): string {
  const lines = linesOf({ from: account, to: anyAccount(target), amount }, target)
  return `"amount":"${amount}","transactionCode":"CARD","lines":${lines}`
}

const holdIds = (body: string): string[] =>
  Array.from(body.matchAll(/"holdId":"([0-9a-f-]{36})"/g), ([, holdId]) => holdId as string)

/**
 * Batches of holds, each captured whole by a later batch. What a round has placed and not captured the next one captures: over
 * the rounds there are as many captures as holds.
 */
export function holdBatches(
  target: Target,
): (load: { connections: number; size: number; seconds: number }) => Promise<Round> {
  const waiting: PlacedHold[][] = []
  const head = `Authorization: Bearer ${target.token}\r\n`
  const send = async (connection: HttpConnection, commands: readonly string[]): Promise<string> => {
    const body = `{"atomicity":"independent","commands":[${commands.join(',')}]}`
    const answer = await connection.post('/v1/batches', head, body)
    if (answer.status !== 200 || !answer.body.includes(`"succeeded":${commands.length}`)) fail(answer)
    return answer.body
  }
  const place = async (connection: HttpConnection, size: number): Promise<void> => {
    const wanted = Array.from({ length: size }, () => newHold(target))
    const commands = wanted.map(
      (hold) => `{"type":"place_hold","idempotencyKey":"${freshKey()}",${placing(hold)}}`,
    )
    const ids = holdIds(await send(connection, commands))
    waiting.push(wanted.map((hold, at) => ({ ...hold, holdId: ids[at] as string })))
  }
  const capture = async (connection: HttpConnection, placed: readonly PlacedHold[]): Promise<void> => {
    const commands = placed.map(
      (hold) =>
        `{"type":"capture_hold","idempotencyKey":"${freshKey()}","holdId":"${hold.holdId}",${capturing(hold, target)}}`,
    )
    await send(connection, commands)
  }
  return (load) =>
    timed(target, load, load.size, (connection) => {
      const placed = waiting.shift()
      return placed === undefined ? place(connection, load.size) : capture(connection, placed)
    })
}

/** Single calls in turn: a hold, and a capture of one that was placed before. */
export function singleHolds(
  target: Target,
): (load: { connections: number; seconds: number }) => Promise<Round> {
  const waiting: PlacedHold[] = []
  const send = async (connection: HttpConnection, path: string, body: string): Promise<string> => {
    const head = `Authorization: Bearer ${target.token}\r\nIdempotency-Key: ${freshKey()}\r\n`
    const answer = await connection.post(path, head, body)
    if (answer.status !== 201) fail(answer)
    return answer.body
  }
  const place = async (connection: HttpConnection): Promise<void> => {
    const hold = newHold(target)
    const [holdId] = holdIds(await send(connection, '/v1/holds', `{${placing(hold)}}`))
    waiting.push({ ...hold, holdId: holdId as string })
  }
  return (load) =>
    timed(target, load, 1, async (connection) => {
      const placed = waiting.shift()
      if (placed === undefined) return place(connection)
      await send(connection, `/v1/holds/${placed.holdId}/captures`, `{${capturing(placed, target)}}`)
    })
}
