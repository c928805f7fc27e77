import type { Plinth } from '@plinth/cli'
import { countUnsealed, sealEntries } from '@plinth/evidence'
import type { Signer } from '@plinth/evidence/domain'
import type { TenantId } from '@plinth/kernel'
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
export async function sealTenant(
  { database, books }: Plinth,
  sealer: Sealer,
  { tenantId, stopped }: { tenantId: TenantId; stopped: () => boolean },
): Promise<number> {
  if ((await database.read(tenantId, countUnsealed)) === 0) return 0
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
