import type { Tx } from '@plinth/db'
import type { BusinessDate } from '@plinth/kernel'
import type { GlTurnover } from '../domain/gl-turnover.js'

export interface TrialBalancePort {
  readTurnovers(tx: Tx, date: BusinessDate, by: 'booking' | 'value'): Promise<readonly GlTurnover[]>
}
