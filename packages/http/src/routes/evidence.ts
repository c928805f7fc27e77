import { proveConsistency, proveEntry, readLatestCheckpoint, readVerifierKeys } from '@plinth/evidence'
import type { Wanted } from '@plinth/evidence/domain'
import { parseAccountId, parseEntryId } from '@plinth/kernel'
import type { Principal } from '@plinth/tenancy'
import { z } from 'zod'
import { checkpoint, checkpointKeys, consistencyProof, entryProof } from '../answer-evidence.js'
import type { Exchange, Reply } from '../exchange.js'
import { fieldError, malformedFields } from '../malformed.js'
import { readOperation } from '../operations.js'
import { notFound, refuseMalformed } from '../problem.js'
import { inForm, notYet, orText, refusalOf, unproved } from '../prove.js'
import { filterText, readQuery, wholeNumber } from '../query.js'
import type { Route } from '../route.js'

const size = wholeNumber.refine((number) => number >= 1, { error: 'wrong_type' })
const consistencyQuery = z.strictObject({
  from: size.meta({ description: 'The size of the earlier tree.' }),
  to: size.optional().meta({ description: 'Of the later one; absent: that of the last checkpoint.' }),
})
const proofQuery = z.strictObject({
  open: filterText.optional().meta({
    description: '`all`, or the id of the account whose lines are shown; absent: nothing is.',
  }),
})

export const evidenceRoutes: readonly Route[] = [
  {
    method: 'get',
    path: '/v1/checkpoints/latest',
    permission: 'read_books',
    operation: orText(
      readOperation({
        operationId: 'readLatestCheckpoint',
        summary:
          'The last checkpoint: a signed note of how many entries there are and of the root of their tree',
        answer: checkpoint,
      }),
      checkpoint,
    ),
    handle: readLatest,
  },
  {
    method: 'get',
    path: '/v1/checkpoints/key',
    permission: 'read_books',
    operation: orText(
      readOperation({
        operationId: 'readCheckpointKey',
        summary: 'The key that checkpoints are verified with, in the form of signed notes',
        answer: checkpointKeys,
      }),
      checkpointKeys,
    ),
    handle: readKey,
  },
  {
    method: 'get',
    path: '/v1/checkpoints/consistency',
    permission: 'read_books',
    operation: unproved(
      readOperation({
        operationId: 'proveConsistency',
        summary: 'The proof that the journal of a checkpoint begins as that of an earlier one (RFC 9162)',
        query: consistencyQuery,
        answer: consistencyProof,
      }),
      '`not_yet_checkpointed`',
    ),
    handle: prove,
  },
  {
    method: 'get',
    path: '/v1/journal-entries/{journalEntryId}/proof',
    permission: 'read_books',
    operation: unproved(
      readOperation({
        operationId: 'proveJournalEntry',
        summary: 'The proof that an entry is under the last checkpoint, and as much of it as shall be shown',
        path: z.object({ journalEntryId: z.string().meta({ format: 'uuid' }) }),
        query: proofQuery,
        answer: entryProof,
      }),
      '`not_found`, or `not_yet_checkpointed`',
    ),
    handle: proveOne,
  },
]

const nothing = z.strictObject({})

async function readLatest(exchange: Exchange, { tenant }: Principal): Promise<Reply> {
  readQuery(exchange, nothing)
  const latest = await exchange.edge.database.read(tenant.tenantId, readLatestCheckpoint)
  if (latest === undefined) throw notYet()
  const { treeSize, root, note, madeAt } = latest
  return inForm(exchange, { treeSize, rootHash: root.toString('base64'), madeAt, checkpoint: note }, note)
}

async function readKey(exchange: Exchange, { tenant }: Principal): Promise<Reply> {
  readQuery(exchange, nothing)
  const found = await exchange.edge.database.read(tenant.tenantId, async (tx) => ({
    latest: await readLatestCheckpoint(tx),
    keys: await readVerifierKeys(tx),
  }))
  const key = found.latest?.verifierKey
  if (key === undefined) throw notYet()
  return inForm(exchange, { key, earlier: found.keys.filter((each) => each !== key) }, `${key}\n`)
}

async function prove(exchange: Exchange, { tenant }: Principal): Promise<Reply> {
  const { from, to } = readQuery(exchange, consistencyQuery)
  if (to !== undefined && to < from)
    throw refuseMalformed(malformedFields([fieldError(['to'], 'wrong_type', 'This is less than `from`.')]))
  const proof = await exchange.edge.database.read(tenant.tenantId, (tx) => proveConsistency(tx, { from, to }))
  if (typeof proof === 'string') throw refusalOf(proof)
  return { status: 200, body: proof }
}

async function proveOne(exchange: Exchange, { tenant, currencies }: Principal): Promise<Reply> {
  const { open } = readQuery(exchange, proofQuery)
  const entryId = parseEntryId(exchange.param('journalEntryId'))
  if (entryId === undefined) throw notFound()
  const { tenantId } = tenant
  const proof = await exchange.edge.database.read(tenantId, (tx) =>
    proveEntry(tx, { tenantId, entryId, wanted: wantedOf(open), currencies }),
  )
  if (typeof proof === 'string') throw refusalOf(proof)
  return { status: 200, body: proof }
}

function wantedOf(open: string | undefined): Wanted {
  if (open === undefined) return 'nothing'
  if (open === 'all') return open
  const accountId = parseAccountId(open)
  if (accountId === undefined) throw refuseMalformed(malformedFields([fieldError(['open'], 'id_malformed')]))
  return { accountId }
}
