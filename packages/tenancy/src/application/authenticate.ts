import { createHash } from 'node:crypto'
import type { Tx } from '@plinth/db'
import type { Currencies, TenantId } from '@plinth/kernel'
import { type ApiKey, opens, parseApiToken } from '../domain/api-key.js'
import type { Role } from '../domain/role.js'
import type { TenantSettings } from '../domain/settings.js'
import type { Tenant } from '../domain/tenant.js'
import type { TenancyPort, VerifyJwt } from './ports.js'

/** Who calls, for which tenant, and what its settings were within the last seconds. */
export interface Principal {
  readonly subject: string
  readonly roles: readonly Role[]
  /** The application that the subject uses: an API key's name, a token's client. */
  readonly client: string | undefined
  /** Who let the subject act for them. */
  readonly onBehalfOf: string | undefined
  readonly tenant: Tenant
  readonly settings: TenantSettings
  /** Those of the settings. */
  readonly currencies: Currencies
}

// A revoked or expired key is refused at most this much later; in return a busy caller costs one look-up in five seconds.
const rememberedMs = 5_000
// Bounds the memory of a flood of wrong tokens, which are remembered as well.
const rememberedMax = 10_000

type InTenant = <T>(tenantId: TenantId, work: (tx: Tx) => Promise<T>) => Promise<T>

/** How an authenticator reaches the rows of the tenant that a token names. */
export interface TenantRows {
  /** One snapshot. */
  readonly read: InTenant
  /** One transaction; what it does is lost if it cannot be done now. Absent: nobody uses the keys, they are only tried. */
  readonly write?: InTenant
}

// Often enough to see that a key is not used any more; seldom enough to cost nothing.
const notedMs = 60_000

/**
 * Turns a bearer token into its principal, or undefined: malformed, unknown, of another tenant, expired and revoked look
 * alike. An API key is read under the tenant that its own token names, so it opens nothing else; a JWT is believed its tenant,
 * if there is such a tenant. Without `verifyJwt` no JWT is taken.
 */
export function authenticatorWith(store: TenancyPort, { read, write }: TenantRows, verifyJwt?: VerifyJwt) {
  const remembered = new Map<
    string,
    { readonly until: number; readonly principal: Promise<Principal | undefined> }
  >()

  async function lookUp(token: string, nowMs: number): Promise<Principal | undefined> {
    const parsed = parseApiToken(token)
    if (parsed === undefined) return await lookUpJwt(token, nowMs)
    const [key, tenant, settings] = await read(parsed.tenantId, (tx) =>
      Promise.all([store.readApiKey(tx, parsed.keyId), store.readTenant(tx), store.readSettings(tx)]),
    )
    if (!key || !tenant || !settings || !opens(key, parsed.secret, nowMs)) return undefined
    // Beside the request: nobody waits for it, and nobody is refused because it failed.
    if (key.lastUsedAtMs === undefined || nowMs - key.lastUsedAtMs > notedMs)
      write?.(parsed.tenantId, async (tx) => store.noteApiKeyUse(tx, key.keyId)).catch(() => {})
    return { ...callerOf(key), tenant, settings, currencies: settings.currencies }
  }

  async function lookUpJwt(token: string, nowMs: number): Promise<Principal | undefined> {
    const identity = await verifyJwt?.(token, nowMs)
    if (identity === undefined) return undefined
    const { tenantId, ...caller } = identity
    const [tenant, settings] = await read(tenantId, (tx) =>
      Promise.all([store.readTenant(tx), store.readSettings(tx)]),
    )
    return tenant && settings && { ...caller, tenant, settings, currencies: settings.currencies }
  }

  return (token: string, nowMs: number): Promise<Principal | undefined> => {
    const fingerprint = createHash('sha256').update(token).digest('base64')
    const known = remembered.get(fingerprint)
    if (known !== undefined && nowMs < known.until) return known.principal
    if (remembered.size >= rememberedMax) remembered.clear()
    const principal = lookUp(token, nowMs)
    remembered.set(fingerprint, { until: nowMs + rememberedMs, principal })
    principal.catch(() => remembered.delete(fingerprint))
    return principal
  }
}

const callerOf = (key: ApiKey) => ({
  subject: `key:${key.keyId}`,
  roles: key.roles,
  client: key.name,
  onBehalfOf: undefined,
})
