import { randomFillSync } from 'node:crypto'

// 512 ids to a refill: asking the system for randomness costs more than everything else here.
const pool = Buffer.allocUnsafe(8 * 512)
let poolAt = pool.length

let lastMs = 0
let lastMsText = ''
let counter = 0

/**
 * A UUIDv7 (RFC 9562): milliseconds, then a counter that rises within the millisecond, then 62 random bits. Ids of one process
 * rise even where its clock steps back.
 */
export function uuidV7(nowMs: number = Date.now()): string {
  if (poolAt === pool.length) {
    randomFillSync(pool)
    poolAt = 0
  }
  counter += 1
  if (nowMs > lastMs) startMillisecond(nowMs)
  // The counter is full: borrow from the next millisecond.
  else if (counter > 0xfff) startMillisecond(lastMs + 1)
  const variant = 0x80 | ((pool[poolAt] as number) & 0x3f)
  pool[poolAt] = variant
  const random = pool.toString('hex', poolAt, poolAt + 8)
  poolAt += 8
  const order = (0x7000 | counter).toString(16)
  return `${lastMsText}-${order}-${random.slice(0, 4)}-${random.slice(4)}`
}

function startMillisecond(ms: number): void {
  lastMs = ms
  const text = ms.toString(16).padStart(12, '0')
  lastMsText = `${text.slice(0, 8)}-${text.slice(8)}`
  counter = 0
}
