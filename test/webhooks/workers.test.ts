import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { type Bank, useBank } from '../support/bank.js'
import { boxKey, lastPosition, openClock, operatorOf, postSome, workerOf, workUntil } from './in-bank.js'
import { useReceivers } from './receiver.js'

const openBank = useBank()
const openReceiver = useReceivers()
const repository = fileURLToPath(new URL('../..', import.meta.url))

async function waiting(count: number) {
  const bank = await openBank()
  await bank.open('alice')
  const clock = openClock()
  const [operator, receiver] = [operatorOf(bank, clock), await openReceiver()]
  const { webhookId } = await operator.add(receiver.url)
  const first = (await lastPosition(bank)) + 1
  await postSome(bank, count)
  return {
    bank,
    clock,
    operator,
    receiver,
    webhookId,
    expected: Array.from({ length: count }, (_, at) => first + at),
  }
}

/** Runs a worker in a process of its own, and answers how it ended. */
async function runMortally(
  bank: Bank,
  at: number,
): Promise<{ code: number | null; signal: string | null; said: string }> {
  const program = ['test/webhooks/mortal-worker.mjs', bank.serveUrl, bank.tenantId, String(at)]
  const child = spawn(process.execPath, program, { cwd: repository, stdio: ['pipe', 'ignore', 'pipe'] })
  child.stdin.end(boxKey.toString('base64'))
  let said = ''
  child.stderr.on('data', (chunk) => {
    said += chunk
  })
  const [code, signal] = (await once(child, 'close')) as [number | null, string | null]
  return { code, signal, said }
}

describe('kill -9 of a worker', () => {
  test('between an answer and the note of it sends that event again, under its id, and loses none (J01)', async () => {
    const { bank, operator, receiver, webhookId, expected } = await waiting(12)
    for (const at of [3, 1, 4])
      expect(await runMortally(bank, at)).toMatchObject({ signal: 'SIGKILL', said: '' })
    expect(await runMortally(bank, 0)).toEqual({ code: 0, signal: null, said: '' })
    const [first] = expected as [number]
    const again = [first + 2, first + 2, first + 5]
    expect(receiver.positions()).toEqual([...expected, ...again].sort((one, other) => one - other))
    const idsAt = (position: number) =>
      new Set(receiver.received.filter(({ event }) => event.position === position).map(({ id }) => id))
    expect(idsAt(first + 2).size).toBe(1)
    expect(await operator.deliveries(webhookId, 'delivered')).toHaveLength(12)
  })
})

describe('two workers', () => {
  test('share the webhooks, and no event goes out twice', async () => {
    const { bank, clock, operator, receiver, webhookId, expected } = await waiting(30)
    const others = await Promise.all(
      Array.from({ length: 5 }, async () => {
        const other = await openReceiver()
        const made = await operator.add(other.url, { startAfter: (expected[0] as number) - 1 })
        return { other, made }
      }),
    )
    const workers = [workerOf(bank, clock), workerOf(bank.elsewhere(), clock)]
    const ids = [webhookId, ...others.map(({ made }) => made.webhookId)]
    const done = async () =>
      (await Promise.all(ids.map((id) => operator.read(id)))).every(({ lag }) => lag === 0)
    const more = (async () => {
      for (let n = 0; n < 20; n += 1) {
        await postSome(bank, 1)
        await sleep(5)
      }
    })()
    await workUntil(bank, workers, () => receiver.received.length > 10)
    await more
    await workUntil(bank, workers, done)
    await Promise.all(workers.map((worker) => worker.stop()))
    const all = [...expected, ...Array.from({ length: 20 }, (_, at) => (expected.at(-1) as number) + 1 + at)]
    for (const each of [receiver, ...others.map(({ other }) => other)]) expect(each.positions()).toEqual(all)
    expect(workers.flatMap(({ failures }) => failures)).toEqual([])
  })

  test('take turns by a lease: one that was away too long notes nothing, and its event goes out again', async () => {
    const { bank, clock, operator, receiver, webhookId, expected } = await waiting(2)
    let wake = () => {}
    const asleep = new Promise<void>((resolve) => {
      wake = resolve
    })
    const late = workerOf(bank, clock, {
      leaseMs: 300,
      send: async () => {
        await asleep
        return { kind: 'answered', status: 500, retryAfterMs: undefined }
      },
    })
    await late.round(bank.tenantId)
    await sleep(400)
    const other = workerOf(bank.elsewhere(), clock)
    await workUntil(bank, [other], async () => (await operator.read(webhookId)).lag === 0)
    await other.stop()
    wake()
    await late.stop()
    expect(late.failures).toEqual([])
    expect(receiver.positions()).toEqual(expected)
    expect(await operator.read(webhookId)).toMatchObject({ failuresInARow: 0, lag: 0 })
    expect(await operator.deliveries(webhookId)).toMatchObject([{ attempts: 1 }, { attempts: 1 }])
  })

  test('that begin the same webhook at once: one has it', async () => {
    const { bank, clock, operator, receiver, webhookId, expected } = await waiting(3)
    const workers = Array.from({ length: 4 }, () => workerOf(bank.elsewhere(), clock))
    await Promise.all(workers.map((worker) => worker.round(bank.tenantId)))
    await workUntil(bank, workers, async () => (await operator.read(webhookId)).lag === 0)
    await Promise.all(workers.map((worker) => worker.stop()))
    expect(receiver.positions()).toEqual(expected)
    expect(workers.flatMap(({ failures }) => failures)).toEqual([])
  })
})

test('a worker that stops ends what it sends, and another goes on at once', async () => {
  const { bank, clock, operator, receiver, webhookId, expected } = await waiting(3)
  receiver.answers((response) => void setTimeout(() => response.writeHead(204).end(), 300))
  const worker = workerOf(bank, clock)
  await workUntil(bank, [worker], () => receiver.received.length === 1)
  await worker.stop()
  expect(await operator.deliveries(webhookId, 'delivered')).toHaveLength(1)
  const next = workerOf(bank.elsewhere(), clock)
  const begunMs = Date.now()
  await workUntil(bank, [next], async () => (await operator.read(webhookId)).lag === 0)
  expect(Date.now() - begunMs).toBeLessThan(2_000)
  await next.stop()
  expect(receiver.positions()).toEqual(expected)
})
