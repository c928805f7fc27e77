import { recordAuditEvents } from '@plinth/audit'
import type { Tx } from '@plinth/db'
import { readHead } from '@plinth/ledger'
import { type Break, type BreakId, explainBreak } from '../domain/settle-breaks.js'
import type { Asker } from './make-statement.js'
import type { BreakStore } from './ports.js'
import { auditEventOf } from './reconcile.js'

export interface Explanation {
  readonly breakId: BreakId
  readonly note: string
  readonly asker: Asker
}

export type Explained =
  | { readonly outcome: 'explained'; readonly explained: Break }
  | { readonly outcome: 'no_break' }
  | { readonly outcome: 'closed' }

/** Says why a break is there: it counts no more as open until its figures change. Said again, the newer note stands. */
export const explainBreakWith =
  (store: BreakStore) =>
  async (tx: Tx, { breakId, note, asker }: Explanation): Promise<Explained> => {
    const standing = await store.lockBreak(tx, breakId)
    if (standing === undefined) return { outcome: 'no_break' }
    if (standing.status === 'closed') return { outcome: 'closed' }
    const { now } = await readHead(tx)
    const { explained, event } = explainBreak(standing, { at: now, by: asker.subject, note })
    await store.writeSettled(tx, { opened: [], changed: [explained], events: [event] })
    recordAuditEvents(tx, [auditEventOf(asker, { ...asker, action: 'explain_break', object: breakId })], now)
    return { outcome: 'explained', explained }
  }
