import { setTimeout as sleep } from 'node:timers/promises'
import type { Tx } from '@plinth/db'
import type { BusinessDate, IdempotencyKey, TenantId } from '@plinth/kernel'
import { readHead } from '@plinth/ledger'
import { readLastPosition } from '@plinth/outbox'
import { type Books, type CommandContext, canonicalRequest, idsFor } from '@plinth/posting'
import { Foreseen } from '../domain/foreseen.js'
import type { Run, RunId, RunReport } from '../domain/run.js'
import { cutOff, rehearsedCutOff, takeUp } from './cut-off.js'
import { EodFailed, EodRefused } from './eod-error.js'
import { type GiveWay, neverGiveWay, openGiveWay } from './give-way.js'
import { readReportWith } from './read-report.js'
import { retrySetAside } from './retry-set-aside.js'
import { runSteps } from './run-steps.js'
import type { Running, Transact } from './running.js'
import type { Begun, Ended, EodRequest, EodSetting, RehearsalRequest } from './setting.js'
import type { Closing } from './step.js'
import { patienceMs, transactionsOf } from './transactions.js'

/** Closes days. Any number of processes may have one; a tenant's days are closed by one of them at a time. */
export interface EodEngine {
  /**
   * Closes the days up to and including `date`, one by one. A day that was begun is gone on with, one that is closed already is
   * left as it is.
   *
   * @throws EodRunning somebody else is at it; EodFailed a step failed; EodRefused the date makes no sense.
   */
  begin(books: Books, request: EodRequest & { readonly date: BusinessDate }): Promise<Begun>
  /**
   * Goes on with the day that was begun, then tries again what was set aside. `takeOver`: whoever had the day is gone for sure,
   * so the end of the lease is not waited for.
   */
  resume(books: Books, request: EodRequest & { readonly takeOver?: boolean }): Promise<Begun>
  /** What the end of the business date would come to now. Nothing is kept, and no posting waits for it. */
  rehearse(books: Books, request: RehearsalRequest & { readonly date: BusinessDate }): Promise<RunReport>
}

export function openEodEngine(setting: EodSetting): EodEngine {
  const { database, store } = setting
  const readReport = readReportWith(store)
  const reportOf = (tenantId: TenantId, runId: RunId): Promise<RunReport> =>
    database.read(tenantId, (tx) => readReport(tx, runId))

  async function closeDays(
    books: Books,
    { first, date, request }: { first: Run | undefined; date: BusinessDate; request: EodRequest },
  ): Promise<Ended> {
    const reports: RunReport[] = []
    for (let run = first; run !== undefined; ) {
      const complete = await closeDay(setting, books, { run, request })
      reports.push(await reportOf(books.tenant.tenantId, run.runId))
      if (!complete) return { reports, complete }
      run = run.nextDate > date ? undefined : await cutOff(setting, books, { ...request, date })
    }
    return { reports, complete: true }
  }

  return {
    begin: async (books, { date, ...request }) => {
      const { businessDate } = await database.read(books.tenant.tenantId, readHead)
      refuseFarDate(date, businessDate)
      const run = await cutOff(setting, books, { ...request, date })
      const finish = () => closeDays(books, { first: run, date, request })
      return { run, businessDate: run?.nextDate ?? businessDate, finish }
    },
    resume: async (books, { takeOver = false, ...request }) => {
      const { tenantId } = books.tenant
      const run = await transactionsOf(
        database,
        tenantId,
      )(async (tx) => {
        const open = await store.readOpenRun(tx)
        return open && (await takeUp(tx, setting, { open, operator: request.operator, force: takeOver }))
      })
      const { businessDate } = await database.read(tenantId, readHead)
      const finish = async (): Promise<Ended> => {
        const ended = await closeDays(books, { first: run, date: run?.businessDate ?? businessDate, request })
        if (!ended.complete) return ended
        const closingAgain = (of: Run) => closingOf(setting, books, { run: of, ...request, rehearsal: false })
        const retried = await retrySetAside(setting, books, { request, closingOf: closingAgain })
        const runIds = new Set([...retried, ...ended.reports.map((report) => report.run.runId)])
        const reports = await Promise.all([...runIds].map((runId) => reportOf(tenantId, runId)))
        return { reports, complete: true }
      }
      return { run, businessDate, finish }
    },
    rehearse: async (books, request) => {
      const { tenantId } = books.tenant
      const write = { tenantId, lane: 'batch', deadlineMs: Date.now() + patienceMs, rehearse: true } as const
      return await database.transaction(write, (tx) => rehearseIn(tx, setting, { books, request }))
    },
  }
}

