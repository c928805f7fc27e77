import type { Tx } from '@plinth/db'
import type { BusinessDate, IdempotencyKey, Instant } from '@plinth/kernel'

/** A row of posting.command: the answer of an accepted posting stands in its entry, every other one here as JSON. */
export interface CommandRow {
  readonly key: IdempotencyKey
  readonly type: string
  readonly request: string
  readonly outcome: 'accepted' | 'rejected'
  readonly entryNo: number | undefined
  readonly answer: string | undefined
  readonly businessDate: BusinessDate
  readonly decidedAt: Instant
  readonly correlationId: string
}

export interface CommandStore {
  readCommandRows(tx: Tx, keys: readonly IdempotencyKey[]): Promise<CommandRow[]>
  /** Records commands of one transaction, decided at one moment on one business date. */
  writeCommandRows(
    tx: Tx,
    rows: readonly Omit<CommandRow, 'businessDate' | 'decidedAt'>[],
    decided: { on: BusinessDate; at: Instant },
  ): Promise<void>
}
