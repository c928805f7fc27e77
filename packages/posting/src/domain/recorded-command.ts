import type { BusinessDate, IdempotencyKey, Instant, Rejection } from '@plinth/kernel'
import type { CommandType } from './command.js'
import type { MalformedCommand } from './decision.js'
import type { Matter } from './needs-approval.js'

/**
 * What a caller is answered, whichever way the command came. `body` is the resource that an accepted command made or
 * changed, ready for JSON.
 */
export type Answer =
  | { readonly outcome: 'accepted'; readonly type: CommandType; readonly body: object }
  | {
      readonly outcome: 'rejected'
      readonly type: CommandType
      readonly rejection: Rejection
      readonly correlationId: string
    }

/** What is recorded for a key, for ever. */
export interface RecordedCommand {
  readonly key: IdempotencyKey
  readonly request: string
  /** The texts of its entry were erased, and are not in `request` any more. */
  readonly textsErased?: boolean | undefined
  readonly businessDate: BusinessDate
  readonly decidedAt: Instant
  readonly answer: Answer
}

/** How one submission ended. Only `answered` is recorded. */
export type Outcome =
  | { readonly kind: 'answered'; readonly replayed: boolean; readonly answer: Answer }
  | { readonly kind: 'key_reused'; readonly firstDifference: string }
  | { readonly kind: 'linked_failed' }
  /** It was not done, and would be with a second person's approval (ADR 0011). */
  | { readonly kind: 'approval_needed'; readonly matter: Matter }
  | MalformedCommand
  /** A fault of ours or of the database; nothing is known to be recorded. */
  | { readonly kind: 'failed'; readonly error: unknown }
