import { invariant } from '@plinth/kernel'
import type { Books } from '@plinth/posting'
import type { Run, RunId, SetAside } from '../domain/run.js'
import { isPassing } from './eod-error.js'
import { reasonOf } from './reason.js'
import type { Transact } from './running.js'
import type { EodRequest, EodSetting } from './setting.js'
import type { AccountStep, Closing, Step } from './step.js'
import { transactionsOf } from './transactions.js'

/**
 * Tries again, account by account, what was set aside: the step that failed and those behind it, in one transaction. Answers
 * the runs that it concerned. Their days may be closed by now; what is made up for is booked on the business date then.
 */
export async function retrySetAside(
  setting: EodSetting,
  books: Books,
  { request, closingOf }: { request: EodRequest; closingOf(run: Run): Closing },
): Promise<RunId[]> {
  const { database, store, steps } = setting
  const { tenantId } = books.tenant
  const transact = transactionsOf(database, tenantId)
  const unsettled = await database.read(tenantId, (tx) => store.readUnsettled(tx))
  for (const failed of unsettled) {
    if (request.stopped?.()) break
    const run = await database.read(tenantId, (tx) => store.readRun(tx, failed.runId))
    invariant(run !== undefined, 'a run stays', { runId: failed.runId })
    if (run.status !== 'completed') continue
    await retry(setting, transact, { failed, request, closing: closingOf(run), steps })
  }
  return [...new Set(unsettled.map(({ runId }) => runId))]
}

async function retry(
  { store }: EodSetting,
  transact: Transact,
  {
    failed,
    request,
    closing,
    steps,
  }: { failed: SetAside; request: EodRequest; closing: Closing; steps: readonly Step[] },
): Promise<void> {
  const { accountId } = failed
  let step = failed.step
  try {
    await transact(async (tx) => {
      // Two operators may be at it.
      const still = await store.lockUnsettled(tx, failed)
      if (still === undefined) return
      store.settle(tx, failed)
      for (const each of from(steps, still.step)) {
        step = each.name
        await each.work(tx, closing, [accountId])
      }
    })
  } catch (error) {
    if (isPassing(error)) throw error
    request.failed?.(error, { step, accountId })
    await transact((tx) => store.noteFailure(tx, { ...failed, step, ...reasonOf(error) }))
  }
}

/** The steps on accounts from the named one on. */
function from(steps: readonly Step[], name: string): AccountStep[] {
  const first = steps.findIndex((step) => step.name === name)
  return steps.slice(first).filter((step) => step.of === 'accounts')
}
