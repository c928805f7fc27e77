import { verifyDays } from '@plinth/eod'
import { uuidV7 } from '@plinth/http'
import type { RuleResult } from '@plinth/posting'
import { reconcile, verifyReconciliation } from '@plinth/reconciliation'
import type pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openPool } from '../../packages/db/src/pool.js'
import { eodAt } from '../eod/eod-bank.js'
import { type Bank, useBank } from '../support/bank.js'
import { currencies } from '../support/commands.js'
import { addProductChart, approveVersion, openingUnder } from '../support/products.js'
import { reportTampered } from '../verify/tampered-books.js'
import { tamper } from './tampering.js'

const openBank = useBank()
let bank: Bank
let pool: pg.Pool

// Three days are closed. Cora is overdrawn; a break of Bob was found and closed, and one of the cash stands.
beforeAll(async () => {
  bank = await openBank()
  pool = openPool({
    ...{ url: bank.adminUrl, connectionsMax: 1, answerTimeoutMs: 20_000 },
    applicationName: 'tampering',
  })
  await addProductChart(bank)
  await approveVersion(bank, { creditTiers: [], debitTiers: [] })
  await bank.batch([openingUnder('cora')])
  await bank.open('bob')
  await bank.fund('bob', '100.00')
  await bank.transfer({ from: 'cora', to: 'bob', amount: '7.00' })
  const eod = eodAt(bank)
  await eod.run('2026-11-20')
  await bank.transfer({ from: 'bob', to: 'cora', amount: '2.00' })
  await eod.run('2026-11-22')
  const held = (accountId: string, amount: number) =>
    tamper(
      bank,
      ['account.balance'],
      `update account.balance set held = ${amount} where $tenant and account_id = '${accountId}'`,
    )
  await held('bob', 5)
  await held('cash', 5)
  await run()
  await held('bob', 0)
  await run()
  await held('cash', 0)
})
afterAll(() => pool.end())

const asker = { subject: 'cli:ann', roles: [], correlationId: 'night', causationId: undefined } as const
const run = () => reconcile(bank.database, { tenantId: bank.tenantId, currencies, asker, newId: uuidV7 })

const broken = (rules: readonly RuleResult[]) =>
  Object.fromEntries(rules.flatMap(({ rule, first }) => (first === undefined ? [] : [[rule, first]])))

const verifyAfter = async (...statements: readonly string[]) =>
  broken(
    await reportTampered(pool, bank.books, {
      statements,
      verify: async (tx, books) => [
        ...(await verifyDays(tx, books)),
        ...(await verifyReconciliation(tx, bank.books)),
      ],
    }),
  )

test('days that ended as they should break no rule', async () => {
  const rules = await bank.database.read(bank.tenantId, async (tx) => [
    ...(await verifyDays(tx, bank.books)),
    ...(await verifyReconciliation(tx, bank.books)),
  ])
  expect(rules.map(({ rule, broken: count }) => [rule, count])).toEqual([
    ['days_are_closed', 0],
    ['days_are_told', 0],
    ['control_totals_stand', 0],
    ['extracts_stand', 0],
    ['positions_valued_daily', 0],
    ['breaks_stand', 0],
  ])
})

const second = "business_date = '2026-11-21'"
const runId = `(select run_id from eod.run where ${second})`
const standing = `(select break_id from reconciliation.reconciliation_break where subject = 'account cash')`

