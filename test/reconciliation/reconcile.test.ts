import { randomUUID } from 'node:crypto'
import { uuidV7 } from '@plinth/http'
import {
  type BreakId,
  explainBreak,
  listBreaks,
  listReconciliationRuns,
  type Reconciled,
  readBreak,
  reconcile,
} from '@plinth/reconciliation'
import { describe, expect, test } from 'vitest'
import { eodAt } from '../eod/eod-bank.js'
import { type Bank, useBank } from '../support/bank.js'
import { currencies } from '../support/commands.js'
import { place } from '../support/hold-commands.js'
import { addProductChart, approveVersion, openingUnder } from '../support/products.js'
import { tamper } from './tampering.js'

const openBank = useBank()

// Cora earns 10 % on 365.00, which makes 0.10 a day, and Dora owes 10 % of 36.50; Bob holds 5.00. Two days are closed.
async function bankOfTwoDays(): Promise<Bank> {
  const bank = await openBank()
  await addProductChart(bank)
  await approveVersion(bank, {
    creditTiers: [{ from: '0.00', rate: '0.1' }],
    debitTiers: [{ from: '0.00', rate: '0.1' }],
  })
  await bank.batch([openingUnder('cora'), openingUnder('dora')])
  await bank.open('bob')
  await bank.fund('bob', '100.00')
  await bank.fund('cora', '365.00')
  await bank.transfer({ from: 'dora', to: 'bob', amount: '36.50' })
  await bank.submit(place('bob', 500n))
  const eod = eodAt(bank)
  await eod.run('2026-11-20')
  await bank.transfer({ from: 'bob', to: 'cora', amount: '1.00', valueDate: '2026-11-19' })
  await eod.run('2026-11-21')
  // Of a day that is open.
  await bank.transfer({ from: 'bob', to: 'cora', amount: '2.00' })
  return bank
}

const asker = { subject: 'cli:ann', roles: [], correlationId: 'night', causationId: undefined } as const

const run = (bank: Bank): Promise<Reconciled> =>
  reconcile(bank.database, { tenantId: bank.tenantId, currencies, asker, newId: uuidV7 })

const breaksOf = (bank: Bank) =>
  bank.database.read(bank.tenantId, (tx) => listBreaks(tx, { filter: {}, order: 'asc', limit: 100 }))

const found = async (bank: Bank) =>
  (await breaksOf(bank)).map(({ comparison, subject, expected, found: is }) => [
    comparison,
    subject,
    expected,
    is,
  ])

const explain = (bank: Bank, breakId: BreakId, note: string) =>
  bank.database.transaction(
    { tenantId: bank.tenantId, lane: 'batch', deadlineMs: Date.now() + 10_000, repeatable: true },
    (tx) => explainBreak(tx, { breakId, note, asker: { ...asker, auditEventId: randomUUID() } }),
  )

describe('books that agree with themselves', () => {
  test('have no breaks, and everything was looked at', async () => {
    const bank = await bankOfTwoDays()
    const reconciled = await run(bank)
    expect(reconciled).toMatchObject({
      breaks: { opened: 0, closed: 0, open: 0, explained: 0 },
      startedBy: 'cli:ann',
    })
    expect(reconciled.comparisons.map(({ comparison, differing }) => [comparison, differing])).toEqual([
      ['journal_balances', 0],
      ['balances_marks', 0],
      ['holds_held', 0],
      ['journal_control_totals', 0],
      ['control_totals_extracts', 0],
      ['accruals_gl', 0],
    ])
    expect(reconciled.comparisons.every(({ compared }) => compared > 0)).toBe(true)
    const [{ next_entry_no: next } = { next_entry_no: 0 }] = await bank.rows<{ next_entry_no: number }>(
      'select next_entry_no::int from ledger.journal_head where tenant_id = $1',
      [bank.tenantId],
    )
    expect(reconciled.asOfEntryNo).toBe(next - 1)
    const { breaks: _, ...kept } = reconciled
    const runs = await bank.database.read(bank.tenantId, (tx) =>
      listReconciliationRuns(tx, { order: 'desc', limit: 2 }),
    )
    expect(runs).toEqual([kept])
    expect(
      await bank.rows(
        `select action, subject, object from audit.audit_event where tenant_id = $1 and action like '%reconciliation'`,
        [bank.tenantId],
      ),
    ).toEqual([{ action: 'run_reconciliation', subject: 'cli:ann', object: reconciled.runId }])
  })

  test('agree while postings go on', async () => {
    const bank = await bankOfTwoDays()
    let posting = true
    const busy = (async () => {
      while (posting) await bank.transfer({ from: 'cora', to: 'bob', amount: '0.01' })
    })()
    for (let at = 0; at < 3; at += 1) expect((await run(bank)).breaks.open).toBe(0)
    posting = false
    await busy
  })

  test('of a bank that posted before its first end of day agree as well', async () => {
    const bank = await openBank()
    await bank.open('bob')
    await bank.fund('bob', '1.00')
    await bank.rows(`update ledger.journal_head set business_date = '2026-11-25' where tenant_id = $1`, [
      bank.tenantId,
    ])
    await bank.fund('bob', '1.00')
    await eodAt(bank).run('2026-11-25')
    expect((await run(bank)).breaks.open).toBe(0)
  })
})

