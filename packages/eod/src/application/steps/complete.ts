import { recordAuditEvents } from '@plinth/audit'
import { closeDay, readHead, takeNumbers } from '@plinth/ledger'
import { enqueueEvents } from '@plinth/outbox'
import type { RunStore, SetAsideStore } from '../ports.js'
import type { DayStep } from '../step.js'
import { auditEventOf, eventOf } from '../tell.js'

/** Closes the day: nothing is booked on it any more. */
export const completeWith = ({ complete, readUnsettled }: RunStore & SetAsideStore): DayStep => ({
  of: 'day',
  name: 'complete',
  work: async (tx, closing) => {
    const setAside = (await readUnsettled(tx, closing.runId)).length
    await complete(tx, closing.runId)
    if (!closing.rehearsal) {
      const { businessDate, settingsVersion } = await readHead(tx)
      await takeNumbers(tx, { businessDate, settingsVersion, entries: 0, events: 1 })
      await closeDay(tx, closing.businessDate)
      recordAuditEvents(tx, [auditEventOf(closing, 'complete_eod')])
      enqueueEvents(tx, [eventOf(closing, 'closed', { setAside })])
    }
    return { setAside }
  },
})
