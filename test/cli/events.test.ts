import { claimConsumer } from '@plinth/outbox'
import { expect, test } from 'vitest'
import { type Bank, useBank } from '../support/bank.js'
import { plinth, startPlinth } from './plinth-process.js'

const openBank = useBank()

const environmentOf = ({ adminUrl, tenantId }: Bank) => ({
  PLINTH_DATABASE_URL: adminUrl,
  PLINTH_TENANT: tenantId,
})
const linesOf = (text: string) =>
  text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line))

test('events are listed in order, some types only if asked for, as lines or as one value', async () => {
  const bank = await openBank()
  await bank.open('alice')
  await bank.fund('alice', '5.00')
  const all = await plinth(['events', 'list'], environmentOf(bank))
  expect(all).toMatchObject({ code: 0, stderr: '' })
  const events = linesOf(all.stdout)
  expect(events.map(({ position }) => position)).toEqual(events.map((_, at) => at + 1))
  expect(events.at(-1)).toMatchObject({ type: 'plinth.journal_entry.posted.v1', specversion: '1.0' })
  const [opened] = linesOf(
    (await plinth(['events', 'list', '--types', 'plinth.account.*', '--limit', '1'], environmentOf(bank)))
      .stdout,
  )
  expect(opened).toMatchObject({ type: 'plinth.account.opened.v1' })
  const json = await plinth(
    ['events', 'list', '--after', String(events.length - 1), '--json'],
    environmentOf(bank),
  )
  expect(JSON.parse(json.stdout)).toEqual({ data: [events.at(-1)], nextAfter: events.length })
})

test('what names no type, and no position, is wrong usage', async () => {
  const bank = await openBank()
  expect(await plinth(['events', 'list', '--types', 'plinth.holds.*'], environmentOf(bank))).toMatchObject({
    code: 2,
    stdout: '',
  })
  expect((await plinth(['events', 'list', '--after', 'x'], environmentOf(bank))).code).toBe(2)
  expect((await plinth(['events', 'follow', '--after', '1000000'], environmentOf(bank))).code).toBe(1)
})

test('events are followed as they happen, until somebody interrupts', async () => {
  const bank = await openBank()
  await bank.open('alice')
  const follower = startPlinth(['events', 'follow', '--after', '0'], environmentOf(bank))
  await follower.waitFor(/"subject":"alice"/)
  await bank.fund('alice', '7.00')
  await follower.waitFor(/"amount":"7\.00"/)
  follower.child.kill('SIGINT')
  const { code, stdout } = await follower.ended
  expect(code).toBe(0)
  const events = linesOf(stdout)
  expect(events.map(({ position }) => position)).toEqual(events.map((_, at) => at + 1))
})

test('consumers are listed with how far they are behind', async () => {
  const bank = await openBank()
  const empty = await plinth(['events', 'consumers'], environmentOf(bank))
  expect(empty.stdout).toContain('Nobody passes events on')
  const { tenantId } = bank
  await bank.database.transaction({ tenantId, lane: 'batch', deadlineMs: Date.now() + 10_000 }, (tx) =>
    claimConsumer(tx, { consumer: 'nats', holder: 'a worker', leaseMs: 60_000 }),
  )
  const { stdout } = await plinth(['events', 'consumers', '--json'], environmentOf(bank))
  const { lastPosition, consumers } = JSON.parse(stdout)
  expect(consumers).toMatchObject([{ consumer: 'nats', position: 0, lag: lastPosition, holder: 'a worker' }])
  expect((await plinth(['events', 'consumers'], environmentOf(bank))).stdout).toMatch(/nats +0 +\d+ /)
})
