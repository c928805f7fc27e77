import type { Tx } from '@plinth/db'
import { invariant } from '@plinth/kernel'
import type { RunId, RunReport } from '../domain/run.js'
import type { EodStore } from './ports.js'

type Reading = Pick<EodStore, 'readRun' | 'readSteps' | 'readSetAside' | 'readTotals'>

/** All there is to say of a run that is there. */
export const readReportWith =
  ({ readRun, readSteps, readSetAside, readTotals }: Reading) =>
  async (tx: Tx, runId: RunId): Promise<RunReport> => {
    const run = await readRun(tx, runId)
    invariant(run !== undefined, 'a run stays', { runId })
    const [steps, setAside, controlTotals] = await Promise.all([
      readSteps(tx, runId),
      readSetAside(tx, runId),
      readTotals(tx, run.businessDate),
    ])
    return { run, steps, setAside, controlTotals }
  }
