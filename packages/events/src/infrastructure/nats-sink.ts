import type { JetStreamClient, JetStreamManager } from '@nats-io/jetstream'
import type { MsgHdrs, NatsConnection } from '@nats-io/transport-node'
import type { TenantId } from '@plinth/kernel'
import type { EventSink, SinkEnd } from '../application/event-sink.js'
import type { RenderedEvent } from '../domain/cloud-event.js'

// Shorter than a lease lasts: whoever waits for an answer still holds the tenant.
const answerMs = 4_000
const reconnectMs = { wait: 250, jitter: 500 } as const
const streamNotFound = 10059

// Loaded by whoever publishes, and by no other command.
const loadTransport = () => import('@nats-io/transport-node')
const loadJetStream = () => import('@nats-io/jetstream')

/** A stream a tenant: what it holds is in order, and its last message says up to where. */
export const natsStreamOf = (tenantId: TenantId): string => `PLINTH-${tenantId}`

/** `plinth.demo.journal_entry.posted.v1`: whoever subscribes picks tenants and types by it. */
const natsSubjectOf = (tenantId: TenantId, type: string): string =>
  `plinth.${tenantId}.${type.replace(/^plinth\./, '')}`

/**
 * JetStream at a URL as `nats://user:password@host:4222`, or several, separated by commas. Each message names the event's id
 * (Nats-Msg-Id, so that the stream drops what comes twice within its window) and the sequence that it expects in front of it: a
 * publisher that was overtaken, or a message behind one that was lost, is refused by the stream. Streams that are missing are
 * made; one that an operator made, with limits and copies of its own, is left as it is.
 */
export function openNatsSink(url: string): EventSink {
  let opening: Promise<NatsConnection> | undefined
  /** A connection that is lost is opened again, with jitter, without end. */
  const open = async (): Promise<NatsConnection> =>
    (await loadTransport()).connect({
      ...serversOf(url),
      name: 'plinth worker',
      timeout: answerMs,
      maxReconnectAttempts: -1,
      reconnectTimeWait: reconnectMs.wait,
      reconnectJitter: reconnectMs.jitter,
    })
  /** Connects when it is first needed, once. */
  const connected = async (): Promise<NatsConnection> => {
    opening ??= open()
    try {
      return await opening
    } catch (error) {
      opening = undefined
      throw error
    }
  }
  return {
    name: 'nats',
    openEnd: async (tenantId) => {
      const connection = await connected()
      const { jetstream, jetstreamManager } = await loadJetStream()
      const { headers } = await loadTransport()
      const manager = await jetstreamManager(connection, { timeout: answerMs, checkAPI: false })
      const found = await lastOf(manager, tenantId)
      return endOf({ stream: jetstream(connection, { timeout: answerMs }), headers, tenantId }, found)
    },
    close: async () => {
      const connection = await opening?.catch(() => undefined)
      await connection?.close()
    },
  }
}

interface Last {
  readonly sequence: number
  readonly position: number | undefined
}

/** The last message of the tenant's stream, which is made if it is not there. */
async function lastOf(manager: JetStreamManager, tenantId: TenantId): Promise<Last> {
  const name = natsStreamOf(tenantId)
  const { JetStreamApiError } = await loadJetStream()
  const { state } = await manager.streams.info(name).catch((error: unknown) => {
    if (!(error instanceof JetStreamApiError) || error.code !== streamNotFound) throw error
    return manager.streams.add({ name, subjects: [`plinth.${tenantId}.>`] })
  })
  if (state.messages === 0) return { sequence: state.last_seq, position: undefined }
  const message = await manager.streams.getMessage(name, { seq: state.last_seq })
  return { sequence: state.last_seq, position: message?.json<{ position: number }>().position }
}

interface Target {
  readonly stream: JetStreamClient
  readonly headers: () => MsgHdrs
  readonly tenantId: TenantId
}

function endOf(target: Target, { sequence, position }: Last): SinkEnd {
  let last = sequence
  return {
    position,
    append: async (events) => {
      const from = last
      // Sent one behind the other, and answered together.
      const sent = events.map((event, at) => publish(target, event, from + at))
      const answers = await Promise.allSettled(sent)
      const failed = answers.find((answer) => answer.status === 'rejected')
      if (failed !== undefined) throw failed.reason
      last = from + events.length
    },
  }
}

async function publish(
  { stream, headers, tenantId }: Target,
  { event, text }: RenderedEvent,
  lastSequence: number,
): Promise<void> {
  const head = headers()
  // CloudEvents' binding to NATS: the event whole, as it is everywhere.
  head.set('Content-Type', 'application/cloudevents+json; charset=UTF-8')
  await stream.publish(natsSubjectOf(tenantId, event.type), text, {
    msgID: event.id,
    headers: head,
    timeout: answerMs,
    expect: { streamName: natsStreamOf(tenantId), lastSequence },
  })
}

/** Servers, and who we are there; what is secret in the URL goes nowhere else. */
function serversOf(url: string): { servers: string[]; user?: string; pass?: string; tls?: object } {
  const places = url.split(',').map((each) => new URL(each.trim()))
  const [first] = places
  return {
    servers: places.map(({ hostname, port }) => `${hostname}:${port || '4222'}`),
    ...(first?.username && { user: decodeURIComponent(first.username) }),
    ...(first?.password && { pass: decodeURIComponent(first.password) }),
    ...(first?.protocol === 'tls:' && { tls: {} }),
  }
}
