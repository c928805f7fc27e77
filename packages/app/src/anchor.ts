import { CommandFailure, keepCheckpoint, type Plinth } from '@plinth/cli'
import { readLatestCheckpoint } from '@plinth/evidence'
import type { TenantId } from '@plinth/kernel'

/** Keeps a tenant's last checkpoint outside, if it has a newer one than this process has kept; answers whether it had. */
export type Anchor = (tenantId: TenantId) => Promise<boolean>

/** `place` is a file or URL. What a process has kept it forgets at its end: a checkpoint that is kept twice does no harm. */
export function openAnchor({ database }: Plinth, place: string): Anchor {
  const kept = new Map<TenantId, number>()
  return async (tenantId) => {
    const latest = await database.read(tenantId, readLatestCheckpoint)
    const before = kept.get(tenantId) ?? 0
    if (latest === undefined || latest.treeSize === before) return false
    // The database was changed for another under a running process: what is kept outside must not follow it.
    if (latest.treeSize < before)
      throw new CommandFailure(
        `${tenantId} is sealed up to entry ${latest.treeSize}, and ${before} were kept outside: was a backup restored?`,
      )
    await keepCheckpoint(place, latest.note)
    kept.set(tenantId, latest.treeSize)
    return true
  }
}
