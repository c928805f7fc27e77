import { randomBytes } from 'node:crypto'
import type { Plinth } from '@plinth/cli'
import { keepBalanceTrees } from '@plinth/evidence'
import { secretBytes } from '@plinth/evidence/domain'
import type { BusinessDate, TenantId } from '@plinth/kernel'
import { makeBalanceTrees, readDayWithoutTrees } from '@plinth/reconciliation'
import type { Sealer } from './seal-tenant.js'

// Beyond it a day with very many accounts is not written but the database lost.
const patienceMs = 300_000

/**
 * Signs what customers had at the end of each closed day that has no balance trees yet, in order, and answers the days. The trees
 * are made while reading, which locks nothing; of two workers at one day the second finds it signed and drops its own.
 */
export async function signBalances(
  { database, books }: Plinth,
  sealer: Sealer,
  { tenantId, stopped }: { tenantId: TenantId; stopped: () => boolean },
): Promise<BusinessDate[]> {
  const signed: BusinessDate[] = []
  while (!stopped()) {
    const day = await database.read(tenantId, readDayWithoutTrees)
    if (day === undefined) break
    const { currencies } = await books(tenantId)
    const secret = randomBytes(secretBytes)
    const trees = await database.read(tenantId, (tx) =>
      makeBalanceTrees(tx, { tenantId, currencies, day, secret }),
    )
    const { businessDate } = day
    const kept = await database.transaction(
      { tenantId, lane: 'batch', deadlineMs: Date.now() + patienceMs, repeatable: true },
      (tx) => keepBalanceTrees(tx, { day: { tenantId, businessDate }, secret, trees, currencies, ...sealer }),
    )
    if (kept) signed.push(businessDate)
  }
  return signed
}
