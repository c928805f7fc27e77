import { keepCheckpoint, type Plinth } from '@plinth/cli'
import { readLatestCheckpoint } from '@plinth/evidence'
import type { TenantId } from '@plinth/kernel'

/** Keeps a tenant's last checkpoint outside, if it has a newer one than this process has kept; answers whether it had. */
export type Anchor = (tenantId: TenantId) => Promise<boolean>

/** `place` is a file or URL. What a process has kept it forgets at its end: a checkpoint that is kept twice does no harm. */
export function openAnchor({ database }: Plinth, place: string): Anchor {
  const kept = new Map<TenantId, number>()
  return async (tenantId) => {
    const latest = await database.read(tenantId, readLatestCheckpoint)
    if (latest === undefined || latest.treeSize === kept.get(tenantId)) return false
    await keepCheckpoint(place, latest.note)
    kept.set(tenantId, latest.treeSize)
    return true
  }
}
