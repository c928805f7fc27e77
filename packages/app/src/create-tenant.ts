import { type AuditEvent, recordAuditEvents } from '@plinth/audit'
import { CommandFailure, exitCodes, type NewTenant, type TenantRequest } from '@plinth/cli'
import type { Database, Tx } from '@plinth/db'
import { uuidV7 } from '@plinth/http'
import {
  type BusinessDate,
  currenciesWith,
  instantOf,
  ownCurrencyDecimalsMax,
  ownCurrencyPattern,
  parseBusinessDate,
  parseTenantId,
  type TenantId,
} from '@plinth/kernel'
import { openBooks } from '@plinth/ledger'
import { insertTenant, issueApiKey, type Role, readTenant, roles, type Tenant } from '@plinth/tenancy'

// Two statements and one commit; whoever waits longer has lost the database.
const patienceMs = 10_000
const nameLengthMax = 200

/** The tenant, its open books, a key for each role and the audit events of all that, in one transaction. */
export async function createTenant(
  database: Database,
  { tenant, currencies }: WantedTenant,
  subject: string,
): Promise<NewTenant> {
  const { tenantId } = tenant
  const write = { tenantId, lane: 'online', deadlineMs: Date.now() + patienceMs, repeatable: true } as const
  const tokens = await database.transaction(write, async (tx) => {
    if ((await readTenant(tx)) !== undefined) return undefined
    await insertTenant(tx, tenant, { settings: { currencies }, subject })
    await openBooks(tx, tenant.firstBusinessDate)
    const events = [auditEvent({ action: 'create_tenant', object: tenantId, subject })]
    recordAuditEvents(tx, events, instantOf(Date.now()))
    return issueRoleTokens(tx, { tenantId, wanted: roles, subject })
  })
  if (tokens !== undefined) return { tenant, tokens: tokens as Record<Role, string> }
  throw new CommandFailure(
    `There is a tenant ${tenantId} already. \`plinth token issue --tenant ${tenantId} --role ROLE\` makes a token for it.`,
  )
}

/** A new key for each of the roles, named after it. Answers their tokens, which are shown this once. */
export function issueRoleTokens(
  tx: Tx,
  { tenantId, wanted, subject }: { tenantId: TenantId; wanted: readonly Role[]; subject: string },
): Partial<Record<Role, string>> {
  const tokens: Partial<Record<Role, string>> = {}
  const events: NewAuditEvent[] = []
  for (const role of wanted) {
    const { keyId, token } = issueApiKey(tx, tenantId, {
      name: role,
      roles: [role],
      createdBy: subject,
    })
    tokens[role] = token
    events.push(auditEvent({ action: 'issue_api_key', object: keyId, subject }))
  }
  recordAuditEvents(tx, events, instantOf(Date.now()))
  return tokens
}

type NewAuditEvent = Omit<AuditEvent, 'occurredAt'>

function auditEvent(done: { action: string; object: string; subject: string }): NewAuditEvent {
  return {
    ...done,
    auditEventId: uuidV7(),
    // Whoever runs the command line has the database's password and needs no role.
    roles: [],
    outcome: 'accepted',
    code: undefined,
    idempotencyKey: undefined,
    correlationId: uuidV7(),
    causationId: undefined,
  }
}

/** A tenant to make, and its own currencies. */
export interface WantedTenant {
  readonly tenant: Tenant
  readonly currencies: Readonly<Record<string, number>>
}

/** The tenant that was asked for. All faults are reported at once, as wrong usage. */
export function readTenantRequest(request: TenantRequest, nowMs: number): WantedTenant {
  const faults: string[] = []
  const refuse = <T>(fault: string): T => {
    faults.push(fault)
    return undefined as T
  }
  const currencies = request.currencies ?? {}
  faults.push(...currencyFaults(currencies))
  const baseCurrency = request.baseCurrency ?? 'EUR'
  if (currenciesWith(currencies).decimalsOf(baseCurrency) === undefined) {
    refuse(
      `The base currency ${baseCurrency} is neither of ISO 4217 nor one of the tenant's own (--currency CODE:DECIMALS).`,
    )
  }
  const timeZone = request.timeZone ?? 'Europe/Berlin'
  const known = isTimeZone(timeZone)
  if (!known) refuse(`The time zone ${timeZone} is unknown; name one like Europe/Berlin or UTC.`)
  const name = request.name ?? request.tenantId
  if (name.trim() === '' || name.length > nameLengthMax || /\p{Cc}/u.test(name)) {
    refuse(`The name must have 1 to ${nameLengthMax} characters and no control characters.`)
  }
  const tenant: Tenant = {
    tenantId:
      parseTenantId(request.tenantId) ??
      refuse<TenantId>(
        'A tenant id has 1 to 32 lower-case letters, digits and hyphens, and no hyphen first.',
      ),
    name,
    baseCurrency,
    timeZone,
    firstBusinessDate:
      parseBusinessDate(request.businessDate ?? dateIn(known ? timeZone : 'UTC', nowMs)) ??
      refuse<BusinessDate>(
        `The business date ${request.businessDate} is not a day of the calendar (YYYY-MM-DD).`,
      ),
  }
  if (faults.length > 0) throw new CommandFailure(faults.join('\n'), exitCodes.usage)
  return { tenant, currencies }
}

function currencyFaults(own: Readonly<Record<string, number>>): string[] {
  const iso = currenciesWith()
  return Object.entries(own).flatMap(([code, decimals]) => {
    if (!ownCurrencyPattern.test(code))
      return [`The currency code ${code} must be 3 to 10 capital letters or digits.`]
    if (iso.decimalsOf(code) !== undefined)
      return [`${code} is a currency of ISO 4217 and cannot be defined again.`]
    const whole = Number.isInteger(decimals) && decimals >= 0 && decimals <= ownCurrencyDecimalsMax
    return whole ? [] : [`The currency ${code} must have 0 to ${ownCurrencyDecimalsMax} decimals.`]
  })
}

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name })
    return true
  } catch {
    return false
  }
}

/** The calendar date at a moment in a time zone. Swedish dates are written as ISO 8601 has them. */
function dateIn(timeZone: string, nowMs: number): string {
  return new Intl.DateTimeFormat('sv-SE', { timeZone }).format(nowMs)
}
