import type { Plinth } from '@plinth/cli'
import { type HoldId, type OverdueHold, readOverdueHolds } from '@plinth/holds'
import type { IdempotencyKey, TenantId } from '@plinth/kernel'
import { readHead } from '@plinth/ledger'
import type { Outcome } from '@plinth/posting'
import { spanning } from '@plinth/telemetry'

// One transaction of the batch lane, so that others get their turn in between.
const holdsAtOnce = 500

/**
 * Records the end of all of a tenant's holds whose time is over, by the database's clock or the business date, and answers how
 * many there were.
 * Several workers may be at it: the key says which end of which hold is meant, so the second finds the first one's answer.
 *
 * @throws what kept a hold from being expired, when those beside it are.
 */
export async function expireHolds(plinth: Plinth, tenantId: TenantId): Promise<number> {
  let expired = 0
  for (;;) {
    const due = await plinth.database.read(tenantId, async (tx) => {
      const { businessDate } = await readHead(tx)
      return await readOverdueHolds(tx, { businessDate, limit: holdsAtOnce })
    })
    const now = due.length === 0 ? 0 : await traceExpiry(plinth, tenantId, due)
    expired += now
    // Nothing gained: others are at it, or stand in the way, and it is tried again in the next round.
    if (due.length < holdsAtOnce || now === 0) return expired
  }
}

function traceExpiry(plinth: Plinth, tenantId: TenantId, due: readonly OverdueHold[]): Promise<number> {
  const { tracing } = plinth.database.telemetry
  if (tracing === undefined) return expire(plinth, tenantId, due)
  const span = tracing.open('expire holds', { facts: { tenant: tenantId, commands: due.length } })
  return spanning(tracing, span, () => expire(plinth, tenantId, due))
}

/** How many of them were expired now. */
async function expire(
  { posting, books, submission, newId }: Plinth,
  tenantId: TenantId,
  due: readonly OverdueHold[],
): Promise<number> {
  const ofTenant = await books(tenantId)
  const submit = async (keys: ReadonlyMap<HoldId, string>): Promise<readonly Outcome[]> =>
    await posting.submitBatch(
      ofTenant,
      [...keys].map(([holdId, key]) => ({
        submissions: [submission(ofTenant, { type: 'expire_hold', holdId }, key as IdempotencyKey)],
        broken: false,
      })),
    )
  const first = await submit(new Map(due.map(({ holdId, endsAt }) => [holdId, `expire:${holdId}:${endsAt}`])))
  // Keys are anybody's to choose. One that was used for something else must not keep a hold for ever.
  const taken = due.filter((_, at) => isTaken(first[at] as Outcome))
  const again = await submit(new Map(taken.map(({ holdId }) => [holdId, `expire:${holdId}:${newId()}`])))
  const outcomes = [...first, ...again]
  const failed = outcomes.find((outcome) => outcome.kind === 'failed')
  if (failed?.kind === 'failed') throw failed.error
  return outcomes.filter((outcome) => isAccepted(outcome) && !outcome.replayed).length
}

type Answered = Extract<Outcome, { kind: 'answered' }>

const isAccepted = (outcome: Outcome): outcome is Answered =>
  outcome.kind === 'answered' && outcome.answer.outcome === 'accepted'

const isTaken = (outcome: Outcome): boolean =>
  outcome.kind === 'key_reused' || (outcome.kind === 'answered' && outcome.replayed && !isAccepted(outcome))
