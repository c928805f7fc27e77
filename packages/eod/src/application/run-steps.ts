import type { Tx } from '@plinth/db'
import { type AccountId, invariant } from '@plinth/kernel'
import { spanning } from '@plinth/telemetry'
import { accountPartitions, type Load } from '../domain/partitions.js'
import type { Partition, Range } from '../domain/run.js'
import { EodFailed, EodRunning, isPassing } from './eod-error.js'
import type { LeftOut, StepPlace } from './ports.js'
import { reasonOf } from './reason.js'
import type { Running } from './running.js'
import type { AccountStep, Closing, DayStep, RangeStep, Step } from './step.js'

const accountsPerPage = 10_000
// Beyond it something is wrong with the run rather than with the accounts.
const setAsideMax = 1_000

/** Runs what is left of the steps, in order. Answers false if it was stopped. */
export async function runSteps(running: Running, steps: readonly Step[]): Promise<boolean> {
  const { store, transact, closing } = running
  const unsettled = await transact((tx) => store.readUnsettled(tx, closing.runId))
  const leftOut: LeftOut = new Set(unsettled.map(({ accountId }) => accountId))
  for (const step of steps) {
    if (running.stopped()) return false
    try {
      const ended = await traceStep(running, step, () =>
        step.of === 'day' ? runDayStep(running, step) : runParts(running, step, leftOut),
      )
      if (!ended) return false
    } catch (error) {
      if (isOfTheRun(error)) throw error
      running.failed(error, { step: step.name })
      const { detail } = reasonOf(error)
      throw new EodFailed(closing.businessDate, step.name, detail, { cause: error })
    }
  }
  return true
}

/** A step is traced inside whatever asked for the end of day, or on its own. */
function traceStep<T>({ tracing, closing }: Running, { name }: Step, work: () => Promise<T>): Promise<T> {
  if (tracing === undefined) return work()
  const { businessDate } = closing
  const span = tracing.open(`eod ${name}`, {
    facts: { tenant: closing.books.tenant.tenantId, step: name, businessDate },
  })
  return spanning(tracing, span, work)
}

/** Trouble that is not the work's own: it would come with any account. */
const isOfTheRun = (error: unknown): boolean =>
  isPassing(error) || error instanceof EodRunning || error instanceof EodFailed

/** Every transaction of a run begins with this: it renews the lease and keeps others out. */
async function takeTurn(tx: Tx, { store, turn, closing }: Running): Promise<void> {
  if (await store.renew(tx, turn)) return
  const run = await store.readRun(tx, turn.runId)
  invariant(run !== undefined, 'a run stays', { runId: turn.runId })
  throw new EodRunning(closing.businessDate, run.lease)
}

/** All in one transaction, so it has happened or it has not. */
async function runDayStep(running: Running, step: DayStep): Promise<boolean> {
  const { store, transact, closing } = running
  const { runId, businessDate } = closing
  await transact(async (tx) => {
    const known = await store.readStep(tx, runId, step.name)
    // Also when the answer to COMMIT was lost, and the run may have ended by it.
    if (known?.finished) return
    await takeTurn(tx, running)
    const place = { runId, stepNo: known?.stepNo ?? (await store.insertStep(tx, runId, step.name)) }
    await store.insertPartitions(tx, place, [{ partitionNo: 1, from: '', to: '' }])
    const counts = await step.work(tx, closing)
    store.markDone(tx, place, { partitionNo: 1, counts })
    await store.finishStep(tx, place)
  })
  running.progressed({ businessDate, step: step.name, done: 1, of: 1, resting: running.giveWay.resting })
  return true
}

async function runParts(running: Running, step: AccountStep | RangeStep, leftOut: LeftOut): Promise<boolean> {
  const { store, transact, closing } = running
  const begun = await transact((tx) => beginStep(tx, running, step))
  if (begun === undefined) return true
  const { place, toDo } = begun
  let of = begun.done + toDo.length
  const { giveWay } = running
  const told = (): void =>
    running.progressed({
      ...{ businessDate: closing.businessDate, step: step.name, done: of - toDo.length, of },
      resting: giveWay.resting,
    })
  told()
  for (let part = toDo[0]; part !== undefined; part = toDo[0]) {
    if (running.stopped()) return false
    const rest =
      step.of === 'accounts' ? await runAccounts(running, { step, place, part, leftOut }) : undefined
    if (step.of === 'ranges') await runRange(running, { step, place, part })
    if (rest === undefined) toDo.shift()
    else {
      toDo.splice(0, 1, ...rest)
      of += rest.length - 1
    }
    told()
  }
  await transact(async (tx) => {
    await takeTurn(tx, running)
    if ((await store.readStep(tx, closing.runId, step.name))?.finished) return
    if (step.of === 'ranges') await step.finish(tx, closing, await store.readResults(tx, place))
    await store.finishStep(tx, place)
  })
  return true
}

interface Begun {
  readonly place: StepPlace
  readonly toDo: Partition[]
  readonly done: number
}

