import { makeStatementWith } from './application/make-statement.js'
import { readStatementPageWith } from './application/read-statement.js'
import { verifyStatementsWith } from './application/verify-statements.js'
import { statementStore } from './infrastructure/statement-store.js'

export type { Asker, MadeStatement, StatementRequest } from './application/make-statement.js'
export type { StoredStatement } from './application/ports.js'
export { readExtractPage } from './application/read-statement.js'
export type { StatementFindings } from './application/verify-statements.js'
export type { Statement, StatementPage } from './domain/statement.js'
export { listStatements, type StatementListPage } from './infrastructure/statement-store.js'

export const makeStatement = makeStatementWith(statementStore)
export const readStatementPage = readStatementPageWith(statementStore)
/** Compares every statement with the journal; wants a transaction that reads one snapshot. */
export const verifyStatements = verifyStatementsWith(statementStore)
