import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import { parseTenantId, type TenantId } from '@plinth/kernel'
import type { Role } from './role.js'

/** A key's row. The secret itself was shown once and is nowhere. */
export interface ApiKey {
  readonly keyId: string
  readonly name: string
  readonly roles: readonly Role[]
  readonly secretHash: Buffer
  /** Epoch milliseconds. */
  readonly expiresAtMs: number | undefined
  readonly revokedAtMs: number | undefined
  readonly lastUsedAtMs: number | undefined
}

export interface ApiToken {
  readonly tenantId: TenantId
  readonly keyId: string
  readonly secret: string
}

const tokenForm = /^plk_([a-z0-9-]{1,32})_([a-z0-9]{8,32})_([A-Za-z0-9]{43,64})$/

/** `plk_<tenant>_<id>_<secret>` (contract §3), or undefined. */
export function parseApiToken(text: string): ApiToken | undefined {
  const parts = tokenForm.exec(text)
  const tenantId = parts && parseTenantId(parts[1] as string)
  if (!tenantId) return undefined
  return { tenantId, keyId: parts[2] as string, secret: parts[3] as string }
}

/** A new key's id and secret: 60 and 256 bits of randomness. */
export function newApiToken(tenantId: TenantId): ApiToken & { readonly text: string } {
  const keyId = randomBytes(8).toString('hex')
  // Hexadecimal has no underscore, which separates the parts.
  const secret = randomBytes(32).toString('hex')
  return { tenantId, keyId, secret, text: `plk_${tenantId}_${keyId}_${secret}` }
}

/** SHA-256 is enough for a random secret of 256 bits: there is nothing to guess slowly. */
export const hashSecret = (secret: string): Buffer => createHash('sha256').update(secret).digest()

/** Whether the secret opens the key now. */
export function opens(key: ApiKey, secret: string, nowMs: number): boolean {
  const right = timingSafeEqual(key.secretHash, hashSecret(secret))
  return right && key.revokedAtMs === undefined && (key.expiresAtMs === undefined || nowMs < key.expiresAtMs)
}
