import type { Tx } from '@plinth/db'
import { type Statement, sqlDoor, tenantOf } from '@plinth/db/sql'

const sql = sqlDoor<Record<never, never>>('outbox')

const erasePayloads: Statement = {
  name: 'outbox.erase_payloads',
  text: `update outbox.outbox_event
       set data = jsonb_set(jsonb_set(data, '{payload}', plinth.without_texts(data -> 'payload')), '{payloadHash}', to_jsonb($3::text))
     where tenant_id = $1 and subject = $2 and type in ('plinth.proposal.made.v1', 'plinth.proposal.decided.v1')`,
}

/** Takes the texts of an erased entry out of the events that tell of the proposal it was made by; `payloadHash` is of what is left. */
export function eraseToldPayloads(tx: Tx, proposalId: string, payloadHash: string): void {
  sql.send(tx, erasePayloads, [tenantOf(tx), proposalId, payloadHash])
}
