import { postWithin } from '@plinth/posting'
import { type EodEngine, openEodEngine } from './application/eod-engine.js'
import type { EodStore } from './application/ports.js'
import { readReportWith } from './application/read-report.js'
import type { EodSetting } from './application/setting.js'
import type { Step } from './application/step.js'
import { completeWith } from './application/steps/complete.js'
import { controlTotalsWith } from './application/steps/control-totals.js'
import { makeDormant } from './application/steps/dormancy.js'
import { expireHolds } from './application/steps/expire-holds.js'
import {
  accrueInterest,
  capitaliseInterest,
  captureTerms,
  chargeFeesStep,
} from './application/steps/interest.js'
import { revalue } from './application/steps/revalue.js'
import { verifyDaysWith } from './application/verify-days.js'
import { verifyYearEndsWith } from './application/verify-year-ends.js'
import {
  openYearEndEngine,
  readYearEndReport,
  type YearEndEngine,
  type YearEndSetting,
} from './application/year-end-engine.js'
import { readEndedDays } from './infrastructure/closed-day-reader.js'
import { runStore } from './infrastructure/run-store.js'
import { setAsideStore } from './infrastructure/set-aside-store.js'
import { stepStore } from './infrastructure/step-store.js'
import { totalStore } from './infrastructure/total-store.js'
import { yearEndStore } from './infrastructure/year-end-store.js'

export type { EodEngine } from './application/eod-engine.js'
export { EodFailed, EodRefused, EodRunning } from './application/eod-error.js'
export type { Progress } from './application/running.js'
export type { Begun, Ended, EodRequest, RehearsalRequest } from './application/setting.js'
export type { AccountStep, Closing, DayStep, RangeStep, Step } from './application/step.js'
export type { YearEndEngine, YearEndRequest } from './application/year-end-engine.js'
export type { Foreseen, ForeseenEntry, ForeseenTurnover } from './domain/foreseen.js'
export type {
  ControlTotal,
  EndedDay,
  Run,
  RunId,
  RunReport,
  SetAside,
  StepReport,
} from './domain/run.js'
export { readEndedDays } from './infrastructure/closed-day-reader.js'
export { type EodFigures, readEodFigures } from './infrastructure/figures-reader.js'
export { listRuns, type RunPage } from './infrastructure/run-store.js'

const store: EodStore = { ...runStore, ...stepStore, ...setAsideStore, ...totalStore }

/** How much of its work a step does in one transaction. */
export interface PartitionSizes {
  /** Accounts, or what there is to do for them. */
  readonly load: number
  readonly entries: number
}

// Some tens of milliseconds under the head's lock; some hundred of adding up.
const sizesDefault: PartitionSizes = { load: 500, entries: 20_000 }

/** The steps of the end of day behind the cut-off, in order (ADR 0018). */
export const eodSteps = (
  { entries } = sizesDefault,
  /** What later modules do with a day in which nothing is booked any more. */
  behindTotals: readonly Step[] = [],
): readonly Step[] => [
  expireHolds,
  captureTerms,
  accrueInterest,
  capitaliseInterest,
  chargeFeesStep,
  makeDormant,
  revalue,
  controlTotalsWith(store, entries),
  ...behindTotals,
  completeWith(store),
]

/** The end of day on a database. `owner` names the process in a lease: who, where. */
export const openEod = ({
  sizes = sizesDefault,
  behindTotals = [],
  steps = eodSteps(sizes, behindTotals),
  ...setting
}: Pick<EodSetting, 'database' | 'owner' | 'newId'> & {
  steps?: readonly Step[]
  behindTotals?: readonly Step[]
  sizes?: PartitionSizes
}): EodEngine => openEodEngine({ ...setting, steps, loadMax: sizes.load, store, postWithin })

/** How many accounts an entry that closes a year has at the most. */
const accountsAtOnce = 500

/** Ends of years on a database (ADR 0023). */
export const openYearEnds = ({
  accountsMax = accountsAtOnce,
  ...setting
}: Pick<YearEndSetting, 'database' | 'newId'> & { accountsMax?: number }): YearEndEngine =>
  openYearEndEngine({ ...setting, accountsMax, store: yearEndStore })

export const readYearEnd = readYearEndReport(yearEndStore)
export const { listYearEnds } = yearEndStore
/** See verifyYearEndsWith. */
export const verifyYearEnds = verifyYearEndsWith(yearEndStore)

export const readRunReport = readReportWith(store)
export const { readRun, readRunUpTo } = runStore
/** What the GL accounts came to on a day, by code and currency; none of a day that has no control totals yet. */
export const readControlTotals = totalStore.readTotals
/** Whether business days ended as they should; wants a transaction that reads one snapshot. */
export const verifyDays = verifyDaysWith({ readEndedDays })
