import type { Tx } from '@plinth/db'
import type { Instant, TenantId } from '@plinth/kernel'
import { authenticatorWith, type Principal, type TenantRows } from './application/authenticate.js'
import { hashSecret, newApiToken } from './domain/api-key.js'
import type { JwtSettings } from './domain/jwt.js'
import type { Role } from './domain/role.js'
import { insertApiKey, noteApiKeyUse, readApiKey } from './infrastructure/api-key-store.js'
import { openJwtVerifier } from './infrastructure/jwt-verifier.js'
import { readSettings } from './infrastructure/settings-store.js'
import { readTenant } from './infrastructure/tenant-store.js'

export type { Principal } from './application/authenticate.js'
export type { Erasure } from './domain/erasure.js'
export { type JwtAlgorithm, type JwtSettings, jwtAlgorithms } from './domain/jwt.js'
export type { Actor, Proposal, ProposalId, ProposalStatus, Verdict } from './domain/proposal.js'
export { isRole, may, type Permission, type Role, roles, rolesWith } from './domain/role.js'
export type {
  ApprovalMatter,
  BusinessCalendar,
  CommonLimit,
  ForeignExchange,
  SettingsChange,
  SettingsDocument,
  TenantSettings,
} from './domain/settings.js'
export type { Tenant } from './domain/tenant.js'
export type { TransactionCode } from './domain/transaction-code.js'
export { type ApiKeyInfo, insertApiKey, listApiKeys, revokeApiKey } from './infrastructure/api-key-store.js'
export { erasePayload, listErasures, type NewErasure, writeErasure } from './infrastructure/erasure-store.js'
export { type ProposalFigures, readProposalFigures } from './infrastructure/figures-reader.js'
export { KeysUnavailable } from './infrastructure/key-set.js'
export {
  listProposals,
  type ProposalPage,
  readProposals,
  writeDecision,
  writeProposal,
} from './infrastructure/proposal-store.js'
export {
  listSettings,
  readSettings,
  readSettingsVersion,
  type SettingsPage,
  type SettingsRecord,
  type SettingsVersion,
  writeSettings,
} from './infrastructure/settings-store.js'
export { insertTenant, listTenants, readTenant } from './infrastructure/tenant-store.js'

export type Authenticate = (token: string, nowMs: number) => Promise<Principal | undefined>

/** An authenticator that reads keys and tenants through `rows`, and takes JWTs if it is told whose. */
export const openAuthenticator = (rows: TenantRows, jwt?: JwtSettings): Authenticate =>
  authenticatorWith(
    { readApiKey, readTenant, readSettings, noteApiKeyUse },
    rows,
    jwt && openJwtVerifier(jwt),
  )

/** A key that is not there yet: its id, its token, which is shown this once, and what is kept of the secret. */
export function draftApiKey(tenantId: TenantId): { keyId: string; token: string; secretHash: Buffer } {
  const { keyId, secret, text } = newApiToken(tenantId)
  return { keyId, token: text, secretHash: hashSecret(secret) }
}

/** Makes an API key of the transaction's tenant and answers its token, which is shown this once. */
export function issueApiKey(
  tx: Tx,
  tenantId: TenantId,
  key: { name: string; roles: readonly Role[]; createdBy: string; expiresAt?: Instant },
): { keyId: string; token: string } {
  const { keyId, token, secretHash } = draftApiKey(tenantId)
  const { name, roles, createdBy, expiresAt } = key
  insertApiKey(tx, { keyId, name, roles, secretHash, createdBy, expiresAt })
  return { keyId, token }
}
