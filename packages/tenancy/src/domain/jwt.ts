import { parseTenantId, type TenantId } from '@plinth/kernel'
import { isRole, type Role } from './role.js'

/** The algorithms a token may be signed with. Asymmetric ones only: who can verify must not be able to sign. */
export const jwtAlgorithms = ['EdDSA', 'ES256', 'RS256'] as const
export type JwtAlgorithm = (typeof jwtAlgorithms)[number]

/** Whose tokens are taken, and for whom they must be made. */
export interface JwtSettings {
  readonly issuer: string
  readonly audience: string
  readonly algorithms: readonly JwtAlgorithm[]
  /** Where the issuer's public keys are: an https URL, or a file. */
  readonly keys: URL | string
  /** Whether the URL may be plain http, or lead to an address that only the bank's own network has. */
  readonly internalKeys: boolean
}

/** What Plinth takes from a verified token (contract §3). */
export interface JwtIdentity {
  readonly tenantId: TenantId
  readonly subject: string
  readonly roles: readonly Role[]
  readonly client: string | undefined
  readonly onBehalfOf: string | undefined
}

// As long as the database's other names; without control characters, because it stands in logs and in the audit trail.
const subjectForm = /^[\x21-\x7e]{1,255}$/

/** The identity in the claims of a token whose signature, issuer, audience and times are right; undefined if they say none. */
export function identityIn(claims: Readonly<Record<string, unknown>>): JwtIdentity | undefined {
  const { sub, plinth_tenant: tenant, plinth_roles: named } = claims
  const tenantId = typeof tenant === 'string' ? parseTenantId(tenant) : undefined
  if (tenantId === undefined || typeof sub !== 'string' || !subjectForm.test(sub)) return undefined
  if (!Array.isArray(named)) return undefined
  // An issuer may know roles that this version does not; they grant nothing here.
  const roles = named.filter((role): role is Role => typeof role === 'string' && isRole(role))
  const client = nameIn(claims.client_id) ?? nameIn(claims.azp)
  // RFC 8693 §4.1: `act` is who acts, and `sub` then who let them.
  const actor = nameIn((claims.act as { sub?: unknown } | undefined)?.sub)
  if (claims.act !== undefined && actor === undefined) return undefined
  return actor === undefined
    ? { tenantId, subject: `jwt:${sub}`, roles, client, onBehalfOf: undefined }
    : { tenantId, subject: `jwt:${actor}`, roles, client, onBehalfOf: `jwt:${sub}` }
}

const nameIn = (claim: unknown): string | undefined =>
  typeof claim === 'string' && subjectForm.test(claim) ? claim : undefined
