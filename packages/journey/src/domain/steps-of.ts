import type { AuditEvent } from '@plinth/audit'
import type { HoldHistory, HoldMoment } from '@plinth/holds'
import { type Currencies, formatMinor, type Instant, invariant } from '@plinth/kernel'
import type { JournalEntry } from '@plinth/ledger'
import { renderEntry } from '@plinth/ledger/domain'
import type { OutboxEvent } from '@plinth/outbox'
import type { CommandOutcome } from '@plinth/posting'
import type { SuspenseHistory } from '@plinth/suspense'
import type { Proposal } from '@plinth/tenancy'
import type { EventDelivery } from '@plinth/webhooks'
import { type JourneyMaterial, type JourneyStep, stepKinds } from './journey.js'

/** What happened, in order: by time, then what was asked before what it did and who is told of it. */
export function stepsOf(material: JourneyMaterial, currencies: Currencies): JourneyStep[] {
  const { commands, entries, holds, suspense, proposals, auditEvents, events, deliveries } = material
  const whose = belongings(material)
  const steps = [
    ...commands.map((command) => commandStep(command, auditEvents)),
    ...entries.map((entry) => entryStep(entry, currencies)),
    ...holds.flatMap((history) => holdSteps(history, { whose, currencies })),
    ...suspense.flatMap((history) => suspenseSteps(history, { whose, currencies })),
    ...proposals.flatMap((proposal) => proposalSteps(proposal, material)),
    ...auditEvents.map(auditStep),
    ...events.map(eventStep),
    ...deliveries.map((delivery) => deliveryStep(delivery, events)),
  ]
  return steps.toSorted(inOrder)
}

function inOrder(one: JourneyStep, other: JourneyStep): number {
  if (one.at !== other.at) return one.at < other.at ? -1 : 1
  const rank = stepKinds.indexOf(one.kind) - stepKinds.indexOf(other.kind)
  if (rank !== 0) return rank
  return one.id < other.id ? -1 : one.id === other.id ? 0 : 1
}

/** To which journey a change of a thing belongs: its event says so, or the entry that it came with. */
interface Belongings {
  byEvent(subject: string, at: Instant): string | null
  byEntryNo(entryNo: number | undefined): string | null
  byEntryId(entryId: string | undefined): string | null
}

function belongings({ events, entries }: JourneyMaterial): Belongings {
  const told = new Map(
    events.map((event) => [`${event.subject} ${event.occurredAt}`, event.correlationId] as const),
  )
  const byNumber = new Map(entries.map((entry) => [entry.entryNo, entry.correlationId]))
  const byId = new Map<string, string>(entries.map((entry) => [entry.entryId, entry.correlationId]))
  return {
    byEvent: (subject, at) => told.get(`${subject} ${at}`) ?? null,
    byEntryNo: (entryNo) => (entryNo === undefined ? null : (byNumber.get(entryNo) ?? null)),
    byEntryId: (entryId) => (entryId === undefined ? null : (byId.get(entryId) ?? null)),
  }
}

function commandStep(command: CommandOutcome, auditEvents: readonly AuditEvent[]): JourneyStep {
  const { key, type, outcome, rejection, businessDate, decidedAt, correlationId } = command
  const audited = auditEvents.find((event) => event.idempotencyKey === key)
  return {
    at: decidedAt,
    kind: 'command',
    id: key,
    correlationId,
    ...causeOf(audited),
    outcome,
    ...(rejection !== undefined && { code: rejection.code }),
    what: rejection === undefined ? `${type} accepted` : `${type} rejected: ${rejection.code}`,
    details: {
      type,
      idempotencyKey: key,
      businessDate,
      ...(audited !== undefined && { subject: audited.subject }),
      ...(rejection !== undefined && { detail: rejection.detail }),
    },
  }
}

const causeOf = (of: { readonly causationId: string | undefined } | undefined): { causationId?: string } =>
  of?.causationId === undefined ? {} : { causationId: of.causationId }

function entryStep(entry: JournalEntry, currencies: Currencies): JourneyStep {
  // Texts and metadata are the customer's; to follow a matter takes accounts and amounts.
  const { entryNo, kind, transactionCode, bookingDate, valueDate, reverses, holdId, advice, lines } =
    renderEntry(entry, currencies)
  const debited = lines.filter(({ side }) => side === 'debit')
  const first = debited[0]
  const total = first && `${first.amount} ${first.currency}${debited.length > 1 ? ' …' : ''}`
  return {
    at: entry.postedAt,
    kind: 'entry',
    id: entry.entryId,
    correlationId: entry.correlationId,
    ...causeOf(entry),
    what: `entry ${entryNo} ${kind} ${transactionCode} ${total ?? ''}`.trimEnd(),
    details: {
      entryNo,
      kind,
      transactionCode,
      bookingDate,
      valueDate,
      ...(reverses !== undefined && { reverses }),
      ...(holdId !== undefined && { holdId }),
      ...(advice !== undefined && { advice }),
      lines: lines.map(({ lineNo, accountId, side, amount, currency }) => ({
        lineNo,
        accountId,
        side,
        amount,
        currency,
      })),
    },
  }
}

interface Telling {
  readonly whose: Belongings
  readonly currencies: Currencies
}

export function amountOf(minor: bigint, currency: string, currencies: Currencies): string {
  const decimals = currencies.decimalsOf(currency)
  invariant(decimals !== undefined, 'the currency of what was posted stays known', { currency })
  return formatMinor(minor, decimals)
}