describe('verify misses nothing of what somebody with all rights', () => {
  test.each<[what: string, rule: string, statement: string]>([
    ['took away of the days', 'days_are_closed', `delete from eod.run where ${second}`],
    [
      'took away of the first days',
      'days_are_closed',
      `delete from eod.run where business_date = '2026-11-20'`,
    ],
    [
      'took away of the last days',
      'days_are_closed',
      `delete from eod.run where business_date = '2026-11-22'`,
    ],
    [
      'opened again',
      'days_are_closed',
      `update eod.run set status = 'running', finished_at = null where ${second}`,
    ],
    ['moved of the days', 'days_are_closed', `update eod.run set next_date = '2026-11-23' where ${second}`],
    [
      'moved of the business date',
      'days_are_closed',
      `update ledger.journal_head set business_date = '2026-11-25'`,
    ],
    [
      'let close on the head',
      'days_are_closed',
      `update ledger.journal_head set closing_date = '2026-11-22'`,
    ],
    [
      'took away of the work of a day',
      'days_are_closed',
      `update eod.partition set done_at = null, counts = null where run_id = ${runId} and step_no = 6`,
    ],
    [
      'left open of the steps of a day',
      'days_are_closed',
      `update eod.step set finished_at = null where run_id = ${runId} and step_no = 3`,
    ],
    [
      'took away of what was told',
      'days_are_told',
      `delete from outbox.outbox_event where type = 'plinth.business_day.closed.v1' and subject = '2026-11-21'`,
    ],
    [
      'told of another run',
      'days_are_told',
      `update outbox.outbox_event set data = data || '{"runId": "x"}' where type = 'plinth.business_day.closing.v1' and subject = '2026-11-21'`,
    ],
    [
      'told of another day',
      'days_are_told',
      `update outbox.outbox_event set subject = '2026-11-29' where type = 'plinth.business_day.closed.v1' and subject = '2026-11-21'`,
    ],
    [
      'took away of the audit trail',
      'days_are_told',
      `delete from audit.audit_event where action = 'complete_eod' and object = '2026-11-21'`,
    ],
    [
      'audited twice',
      'days_are_told',
      `insert into audit.audit_event select tenant_id, gen_random_uuid(), occurred_at, subject, roles, action, object, outcome, code,
         idempotency_key, correlation_id, causation_id from audit.audit_event where action = 'run_eod' and object = '2026-11-21'`,
    ],
    [
      'did to control totals',
      'control_totals_stand',
      `update eod.control_total set credits = credits + 1, closing = closing - 1 where ${second} and gl_code = '2100'`,
    ],
    [
      'took away of the control totals',
      'control_totals_stand',
      `delete from eod.control_total where ${second}`,
    ],
    [
      'did to a line',
      'control_totals_stand',
      `update ledger.posting_line set amount = amount + 1 where booking_date = '2026-11-21'`,
    ],
    [
      'moved of the lines to another day',
      'control_totals_stand',
      `update ledger.posting_line set booking_date = '2026-11-22' where booking_date = '2026-11-21'`,
    ],
    [
      'did to a row of an extract',
      'extracts_stand',
      `update reconciliation.gl_extract_row set name = 'x' where ${second} and gl_code = '2100'`,
    ],
    [
      'did to what was moved',
      'extracts_stand',
      `update reconciliation.gl_extract_move set accounts = 2 where ${second}`,
    ],
    ['took away of the extracts', 'extracts_stand', `delete from reconciliation.gl_extract where ${second}`],
    [
      'took away with its step',
      'extracts_stand',
      `update eod.step set name = 'gl' where run_id = ${runId} and name = 'gl_extract'`,
    ],
    [
      'hashed anew with balances that do not come to the closing',
      'extracts_stand',
      `update reconciliation.gl_extract_row set debit_balances = debit_balances + 1 where ${second} and gl_code = '2100'`,
    ],
    [
      'closed of the breaks',
      'breaks_stand',
      `update reconciliation.reconciliation_break set status = 'closed', closed_by_run_id = last_run_id where break_id = ${standing}`,
    ],
    [
      'explained of the breaks',
      'breaks_stand',
      `update reconciliation.reconciliation_break set status = 'explained', note = 'x', explained_by = 'y' where break_id = ${standing}`,
    ],
    [
      'said of a break',
      'breaks_stand',
      `update reconciliation.reconciliation_break set found = '0.00 EUR' where break_id = ${standing}`,
    ],
    [
      'took away of its history',
      'breaks_stand',
      `delete from reconciliation.break_event where break_id = ${standing}`,
    ],
  ])('%s', async (_what, rule, statement) => {
    expect(Object.keys(await verifyAfter(statement))).toContain(rule)
  })
})

test('verify names what differs, what it should be and what was found', async () => {
  const found = await verifyAfter(
    `update eod.control_total set lines = 9 where ${second} and gl_code = '2100'`,
  )
  expect(found.control_totals_stand).toEqual({
    row: { what: 'day 2026-11-21 2100 EUR lines' },
    ...{ expected: '2 lines', found: '9 lines' },
  })
})
