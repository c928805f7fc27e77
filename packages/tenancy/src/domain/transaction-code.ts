import type { Role } from './role.js'

/** What a tenant says of a kind of transaction. A posting with a code that is not registered is bound by nothing here. */
export interface TransactionCode {
  readonly code: string
  readonly name: string
  /** Who may post it, beside having the permission to post; undefined: whoever has that. */
  readonly roles: readonly Role[] | undefined
  /** The types of GL accounts (contract §1) that its debits and its credits may touch; undefined: any. */
  readonly debitGlTypes: readonly string[] | undefined
  readonly creditGlTypes: readonly string[] | undefined
  /** False: the bank's own, which a dormant account lets pass (contract §5, Status). */
  readonly customerInitiated: boolean
  /** ISO 20022 BankTransactionCode: domain, family and sub-family, `PMNT-ICDT-ESCT`; for statements. */
  readonly bankTransactionCode: string | undefined
  /** False: withdrawn. Nobody posts it any more. */
  readonly active: boolean
}

/** Whether somebody in these roles may post the code at all. */
export const mayPostCode = (code: TransactionCode | undefined, roles: readonly Role[]): boolean =>
  code?.roles === undefined || code.roles.some((role) => roles.includes(role))