const totalsOf = (change: string) =>
  `update eod.control_total set ${change} where $tenant and business_date = '2026-11-21' and gl_code = '2100'`
const rowsOf = (change: string) =>
  `update reconciliation.gl_extract_row set ${change} where $tenant and business_date = '2026-11-21' and gl_code = '2100'`

describe('a break is found of what somebody with all rights', () => {
  test.each<[what: string, table: string, statement: string, expected: (string | undefined)[][]]>([
    [
      'did to a balance',
      'account.balance',
      `update account.balance set debits = debits + 100 where $tenant and account_id = 'bob'`,
      [
        ['journal_balances', 'account bob debits', '3.00 EUR', '4.00 EUR'],
        ['balances_marks', 'account bob debits', '4.00 EUR', '3.00 EUR'],
      ],
    ],
    [
      'did to the count of lines',
      'account.balance',
      `update account.balance set version = version + 1 where $tenant and account_id = 'bob'`,
      [['journal_balances', 'account bob lines', '4 lines', '5 lines']],
    ],
    [
      'did to what is held',
      'account.balance',
      `update account.balance set held = 0 where $tenant and account_id = 'bob'`,
      [['holds_held', 'account bob', '5.00 EUR', '0.00 EUR']],
    ],
    [
      'took away of the accounts',
      'account.balance',
      `delete from account.balance where $tenant and account_id = 'bob'`,
      [['journal_balances', 'account bob EUR', '4 lines', 'no balance']],
    ],
    [
      'added up wrong of a day',
      'eod.control_total',
      totalsOf('debits = debits + 7, closing = closing + 7'),
      [
        ['journal_control_totals', 'day 2026-11-21 2100 EUR debits', '1.00', '1.07'],
        ['journal_control_totals', 'day 2026-11-21 2100 EUR closing', '-465.00', '-464.93'],
        ['control_totals_extracts', 'extract 2026-11-21 2100 EUR debits', '1.07', '1.00'],
        ['control_totals_extracts', 'extract 2026-11-21 2100 EUR closing', '-464.93', '-465.00'],
        ['control_totals_extracts', 'extract 2026-11-21 2100 EUR balances', '-464.93', '-465.00'],
      ],
    ],
    [
      'opened with another closing than the day before had',
      'eod.control_total',
      totalsOf('opening = opening - 1, closing = closing - 1'),
      [
        ['journal_control_totals', 'day 2026-11-21 2100 EUR opening', '-465.00', '-465.01'],
        ['journal_control_totals', 'day 2026-11-21 2100 EUR closing', '-465.00', '-465.01'],
        ['control_totals_extracts', 'extract 2026-11-21 2100 EUR opening', '-465.01', '-465.00'],
        ['control_totals_extracts', 'extract 2026-11-21 2100 EUR closing', '-465.01', '-465.00'],
        ['control_totals_extracts', 'extract 2026-11-21 2100 EUR balances', '-465.01', '-465.00'],
      ],
    ],
    [
      'counted of a day',
      'eod.control_total',
      totalsOf('lines = 3'),
      [
        ['journal_control_totals', 'day 2026-11-21 2100 EUR lines', '2 lines', '3 lines'],
        ['control_totals_extracts', 'extract 2026-11-21 2100 EUR lines', '3 lines', '2 lines'],
      ],
    ],
    [
      'took away of the extracts',
      'reconciliation.gl_extract',
      `delete from reconciliation.gl_extract where $tenant and business_date = '2026-11-21'`,
      [
        ['control_totals_extracts', 'extract 2026-11-21 rows', 'an extract', 'nothing'],
        ['control_totals_extracts', 'extracts', '2 extracts', '1 extracts'],
      ],
    ],
    [
      'named in an extract',
      'reconciliation.gl_extract_row',
      rowsOf(`name = 'Mallory'`),
      [['control_totals_extracts', 'extract 2026-11-21 checksum', expect.any(String), expect.any(String)]],
    ],
    [
      'added to the balances of an extract',
      'reconciliation.gl_extract_row',
      rowsOf('credit_balances = credit_balances + 1'),
      [
        ['control_totals_extracts', 'extract 2026-11-21 checksum', expect.any(String), expect.any(String)],
        ['control_totals_extracts', 'extract 2026-11-21 2100 EUR balances', '-465.00', '-465.01'],
      ],
    ],
    [
      'did to what has accrued',
      'interest.accrued',
      `update interest.accrued set credit_rounded = credit_rounded + 1, credit_exact = credit_exact + 1603080
        where $tenant and account_id = 'cora'`,
      [['accruals_gl', 'account GL:2900:EUR', '0.21 EUR', '0.20 EUR']],
    ],
  ])('%s', async (_what, table, statement, expected) => {
    const bank = await bankOfTwoDays()
    await tamper(bank, [table], statement)
    expect((await run(bank)).breaks).toMatchObject({ opened: expected.length, open: expected.length })
    expect(await found(bank)).toEqual(expected)
  })

  test('booked into a closed day', async () => {
    const bank = await bankOfTwoDays()
    await tamper(
      bank,
      ['ledger.posting_line'],
      `update ledger.posting_line set booking_date = '2026-11-21' where $tenant and booking_date = '2026-11-22' and account_id = 'bob'`,
    )
    await run(bank)
    expect(await found(bank)).toEqual([
      ['journal_control_totals', 'day 2026-11-21 2100 EUR debits', '3.00', '1.00'],
      ['journal_control_totals', 'day 2026-11-21 2100 EUR closing', '-463.00', '-465.00'],
      ['journal_control_totals', 'day 2026-11-21 2100 EUR lines', '3 lines', '2 lines'],
    ])
  })

  test('booked on a day that never ended', async () => {
    const bank = await bankOfTwoDays()
    const eod = eodAt(bank)
    await tamper(
      bank,
      ['eod.run'],
      `update eod.run set next_date = '2026-11-24' where $tenant and business_date = '2026-11-21'`,
    )
    await tamper(
      bank,
      ['ledger.journal_head'],
      `update ledger.journal_head set business_date = '2026-11-24' where $tenant`,
    )
    await eod.run('2026-11-24')
    expect((await run(bank)).breaks.open).toBeGreaterThan(0)
    expect(await found(bank)).toContainEqual([
      'journal_control_totals',
      'day 2026-11-22',
      'no lines, for its end is missing',
      '2 lines',
    ])
  })

  test('did to a mark', async () => {
    const bank = await openBank()
    await bank.open('bob')
    for (let at = 0; at < 40; at += 1) await bank.fund('bob', '1.00')
    await tamper(
      bank,
      ['ledger.turnover_mark'],
      `update ledger.turnover_mark set credits = credits - 1 where $tenant and account_id = 'bob'`,
    )
    await run(bank)
    expect(await found(bank)).toEqual([['balances_marks', 'account bob credits', '40.00 EUR', '39.99 EUR']])
  })
})

