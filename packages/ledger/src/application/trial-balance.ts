import { readChart } from '@plinth/account'
import type { Tx } from '@plinth/db'
import type { BusinessDate } from '@plinth/kernel'
import { rollUp, type TrialBalance } from '../domain/trial-balance.js'
import type { TrialBalancePort } from './ports.js'

/** The trial balance up to and including `date`, from the posting lines, rolled up the chart (contract §4). */
export const trialBalanceWith =
  ({ readTurnovers }: TrialBalancePort) =>
  async (tx: Tx, asked: { date: BusinessDate; by: 'booking' | 'value' }): Promise<TrialBalance> => {
    const [turnovers, chart] = await Promise.all([readTurnovers(tx, asked.date, asked.by), readChart(tx)])
    return rollUp(asked, turnovers, chart)
  }
