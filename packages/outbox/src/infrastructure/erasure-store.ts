import type { Tx } from '@plinth/db'
import { type Statement, sqlDoor, tenantOf } from '@plinth/db/sql'

const sql = sqlDoor<Record<never, never>>('outbox')

const erasePayloads: Statement = {
  name: 'outbox.erase_payloads',
  text: 'select outbox.erase_payloads($1, $2, $3)',
}

/** Takes the texts of an erased entry out of the events that tell of the proposal it was made by; `payloadHash` is of what is left. */
export function eraseToldPayloads(tx: Tx, proposalId: string, payloadHash: string): void {
  sql.send(tx, erasePayloads, [tenantOf(tx), proposalId, payloadHash])
}
