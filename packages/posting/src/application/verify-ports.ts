import type { Tx } from '@plinth/db'
import type { AccountId, BusinessDate, IdempotencyKey, Instant } from '@plinth/kernel'
import type { DigestedRow, DigestPage } from '@plinth/ledger'

/** A recorded command that made an entry. */
export interface StoredCommand {
  readonly key: IdempotencyKey
  readonly type: string
  readonly request: string
  /** The texts of its entry were erased. */
  readonly textsErased: boolean
  readonly outcome: 'accepted' | 'rejected'
  readonly entryNo: number
  readonly businessDate: BusinessDate
  readonly decidedAt: Instant
  readonly correlationId: string
}

/** A recorded command that changed how an account stands; its answer is the account as it stood then, as JSON. */
export interface StandingCommand {
  readonly key: IdempotencyKey
  readonly answer: string
  readonly decidedAt: Instant
}

/** What of a command is digested: what its audit event says too, or the outbox event of an accepted one. */
export type CommandView = 'audit' | 'events'

/** Reads pages of one table's digests, behind a key. */
export type Digest = (tx: Tx, page: { after: string; limit: number }) => Promise<DigestPage>
export type ReadDigested = (tx: Tx, bucket: number) => Promise<DigestedRow[]>

export interface VerifyStore {
  readCommandsByEntry(tx: Tx, range: { after: number; upTo: number }): Promise<StoredCommand[]>
  readStandingCommands(
    tx: Tx,
    page: { types: readonly string[]; after: string; limit: number },
  ): Promise<StandingCommand[]>
  /** Which of these accounts a recorded command opened. */
  readOpenedAmong(tx: Tx, accountIds: readonly AccountId[]): Promise<AccountId[]>
  digestCommands(view: CommandView, eventTypes: Readonly<Record<string, string>>): Digest
  readDigestedCommands(view: CommandView, eventTypes: Readonly<Record<string, string>>): ReadDigested
}