/** The plan of a step is made once. Undefined: the step has ended. */
async function beginStep(
  tx: Tx,
  running: Running,
  step: AccountStep | RangeStep,
): Promise<Begun | undefined> {
  const { store, closing } = running
  const { runId } = closing
  await takeTurn(tx, running)
  const known = await store.readStep(tx, runId, step.name)
  if (known?.finished) return undefined
  if (known !== undefined) {
    const place = { runId, stepNo: known.stepNo }
    return { place, ...(await store.readPartitionsToDo(tx, place)) }
  }
  const ranges = step.of === 'ranges' ? await step.plan(tx, closing) : await planAccounts(tx, running, step)
  const toDo = ranges.map((range, at) => ({ partitionNo: at + 1, ...range }))
  const place = { runId, stepNo: await store.insertStep(tx, runId, step.name) }
  await store.insertPartitions(tx, place, toDo)
  return { place, toDo, done: 0 }
}

async function planAccounts(tx: Tx, running: Running, step: AccountStep): Promise<Range[]> {
  const ranges: Range[] = []
  for await (const page of pagesOf(tx, running.closing, { step, from: '', to: undefined }))
    ranges.push(...accountPartitions(page, running.loadMax))
  return ranges
}

/** The accounts that a step concerns, from one to another. */
async function* pagesOf(
  tx: Tx,
  closing: Closing,
  { step, from, to }: { step: AccountStep; from: string; to: string | undefined },
): AsyncGenerator<readonly Load[]> {
  for (let next = from; ; ) {
    const page = await step.accounts(tx, closing, { from: next, to, limit: accountsPerPage })
    yield page
    const last = page.at(-1)
    if (last === undefined || page.length < accountsPerPage) return
    // Every character of an account's id sorts behind the blank, so nothing lies between.
    next = `${last.accountId} `
  }
}

async function runRange(
  running: Running,
  { step, place, part }: { step: RangeStep; place: StepPlace; part: Partition },
): Promise<void> {
  const { store, transact, closing } = running
  await transact(async (tx) => {
    await takeTurn(tx, running)
    if (await store.isDone(tx, place, part.partitionNo)) return
    const { counts, result } = await step.work(tx, closing, part)
    store.markDone(tx, place, { partitionNo: part.partitionNo, counts, result })
  })
}

interface AccountPart {
  readonly step: AccountStep
  readonly place: StepPlace
  readonly part: Partition
  readonly leftOut: LeftOut
}

/** Does a partition, or answers what it was cut into because something in it failed. */
async function runAccounts(running: Running, work: AccountPart): Promise<Partition[] | undefined> {
  const { store, transact, closing } = running
  const { step, place, part, leftOut } = work
  try {
    await transact(async (tx) => {
      await takeTurn(tx, running)
      if (await store.isDone(tx, place, part.partitionNo)) return
      const accountIds = await accountsIn(tx, closing, work)
      const counts = accountIds.length === 0 ? {} : await step.work(tx, closing, accountIds)
      store.markDone(tx, place, { partitionNo: part.partitionNo, counts })
    })
    return undefined
  } catch (error) {
    // What failed in the one transaction of a rehearsal has spoilt it.
    if (isOfTheRun(error) || closing.rehearsal) throw error
    const found = await transact((tx) => narrow(tx, running, { ...work, error }))
    if (typeof found !== 'string') return found
    leftOut.add(found)
    running.failed(error, { step: step.name, accountId: found })
    return undefined
  }
}

/** The accounts of a partition as they are now: some may have nothing left to do. */
async function accountsIn(
  tx: Tx,
  closing: Closing,
  { step, part, leftOut }: AccountPart,
): Promise<AccountId[]> {
  const found: AccountId[] = []
  for await (const page of pagesOf(tx, closing, { step, ...part }))
    found.push(...page.map(({ accountId }) => accountId).filter((accountId) => !leftOut.has(accountId)))
  return found
}

/**
 * Cuts a partition that failed in two, and answers the halves. One account alone is the culprit: it is set aside, and answered,
 * and the run goes on without it.
 */
async function narrow(
  tx: Tx,
  running: Running,
  work: AccountPart & { error: unknown },
): Promise<Partition[] | AccountId> {
  const { store, closing } = running
  const { step, place, part, leftOut, error } = work
  await takeTurn(tx, running)
  const accountIds = await accountsIn(tx, closing, work)
  const half = Math.ceil(accountIds.length / 2)
  const [middle, next] = [accountIds[half - 1], accountIds[half]]
  if (middle !== undefined && next !== undefined) {
    const cut = { partitionNo: part.partitionNo, to: middle, rest: { from: next, to: part.to } }
    return [{ ...part, to: middle }, await store.split(tx, place, cut)]
  }
  if (middle === undefined || leftOut.size >= setAsideMax) throw error
  const { runId } = closing
  await store.insertSetAside(tx, { runId, accountId: middle, step: step.name, ...reasonOf(error) })
  store.markDone(tx, place, { partitionNo: part.partitionNo, counts: { setAside: 1 } })
  return middle
}
