import type { TenantId } from '@plinth/kernel'
import pg from 'pg'

type Hear = (tenantId: TenantId) => void

/** Carries hints that something has committed. Nothing hangs on them: they make waiting shorter. */
export interface Hints {
  announced(tenantId: TenantId, topics: ReadonlySet<string>): void
  hear(topic: string, hear: Hear): () => void
  close(): Promise<void>
}

const channel = 'plinth_hints'
// A NOTIFY in each transaction of postings would cost most of their rate (design §8). These go by a connection of their own, at
// most so often, each for all that was announced meanwhile; those who wait look by themselves anyway.
const tellEveryMs = 20
const connectAgainMs = 1_000
const patienceMs = 3_000

/** Without a connection hints stay in the process. */
export function openHints(connection: { url: string; applicationName: string } | undefined): Hints {
  const listeners = new Map<string, Set<Hear>>()
  const emit = (topic: string, tenantId: TenantId): void => {
    for (const hear of listeners.get(topic) ?? []) hear(tenantId)
  }
  const wire = connection && openWire(connection, emit)
  return {
    announced: (tenantId, topics) => {
      for (const topic of topics) {
        emit(topic, tenantId)
        wire?.tell(topic, tenantId)
      }
    },
    hear: (topic, hear) => {
      const hearing = listeners.get(topic) ?? new Set()
      listeners.set(topic, hearing.add(hear))
      return () => void hearing.delete(hear)
    },
    close: async () => {
      listeners.clear()
      await wire?.close()
    },
  }
}

interface Wire {
  tell(topic: string, tenantId: TenantId): void
  close(): Promise<void>
}

/** The one connection of a process on which it listens and tells. Lost, it is opened again; what is told meanwhile is lost. */
function openWire(
  place: { url: string; applicationName: string },
  emit: (topic: string, tenantId: TenantId) => void,
): Wire {
  let client: pg.Client | undefined
  let closed = false
  let again: NodeJS.Timeout | undefined

  function connect(): void {
    const opened = newClient(place, emit)
    const lost = (): void => {
      if (client === opened) client = undefined
      if (closed || again !== undefined) return
      again = setTimeout(() => {
        again = undefined
        connect()
      }, connectAgainMs)
      again.unref()
    }
    opened.on('error', lost).on('end', lost)
    opened
      .connect()
      .then(() => opened.query(`listen ${channel}`))
      .then(
        () => {
          if (closed) void opened.end().catch(() => {})
          else client = opened
        },
        () => {
          void opened.end().catch(() => {})
          lost()
        },
      )
  }

  const gathering = openGathering(async (told) => {
    await client
      ?.query('select pg_notify($1, told) from unnest($2::text[]) as told', [channel, told])
      .catch(() => {})
  })
  connect()
  return {
    tell: (topic, tenantId) => gathering.add(`${topic} ${tenantId}`),
    close: async () => {
      closed = true
      clearTimeout(again)
      gathering.close()
      await client?.end().catch(() => {})
    },
  }
}

function newClient(
  { url, applicationName }: { url: string; applicationName: string },
  emit: (topic: string, tenantId: TenantId) => void,
): pg.Client {
  const client = new pg.Client({
    connectionString: url,
    application_name: applicationName,
    connectionTimeoutMillis: patienceMs,
    query_timeout: patienceMs,
    keepAlive: true,
    // Nobody misses a hint that a crash of the server loses, so none waits for the disk.
    options: '-c synchronous_commit=off',
  })
  return client.on('notification', ({ payload = '', processId }) => {
    // This process has heard its own already.
    if (processId === (client as unknown as { processID: number | null }).processID) return
    const [topic, tenantId] = payload.split(' ')
    if (topic !== undefined && tenantId !== undefined) emit(topic, tenantId as TenantId)
  })
}

/** Gathers texts and passes them on together, at most every `tellEveryMs`, and one after the other: while that is slow, more gather. */
function openGathering(tell: (texts: string[]) => Promise<void>): { add(text: string): void; close(): void } {
  const untold = new Set<string>()
  let telling: NodeJS.Timeout | undefined
  let toldMs = 0
  let closed = false
  const soon = (): void => {
    if (telling !== undefined || closed) return
    telling = setTimeout(() => void now(), Math.max(0, toldMs + tellEveryMs - performance.now()))
    telling.unref()
  }
  const now = async (): Promise<void> => {
    toldMs = performance.now()
    const texts = [...untold]
    untold.clear()
    await tell(texts)
    telling = undefined
    if (untold.size > 0) soon()
  }
  return {
    add: (text) => {
      untold.add(text)
      soon()
    },
    close: () => {
      closed = true
      clearTimeout(telling)
    },
  }
}
