import type { Tx } from '@plinth/db'
import { plainArray, type Statement, sparseArray, sqlDoor, tenantOf } from '@plinth/db/sql'
import type { EntryId, Instant } from '@plinth/kernel'
import type { Erasure } from '../domain/erasure.js'
import type { ProposalId } from '../domain/proposal.js'
import type { TenancyTables } from './tables.js'

const sql = sqlDoor<TenancyTables>('tenancy')

const insertErasures: Statement = {
  name: 'tenancy.insert_erasures',
  text: `insert into tenancy.erasure (tenant_id, entry_id, named_entry_id, legal_basis, erased_at, proposal_id, made_by_proposal_id)
    select $1, k.entry_id, $3, $4, $5, $6, k.made_by
      from unnest($2::uuid[], $7::uuid[]) as k (entry_id, made_by)`,
}

/** The entries whose details one proposal has erased. */
export interface NewErasure extends Pick<Erasure, 'namedEntryId' | 'legalBasis' | 'erasedAt' | 'proposalId'> {
  readonly entries: readonly Pick<Erasure, 'entryId' | 'madeByProposalId'>[]
}

/**
 * Records whose details are erased: what the other modules' tables ask for before they let go of a text. Fails unless the proposal
 * was approved in this transaction or before; of two erasures of one entry the second is run again and finds the first.
 */
export function writeErasure(tx: Tx, erasure: NewErasure): void {
  const { entries, namedEntryId, legalBasis, erasedAt, proposalId } = erasure
  sql.send(tx, insertErasures, [
    tenantOf(tx),
    plainArray(entries.map(({ entryId }) => entryId)),
    namedEntryId,
    legalBasis,
    erasedAt,
    proposalId,
    sparseArray(entries.map(({ madeByProposalId }) => madeByProposalId)),
  ])
}

const putPayload: Statement = {
  name: 'tenancy.erase_payload',
  text: `select plinth.expect_rows(tenancy.erase_payload($1, $2, $3), 1, 'the proposal')`,
}

/** Exchanges the payload of a decided proposal for the same without the texts that were erased. */
export function erasePayload(tx: Tx, proposalId: ProposalId, payload: string): void {
  sql.send(tx, putPayload, [tenantOf(tx), proposalId, payload])
}

interface ErasureRow {
  readonly entry_id: EntryId
  readonly named_entry_id: EntryId
  readonly legal_basis: string
  readonly erased_at: Instant
  readonly proposal_id: ProposalId
  readonly made_by_proposal_id: ProposalId | null
}

const erasuresAfter: Statement = {
  name: 'tenancy.erasures',
  text: `select entry_id, named_entry_id, legal_basis, erased_at, proposal_id, made_by_proposal_id from tenancy.erasure
     where tenant_id = $1 and entry_id > $2::uuid order by entry_id limit $3`,
}

const beforeAll = '00000000-0000-0000-0000-000000000000'

/** Erasures by the id of the entry. */
export async function listErasures(
  tx: Tx,
  { after = beforeAll, limit }: { after?: string | undefined; limit: number },
): Promise<Erasure[]> {
  const rows = await sql.run<ErasureRow>(tx, erasuresAfter, [tenantOf(tx), after, limit])
  return rows.map((row) => ({
    entryId: row.entry_id,
    namedEntryId: row.named_entry_id,
    legalBasis: row.legal_basis,
    erasedAt: row.erased_at,
    proposalId: row.proposal_id,
    madeByProposalId: row.made_by_proposal_id ?? undefined,
  }))
}
