import type { Plinth } from '@plinth/cli'
import { countUnsealed, sealEntries } from '@plinth/evidence'
import type { Signer } from '@plinth/evidence/domain'
import type { TenantId } from '@plinth/kernel'
import { spanning } from '@plinth/telemetry'
import type { Configuration } from './configuration.js'
import { openSigningKey } from './signing-key.js'

/** What checkpoints are signed with, and where they say that they come from. */
export interface Sealer {
  readonly signer: Signer
  readonly host: string
}

/** What follows from the configuration of a process that seals. The key is made where there is none. */
export async function openSealer(configuration: Configuration): Promise<Sealer> {
  const { signer } = await openSigningKey(configuration)
  return { signer, host: configuration.origin }
}

// A transaction of the sealer takes some tenths of a second; whoever waits longer has lost the database.
const patienceMs = 30_000

/**
 * Seals all of a tenant's entries that are there, and answers how many there were. Several workers may be at it: they take turns
 * by the transaction, and who finds another one at it leaves the rest to that one.
 */
export async function sealTenant(plinth: Plinth, sealer: Sealer, work: ToSeal): Promise<number> {
  const { database } = plinth
  const { tracing } = database.telemetry
  const unsealed = await database.read(work.tenantId, countUnsealed)
  if (unsealed === 0) return 0
  if (tracing === undefined) return await sealAll(plinth, sealer, work)
  const span = tracing.open('seal entries', { facts: { tenant: work.tenantId, entries: unsealed } })
  return await spanning(tracing, span, () => sealAll(plinth, sealer, work))
}

interface ToSeal {
  readonly tenantId: TenantId
  stopped(): boolean
}

async function sealAll(
  { database, books }: Plinth,
  sealer: Sealer,
  { tenantId, stopped }: ToSeal,
): Promise<number> {
  const { currencies } = await books(tenantId)
  let entries = 0
  while (!stopped()) {
    const sealed = await database.transaction(
      { tenantId, lane: 'batch', deadlineMs: Date.now() + patienceMs, repeatable: true },
      (tx) => sealEntries(tx, { tenantId, currencies, ...sealer }),
    )
    entries += sealed.entries
    if (!sealed.more) break
  }
  return entries
}
