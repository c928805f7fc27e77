import { type Currencies, formatMinor, invariant } from '@plinth/kernel'
import type { Run, RunReport } from './run.js'

/** A run as it is answered. `dayStatus` is what contract readers ask for: a day that was begun is closing until it is closed. */
export const renderRun = ({ failure, finishedAt, lease, cutOffAt, correlationId, ...run }: Run) => ({
  runId: run.runId,
  businessDate: run.businessDate,
  nextDate: run.nextDate,
  dayStatus: run.status === 'completed' ? ('closed' as const) : ('closing' as const),
  status: run.status,
  cutOffEntryNo: run.cutOffEntryNo,
  startedAt: cutOffAt,
  startedBy: run.startedBy,
  finishedAt: finishedAt ?? null,
  correlationId,
  ...(run.status === 'running' && {
    worker: lease.owner,
    workerSince: lease.since,
    workerUntil: lease.until,
  }),
  ...(failure && { failedStep: failure.step, failure: failure.reason }),
})

/** A run with all there is to say of it; amounts as decimal strings. */
export function renderRunReport({ run, steps, setAside, controlTotals }: RunReport, currencies: Currencies) {
  const format = (minor: bigint, currency: string): string => {
    const decimals = currencies.decimalsOf(currency)
    invariant(decimals !== undefined, 'the currency of a control total stays known', { currency })
    return formatMinor(minor, decimals)
  }
  return {
    ...renderRun(run),
    steps: steps.map(({ finishedAt, ...step }) => ({ ...step, finishedAt: finishedAt ?? null })),
    setAside: setAside.map(({ runId: _, settledAt, ...failed }) => ({
      ...failed,
      settledAt: settledAt ?? null,
    })),
    controlTotals: controlTotals.map(({ opening, debits, credits, closing, ...total }) => ({
      ...total,
      opening: format(opening, total.currency),
      debits: format(debits, total.currency),
      credits: format(credits, total.currency),
      closing: format(closing, total.currency),
    })),
  }
}
