import { DatabaseUnavailable, OutcomeUnknown } from '@plinth/db'
import type { BusinessDate } from '@plinth/kernel'
import type { Lease } from '../domain/run.js'

/** Somebody else runs the end of day: contract §6, 409 `eod_running`. */
export class EodRunning extends Error {
  override readonly name = 'EodRunning'
  constructor(
    readonly businessDate: BusinessDate,
    readonly lease: Pick<Lease, 'owner' | 'since' | 'until'>,
  ) {
    super(`The end of day ${businessDate} is run by ${lease.owner} since ${lease.since}.`)
  }
}

/** A step of the day as a whole failed. The run stands where it was and can be resumed. */
export class EodFailed extends Error {
  override readonly name = 'EodFailed'
  constructor(
    readonly businessDate: BusinessDate,
    readonly step: string,
    readonly reason: string,
    options?: { cause: unknown },
  ) {
    super(`The end of day ${businessDate} failed in step ${step}: ${reason}`, options)
  }
}

/** What was asked for cannot be done, and will not change by asking again. */
export class EodRefused extends Error {
  override readonly name = 'EodRefused'
}

/** Trouble of the database, which no account has caused. */
export const isPassing = (error: unknown): boolean =>
  error instanceof DatabaseUnavailable || error instanceof OutcomeUnknown
