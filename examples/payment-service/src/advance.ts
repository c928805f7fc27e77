import type { Outcome } from '@plinth/client'
import { type Bank, type Code, codes } from './bank.js'
import { nextStep, type Payment, type State, type Step } from './domain/payment.js'
import { decideRisk } from './domain/risk.js'
import type { Rail } from './rail.js'
import type { Learnt, Store } from './store.js'

/** What the steps of payments need. */
export interface Workshop {
  readonly store: Store
  readonly bank: Bank
  readonly rail: Rail
  /** How long the rail may take a payment after it was sent (ms). */
  readonly railValidMs: number
  /** The longest wait before a step is tried again (ms). */
  readonly retryMostMs: number
}

/** A step that did not come to an end, and why. */
class Trouble extends Error {}

/** Takes a payment as far as it goes. Whatever ends it on the way, the next one goes on from what is stored. */
export async function advance(shop: Workshop, taken: Payment): Promise<void> {
  let payment = taken
  try {
    for (;;) {
      const step = nextStep(payment, new Date())
      if (step === undefined) return await shop.store.rest(payment)
      await perform(shop, payment, step)
      const [now] = await shop.store.read([payment.paymentId])
      if (now === undefined) return
      payment = now
    }
  } catch (error) {
    const known = error instanceof Trouble
    if (!known) console.error(`payment ${payment.paymentId}: ${(error as Error).stack}`)
    await shop.store.retryLater(payment, (error as Error).message, shop.retryMostMs)
  }
}

async function perform(shop: Workshop, payment: Payment, step: Step): Promise<void> {
  switch (step.do) {
    case 'move':
      await shop.store.move(payment, step)
      return
    case 'decide':
      return await decide(shop, payment)
    case 'hold':
      return await hold(shop, payment)
    case 'send':
      return await send(shop, payment)
    case 'capture':
      return await capture(shop, payment)
    case 'release':
      return await release(shop, payment)
    case 'return':
      return await giveBack(shop, payment)
  }
}

async function decide({ store }: Workshop, payment: Payment): Promise<void> {
  const decision = decideRisk(payment, new Date())
  const to = decision.outcome === 'approved' ? 'approved' : 'declined'
  await store.move(payment, { to, because: `risk: ${decision.outcome}`, learnt: { decision } })
}

async function hold({ store, bank }: Workshop, payment: Payment): Promise<void> {
  // Nobody wants it any more: the core says whether it stands, or that it never will.
  const late = new Date() > payment.executeBefore
  const outcome = known(late ? await bank.abandonHold(payment) : await bank.send(bank.hold(payment)))
  if (outcome.kind === 'accepted') {
    const { holdId } = outcome.body as { holdId: string }
    await moved(store, payment, 'held', 'the core holds the amount', { holdId })
  } else await moved(store, payment, 'refused', wordsOf(outcome))
}

async function send({ store, rail, railValidMs }: Workshop, payment: Payment): Promise<void> {
  const validUntil = new Date(Date.now() + railValidMs)
  // Only one of several that try gets past here, so only one copy leaves.
  if (!(await moved(store, payment, 'sending', 'money is held', { validUntil }))) return
  const sent = await rail.send(payment, validUntil)
  const sending: Payment = { ...payment, state: 'sending' }
  if (sent.kind === 'unknown') {
    await moved(store, sending, 'unknown', sent.reason)
    return
  }
  const status = sent.kind === 'taken' ? 'pending' : 'rejected'
  const word = { status, railId: sent.railId } as const
  const here = await store.move(sending, {
    to: 'sent',
    because: `the rail: ${status}`,
    also: (query) => store.hear(query, payment.paymentId, word),
  })
  // Somebody took the payment over meanwhile; what the rail said is worth knowing all the same.
  if (!here) await store.within((query) => store.hear(query, payment.paymentId, word))
}

async function capture(shop: Workshop, payment: Payment): Promise<void> {
  const outcome = known(await shop.bank.send(shop.bank.capture(payment)))
  if (outcome.kind === 'accepted') await moved(shop.store, payment, 'settled', 'the core booked it')
  else await suspend(shop, payment, codes.out, wordsOf(outcome))
}

async function release({ store, bank }: Workshop, payment: Payment): Promise<void> {
  const outcome = known(await bank.send(bank.release(payment)))
  await moved(store, payment, outcome.kind === 'accepted' ? 'released' : 'stuck', wordsOf(outcome))
}

async function giveBack(shop: Workshop, payment: Payment): Promise<void> {
  const outcome = known(await shop.bank.send(shop.bank.giveBack(payment)))
  if (outcome.kind === 'accepted') await moved(shop.store, payment, 'returned', 'the core booked it')
  else await suspend(shop, payment, codes.back, wordsOf(outcome))
}

/** The money has moved at the rail, so it is in the books before anybody is asked what to do about it. */
async function suspend(
  { store, bank }: Workshop,
  payment: Payment,
  code: Code,
  because: string,
): Promise<void> {
  const outcome = known(await bank.send(bank.suspend(payment, code)))
  await moved(store, payment, 'stuck', `${because}; in suspense: ${wordsOf(outcome)}`)
}

const moved = (
  store: Store,
  payment: Payment,
  to: State,
  because: string,
  learnt?: Learnt,
): Promise<boolean> => store.move(payment, { to, because, ...(learnt && { learnt }) })

/** What is not known is asked again later under the same key; the payment stays where it is. */
function known<Body>(outcome: Outcome<Body>): Exclude<Outcome<Body>, { kind: 'unknown' | 'refused' }> {
  if (outcome.kind === 'unknown') throw new Trouble(`outcome unknown: ${outcome.reason}`)
  // A mistake of ours or of the set-up (a token, say); it is mended, and then the payment goes on.
  if (outcome.kind === 'refused') throw new Trouble(wordsOf(outcome))
  return outcome
}

function wordsOf(outcome: Outcome): string {
  if (outcome.kind === 'accepted') return 'the core did it'
  return outcome.kind === 'unknown' ? outcome.reason : `${outcome.code}: ${outcome.detail}`
}
