import { readChart } from '@plinth/account'
import type { Tx } from '@plinth/db'
import { rollUp, type TrialBalance } from '../domain/trial-balance.js'
import type { TrialBalanceQuestion } from '../domain/trial-balance-question.js'
import type { TrialBalancePort } from './ports.js'

/** The trial balance up to and including a date or a period, from the posting lines, rolled up the chart (contract §4). */
export const trialBalanceWith =
  ({ readTurnovers }: TrialBalancePort) =>
  async (tx: Tx, asked: TrialBalanceQuestion): Promise<TrialBalance> => {
    const [turnovers, chart] = await Promise.all([readTurnovers(tx, asked), readChart(tx)])
    return rollUp(asked, turnovers, chart)
  }