function holdSteps({ hold, moments }: HoldHistory, { whose, currencies }: Telling): JourneyStep[] {
  const { holdId, accountId, currency, clears } = hold
  const amount = (minor: bigint): string => amountOf(minor, currency, currencies)
  const belongsTo = ({ version, changedAt, entryNo }: HoldMoment): string | null =>
    whose.byEntryNo(entryNo) ??
    whose.byEvent(holdId, changedAt) ??
    (version === 1 ? whose.byEntryId(clears?.entryId) : null)
  return moments.map((moment) => ({
    at: moment.changedAt,
    kind: 'hold' as const,
    id: holdId,
    correlationId: belongsTo(moment),
    what: `${clears === undefined ? 'hold' : 'clearing hold'} ${moment.change}, ${amount(moment.remaining)} ${currency} left`,
    details: {
      accountId,
      change: moment.change,
      version: moment.version,
      amount: amount(hold.amount),
      captured: amount(moment.captured),
      remaining: amount(moment.remaining),
      currency,
      status: moment.status,
      expiresAt: moment.expiresAt ?? null,
      ...(clears !== undefined && { availableFrom: clears.availableFrom }),
      ...(moment.entryNo !== undefined && { entryNo: moment.entryNo }),
    },
  }))
}

function suspenseSteps({ item, moments }: SuspenseHistory, { whose, currencies }: Telling): JourneyStep[] {
  const { suspenseItemId, accountId, intendedAccountId, because, currency } = item
  const amount = (minor: bigint): string => amountOf(minor, currency, currencies)
  return moments.map(({ version, change, cleared, returned, entryId, changedAt }) => {
    const remaining = amount(item.amount - cleared - returned)
    return {
      at: changedAt,
      kind: 'suspense_item' as const,
      id: suspenseItemId,
      correlationId: whose.byEntryId(entryId),
      what: `suspense item ${change}, ${remaining} ${currency} waiting`,
      details: {
        change,
        version,
        accountId,
        intendedAccountId,
        because,
        amount: amount(item.amount),
        cleared: amount(cleared),
        returned: amount(returned),
        remaining,
        currency,
        journalEntryId: entryId,
      },
    }
  })
}

function proposalSteps(proposal: Proposal, { auditEvents, events }: JourneyMaterial): JourneyStep[] {
  const { proposalId, action, maker, madeAt, expiresAt, deciders, decision, status } = proposal
  const correlationOf = (did: 'propose' | 'decide_proposal', told: string): string | null =>
    auditEvents.find(
      (event) => event.action === did && event.object === proposalId && event.outcome === 'accepted',
    )?.correlationId ??
    events.find(({ type, subject }) => type === told && subject === proposalId)?.correlationId ??
    null
  const made: JourneyStep = {
    at: madeAt,
    kind: 'proposal',
    id: proposalId,
    correlationId: correlationOf('propose', 'plinth.proposal.made.v1'),
    what: `${action} proposed, for ${deciders.join(' or ')} to decide`,
    details: { action, change: 'made', madeBy: maker.subject, deciders, expiresAt },
  }
  if (decision === undefined) return [made]
  const { decidedAt, decider } = decision
  const decided: JourneyStep = {
    at: decidedAt,
    kind: 'proposal',
    id: proposalId,
    correlationId: correlationOf('decide_proposal', 'plinth.proposal.decided.v1'),
    what: `proposal ${status} by ${decider.subject}`,
    details: { action, change: status, decidedBy: decider.subject },
  }
  return [made, decided]
}

function auditStep(event: AuditEvent): JourneyStep {
  const { auditEventId, occurredAt, correlationId, subject, action, object, outcome, code } = event
  return {
    at: occurredAt,
    kind: 'audit_event',
    id: auditEventId,
    correlationId,
    ...causeOf(event),
    outcome,
    ...(code !== undefined && { code }),
    what: `${subject}: ${action} ${outcome}${code === undefined ? '' : ` (${code})`}`,
    // From where and through which client is for auditors, who have the audit trail.
    details: {
      subject,
      action,
      ...(object !== undefined && { object }),
      ...(event.idempotencyKey !== undefined && { idempotencyKey: event.idempotencyKey }),
      ...(event.onBehalfOf !== undefined && { onBehalfOf: event.onBehalfOf }),
    },
  }
}

function eventStep(event: OutboxEvent): JourneyStep {
  const { occurredAt, eventId, correlationId, type, subject, position } = event
  return {
    at: occurredAt,
    kind: 'event',
    id: eventId,
    correlationId,
    ...causeOf(event),
    what: `event ${position} ${type}`,
    details: { position, type, subject },
  }
}

/** What became of an event at a webhook, as of its last attempt. */
function deliveryStep(delivery: EventDelivery, events: readonly OutboxEvent[]): JourneyStep {
  const { webhookId, position, eventId, status, attempts, replays, failure, responseStatus } = delivery
  const told = events.find((event) => event.eventId === eventId)
  return {
    at: delivery.lastAttemptAt,
    kind: 'delivery',
    id: webhookId,
    correlationId: told?.correlationId ?? null,
    what: `event ${position} ${wordOf(delivery)}`,
    details: {
      ...{ webhookId, position, eventId, status, attempts, replays },
      ...(failure !== undefined && { failure }),
      ...(responseStatus !== undefined && { responseStatus }),
    },
  }
}

/** In a few words, what became of an event at a webhook. */
export function wordOf({ status, attempts, failure }: EventDelivery): string {
  const tried = `${attempts} ${attempts === 1 ? 'attempt' : 'attempts'}`
  switch (status) {
    case 'delivered':
      return `delivered, ${tried}`
    case 'failing':
      return `fails: ${failure}, ${tried}`
    case 'dead_lettered':
      return `given up: ${failure}, ${tried}`
    case 'replaying':
      return 'is to be sent again'
  }
}
