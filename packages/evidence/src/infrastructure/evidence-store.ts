import type { Tx } from '@plinth/db'
import { plainArray, type Statement, sqlDoor, tenantOf } from '@plinth/db/sql'
import type { Instant } from '@plinth/kernel'
import type { EvidenceStore, NewSeal, SealedEntry, StoredCheckpoint } from '../application/ports.js'
import { saltBytes } from '../domain/entry-evidence.js'
import { placeOf } from '../domain/stored-nodes.js'

// Every statement is by key and written out: there is nothing here to build.
const sql = sqlDoor<Record<never, never>>('evidence')

const readSize: Statement = {
  name: 'evidence.read_size',
  text: 'select tree_size from evidence.tree where tenant_id = $1',
}

const openTree: Statement = {
  name: 'evidence.open_tree',
  text: 'insert into evidence.tree (tenant_id, tree_size) values ($1, 0) on conflict do nothing',
}

// Keeps another sealer from the same entries. One that finds it locked leaves them to the other.
const lockTree: Statement = {
  name: 'evidence.lock_tree',
  text: 'select tree_size from evidence.tree where tenant_id = $1 for no key update skip locked',
}

const growTree: Statement = {
  name: 'evidence.grow_tree',
  text: 'update evidence.tree set tree_size = $2 where tenant_id = $1',
}

const insertEntries: Statement = {
  name: 'evidence.insert_entries',
  text: `insert into evidence.sealed_entry (tenant_id, entry_no, leaf_hash, details_salt, line_salts)
    select $1, k.entry_no, decode(k.leaf, 'hex'), decode(k.details, 'hex'), decode(k.lines, 'hex')
      from unnest($2::bigint[], $3::text[], $4::text[], $5::text[]) as k (entry_no, leaf, details, lines)`,
}

const insertNodes: Statement = {
  name: 'evidence.insert_nodes',
  text: `insert into evidence.tree_node (tenant_id, level, node_index, hash)
    select $1, k.level, k.node_index, decode(k.hash, 'hex')
      from unnest($2::smallint[], $3::bigint[], $4::text[]) as k (level, node_index, hash)`,
}

/** Also of what signs balances. */
export const insertKey: Statement = {
  name: 'evidence.insert_key',
  text: `insert into evidence.signing_key (tenant_id, verifier_key, first_used_at)
    values ($1, $2, date_trunc('milliseconds', clock_timestamp())) on conflict do nothing`,
}

const insertCheckpoint: Statement = {
  name: 'evidence.insert_checkpoint',
  text: `insert into evidence.checkpoint (tenant_id, tree_size, root_hash, note, verifier_key, made_at)
    values ($1, $2, decode($3, 'hex'), $4, $5, date_trunc('milliseconds', clock_timestamp()))`,
}

function insertSeal(tx: Tx, { entries, nodes, checkpoint }: NewSeal): void {
  const tenantId = tenantOf(tx)
  const { treeSize, root, note, verifierKey } = checkpoint
  sql.send(tx, insertEntries, [
    tenantId,
    plainArray(entries.map(({ entryNo }) => entryNo)),
    plainArray(entries.map(({ leaf }) => leaf.toString('hex'))),
    plainArray(entries.map(({ salts }) => salts.details?.toString('hex'))),
    plainArray(entries.map(({ salts }) => salts.lines.toString('hex'))),
  ])
  sql.send(tx, insertNodes, [
    tenantId,
    plainArray(nodes.map(({ level }) => level)),
    plainArray(nodes.map(({ index }) => index)),
    plainArray(nodes.map(({ hash }) => hash.toString('hex'))),
  ])
  sql.send(tx, insertKey, [tenantId, verifierKey])
  sql.send(tx, insertCheckpoint, [tenantId, treeSize, root.toString('hex'), note, verifierKey])
  sql.send(tx, growTree, [tenantId, treeSize])
}

const readLeaves: Statement = {
  name: 'evidence.read_leaves',
  text: `select e.entry_no - 1 as node_index, e.leaf_hash as hash
      from unnest($2::bigint[], $3::bigint[]) as k (first_no, last_no)
     cross join lateral (select entry_no, leaf_hash from evidence.sealed_entry
            where tenant_id = $1 and entry_no between k.first_no and k.last_no offset 0) e`,
}

const readSubtrees: Statement = {
  name: 'evidence.read_subtrees',
  text: `select k.level, n.node_index, n.hash
      from unnest($2::smallint[], $3::bigint[], $4::bigint[]) as k (level, first_index, last_index)
     cross join lateral (select node_index, hash from evidence.tree_node t
            where t.tenant_id = $1 and t.level = k.level and t.node_index between k.first_index and k.last_index offset 0) n`,
}

