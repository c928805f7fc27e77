import { type BusinessDate, type CurrencyCode, type Instant, type Rejection, reject } from '@plinth/kernel'
import type { Actor } from '@plinth/tenancy'
import { isSamePerson } from '@plinth/tenancy/domain'
import { nameOfRate, type Rate } from './rate.js'

/** A rate as somebody submits it; `rate` is as `parseRate` says it. */
export interface WantedRate {
  readonly currency: CurrencyCode
  readonly date: BusinessDate
  readonly rate: string
  readonly source: string
}

/**
 * The next version of a day's rate. The same rate of the same source as the newest version, which nobody has rejected, is that
 * version: a file may be imported twice.
 */
export function submitRate(
  wanted: WantedRate,
  newest: Rate | undefined,
  { maker, now }: { maker: Actor; now: Instant },
): { readonly made: boolean; readonly rate: Rate } {
  const same = newest?.rate === wanted.rate && newest.source === wanted.source
  if (newest !== undefined && same && newest.status !== 'rejected') return { made: false, rate: newest }
  const version = (newest?.version ?? 0) + 1
  const rate = {
    ...wanted,
    version,
    status: 'submitted',
    maker,
    submittedAt: now,
    decision: undefined,
  } as const
  return { made: true, rate }
}

export interface RateVerdict {
  readonly verdict: 'approve' | 'reject'
  /** Of a rejection, why. */
  readonly reason: string | undefined
}

/**
 * A rate as somebody decides it, or as it is if it was decided so before. Nobody decides their own; and a version behind an
 * approved one, which would never hold, is not approved any more.
 */
export function decideRate(
  rate: Rate,
  { verdict, reason }: RateVerdict,
  { approved, decider, now }: { approved: number | undefined; decider: Actor; now: Instant },
): Rate | Rejection {
  const status = verdict === 'approve' ? 'approved' : 'rejected'
  const name = nameOfRate(rate)
  if (rate.status === status) return rate
  if (rate.status !== 'submitted')
    return reject('status_transition_invalid', `The rate ${name} is ${rate.status} already.`)
  if (status === 'approved' && approved !== undefined && approved > rate.version)
    return reject(
      'status_transition_invalid',
      `Version ${approved} is approved, so ${name} would never hold.`,
    )
  if (isSamePerson(rate.maker, decider))
    return reject('self_approval', `The rate ${name} is decided by somebody else than who submitted it.`)
  return { ...rate, status, decision: { decider, decidedAt: now, reason } }
}