describe('a break', () => {
  const take = (amount: number) =>
    `update account.balance set held = ${amount} where $tenant and account_id = 'bob'`
  const historyOf = async (bank: Bank, breakId: BreakId) =>
    (await bank.database.read(bank.tenantId, (tx) => readBreak(tx, breakId)))?.events.map(
      ({ eventNo, what, by, found: was, note }) => [eventNo, what, by, was, note],
    )

  test('seen again is the same, explained until its figures change, and closed by the run that sees it no more', async () => {
    const bank = await bankOfTwoDays()
    await tamper(bank, ['account.balance'], take(400))
    const first = await run(bank)
    const again = await run(bank)
    expect(again.breaks).toEqual({ opened: 0, closed: 0, open: 1, explained: 0 })
    const [standing] = await breaksOf(bank)
    expect(standing).toMatchObject({
      ...{ status: 'open', difference: -100n, firstRunId: first.runId, lastRunId: again.runId },
    })
    const breakId = standing?.breakId as BreakId
    expect(await explain(bank, breakId, 'a restore of last night')).toMatchObject({ outcome: 'explained' })
    expect((await run(bank)).breaks).toEqual({ opened: 0, closed: 0, open: 0, explained: 1 })
    await tamper(bank, ['account.balance'], take(300))
    expect((await run(bank)).breaks).toEqual({ opened: 0, closed: 0, open: 1, explained: 0 })
    expect((await breaksOf(bank))[0]).toMatchObject({
      breakId,
      status: 'open',
      note: undefined,
      difference: -200n,
    })
    await tamper(bank, ['account.balance'], take(500))
    const last = await run(bank)
    expect(last.breaks).toEqual({ opened: 0, closed: 1, open: 0, explained: 0 })
    expect((await breaksOf(bank))[0]).toMatchObject({ status: 'closed', closedByRunId: last.runId })
    expect(await historyOf(bank, breakId)).toEqual([
      [1, 'opened', 'cli:ann', '4.00 EUR', undefined],
      [2, 'explained', 'cli:ann', '4.00 EUR', 'a restore of last night'],
      [3, 'changed', 'cli:ann', '3.00 EUR', undefined],
      [4, 'closed', 'cli:ann', '3.00 EUR', undefined],
    ])
    expect(await explain(bank, breakId, 'too late')).toEqual({ outcome: 'closed' })
    expect(await explain(bank, randomUUID() as BreakId, 'nothing')).toEqual({ outcome: 'no_break' })
    await tamper(bank, ['account.balance'], take(400))
    expect((await run(bank)).breaks).toEqual({ opened: 1, closed: 0, open: 1, explained: 0 })
    expect((await breaksOf(bank)).map(({ status }) => status)).toEqual(['closed', 'open'])
  })

  test('that two runs find at once is one', async () => {
    const bank = await bankOfTwoDays()
    await tamper(bank, ['account.balance'], take(400))
    const runs = await Promise.all([run(bank), run(bank), run(bank)])
    expect(runs.map(({ breaks }) => breaks.opened).sort()).toEqual([0, 0, 1])
    expect(await breaksOf(bank)).toHaveLength(1)
  })

  test('stays what it is about, and its history what it was', async () => {
    const bank = await bankOfTwoDays()
    await tamper(bank, ['account.balance'], take(400))
    await run(bank)
    const refused = (sql: string) => expect(bank.rows(sql)).rejects
    await refused(`update reconciliation.reconciliation_break set subject = 'x'`).toThrow(
      'what it is about stays',
    )
    await refused(`update reconciliation.reconciliation_break set status = 'closed'`).toThrow(
      'closed_by_a_run',
    )
    await refused(`update reconciliation.reconciliation_break set status = 'explained'`).toThrow(
      'explained_by_somebody',
    )
    await refused('delete from reconciliation.reconciliation_break').toThrow('never')
    await refused(`update reconciliation.break_event set note = 'x'`).toThrow('never changed or removed')
    await refused(`insert into reconciliation.break_event (tenant_id, break_id, event_no, what, at, by, run_id, expected, found)
      select tenant_id, break_id, 3, 'closed', at, by, run_id, expected, found from reconciliation.break_event where tenant_id = '${bank.tenantId}'`).toThrow(
      'events_are_dense',
    )
    await refused('delete from reconciliation.run').toThrow('never changed or removed')
  })
})
