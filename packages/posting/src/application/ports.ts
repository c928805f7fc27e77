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
  /** The texts of its entry were erased, and are not in `request` any more. */
  readonly textsErased: boolean
  readonly businessDate: BusinessDate
  readonly decidedAt: Instant
  readonly correlationId: string
}

/** A command to record. The transaction's numbers give its entry's number and the moment. */
export interface DecidedRow
  extends Pick<CommandRow, 'key' | 'type' | 'request' | 'outcome' | 'answer' | 'correlationId'> {
  /** Which of the transaction's entries is its own, counted from 0. */
  readonly entryAt: number | undefined
}

export interface CommandStore {
  /** Fails, and the transaction is run again, unless the key is recorded by now. */
  expectRecorded(tx: Tx, key: IdempotencyKey): Promise<void>
  readCommandRows(tx: Tx, keys: readonly IdempotencyKey[]): Promise<CommandRow[]>
  /** The commands that made a proposal, and those that decided on it, whatever came of them. */
  readRowsOnProposal(tx: Tx, proposalId: string): Promise<CommandRow[]>
  /** Exchanges requests and answers for the same without the texts of entries whose erasure is recorded. */
  eraseTexts(tx: Tx, rows: readonly Pick<CommandRow, 'key' | 'request' | 'answer'>[]): void
  /** Records the commands of a transaction that has taken its numbers, decided on one business date. */
  writeCommandRows(tx: Tx, rows: readonly DecidedRow[], decidedOn: BusinessDate): void
}
