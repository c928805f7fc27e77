import { recordAuditEvents } from '@plinth/audit'
import { instantOf } from '@plinth/kernel'
import type { Exchange } from './exchange.js'
import type { ProblemCode } from './problem.js'
import { contextOf } from './run-command.js'
import { uuidV7 } from './uuid-v7.js'

/** What a caller that we know tried and may not. */
export interface Denied {
  /** A command's type, or the call's name in the OpenAPI document. */
  readonly action: string
  readonly code: ProblemCode
}

const denials: ReadonlySet<string | undefined> = new Set<ProblemCode>(['forbidden', 'tenant_mismatch'])
export const isDenial = (code: string | undefined): boolean => denials.has(code)

const patienceMs = 2_000

/**
 * Writes denied attempts into the audit trail of the caller's own tenant. Who has no valid token is in the log and in no
 * tenant's trail: anybody could fill it. If it cannot be written the caller is denied all the same, and the log says so.
 */
export async function recordDenied(exchange: Exchange, attempts: readonly Denied[]): Promise<void> {
  const { edge, caller, correlation } = exchange
  if (caller === undefined || attempts.length === 0) return
  await edge.rateLimit.countDenial(caller)
  const { tenantId } = caller.tenant
  const nowMs = edge.now()
  const events = attempts.map(({ action, code }) => ({
    ...contextOf(exchange, caller),
    auditEventId: uuidV7(),
    action,
    object: undefined,
    outcome: 'denied' as const,
    code,
    idempotencyKey: undefined,
  }))
  await edge.database
    .transaction({ tenantId, lane: 'online', deadlineMs: nowMs + patienceMs }, async (tx) =>
      recordAuditEvents(tx, events, instantOf(nowMs)),
    )
    .catch((error: unknown) => {
      edge.logger.error({ err: error, correlationId: correlation.correlationId }, 'a denial was not audited')
    })
}
