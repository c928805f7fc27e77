import { type AuditEvent, recordAuditEvents } from '@plinth/audit'
import type { Database, Tx } from '@plinth/db'
import { readAccruedOnGl } from '@plinth/interest'
import { type Currencies, formatMinor, type TenantId } from '@plinth/kernel'
import { readHead } from '@plinth/ledger'
import { Differences } from '../domain/comparisons.js'
import type { ReconciliationRun } from '../domain/reconciliation-run.js'
import { type ReconciliationRunId, settleBreaks } from '../domain/settle-breaks.js'
import { compareAccounts } from './compare-accounts.js'
import { compareDays } from './compare-days.js'
import type { Asker } from './make-statement.js'
import type { BreakStore, ExtractStore } from './ports.js'

/** Who reconciles which books. */
export interface Reconciliation {
  readonly tenantId: TenantId
  readonly currencies: Currencies
  readonly asker: Omit<Asker, 'auditEventId'>
  newId(): string
}

/** What became of the breaks with a run. */
export interface Reconciled extends ReconciliationRun {
  readonly breaks: {
    readonly opened: number
    readonly closed: number
    readonly open: number
    readonly explained: number
  }
}

// Longer than it takes to keep some thousand breaks.
const patienceMs = 60_000

/**
 * Compares the books with themselves, in one snapshot and in pages, and keeps what differs as breaks. Nobody waits for it. Two at
 * once: what both found is one break.
 */
export const reconcileWith =
  (store: BreakStore & ExtractStore) =>
  async (database: Database, { tenantId, currencies, asker, newId }: Reconciliation): Promise<Reconciled> => {
    const differences = new Differences()
    const head = await database.read(tenantId, async (tx) => {
      const read = await readHead(tx)
      await compareAccounts(tx, currencies, differences)
      await compareDays(tx, { store, currencies }, differences)
      await compareAccruals(tx, currencies, differences)
      return read
    })
    const runId = newId() as ReconciliationRunId
    const write = { tenantId, lane: 'batch', deadlineMs: Date.now() + patienceMs, repeatable: true } as const
    return await database.transaction(write, async (tx) => {
      const { now } = await readHead(tx)
      const run: ReconciliationRun = {
        ...{ runId, asOfEntryNo: head.nextEntryNo - 1, startedAt: head.now, finishedAt: now },
        ...{
          startedBy: asker.subject,
          correlationId: asker.correlationId,
          comparisons: differences.counts(),
        },
      }
      const known = await store.readRun(tx, runId)
      // The answer to COMMIT was lost.
      if (known !== undefined)
        return { ...known, breaks: { opened: 0, closed: 0, ...(await store.countStanding(tx)) } }
      const standing = await store.lockStanding(tx)
      const settled = settleBreaks(standing, differences.kept, {
        ...{ runId, at: now, since: head.now, by: asker.subject, cutShort: differences.cutShort, newId },
      })
      await store.writeRun(tx, run)
      await store.writeSettled(tx, settled)
      recordAuditEvents(
        tx,
        [auditEventOf(asker, { auditEventId: newId(), action: 'run_reconciliation', object: runId })],
        now,
      )
      const closed = settled.events.filter(({ what }) => what === 'closed').length
      const counts = await store.countStanding(tx)
      return { ...run, breaks: { opened: settled.opened.length, closed, ...counts } }
    })
  }

export const auditEventOf = (
  asker: Omit<Asker, 'auditEventId'>,
  told: Pick<AuditEvent, 'auditEventId' | 'action' | 'object'>,
): Omit<AuditEvent, 'occurredAt'> => ({
  ...asker,
  ...told,
  outcome: 'accepted',
  code: undefined,
  idempotencyKey: undefined,
})

async function compareAccruals(tx: Tx, currencies: Currencies, differences: Differences): Promise<void> {
  for (const { accountId, currency, accrued, posted } of await readAccruedOnGl(tx, currencies)) {
    const text = (minor: bigint) => `${formatMinor(minor, currencies.decimalsOf(currency) ?? 0)} ${currency}`
    differences.amount('accruals_gl', `account ${accountId}`, { expected: accrued, found: posted, text })
  }
}
