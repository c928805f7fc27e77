import type { Tx } from '@plinth/db'
import { type Statement as SqlStatement, sqlDoor, tenantOf } from '@plinth/db/sql'
import {
  type AccountId,
  type BusinessDate,
  type CurrencyCode,
  type Instant,
  minorFromDatabase,
} from '@plinth/kernel'
import type { StatementStore, StoredStatement } from '../application/ports.js'
import type { ReconciliationTables } from './tables.js'

const sql = sqlDoor<ReconciliationTables>('reconciliation')

const columns = [
  'account_id',
  'statement_no',
  'from_date',
  'to_date',
  'account_name',
  'currency',
  'normal_side',
  'opening',
  'closing',
  'debit_count',
  'credit_count',
  'debits',
  'credits',
  'checksum',
  'made_at',
  'made_by',
] as const
type Row = Pick<ReconciliationTables['reconciliation.statement'], (typeof columns)[number]>

const toStored = (row: Row): StoredStatement => ({
  statement: {
    statementNo: row.statement_no,
    accountId: row.account_id as AccountId,
    name: row.account_name,
    currency: row.currency as CurrencyCode,
    normalSide: row.normal_side,
    from: row.from_date as BusinessDate,
    to: row.to_date as BusinessDate,
    opening: minorFromDatabase(row.opening),
    closing: minorFromDatabase(row.closing),
    debitCount: row.debit_count,
    creditCount: row.credit_count,
    debits: minorFromDatabase(row.debits),
    credits: minorFromDatabase(row.credits),
    provisional: false,
    madeAt: row.made_at as Instant,
    madeBy: row.made_by,
  },
  checksum: row.checksum,
})

const ofAccount = (tx: Tx, accountId: AccountId) =>
  sql.build
    .selectFrom('reconciliation.statement')
    .select(columns)
    .where('tenant_id', '=', tenantOf(tx))
    .where('account_id', '=', accountId)

export interface StatementListPage {
  readonly accountId: AccountId
  readonly order: 'asc' | 'desc'
  readonly limit: number
  /** The number of the last one of the page before. */
  readonly after?: number | undefined
}

/** Statements of an account by number, without their lines. */
export async function listStatements(
  tx: Tx,
  { accountId, order, limit, after }: StatementListPage,
): Promise<StoredStatement[]> {
  let query = ofAccount(tx, accountId).orderBy('statement_no', order).limit(limit)
  if (after !== undefined) query = query.where('statement_no', order === 'asc' ? '>' : '<', after)
  return (await sql.rows(tx, query)).map(toStored)
}

const nextOfAll: SqlStatement = {
  name: 'reconciliation.verify_statements',
  text: `select ${columns.join(', ')} from reconciliation.statement
     where tenant_id = $1 and (account_id, statement_no) > ($2, $3) order by account_id, statement_no limit $4`,
}

const insertStatement: SqlStatement = {
  name: 'reconciliation.insert_statement',
  text: `insert into reconciliation.statement (tenant_id, ${columns.join(', ')})
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)`,
}

export const statementStore: StatementStore = {
  readLast: async (tx, accountId) => {
    const [row] = await sql.rows(tx, ofAccount(tx, accountId).orderBy('statement_no', 'desc').limit(1))
    return row && toStored(row)
  },
  readByNumber: async (tx, { accountId, statementNo }) => {
    const [row] = await sql.rows(tx, ofAccount(tx, accountId).where('statement_no', '=', statementNo))
    return row && toStored(row)
  },
  readByDay: async (tx, accountId, day) => {
    const [row] = await sql.rows(
      tx,
      ofAccount(tx, accountId).where('to_date', '>=', day).orderBy('to_date').limit(1),
    )
    return row && row.from_date <= day ? toStored(row) : undefined
  },
  insert: (tx, { statement, checksum }) => {
    sql.send(tx, insertStatement, [
      tenantOf(tx),
      statement.accountId,
      statement.statementNo,
      statement.from,
      statement.to,
      statement.name,
      statement.currency,
      statement.normalSide,
      statement.opening,
      statement.closing,
      statement.debitCount,
      statement.creditCount,
      statement.debits,
      statement.credits,
      checksum,
      statement.madeAt,
      statement.madeBy,
    ])
  },
  readAfter: async (tx, { after, limit }) =>
    (
      await sql.run<Row>(tx, nextOfAll, [
        tenantOf(tx),
        after?.accountId ?? '',
        after?.statementNo ?? 0,
        limit,
      ])
    ).map(toStored),
}
