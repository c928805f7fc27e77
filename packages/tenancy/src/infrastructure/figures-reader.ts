import type { Tx } from '@plinth/db'
import { type Statement, sqlDoor, tenantOf } from '@plinth/db/sql'

const sql = sqlDoor<Record<never, never>>('tenancy')

/** Proposals that wait for somebody to decide them, and can still be decided. */
export interface ProposalFigures {
  /** At most `countMax`. */
  readonly count: number
  readonly oldestSeconds: number
}

// Along the index by status, in which the oldest come first.
const pending: Statement = {
  name: 'tenancy.pending_figures',
  text: `select count(*) as count, coalesce(extract(epoch from statement_timestamp() - min(made_at))::float8, 0) as "oldestSeconds"
    from (select made_at from tenancy.proposal
           where tenant_id = $1 and status = 'pending' and expires_at > statement_timestamp() order by proposal_id limit $2) p`,
}

export async function readProposalFigures(
  tx: Tx,
  { countMax }: { countMax: number },
): Promise<ProposalFigures> {
  const [row] = await sql.run<ProposalFigures>(tx, pending, [tenantOf(tx), countMax])
  return row ?? { count: 0, oldestSeconds: 0 }
}
