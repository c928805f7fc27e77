import { Overtaken, type Tx } from '@plinth/db'
import {
  type BusinessDate,
  type EntryId,
  type IdempotencyKey,
  invariant,
  type Rejection,
  reject,
} from '@plinth/kernel'
import { type Command, canonicalRequest, idsFor, postWithin, type Submission } from '@plinth/posting'
import type { InName } from './ports.js'

/** A currency cannot be dealt with, for a reason that operators can do something about. */
export class FxRefused extends Error {
  override readonly name = 'FxRefused'
  constructor(readonly rejection: Rejection) {
    super(rejection.detail)
  }
}

export const refused = (detail: string): FxRefused => new FxRefused(reject('condition_failed', detail))

/** A command of the bank's own: what it is for, and the id of its entry, if it makes one. */
export interface OwnCommand {
  readonly purpose: string
  readonly command: Command
  readonly entryId?: EntryId
}

/**
 * Runs commands of the bank's own in the transaction, each alone. The head of the journal is locked from then on, so this comes
 * last. The row that each settles is why it is never done twice. `bookedOn`: the transaction is run again if entries would be
 * booked on another day.
 *
 * @throws FxRefused one of them was rejected.
 */
export async function postOwn(
  tx: Tx,
  run: InName & { readonly bookInto?: BusinessDate | undefined },
  { commands, bookedOn }: { commands: readonly OwnCommand[]; bookedOn?: BusinessDate },
): Promise<void> {
  if (commands.length === 0) return
  const units = commands.map((own) => ({ submissions: [submissionOf(run, own)], broken: false }))
  const outcomes = await postWithin(tx, run.books, { units, bookInto: run.bookInto })
  outcomes.forEach((outcome, at) => {
    const purpose = commands[at]?.purpose as string
    invariant(outcome.kind === 'answered' && !outcome.replayed, 'a unit that stands alone is answered', {
      purpose,
    })
    if (outcome.answer.outcome === 'rejected') throw new FxRefused(outcome.answer.rejection)
    const { bookingDate = bookedOn } = outcome.answer.body as { readonly bookingDate?: BusinessDate }
    if (bookingDate !== bookedOn) throw new Overtaken('the business date has moved on')
  })
}

function submissionOf(
  { books, context, newId }: InName,
  { purpose, command, entryId }: OwnCommand,
): Submission {
  const ids = idsFor(command, newId)
  return {
    // Keys are anybody's to choose: what nobody can foresee nobody has used.
    key: `${purpose}:${newId()}` as IdempotencyKey,
    command,
    request: canonicalRequest(command, books.currencies),
    context,
    ids: entryId === undefined ? ids : { ...ids, entryId },
  }
}
