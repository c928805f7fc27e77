import { type AuditEvent, recordAuditEvents } from '@plinth/audit'
import type { Tx } from '@plinth/db'
import type { Rejection, RejectionCode } from '@plinth/kernel'
import { type Head, readHead, takeNumbers } from '@plinth/ledger'
import { enqueueEvents, type OutboxEvent } from '@plinth/outbox'
import type { InOwnName } from '@plinth/posting'
import { decideRate, type RateVerdict, submitRate, type WantedRate } from '../domain/decide-rate.js'
import { nameOfRate, type Rate, type RateKey } from '../domain/rate.js'
import type { OpenPositions } from './open-positions.js'
import type { RateDay, RateStore } from './ports.js'

const textOf = ({ currency, date }: RateDay): string => `${currency} ${date}`

/**
 * Submits rates for somebody else to decide, all of them in the transaction, which must be repeatable: two at once may make the
 * same version. Answers them in the order asked, also those that were there. No day and currency may be named twice.
 */
export const submitRatesWith =
  (store: RateStore) =>
  async (tx: Tx, { context, newId }: InOwnName, wanted: readonly WantedRate[]): Promise<Rate[]> => {
    const [newest, { now }] = await Promise.all([store.readNewest(tx, wanted), readHead(tx)])
    const byDay = new Map(newest.map((rate) => [textOf(rate), rate]))
    const { subject, onBehalfOf } = context
    const maker = { subject, onBehalfOf }
    const submitted = wanted.map((each) => submitRate(each, byDay.get(textOf(each)), { maker, now }))
    const made = submitted.flatMap((each) => (each.made ? [each.rate] : []))
    store.insertRates(tx, made)
    recordAuditEvents(
      tx,
      made.map((rate) => auditEventOf({ context, newId }, { action: 'submit_rate', rate })),
      now,
    )
    return submitted.map(({ rate }) => rate)
  }

export type DecidedRates =
  | { readonly outcome: 'decided'; readonly rates: readonly Rate[] }
  | { readonly outcome: 'refused'; readonly rejection: Rejection }
  | { readonly outcome: 'not_there'; readonly missing: RateKey }

/**
 * Approves or rejects rates: all of them, or none and the first reason why not, which is audited. An approval is told to
 * subscribers and opens the accounts of a currency that has none yet. The transaction must be repeatable; the head stays locked
 * until it ends.
 *
 * @throws FxRefused an account could not be opened.
 */
export const decideRatesWith =
  (store: RateStore, openPositions: OpenPositions) =>
  async (
    tx: Tx,
    run: InOwnName,
    { keys, ...verdict }: RateVerdict & { readonly keys: readonly RateKey[] },
  ): Promise<DecidedRates> => {
    // Every version of a day waits for its first, so that of two who decide versions of one day the second sees what the first did.
    const days = new Map(keys.map((key) => [textOf(key), { ...key, version: 1 }]))
    await store.lockRates(tx, [...days.values()])
    const [locked, approved, head] = await Promise.all([
      store.lockRates(tx, keys),
      store.readApproved(tx, keys),
      readHead(tx),
    ])
    const there = new Map(locked.map((rate) => [nameOfRate(rate), rate]))
    const newest = new Map(approved.map((rate) => [textOf(rate), rate.version]))
    const { subject, onBehalfOf } = run.context
    const decider = { subject, onBehalfOf }
    const action = `${verdict.verdict}_rate`
    const rates: Rate[] = []
    const changed: Rate[] = []
    for (const key of keys) {
      const rate = there.get(nameOfRate(key))
      if (rate === undefined) return { outcome: 'not_there', missing: key }
      const decided = decideRate(rate, verdict, { approved: newest.get(textOf(key)), decider, now: head.now })
      if ('kind' in decided) {
        const { code } = decided
        recordAuditEvents(tx, [auditEventOf(run, { action, rate, code })], head.now)
        return { outcome: 'refused', rejection: decided }
      }
      rates.push(decided)
      if (decided === rate) continue
      changed.push(decided)
      if (decided.status === 'approved') newest.set(textOf(key), decided.version)
    }
    store.writeDecisions(tx, changed)
    const events = changed.map((rate) => auditEventOf(run, { action, rate }))
    recordAuditEvents(tx, events, head.now)
    if (verdict.verdict === 'approve') {
      await tell(tx, run, { head, changed })
      await openPositions(tx, run, [...new Set(rates.map(({ currency }) => currency))])
    }
    return { outcome: 'decided', rates }
  }

const auditEventOf = (
  { context, newId }: Pick<InOwnName, 'context' | 'newId'>,
  { action, rate, code }: { action: string; rate: RateKey; code?: RejectionCode },
): Omit<AuditEvent, 'occurredAt'> => ({
  ...context,
  auditEventId: newId(),
  action,
  object: nameOfRate(rate),
  outcome: code === undefined ? 'accepted' : 'rejected',
  code,
  idempotencyKey: undefined,
})

async function tell(
  tx: Tx,
  run: InOwnName,
  { head, changed }: { head: Head; changed: readonly Rate[] },
): Promise<void> {
  if (changed.length === 0) return
  const { businessDate, settingsVersion } = head
  await takeNumbers(tx, { businessDate, settingsVersion, entries: 0, events: changed.length })
  enqueueEvents(
    tx,
    changed.map((rate) => eventOf(run, rate)),
  )
}

function eventOf(
  { books, context, newId }: InOwnName,
  rate: Rate,
): Omit<OutboxEvent, 'occurredAt' | 'position'> {
  const { currency, date, version, source } = rate
  const { baseCurrency } = books.tenant
  const { correlationId, causationId } = context
  return {
    eventId: newId(),
    type: 'plinth.rate.approved.v1',
    subject: nameOfRate(rate),
    ...{ correlationId, causationId },
    data: { currency, baseCurrency, date, version, rate: rate.rate, source },
  }
}
