import { recordAuditEvents } from '@plinth/audit'
import { Overtaken, type Tx } from '@plinth/db'
import { type BusinessDate, instantOf, invariant } from '@plinth/kernel'
import { type Head, moveBusinessDate, readHead } from '@plinth/ledger'
import { enqueueEvents } from '@plinth/outbox'
import type { Books, CommandContext } from '@plinth/posting'
import { readSettingsVersion } from '@plinth/tenancy'
import { nextBusinessDate } from '../domain/business-calendar.js'
import type { Run, RunId } from '../domain/run.js'
import { EodRefused, EodRunning } from './eod-error.js'
import type { EodSetting } from './setting.js'
import { auditEventOf, eventOf } from './tell.js'
import { transactionsOf } from './transactions.js'

/**
 * Begins the end of the business date, or takes up the one that was begun, whose lease must have ended. Undefined: `date` is
 * closed already.
 *
 * @throws EodRunning somebody else is at it.
 */
export async function cutOff(
  setting: EodSetting,
  { tenant: { tenantId } }: Books,
  { operator, date }: { operator: CommandContext; date: BusinessDate },
): Promise<Run | undefined> {
  const { database, store, newId } = setting
  // Made once: if the answer to COMMIT is lost, the run that is there is known to be this one.
  const runId = newId() as RunId
  return await transactionsOf(
    database,
    tenantId,
  )(async (tx) => {
    const open = await store.readOpenRun(tx)
    if (open?.runId === runId) return open
    if (open !== undefined && date < open.businessDate) return undefined
    if (open !== undefined) return await takeUp(tx, setting, { open, operator, force: false })
    const head = await readHead(tx)
    if (date < head.businessDate) return undefined
    return await moveOn(tx, setting, { runId, head, operator })
  })
}

/**
 * In one transaction: the run, the head's move to the next business date, and what is told of it. The head is locked last, and
 * online postings behind it are booked on the next date.
 */
async function moveOn(
  tx: Tx,
  { store, owner, newId }: EodSetting,
  { runId, head, operator }: { runId: RunId; head: Head; operator: CommandContext },
): Promise<Run> {
  const { businessDate, settingsVersion } = head
  const { calendar } = await readSettingsVersion(tx, settingsVersion)
  const nextDate = nextBusinessDate(calendar, businessDate)
  const { subject: startedBy, correlationId } = operator
  await store.insertRun(tx, { runId, businessDate, nextDate, startedBy, correlationId, owner })
  const stepNo = await store.insertStep(tx, runId, 'cut_off')
  await store.finishStep(tx, { runId, stepNo })
  const move = { from: businessDate, to: nextDate, settingsVersion, events: 1 }
  await store.noteCutOff(tx, runId, await moveBusinessDate(tx, move))
  const told = { runId, businessDate, nextDate, context: operator, newId }
  recordAuditEvents(tx, [auditEventOf(told, 'run_eod')])
  enqueueEvents(tx, [eventOf(told, 'closing')])
  return await readThe(tx, store, runId)
}

/**
 * Takes a run over whose lease has ended; `force`: whoever has it is gone for sure.
 *
 * @throws EodRunning somebody else is at it.
 */
export async function takeUp(
  tx: Tx,
  { store, owner, newId }: EodSetting,
  { open, operator, force }: { open: Run; operator: CommandContext; force: boolean },
): Promise<Run> {
  const claimed = await store.claim(tx, open.runId, { owner, force })
  if (claimed === undefined) {
    const { status, businessDate, lease } = await readThe(tx, store, open.runId)
    if (status === 'completed') throw new Overtaken('the run has ended')
    throw new EodRunning(businessDate, lease)
  }
  const told = { businessDate: open.businessDate, context: operator, newId }
  recordAuditEvents(tx, [auditEventOf(told, 'resume_eod')], instantOf(Date.now()))
  return claimed
}

/** The run as it would be begun now. The head is only read, so nobody waits for the transaction. */
export async function rehearsedCutOff(
  tx: Tx,
  { store, owner, newId }: EodSetting,
  { operator, date }: { operator: CommandContext; date: BusinessDate },
): Promise<Run> {
  const open = await store.readOpenRun(tx)
  if (open !== undefined)
    throw new EodRefused(
      `${open.businessDate} is closing; the day behind it can be rehearsed when it is closed.`,
    )
  const { businessDate, settingsVersion, nextEntryNo, now } = await readHead(tx)
  if (date < businessDate)
    throw new EodRefused(`${date} is closed already; the business date is ${businessDate}.`)
  const { calendar } = await readSettingsVersion(tx, settingsVersion)
  const nextDate = nextBusinessDate(calendar, businessDate)
  const { subject: startedBy, correlationId } = operator
  const runId = newId() as RunId
  await store.insertRun(tx, { runId, businessDate, nextDate, startedBy, correlationId, owner })
  await store.noteCutOff(tx, runId, { firstEntryNo: nextEntryNo, postedAt: now })
  return await readThe(tx, store, runId)
}

async function readThe(tx: Tx, { readRun }: EodSetting['store'], runId: RunId): Promise<Run> {
  const run = await readRun(tx, runId)
  invariant(run !== undefined, 'a run stays', { runId })
  return run
}
