import type { TenantId } from '@plinth/kernel'
import type { RenderedEvent } from '../domain/cloud-event.js'

/** A place outside that events are published to, each tenant's in their order. */
export interface EventSink {
  /** What the log calls it, and the name of its consumer. */
  readonly name: string
  /** Finds the end of what the place holds of a tenant. Throws when it cannot be reached. */
  openEnd(tenantId: TenantId): Promise<SinkEnd>
  close(): Promise<void>
}

/** The end of what a place holds, as it was found or as it was left by `append`. */
export interface SinkEnd {
  /** The position of the last event there; undefined: the place does not know, or holds none. */
  readonly position: number | undefined
  /**
   * Puts events behind the end, in order, and resolves when the place keeps them all. Throws when one was not taken, or when
   * somebody else has put something there meanwhile; some may be there then, and none behind a gap.
   */
  append(events: readonly RenderedEvent[]): Promise<void>
}
