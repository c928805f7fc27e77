import type { Instant } from '@plinth/kernel'

/** A consumer that is held: what its holder moves it by. It is a lease, so it may have been overtaken meanwhile. */
export interface Lease {
  readonly consumer: string
  /** Up to where events were passed on; 0: none. */
  readonly position: number
  readonly epoch: number
  /** Somebody else asked for it since it was claimed, as of the last move or renewal. */
  readonly wanted: boolean
  /** How long the lease lasts from the database's time of the claim, and of each renewal, in milliseconds. */
  readonly leaseMs: number
}

/** How far a consumer is. */
export interface Consumer {
  readonly consumer: string
  readonly position: number
  readonly epoch: number
  /** Undefined: nobody has it. */
  readonly holder: string | undefined
  /** By the database's clock; in the past: whoever asks next gets it. */
  readonly leasedUntil: Instant | undefined
  /** When it last moved, or was made. */
  readonly movedAt: Instant
  /** Events that it has not passed on. */
  readonly lag: number
  /** When the first of these happened. */
  readonly waitingSince: Instant | undefined
}