// Longer than anybody means to catch up with, shorter than a slip of the pen in the year.
const daysAtOnceMax = 366
const dayMs = 86_400_000

function refuseFarDate(date: BusinessDate, businessDate: BusinessDate): void {
  if (Date.parse(date) - Date.parse(businessDate) <= daysAtOnceMax * dayMs) return
  throw new EodRefused(
    `${date} is more than ${daysAtOnceMax} days behind the business date ${businessDate}, and a day that was closed stays closed.`,
  )
}

/** Closes one day. False: it was stopped before it was closed. */
async function closeDay(
  setting: EodSetting,
  books: Books,
  { run, request }: { run: Run; request: EodRequest },
): Promise<boolean> {
  const { database, store, steps } = setting
  const transact = transactionsOf(database, books.tenant.tenantId)
  const closing = closingOf(setting, books, { run, ...request, rehearsal: false })
  const running = runningIn(setting, { closing, request, run, transact })
  const release = (failure?: { step: string; reason: string }) =>
    transact((tx) => store.release(tx, running.turn, failure))
  try {
    const complete = await runSteps(running, steps)
    if (!complete) await release()
    return complete
  } catch (error) {
    if (error instanceof EodFailed) await release({ step: error.step, reason: error.reason })
    throw error
  }
}

async function rehearseIn(
  tx: Tx,
  setting: EodSetting,
  { books, request }: { books: Books; request: RehearsalRequest & { readonly date: BusinessDate } },
): Promise<RunReport> {
  const run = await rehearsedCutOff(tx, setting, request)
  const closing = closingOf(setting, books, { run, ...request, rehearsal: true })
  const transact: Transact = (work) => work(tx)
  await runSteps(runningIn(setting, { closing, request, run, transact }), setting.steps)
  const report = await readReportWith(setting.store)(tx, run.runId)
  await request.rehearsed?.(tx, report)
  return report
}

function runningIn(
  { database, store, loadMax }: EodSetting,
  {
    closing,
    request,
    run,
    transact,
  }: { closing: Closing; request: EodRequest; run: Run; transact: Transact },
): Running {
  const giveWay = request.fullSpeed || closing.rehearsal ? neverGiveWay : giveWayIn(transact)
  return {
    store,
    transact: givingWay(transact, giveWay),
    closing,
    loadMax,
    giveWay,
    tracing: database.telemetry.tracing,
    turn: { runId: run.runId, epoch: run.lease.epoch },
    stopped: () => request.stopped?.() ?? false,
    progressed: (progress) => request.progressed?.(progress),
    failed: (error, where) => request.failed?.(error, where),
  }
}

const giveWayIn = (transact: Transact): GiveWay =>
  openGiveWay({
    readLastPosition: () => transact(readLastPosition),
    sleep,
    nowMs: () => performance.now(),
  })

/** Transactions that give way to others behind each of them. */
function givingWay(transact: Transact, giveWay: GiveWay): Transact {
  return async (work) => {
    const beganMs = performance.now()
    const result = await transact(work)
    await giveWay.after(performance.now() - beganMs)
    return result
  }
}

function closingOf(
  { postWithin, newId }: EodSetting,
  books: Books,
  { run, operator, rehearsal }: { run: Run; operator: CommandContext; rehearsal: boolean },
): Closing {
  const { runId, businessDate, nextDate, cutOffEntryNo, cutOffAt, correlationId } = run
  // What the end of day does belongs together, whoever resumed it.
  const context = { ...operator, correlationId, causationId: runId }
  return {
    ...{ runId, books, businessDate, nextDate, cutOffEntryNo, cutOffAt, rehearsal, context, newId },
    foreseen: new Foreseen(),
    bookInto: run.status === 'completed' ? undefined : businessDate,
    post: (tx, commands, bookInto) => {
      const units = commands.map(({ key, command }) => {
        const request = canonicalRequest(command, books.currencies)
        const ids = idsFor(command, newId)
        return {
          submissions: [{ key: key as IdempotencyKey, command, request, context, ids }],
          broken: false,
        }
      })
      return postWithin(tx, books, { units, bookInto })
    },
  }
}
