import { Overtaken, type Tx } from '@plinth/db'
import { type BusinessDate, type Rejection, reject } from '@plinth/kernel'
import { type InOwnName, type OwnCommand, OwnCommandRefused, postOwn } from '@plinth/posting'

/** A currency cannot be dealt with, for a reason that operators can do something about. */
export class FxRefused extends Error {
  override readonly name = 'FxRefused'
  constructor(readonly rejection: Rejection) {
    super(rejection.detail)
  }
}

export const refused = (detail: string): FxRefused => new FxRefused(reject('condition_failed', detail))

/**
 * As `postOwn` of posting. `bookedOn`: the transaction is run again if entries would be booked on another day.
 *
 * @throws FxRefused one of them was rejected.
 */
export async function postInBooks(
  tx: Tx,
  run: InOwnName & { readonly bookInto?: BusinessDate | undefined },
  { commands, bookedOn }: { commands: readonly OwnCommand[]; bookedOn?: BusinessDate },
): Promise<void> {
  const bodies = await postOwn(tx, run, commands).catch((error: unknown) => {
    throw error instanceof OwnCommandRefused ? new FxRefused(error.rejection) : error
  })
  for (const body of bodies) {
    const { bookingDate = bookedOn } = body as { readonly bookingDate?: BusinessDate }
    if (bookingDate !== bookedOn) throw new Overtaken('the business date has moved on')
  }
}
