declare const brand: unique symbol
/** A string that was checked to be one thing and cannot be mistaken for another. Minted when parsing or reading rows. */
export type Brand<T, Name extends string> = T & { readonly [brand]: Name }

export type TenantId = Brand<string, 'TenantId'>
export type AccountId = Brand<string, 'AccountId'>
export type GlCode = Brand<string, 'GlCode'>
export type EntryId = Brand<string, 'EntryId'>
export type IdempotencyKey = Brand<string, 'IdempotencyKey'>

// No underscore: a token `plk_<tenant>_<id>_<secret>` is split at underscores (contract §3).
export const tenantIdPattern = /^[a-z0-9][a-z0-9-]{0,31}$/
/** Contract §2. */
export const accountIdPattern = /^[A-Za-z0-9][A-Za-z0-9:._-]{0,63}$/
/** Sorts behind every account id: the upper end of a range that has none. */
export const behindAllAccounts = '~'
/** GL codes follow the rule of account ids, so that reports and exports can name both alike. */
export const glCodePattern = /^[A-Za-z0-9][A-Za-z0-9:._-]{0,63}$/
/** Contract §3: 1 to 255 visible ASCII characters. */
export const idempotencyKeyPattern = /^[\x21-\x7e]{1,255}$/
export const uuidPattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/

const parser =
  <Id extends Brand<string, string>>(pattern: RegExp) =>
  (text: string): Id | undefined =>
    pattern.test(text) ? (text as Id) : undefined

export const parseTenantId = parser<TenantId>(tenantIdPattern)
export const parseAccountId = parser<AccountId>(accountIdPattern)
export const parseGlCode = parser<GlCode>(glCodePattern)
export const parseUuid = <Id extends Brand<string, string>>(text: string): Id | undefined =>
  parser<Id>(uuidPattern)(text)
export const parseEntryId = parser<EntryId>(uuidPattern)
export const parseIdempotencyKey = parser<IdempotencyKey>(idempotencyKeyPattern)
