import { setTimeout as sleep } from 'node:timers/promises'
import { openInbox, type PlinthEvent, PlinthProblem } from '@plinth/client'
import { type Bank, codes } from './bank.js'
import { type Store, tables } from './store.js'

/** What this service reads of an entry in an event; the contract says so to the core. */
interface PostedEntry {
  readonly journalEntryId: string
  readonly transactionCode: string
  readonly reference?: string
  readonly lines: readonly { readonly amount: string; readonly currency: string }[]
}

const ours: readonly string[] = Object.values(codes)
const types = ['plinth.journal_entry.posted.v1']

/** Notes what the core says it has booked for payments, each event once, until the signal ends it. */
export async function followCore(store: Store, bank: Bank, signal: AbortSignal): Promise<void> {
  const inbox = openInbox({ table: tables.inbox, consumer: 'bookings' })
  while (!signal.aborted) {
    try {
      const after = await inbox.position(store.query)
      for await (const event of bank.events({ after, types, signal }))
        await store.within((query) => inbox.next(query, event, () => note(query, event)))
    } catch (error) {
      if (signal.aborted) return
      const trouble = error instanceof PlinthProblem ? error.code : (error as Error).message
      console.error(`the core's events: ${trouble}; trying again`)
      await sleep(1_000, undefined, { signal }).catch(() => {})
    }
  }
}

/** A booking of a payment, as an event tells it. */
export interface Booking {
  readonly entryId: string
  readonly paymentId: string
  readonly transactionCode: string
  readonly amount: string
  readonly currency: string
}

/** What an event says about a payment; undefined: nothing. */
export function bookingOf({ data }: Pick<PlinthEvent, 'data'>): Booking | undefined {
  const { journalEntryId, transactionCode, reference, lines } = data as PostedEntry
  const [line] = lines
  if (reference === undefined || line === undefined || !ours.includes(transactionCode)) return undefined
  const { amount, currency } = line
  return { entryId: journalEntryId, paymentId: reference, transactionCode, amount, currency }
}

async function note(query: Store['query'], event: PlinthEvent): Promise<void> {
  const booking = bookingOf(event)
  if (booking === undefined) return
  const { entryId, paymentId, transactionCode, amount, currency } = booking
  // Somebody else's entry may carry a reference like ours; it is no booking of a payment that is not here.
  await query(
    `insert into payment.booking (entry_id, payment_id, transaction_code, amount, currency, position)
     select $1, p.payment_id, $3, $4, $5, $6 from payment.payment p where p.payment_id::text = $2`,
    [entryId, paymentId, transactionCode, amount, currency, event.position],
  )
}
