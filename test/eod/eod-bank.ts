import { randomUUID } from 'node:crypto'
import {
  type Ended,
  type EodEngine,
  type EodRequest,
  openEod,
  type PartitionSizes,
  type RehearsalRequest,
  type RunReport,
  readRunReport,
  type Step,
} from '@plinth/eod'
import type { BusinessDate } from '@plinth/kernel'
import { readHead } from '@plinth/ledger'
import { glExtractStep } from '@plinth/reconciliation'
import type { Bank } from '../support/bank.js'

const operator = {
  subject: 'key:night-shift',
  roles: ['operator'],
  correlationId: 'night',
  causationId: undefined,
} as const

export const day = (text: string): BusinessDate => text as BusinessDate

interface EodOptions {
  readonly steps?: readonly Step[]
  readonly sizes?: PartitionSizes
  readonly owner?: string
}

/** Small enough for several partitions of little work. */
export const smallSizes: PartitionSizes = { load: 2, entries: 10 }

/** An end of day at a bank, by an operator of its own. */
export function eodAt(
  bank: Pick<Bank, 'tenantId' | 'database' | 'books'>,
  { steps, sizes, owner = 'night-shift' }: EodOptions = {},
) {
  const { database, books } = bank
  const engine: EodEngine = openEod({
    ...{ database, owner },
    newId: () => randomUUID(),
    behindTotals: [glExtractStep],
    ...(steps && { steps }),
    ...(sizes && { sizes }),
  })
  return {
    engine,
    run: async (date: string, request: Partial<EodRequest> = {}): Promise<Ended> =>
      await (await engine.begin(books, { operator, ...request, date: day(date) })).finish(),
    resume: async (request: Partial<EodRequest> & { takeOver?: boolean } = {}): Promise<Ended> =>
      await (await engine.resume(books, { operator, ...request })).finish(),
    rehearse: (date = '2026-11-20', request: Partial<RehearsalRequest> = {}): Promise<RunReport> =>
      engine.rehearse(books, { operator, ...request, date: day(date) }),
    businessDate: async (): Promise<string> => (await database.read(bank.tenantId, readHead)).businessDate,
    report: (runId: RunReport['run']['runId']): Promise<RunReport> =>
      database.read(bank.tenantId, (tx) => readRunReport(tx, runId)),
  }
}

/** Everything an end of day leaves behind, without what hangs on the clock or on chance. */
export async function leftBehind(bank: Bank) {
  const of = (sql: string) => bank.rows<Record<string, string>>(sql, [bank.tenantId])
  return {
    runs: await of(
      `select business_date::text, next_date::text, status from eod.run where tenant_id = $1 order by 1`,
    ),
    steps:
      await of(`select r.business_date::text, s.step_no, s.name, s.finished_at is not null as finished from eod.step s
      join eod.run r using (tenant_id, run_id) where tenant_id = $1 order by 1, 2`),
    partitions:
      await of(`select r.business_date::text, s.name, count(*)::int as partitions, count(p.done_at)::int as done
      from eod.partition p join eod.step s using (tenant_id, run_id, step_no) join eod.run r using (tenant_id, run_id)
      where tenant_id = $1 group by 1, 2 order by 1, 2`),
    totals: await of(`select business_date::text, gl_code, currency, opening, debits, credits, closing, lines
      from eod.control_total where tenant_id = $1 order by 1, 2, 3`),
    extracts:
      await of(`select e.business_date::text, e.row_count, r.gl_code, r.currency, r.debit_balances, r.credit_balances, r.shown
      from reconciliation.gl_extract e left join reconciliation.gl_extract_row r using (tenant_id, business_date)
      where tenant_id = $1 order by 1, 3, 4`),
    interest:
      await of(`select a.account_id, a.accrued_through::text, a.credit_exact, a.credit_rounded, a.unmet, count(r.*)::int as days,
             sum(r.credit_posted)::text as posted
        from interest.accrued a join interest.accrual r using (tenant_id, account_id) where tenant_id = $1
       group by 1, 2, 3, 4, 5 order by 1`),
    late: await of(`select e.kind, e.booking_date::text, e.value_date::text, l.account_id, l.side, l.amount
        from ledger.journal_entry e join ledger.posting_line l using (tenant_id, entry_no)
       where tenant_id = $1 and e.kind in ('accrual', 'capitalisation', 'fee', 'revaluation') order by 1, 2, 3, 4, 5, 6`),
    positions:
      await of(`select business_date::text, currency, position, counter_value, rate_date::text, rate_version, base_value,
        entry_id is not null as posted from fx.revaluation where tenant_id = $1 order by 1, 2`),
    holds: await of(`select account_id, amount, remaining, status, version from holds.account_hold
      where tenant_id = $1 order by 1, 2, 3`),
    standing: await of(
      `select account_id, held, status from account.balance where tenant_id = $1 order by 1`,
    ),
    fees: await of(
      `select account_id, code, period_end::text, amount from interest.fee where tenant_id = $1 order by 1, 2, 3`,
    ),
    told: await of(`select type, subject, count(*)::int as times from outbox.outbox_event
      where tenant_id = $1 and type like 'plinth.business%' group by 1, 2 order by 1, 2`),
  }
}
