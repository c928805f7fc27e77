import type { Tx } from '@plinth/db'
import { plainArray, type Statement, sqlDoor, tenantOf, textArray } from '@plinth/db/sql'
import { type BusinessDate, type CurrencyCode, type Instant, minorFromDatabase } from '@plinth/kernel'
import type {
  BalanceStore,
  NewBalanceDay,
  StoredBalanceDay,
  StoredBalanceTree,
  StoredBlock,
  TreeName,
} from '../application/ports.js'
import { insertKey } from './evidence-store.js'

const sql = sqlDoor<Record<never, never>>('evidence')

// Two workers may have made the trees of one day: those of the second are dropped.
const insertDayRow: Statement = {
  name: 'evidence.insert_balance_day',
  text: `insert into evidence.balance_day (tenant_id, business_date, secret, note, verifier_key, made_at)
    values ($1, $2, decode($3, 'hex'), $4, $5, date_trunc('milliseconds', clock_timestamp())) on conflict do nothing`,
}

const insertTrees: Statement = {
  name: 'evidence.insert_balance_trees',
  text: `insert into evidence.balance_tree (tenant_id, business_date, currency, accounts, credit_balances, debit_balances, root_hash)
    select $1, $2, k.currency, k.accounts, k.credit, k.debit, decode(k.root, 'hex')
      from unnest($3::text[], $4::integer[], $5::numeric[], $6::numeric[], $7::text[]) as k (currency, accounts, credit, debit, root)`,
}

const insertBlocks: Statement = {
  name: 'evidence.insert_balance_blocks',
  text: `insert into evidence.balance_block (tenant_id, business_date, currency, block_no, first_place, root, leaves)
    select $1, $2, $3, k.block_no, k.first_place, decode(k.root, 'hex'), decode(k.leaves, 'hex')
      from unnest($4::integer[], $5::bigint[], $6::text[], $7::text[]) as k (block_no, first_place, root, leaves)`,
}

// Some two megabytes a statement, as hexadecimal text.
const blocksPerStatement = 64

async function insertDay(tx: Tx, { trees, ...day }: NewBalanceDay): Promise<boolean> {
  const key = [tenantOf(tx), day.businessDate]
  sql.send(tx, insertKey, [tenantOf(tx), day.verifierKey])
  const values = [...key, day.secret.toString('hex'), day.note, day.verifierKey]
  if ((await sql.change(tx, insertDayRow, values)) === 0) return false
  sql.send(tx, insertTrees, [
    ...key,
    textArray(trees.map(({ currency }) => currency)),
    plainArray(trees.map(({ accounts }) => accounts)),
    plainArray(trees.map(({ credit }) => credit)),
    plainArray(trees.map(({ debit }) => debit)),
    plainArray(trees.map(({ root }) => root.toString('hex'))),
  ])
  for (const { currency, blocks } of trees)
    for (let at = 0; at < blocks.length; at += blocksPerStatement)
      // Awaited, so that not all of a large day stands in memory as text.
      await sql.change(tx, insertBlocks, [...key, currency, ...columnsOf(blocks, at)])
  return true
}

function columnsOf(blocks: readonly StoredBlock[], at: number): unknown[] {
  const part = blocks.slice(at, at + blocksPerStatement)
  return [
    plainArray(part.map(({ blockNo }) => blockNo)),
    plainArray(part.map(({ firstPlace }) => firstPlace)),
    plainArray(part.map(({ root }) => root.toString('hex'))),
    plainArray(part.map(({ leaves }) => leaves.toString('hex'))),
  ]
}

const lastDay: Statement = {
  name: 'evidence.last_balance_day',
  text: `select business_date as "businessDate" from evidence.balance_day where tenant_id = $1 order by business_date desc limit 1`,
}

const daysAfter: Statement = {
  name: 'evidence.balance_days',
  text: `select business_date as "businessDate" from evidence.balance_day
     where tenant_id = $1 and ($2::date is null or business_date > $2) order by business_date limit $3`,
}

const oneDay: Statement = {
  name: 'evidence.balance_day',
  text: `select business_date as "businessDate", secret, note, verifier_key as "verifierKey", made_at as "madeAt"
      from evidence.balance_day where tenant_id = $1 and business_date = $2`,
}

const treesOf: Statement = {
  name: 'evidence.balance_trees',
  text: `select currency, accounts, credit_balances, debit_balances, root_hash from evidence.balance_tree
     where tenant_id = $1 and business_date = $2 order by currency`,
}

interface TreeRow {
  readonly currency: CurrencyCode
  readonly accounts: number
  readonly credit_balances: string
  readonly debit_balances: string
  readonly root_hash: Buffer
}

const toTree = (row: TreeRow): StoredBalanceTree => ({
  currency: row.currency,
  accounts: row.accounts,
  credit: minorFromDatabase(row.credit_balances),
  debit: minorFromDatabase(row.debit_balances),
  root: row.root_hash,
})

const blocksOfTree: Statement = {
  name: 'evidence.balance_blocks',
  text: `select block_no as "blockNo", first_place as "firstPlace", root from evidence.balance_block
     where tenant_id = $1 and business_date = $2 and currency = $3 order by block_no`,
}

const leavesOf: Statement = {
  name: 'evidence.balance_leaves',
  text: `select b.block_no, b.leaves
      from unnest($4::integer[]) as k (block_no)
     cross join lateral (select block_no, leaves from evidence.balance_block
            where tenant_id = $1 and business_date = $2 and currency = $3 and block_no = k.block_no offset 0) b`,
}

type DayRow = Omit<StoredBalanceDay, 'trees' | 'madeAt'> & { readonly madeAt: Instant }

const keyOf = (tx: Tx, { businessDate, currency }: TreeName) => [tenantOf(tx), businessDate, currency]

export const balanceStore: BalanceStore = {
  insertDay,
  readLastDay: async (tx) =>
    (await sql.run<{ businessDate: BusinessDate }>(tx, lastDay, [tenantOf(tx)]))[0]?.businessDate,
  readDays: (tx, { after, limit }) => sql.run(tx, daysAfter, [tenantOf(tx), after ?? null, limit]),
  readDay: async (tx, businessDate) => {
    const key = [tenantOf(tx), businessDate]
    const [[day], trees] = await Promise.all([
      sql.run<DayRow>(tx, oneDay, key),
      sql.run<TreeRow>(tx, treesOf, key),
    ])
    return day && { ...day, trees: trees.map(toTree) }
  },
  readBlocks: (tx, tree) => sql.run(tx, blocksOfTree, keyOf(tx, tree)),
  readLeaves: async (tx, tree, blockNos) => {
    const values = [...keyOf(tx, tree), plainArray(blockNos)]
    const rows = await sql.run<{ block_no: number; leaves: Buffer }>(tx, leavesOf, values)
    return new Map(rows.map(({ block_no: blockNo, leaves }) => [blockNo, leaves]))
  },
}
