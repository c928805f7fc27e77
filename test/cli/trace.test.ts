import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { uuidV7 } from '@plinth/http'
import { type Command, idsFor, type Outcome } from '@plinth/posting'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Bank, useBank } from '../support/bank.js'
import { answerOf, newKey, posting, special, submissionOf } from '../support/commands.js'
import { capture, holdIdOf, place } from '../support/hold-commands.js'
import { plinth } from './plinth-process.js'

const folder = mkdtempSync(join(tmpdir(), 'plinth-trace-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const openBank = useBank()
let bank: Bank

const trace = (...parameters: string[]) =>
  plinth(['trace', ...parameters], {
    PLINTH_DATABASE_URL: bank.adminUrl,
    PLINTH_DATA_DIR: folder,
    PLINTH_TENANT: bank.tenantId,
    PLINTH_STRICT_ROLES: process.env.PLINTH_STRICT_ROLES,
    COLUMNS: '80',
  })
const traced = async (...parameters: string[]) => {
  const { code, stdout, stderr } = await trace(...parameters, '--json')
  expect([parameters, code, stderr]).toEqual([parameters, 0, ''])
  return JSON.parse(stdout)
}

const sent = async (command: Command, correlationId: string, key = newKey()): Promise<Outcome> => {
  const submission = submissionOf(command, key)
  // The ids of a process: what an event or a proposal belongs to is found by the time in them.
  const ids = idsFor(command, uuidV7)
  return await bank.send({ ...submission, ids, context: { ...submission.context, correlationId } })
}
let holdId: string
const key = newKey()

// One payment: money is held, a first try to take too much is refused, and then it is taken by somebody else's request.
beforeAll(async () => {
  bank = await openBank()
  for (const accountId of ['alice', 'bob']) await bank.open(accountId)
  await bank.open('suspense', { unlimited: true })
  await bank.fund('alice', '100.00')
  const held = holdIdOf(await sent(place('alice', 2_000n), 'order-17', key))
  holdId = held
  await sent(capture(held, '30.00'), 'order-17')
  await sent(capture(held, '5.00', { final: false }), 'settlement-1')
})

test('a payment is found by whatever of it one has, and which that was is said', async () => {
  const { data } = await traced('settlement-1')
  const step = (kind: string) =>
    data.find(
      (each: { kind: string; correlationId: string }) =>
        each.kind === kind && each.correlationId === 'settlement-1',
    )
  const diverted = answerOf(
    await sent(special(['debit cash 1.00', 'credit nobody 1.00 else:suspense']), 'stray-1'),
  )
  const [{ id: itemId }] = (await traced('stray-1')).standing.open
  const proposal = { type: 'propose', proposed: posting(['debit alice 1.00', 'credit bob 1.00']) } as const
  const { proposalId } = answerOf(
    await sent({ ...proposal, reason: 'r', expiresAt: undefined }, 'asked-1'),
  ) as { proposalId: string }
  for (const [id, foundAs, correlationId] of [
    ['order-17', 'correlation', 'order-17'],
    [key, 'idempotency_key', 'order-17'],
    [holdId, 'hold', 'order-17'],
    [step('entry').id, 'entry', 'settlement-1'],
    [String(step('entry').details.entryNo), 'entry', 'settlement-1'],
    [step('event').id, 'event', 'settlement-1'],
    [diverted.journalEntryId, 'entry', 'stray-1'],
    [itemId, 'suspense_item', 'stray-1'],
    [proposalId, 'proposal', 'asked-1'],
    ['suspense', 'account', 'stray-1'],
  ])
    expect(await traced(id)).toMatchObject({ id, foundAs, correlationId })
  expect(await traced(step('entry').id, '--as', 'entry')).toMatchObject({ foundAs: 'entry' })
})

test('what is printed says first where it stands, then what happened, in 80 columns', async () => {
  const { code, stdout } = await trace(key)
  expect(code).toBe(0)
  const lines = stdout.split('\n')
  expect(lines.filter((line) => line.length > 80)).toEqual([])
  expect(lines[0]).toBe('Journey   order-17')
  expect(stdout).toContain('OPEN      Not finished: 15.00 EUR of alice are held, without an end.\n')
  expect(stdout).toContain('See also  settlement-1')
  const order = [
    'place_hold accepted',
    'hold placed, 20.00 EUR left',
    'capture_hold rejected: hold_amount_exceeded',
  ]
  const found = [
    ...order,
    'capture TRANSFER 5.00 EUR',
    'hold captured, 15.00 EUR left',
    '* of another journey',
  ].map((words) => stdout.indexOf(words))
  expect(found).toEqual(found.toSorted((a, b) => a - b))
  expect(found).not.toContain(-1)
  expect(stdout).toMatch(/^\d\d:\d\d:\d\d\.\d{3} \* entry {4}entry \d+ capture/m)
})

test('more steps than asked for are said to be there', async () => {
  expect(await traced('order-17', '--limit', '2')).toMatchObject({ cut: true, data: [{}, {}] })
  const { stdout } = await trace('order-17', '--limit', '2')
  expect(stdout).toContain('These are the first 2 steps; --limit shows more.')
})

test('a key without an outcome is said to be that, with exit code 1, and what makes no sense with 2', async () => {
  const { code, stdout, stderr } = await trace('never-sent')
  expect([code, stdout]).toEqual([1, ''])
  expect(stderr).toContain('If it is the key of a command, that has no outcome')
  expect(await trace(holdId, '--as', 'entry')).toMatchObject({ code: 1 })
  expect(await trace('a b')).toMatchObject({ code: 2 })
  expect(await trace('x', '--as', 'payment')).toMatchObject({ code: 2 })
})
