import type { Tx } from '@plinth/db'
import type { BusinessDate, IdempotencyKey, Instant, Rejection } from '@plinth/kernel'
import type { CommandType } from '../domain/command.js'
import type { CommandStore } from './ports.js'

/** What became of a command: no more than is needed to follow it, and nothing of what its caller wrote into it. */
export interface CommandOutcome {
  readonly key: IdempotencyKey
  readonly type: CommandType
  readonly outcome: 'accepted' | 'rejected'
  /** Of a rejected one. */
  readonly rejection: Pick<Rejection, 'code' | 'detail'> | undefined
  /** The entry that it made, or the first of two. */
  readonly entryNo: number | undefined
  readonly businessDate: BusinessDate
  readonly decidedAt: Instant
  readonly correlationId: string
}

export const readOutcomesWith =
  (store: CommandStore) =>
  async (tx: Tx, keys: readonly IdempotencyKey[]): Promise<CommandOutcome[]> => {
    const rows = await store.readCommandRows(tx, keys)
    return rows.map(({ key, type, outcome, answer, entryNo, businessDate, decidedAt, correlationId }) => ({
      key,
      type: type as CommandType,
      outcome,
      rejection: outcome === 'rejected' && answer !== undefined ? rejectionIn(answer) : undefined,
      entryNo,
      businessDate,
      decidedAt,
      correlationId,
    }))
  }

function rejectionIn(answer: string): Pick<Rejection, 'code' | 'detail'> {
  const { code, detail } = JSON.parse(answer) as Rejection
  return { code, detail }
}