const readNodes: EvidenceStore['readNodes'] = async (tx, ranges) => {
  const leaves = ranges.filter(({ level }) => level === 0)
  const subtrees = ranges.filter(({ level }) => level > 0)
  const [leafRows, subtreeRows] = await Promise.all([
    sql.run<{ node_index: number; hash: Buffer }>(tx, readLeaves, [
      tenantOf(tx),
      plainArray(leaves.map(({ from }) => from + 1)),
      plainArray(leaves.map(({ to }) => to)),
    ]),
    sql.run<{ level: number; node_index: number; hash: Buffer }>(tx, readSubtrees, [
      tenantOf(tx),
      plainArray(subtrees.map(({ level }) => level)),
      plainArray(subtrees.map(({ from }) => from)),
      plainArray(subtrees.map(({ to }) => to - 1)),
    ]),
  ])
  const found = new Map<string, Buffer>()
  for (const { node_index: index, hash } of leafRows) found.set(placeOf({ level: 0, index }), hash)
  for (const { level, node_index: index, hash } of subtreeRows) found.set(placeOf({ level, index }), hash)
  return found
}

const countAllNodes: Statement = {
  name: 'evidence.count_nodes',
  text: 'select count(*) as nodes from evidence.tree_node where tenant_id = $1',
}

const nextSealed: Statement = {
  name: 'evidence.next_sealed',
  text: `select entry_no, leaf_hash, details_salt, details_commitment, line_salts
      from (select *, sum(length(line_salts)) over (order by entry_no) as bytes
              from (select entry_no, leaf_hash, details_salt, details_commitment, line_salts from evidence.sealed_entry
                     where tenant_id = $1 and entry_no > $2 order by entry_no limit $3) s) p
     where bytes <= $4 or bytes = length(line_salts) order by entry_no`,
}

interface SealedRow {
  readonly entry_no: number
  readonly leaf_hash: Buffer
  readonly details_salt: Buffer | null
  readonly details_commitment: Buffer | null
  readonly line_salts: Buffer
}

const toSealed = (row: SealedRow): SealedEntry => ({
  entryNo: row.entry_no,
  leaf: row.leaf_hash,
  salts: {
    details: row.details_salt ?? undefined,
    keptCommitment: row.details_commitment ?? undefined,
    lines: row.line_salts,
  },
})

const eraseSalts: Statement = {
  name: 'evidence.erase_salts',
  text: `select plinth.expect_rows(evidence.erase_salts($1, $2, $3), cardinality($2::bigint[]), 'salts')`,
}

const checkpointColumns = 'tree_size, root_hash, note, verifier_key, made_at'

const latestCheckpoint: Statement = {
  name: 'evidence.latest_checkpoint',
  text: `select ${checkpointColumns} from evidence.checkpoint where tenant_id = $1 order by tree_size desc limit 1`,
}

const nextCheckpoints: Statement = {
  name: 'evidence.next_checkpoints',
  text: `select ${checkpointColumns} from evidence.checkpoint
     where tenant_id = $1 and tree_size > $2 order by tree_size limit $3`,
}

const readAllKeys: Statement = {
  name: 'evidence.read_keys',
  text: 'select verifier_key from evidence.signing_key where tenant_id = $1 order by first_used_at, verifier_key',
}

interface CheckpointRow {
  readonly tree_size: number
  readonly root_hash: Buffer
  readonly note: string
  readonly verifier_key: string
  readonly made_at: Instant
}

const toCheckpoint = (row: CheckpointRow): StoredCheckpoint => ({
  treeSize: row.tree_size,
  root: row.root_hash,
  note: row.note,
  verifierKey: row.verifier_key,
  madeAt: row.made_at,
})

type SizeRow = { readonly tree_size: number }

export const evidenceStore: EvidenceStore = {
  readTreeSize: async (tx) => {
    const [row] = await sql.run<SizeRow>(tx, readSize, [tenantOf(tx)])
    return row?.tree_size ?? 0
  },
  lockTree: async (tx) => {
    const values = [tenantOf(tx)]
    const [row] = await sql.run<SizeRow>(tx, lockTree, values)
    if (row !== undefined || (await sql.run(tx, readSize, values)).length > 0) return row?.tree_size
    // Only of a tenant that was never sealed: it would wait for whoever has the row locked.
    sql.send(tx, openTree, values)
    const [opened] = await sql.run<SizeRow>(tx, lockTree, values)
    return opened?.tree_size
  },
  insertSeal,
  eraseSalts: (tx, kept) =>
    sql.send(tx, eraseSalts, [
      tenantOf(tx),
      plainArray(kept.map(({ entryNo }) => entryNo)),
      plainArray(kept.map(({ commitment }) => commitment.toString('hex'))),
    ]),
  readNodes,
  countNodes: async (tx) => {
    const [row] = await sql.run<{ nodes: number }>(tx, countAllNodes, [tenantOf(tx)])
    return row?.nodes ?? 0
  },
  readSealed: async (tx, { after, limit, lines }) => {
    const values = [tenantOf(tx), after, limit, lines * saltBytes]
    return (await sql.run<SealedRow>(tx, nextSealed, values)).map(toSealed)
  },
  readLatest: async (tx) => {
    const [row] = await sql.run<CheckpointRow>(tx, latestCheckpoint, [tenantOf(tx)])
    return row && toCheckpoint(row)
  },
  readCheckpoints: async (tx, { after, limit }) =>
    (await sql.run<CheckpointRow>(tx, nextCheckpoints, [tenantOf(tx), after, limit])).map(toCheckpoint),
  readKeys: async (tx) =>
    (await sql.run<{ verifier_key: string }>(tx, readAllKeys, [tenantOf(tx)])).map((row) => row.verifier_key),
}
