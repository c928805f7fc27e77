import type { Tx } from '@plinth/db'
import { type Books, type VerifyReport, verifyBooks } from '@plinth/posting'
import type pg from 'pg'
import { expect } from 'vitest'
import { openTx, settle } from '../../packages/db/src/tx.js'

const tables = [
  'account.gl_account',
  'account.account',
  'account.balance',
  'account.spending',
  'account.terms_snapshot',
  'product.product',
  'product.product_version',
  'product.version_event',
  'ledger.journal_head',
  'ledger.journal_entry',
  'ledger.posting_line',
  'ledger.turnover_mark',
  'ledger.value_turnover',
  'holds.account_hold',
  'holds.hold_event',
  'suspense.suspense_item',
  'suspense.suspense_event',
  'posting.command',
  'interest.accrual',
  'interest.accrued',
  'interest.capitalisation',
  'interest.adjustment',
  'interest.fee',
  'eod.year_end',
  'eod.year_end_partition',
  'eod.run',
  'eod.step',
  'eod.partition',
  'eod.control_total',
  'reconciliation.gl_extract',
  'reconciliation.gl_extract_row',
  'reconciliation.gl_extract_move',
  'reconciliation.reconciliation_break',
  'reconciliation.break_event',
  'fx.rate',
  'fx.revaluation',
  'evidence.balance_day',
  'evidence.balance_tree',
  'evidence.balance_block',
  'audit.audit_event',
  'tenancy.proposal',
  'tenancy.erasure',
  'evidence.sealed_entry',
  'outbox.outbox_event',
]

/** The report on books in which a superuser did what no role of Plinth may. Undone afterwards. */
export const verifyTampered = (
  pool: pg.Pool,
  books: Books,
  statements: readonly string[],
): Promise<VerifyReport> => reportTampered(pool, books, { statements, verify: verifyBooks })

/** As `verifyTampered`, of whatever `verify` looks at. */
export async function reportTampered<Report>(
  pool: pg.Pool,
  books: Books,
  {
    statements,
    verify,
  }: { statements: readonly string[]; verify: (tx: Tx, books: Books) => Promise<Report> },
): Promise<Report> {
  const { tenantId } = books.tenant
  const client = await pool.connect()
  try {
    await client.query('begin')
    await client.query("select set_config('plinth.tenant', $1, true)", [tenantId])
    for (const table of tables) await client.query(`alter table ${table} disable trigger all`)
    for (const statement of statements) {
      const { rowCount } = await client.query(statement)
      // Null: it was no statement on rows.
      expect(rowCount, statement).not.toBe(0)
    }
    const tx = openTx({ client, strictRoles: false, tenantId })
    const report = await verify(tx, books)
    await settle(tx)
    return report
  } finally {
    await client.query('rollback')
    client.release()
  }
}

/** The first finding of each rule that is broken. */
export const brokenRules = ({ rules }: VerifyReport) =>
  Object.fromEntries(rules.flatMap(({ rule, first }) => (first === undefined ? [] : [[rule, first]])))
