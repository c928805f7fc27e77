import { explainBreakWith } from './application/explain-break.js'
import { glExtractStepWith } from './application/gl-extract-step.js'
import { makeStatementWith } from './application/make-statement.js'
import { readGlExtractWith } from './application/read-extract.js'
import { readStatementPageWith } from './application/read-statement.js'
import { reconcileWith } from './application/reconcile.js'
import { readRehearsedExtractWith } from './application/rehearsed-extract.js'
import { verifyBalancesWith } from './application/verify-balances.js'
import { verifyReconciliationWith } from './application/verify-reconciliation.js'
import { verifyStatementsWith } from './application/verify-statements.js'
import { breakStore } from './infrastructure/break-store.js'
import { extractStore } from './infrastructure/extract-store.js'
import { statementStore } from './infrastructure/statement-store.js'

export { makeBalanceTrees, readDayWithoutTrees, type TreesRequest } from './application/balance-trees.js'
export type { Explained, Explanation } from './application/explain-break.js'
export type { Asker, MadeStatement, StatementRequest } from './application/make-statement.js'
export type { ExtractHead, StoredStatement } from './application/ports.js'
export { type CustomerProofRequest, proveCustomerBalance } from './application/prove-customer-balance.js'
export { readExtractPage } from './application/read-statement.js'
export type { Reconciled, Reconciliation } from './application/reconcile.js'
export type { RehearsedExtract } from './application/rehearsed-extract.js'
export type { StatementFindings } from './application/verify-statements.js'
export type { ReconciliationRun } from './domain/reconciliation-run.js'
export type { RenderedGlExtract } from './domain/render-gl-extract.js'
export type { Break, BreakEvent, BreakId, BreakStatus, ReconciliationRunId } from './domain/settle-breaks.js'
export type { Statement, StatementPage } from './domain/statement.js'
export {
  type BreakPage,
  listBreaks,
  listReconciliationRuns,
  type RunListPage,
  readBreak,
} from './infrastructure/break-store.js'
export { type ExtractListPage, listExtracts } from './infrastructure/extract-store.js'
export { type BreakFigures, readBreakFigures } from './infrastructure/figures-reader.js'
export { listStatements, type StatementListPage } from './infrastructure/statement-store.js'

export const makeStatement = makeStatementWith(statementStore)
export const readStatementPage = readStatementPageWith(statementStore)
/** Compares every statement with the journal; wants a transaction that reads one snapshot. */
export const verifyStatements = verifyStatementsWith(statementStore)

/** The step of the end of day that keeps a day's GL extract, behind its control totals. */
export const glExtractStep = glExtractStepWith(extractStore)
/** See readGlExtractWith. */
export const readGlExtract = readGlExtractWith(extractStore)
/** See readRehearsedExtractWith. */
export const readRehearsedExtract = readRehearsedExtractWith(extractStore)
/** See reconcileWith. */
export const reconcile = reconcileWith({ ...breakStore, ...extractStore })
/** See explainBreakWith. */
export const explainBreak = explainBreakWith(breakStore)
/** See verifyReconciliationWith; wants a transaction that reads one snapshot. */
export const verifyReconciliation = verifyReconciliationWith({ ...breakStore, ...extractStore })
/** See verifyBalancesWith; wants a transaction that reads one snapshot. */
export const verifyBalances = verifyBalancesWith(extractStore)
