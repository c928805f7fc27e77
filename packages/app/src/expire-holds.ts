import type { Plinth } from '@plinth/cli'
import { readOverdueHolds } from '@plinth/holds'
import type { IdempotencyKey, TenantId } from '@plinth/kernel'

// One transaction of the batch lane; what is left comes with the next.
const holdsAtOnce = 500

/**
 * Records the expiry of a tenant's holds whose time is over by the database's clock, and answers how many there were. Several
 * workers may be at it: the key says which end of which hold is meant, so the second finds the first one's answer.
 *
 * @throws what kept a hold from being expired, when the others are.
 */
export async function expireHolds(
  { database, posting, books, submission }: Plinth,
  tenantId: TenantId,
): Promise<number> {
  const due = await database.read(tenantId, (tx) => readOverdueHolds(tx, holdsAtOnce))
  if (due.length === 0) return 0
  const ofTenant = await books(tenantId)
  const units = due.map(({ holdId, expiresAt }) => {
    const key = `expire:${holdId}:${expiresAt}` as IdempotencyKey
    return { submissions: [submission(ofTenant, { type: 'expire_hold', holdId }, key)], broken: false }
  })
  const outcomes = await posting.submitBatch(ofTenant, units)
  const failed = outcomes.find((outcome) => outcome.kind === 'failed')
  if (failed?.kind === 'failed') throw failed.error
  return due.length
}
