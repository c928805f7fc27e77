import { randomUUID } from 'node:crypto'
import type { AccountId, BusinessDate } from '@plinth/kernel'
import {
  type MadeStatement,
  makeStatement,
  readExtractPage,
  readStatementPage,
  type StatementFindings,
  type StatementPage,
  verifyStatements,
} from '@plinth/reconciliation'
import { renderCamt053, renderCsv, renderStatementPage, renderText } from '@plinth/reconciliation/domain'
import type { Bank } from '../support/bank.js'
import { currencies } from '../support/commands.js'

const asker = () => ({
  auditEventId: randomUUID(),
  subject: 'test',
  roles: [],
  correlationId: randomUUID(),
  causationId: undefined,
})

/** The statement up to a day, made or there. */
export const make = ({ database, tenantId }: Bank, accountId: string, to: string): Promise<MadeStatement> =>
  database.transaction({ tenantId, lane: 'batch', deadlineMs: Date.now() + 10_000, repeatable: true }, (tx) =>
    makeStatement(tx, {
      accountId: accountId as AccountId,
      to: to as BusinessDate,
      currencies,
      asker: asker(),
    }),
  )

/** Number, days and balances of what was made; the reason of what was not. */
export function told(made: MadeStatement): string {
  if (made.outcome === 'no_account') return made.outcome
  if (made.outcome === 'refused') return made.detail
  const { statementNo, from, to, opening, closing } = made.stored.statement
  return `${made.outcome} ${statementNo}: ${from} to ${to}, ${opening} to ${closing}`
}

export async function numbered(
  bank: Bank,
  accountId: string,
  statementNo: number,
  page = 1,
): Promise<StatementPage> {
  const wanted = { accountId: accountId as AccountId, statementNo, page, currencies }
  const found = await bank.database.read(bank.tenantId, (tx) => readStatementPage(tx, wanted))
  if (found === undefined) throw new Error(`no statement ${statementNo} of ${accountId}`)
  return found
}

export async function extract(
  bank: Bank,
  accountId: string,
  { from, to, page = 1 }: { from: string; to: string; page?: number },
): Promise<StatementPage> {
  const days = { from: from as BusinessDate, to: to as BusinessDate }
  const wanted = { accountId: accountId as AccountId, ...days, page, currencies, askedBy: 'test' }
  const found = await bank.database.read(bank.tenantId, (tx) => readExtractPage(tx, wanted))
  if (found === undefined) throw new Error(`no page ${page} of ${accountId}`)
  return found
}

export const findings = ({ database, tenantId }: Bank): Promise<StatementFindings> =>
  database.read(tenantId, (tx) => verifyStatements(tx, currencies))

/** A page in every form. */
export const inEveryForm = (page: StatementPage): readonly string[] => [
  JSON.stringify(renderStatementPage(page)),
  renderText(page),
  renderCsv(page),
  renderCamt053(page),
]
