import {
  type components,
  type KeptCommands,
  type Outcome,
  openClient,
  type PlinthClient,
  type Prepared,
} from '@plinth/client'
import type { Payment } from './domain/payment.js'

type Hold = components['schemas']['Hold']
type JournalEntry = components['schemas']['JournalEntry']

/** All that this service ever asks of the core. Each command's key and content follow from the payment, so a copy is a copy. */
export interface Bank {
  hold(payment: Payment): Prepared<Hold>
  capture(payment: Payment): Prepared<JournalEntry>
  release(payment: Payment): Prepared<Hold>
  /** A return is a new accounting event, not a deletion. */
  giveBack(payment: Payment): Prepared<JournalEntry>
  /** What the rail has done and the debtor's account does not take: it stands in suspense until an operator clears it. */
  suspend(payment: Payment, code: Code): Prepared<JournalEntry>
  send<Result>(command: Prepared<Result>): Promise<Outcome<Result>>
  /** Ends the doubt about a hold that nobody wants any more. */
  abandonHold(payment: Payment): Promise<Outcome>
  readonly events: PlinthClient['events']
}

export interface BankOptions {
  readonly url: string
  readonly token: string
  /** The account of the core in which the rail's settlements stand. */
  readonly railAccount: string
  /** Where a payment stands that the debtor's account does not take. */
  readonly suspenseAccount: string
  readonly keep: KeptCommands
  /** How long one step asks before the payment is put back (ms). */
  readonly patienceMs: number
}

/** What the bookings of a payment are called in the books. */
export const codes = { out: 'PAYMENT_OUT', back: 'PAYMENT_RETURN' } as const
export type Code = (typeof codes)[keyof typeof codes]

const keyOf = ({ paymentId }: Payment, what: string): string => `payment-${paymentId}:${what}`

export function openBank(options: BankOptions): Bank {
  const { url, token, railAccount, suspenseAccount, keep, patienceMs } = options
  const client = openClient({ url, token, keep, patienceMs, attemptMs: Math.min(patienceMs, 10_000) })
  const about = (payment: Payment, what: string) => ({
    key: keyOf(payment, what),
    correlationId: payment.paymentId,
  })
  const lines = (payment: Payment, debit: string, credit: string) =>
    [
      { accountId: debit, side: 'debit' as const },
      { accountId: credit, side: 'credit' as const },
    ].map((line) => ({ ...line, amount: payment.amount, currency: payment.currency }))
  const posting = (payment: Payment, code: string, from: string, to: string) => ({
    transactionCode: code,
    reference: payment.paymentId,
    endToEndId: payment.paymentId,
    lines: lines(payment, from, to),
  })
  const held = ({ paymentId, holdId }: Payment): { holdId: string } => {
    if (holdId === undefined) throw new Error(`Payment ${paymentId} has no hold.`)
    return { holdId }
  }
  return {
    events: client.events,
    hold: (payment) => {
      const { debtorAccount, amount, currency, paymentId, decision } = payment
      const body = {
        accountId: debtorAccount,
        amount,
        currency,
        reference: paymentId,
        ...(decision && { decision }),
      }
      return client.prepare(
        '/v1/holds',
        { body: { ...body, transactionCode: codes.out } },
        about(payment, 'hold'),
      )
    },
    capture: (payment) =>
      client.prepare(
        '/v1/holds/{holdId}/captures',
        {
          ids: held(payment),
          body: {
            ...posting(payment, codes.out, payment.debtorAccount, railAccount),
            amount: payment.amount,
          },
        },
        about(payment, 'capture'),
      ),
    release: (payment) =>
      client.prepare(
        '/v1/holds/{holdId}/release',
        { ids: held(payment), body: {} },
        about(payment, 'release'),
      ),
    giveBack: (payment) => {
      const body = posting(payment, codes.back, railAccount, payment.debtorAccount)
      return client.prepare('/v1/postings', { body }, about(payment, 'return'))
    },
    suspend: (payment, code) => {
      const [from, to] = code === codes.out ? [suspenseAccount, railAccount] : [railAccount, suspenseAccount]
      const key = about(payment, code === codes.out ? 'suspend' : 'suspend-return')
      return client.prepare('/v1/postings', { body: posting(payment, code, from, to) }, key)
    },
    send: (command) => client.send(command),
    abandonHold: (payment) => client.abandon(keyOf(payment, 'hold')),
  }
}
