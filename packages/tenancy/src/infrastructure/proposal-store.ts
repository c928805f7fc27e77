import type { Tx } from '@plinth/db'
import { type Statement, sqlDoor, tenantOf, textArray } from '@plinth/db/sql'
import type { Instant } from '@plinth/kernel'
import { type Proposal, type ProposalId, type ProposalStatus, payloadHashOf } from '../domain/proposal.js'
import type { Role } from '../domain/role.js'
import type { TenancyTables } from './tables.js'

const sql = sqlDoor<TenancyTables>('tenancy')

const columns = [
  'proposal_id',
  'action',
  'payload',
  'reason',
  'deciders',
  'made_by',
  'made_on_behalf_of',
  'made_at',
  'expires_at',
  'status',
  'decided_by',
  'decided_on_behalf_of',
  'decided_at',
  'comment',
] as const
type Row = Pick<TenancyTables['tenancy.proposal'], (typeof columns)[number]>

const toProposal = (row: Row): Proposal => ({
  proposalId: row.proposal_id as ProposalId,
  action: row.action,
  payload: row.payload,
  reason: row.reason,
  deciders: row.deciders as Role[],
  maker: { subject: row.made_by, onBehalfOf: row.made_on_behalf_of ?? undefined },
  madeAt: row.made_at as Instant,
  expiresAt: row.expires_at as Instant,
  status: row.status as ProposalStatus,
  decision:
    row.decided_by === null
      ? undefined
      : {
          decider: { subject: row.decided_by, onBehalfOf: row.decided_on_behalf_of ?? undefined },
          decidedAt: row.decided_at as Instant,
          comment: row.comment ?? undefined,
        },
})

const byId: Statement = {
  name: 'tenancy.proposals',
  text: `select ${columns.join(', ')} from tenancy.proposal
    where tenant_id = $1 and proposal_id = any ($2::uuid[])`,
}

/** Proposals by id, true when read: `writeDecision` finds out whether they still were. */
export async function readProposals(tx: Tx, proposalIds: readonly ProposalId[]): Promise<Proposal[]> {
  if (proposalIds.length === 0) return []
  return (await sql.run<Row>(tx, byId, [tenantOf(tx), textArray(proposalIds)])).map(toProposal)
}

export interface ProposalPage {
  readonly status?: ProposalStatus | undefined
  readonly order?: 'asc' | 'desc'
  readonly limit?: number
  readonly after?: ProposalId | undefined
}

/** The proposals of the tenant, by id, which rises with the time at which they were made. */
export async function listProposals(
  tx: Tx,
  { status, order = 'asc', limit, after }: ProposalPage = {},
): Promise<Proposal[]> {
  let query = sql.build
    .selectFrom('tenancy.proposal')
    .select(columns)
    .where('tenant_id', '=', tenantOf(tx))
    .orderBy('proposal_id', order)
  if (status !== undefined) query = query.where('status', '=', status)
  if (limit !== undefined) query = query.limit(limit)
  if (after !== undefined) query = query.where('proposal_id', order === 'asc' ? '>' : '<', after)
  return (await sql.rows(tx, query)).map(toProposal)
}

const insert: Statement = {
  name: 'tenancy.insert_proposal',
  text: `insert into tenancy.proposal (tenant_id, proposal_id, action, payload, payload_hash, reason, deciders,
      made_by, made_on_behalf_of, made_at, expires_at)
    values ($1, $2, $3, $4, decode($5, 'hex'), $6, $7, $8, $9, $10, $11)`,
}

export function writeProposal(tx: Tx, proposal: Proposal): void {
  const { maker } = proposal
  sql.send(tx, insert, [
    tenantOf(tx),
    proposal.proposalId,
    proposal.action,
    proposal.payload,
    payloadHashOf(proposal.payload),
    proposal.reason,
    [...proposal.deciders],
    maker.subject,
    maker.onBehalfOf ?? null,
    proposal.madeAt,
    proposal.expiresAt,
  ])
}

// Of two deciders one finds it decided: its transaction fails and is run again on what is there then.
const decide: Statement = {
  name: 'tenancy.decide_proposal',
  text: `with decided as (
      update tenancy.proposal
         set status = $3, decided_by = $4, decided_on_behalf_of = $5, decided_at = $6, comment = $7
       where tenant_id = $1 and proposal_id = $2 and status = 'pending' returning 1)
    select plinth.expect_rows(count(*), 1, 'the proposal') from decided`,
}

export function writeDecision(tx: Tx, { proposalId, status, decision }: Proposal): void {
  sql.send(tx, decide, [
    tenantOf(tx),
    proposalId,
    status,
    decision?.decider.subject,
    decision?.decider.onBehalfOf ?? null,
    decision?.decidedAt,
    decision?.comment ?? null,
  ])
}
