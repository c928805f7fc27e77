import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { uuidV7 } from '@plinth/http'
import { instantOf } from '@plinth/kernel'
import {
  changeWebhook,
  createWebhook,
  type DispatchOptions,
  listDeliveries,
  openDispatch,
  openSender,
  readWebhook,
  replayWebhook,
  rotateWebhookSecret,
  setWebhookStatus,
  type WebhookDispatch,
  type WebhookId,
} from '@plinth/webhooks'
import { type Network, newBoxKey, parseNetwork, type SecretBox, secretBoxWith } from '@plinth/webhooks/domain'
import { expect } from 'vitest'
import type { Bank } from '../support/bank.js'
import { endOf } from '../support/commands.js'
import { learn } from '../support/leaks.js'

export const boxKey = newBoxKey()
learn('secret', boxKey)
const box = secretBoxWith(boxKey) as SecretBox
const loopback = [parseNetwork('127.0.0.0/8') as Network]

/** The clock of the workers of a test: hours go by when it says so. */
export interface Clock {
  offsetMs: number
  now(): number
}

export const openClock = (): Clock => {
  const clock = { offsetMs: 0, now: () => Date.now() + clock.offsetMs }
  return clock
}

/** A worker of the bank, as far as webhooks go. */
export const workerOf = (
  bank: Bank,
  clock: Clock,
  options: Partial<DispatchOptions> = {},
): WebhookDispatch & { readonly failures: unknown[] } => {
  const failures: unknown[] = []
  const dispatch = openDispatch({
    database: bank.database,
    box: async () => box,
    send: openSender({ networks: loopback, timeoutMs: 1_000 }),
    newId: uuidV7,
    now: clock.now,
    chance: () => 0.5,
    holder: randomUUID(),
    leaseMs: 10_000,
    onFailure: (error) => failures.push(error),
    ...options,
  })
  return Object.assign(dispatch, { failures })
}

/** What operators do with webhooks, and what they see of them. */
export function operatorOf(bank: Bank, clock: Clock) {
  const { database, tenantId } = bank
  const by = () => ({
    tenantId,
    nowMs: clock.now(),
    asker: { auditEventId: uuidV7(), subject: 'test', roles: [], correlationId: 'c', causationId: undefined },
  })
  const write = <T>(work: Parameters<typeof database.transaction<T>>[1]): Promise<T> =>
    database.transaction({ tenantId, lane: 'online', deadlineMs: Date.now() + 10_000 }, work)
  return {
    add: async (url: string, asked: { eventTypes?: readonly string[]; startAfter?: number } = {}) => {
      const webhookId = uuidV7() as string as WebhookId
      const made = {
        webhookId,
        url,
        description: '',
        eventTypes: asked.eventTypes ?? [],
        startAfter: asked.startAfter,
      }
      const secret = await write((tx) => createWebhook(tx, made, { ...by(), box }))
      learn('secret', secret)
      return { webhookId, secret }
    },
    change: (webhookId: WebhookId, changes: Parameters<typeof changeWebhook>[1]['changes']) =>
      write((tx) => changeWebhook(tx, { webhookId, changes }, by())),
    setStatus: (webhookId: WebhookId, status: 'active' | 'disabled') =>
      write((tx) => setWebhookStatus(tx, { webhookId, status }, by())),
    rotate: async (webhookId: WebhookId, overlapMs: number) => {
      const secret = (await write((tx) =>
        rotateWebhookSecret(tx, { webhookId, overlapMs }, { ...by(), box }),
      )) as string
      learn('secret', secret)
      return secret
    },
    replay: (webhookId: WebhookId, which: { fromPosition?: number; eventId?: string } = {}) =>
      write((tx) => replayWebhook(tx, { webhookId, fromPosition: 0, ...which }, by())),
    read: async (webhookId: WebhookId) => {
      const found = await database.read(tenantId, (tx) => readWebhook(tx, webhookId))
      if (found === undefined) throw new Error('no webhook')
      return found
    },
    deliveries: (webhookId: WebhookId, status?: 'dead_lettered' | 'delivered' | 'failing' | 'replaying') =>
      database.read(tenantId, (tx) => listDeliveries(tx, webhookId, { order: 'asc', limit: 1_000, status })),
  }
}

export type Operator = ReturnType<typeof operatorOf>

/** Lets a worker do its rounds until it is so; the clock jumps to when something is due next if `hurry` says for which webhook. */
export async function workUntil(
  bank: Bank,
  workers: readonly WebhookDispatch[],
  isSo: () => boolean | Promise<boolean>,
  { clock, webhookId, msMax = 15_000 }: { clock?: Clock; webhookId?: WebhookId; msMax?: number } = {},
): Promise<void> {
  for (const deadlineMs = Date.now() + msMax; !(await isSo()); await sleep(10)) {
    if (Date.now() > deadlineMs) throw new Error(`not so within ${msMax} ms: ${isSo}`)
    for (const worker of workers) await worker.round(bank.tenantId)
    if (clock === undefined || webhookId === undefined) continue
    const { nextAttemptAt } = await operatorOf(bank, clock).read(webhookId)
    if (nextAttemptAt !== undefined && nextAttemptAt > instantOf(clock.now()))
      clock.offsetMs += Date.parse(nextAttemptAt) - clock.now()
  }
}

/** Some postings, so many events. */
export async function postSome(bank: Bank, count: number): Promise<void> {
  for (let n = 0; n < count; n += 1)
    expect(endOf(await bank.transfer({ from: 'cash', to: 'alice', amount: '1.00' }))).toBe('accepted')
}

export const lastPosition = async (bank: Bank): Promise<number> => {
  const [row] = await bank.rows<{ last: string }>(
    'select max(position) as last from outbox.outbox_event where tenant_id = $1',
    [bank.tenantId],
  )
  return Number(row?.last)
}
