import type { HoldHistory } from '@plinth/holds'
import type { Currencies } from '@plinth/kernel'
import type { Consumer } from '@plinth/outbox'
import type { SuspenseHistory } from '@plinth/suspense'
import { remainingOf } from '@plinth/suspense/domain'
import type { Proposal } from '@plinth/tenancy'
import type { EventDelivery } from '@plinth/webhooks'
import type { JourneyMaterial, OpenMatter, Standing } from './journey.js'
import { amountOf, wordOf } from './steps-of.js'

/** Where a journey stands: what is not finished, or else how it ended. */
export function standingOf(material: JourneyMaterial, currencies: Currencies): Standing {
  const open = [
    ...material.proposals.flatMap((proposal) => openProposal(proposal, material)),
    ...material.suspense.flatMap((history) => openItem(history, currencies)),
    ...material.holds.flatMap((history) => openHold(history, material, currencies)),
    ...material.deliveries.flatMap(openDelivery),
    ...material.consumers.flatMap((consumer) => notPassedOn(consumer, material)),
  ]
  const whole = material.more === undefined
  const [first] = open
  if (first !== undefined) {
    const others = open.length > 1 ? ` (and ${open.length - 1} more)` : ''
    return { state: 'open', summary: `Not finished: ${first.what}${others}.`, open, whole }
  }
  return { ...ended(material), open, whole }
}

function ended({
  correlationId,
  auditEvents,
  entries,
}: JourneyMaterial): Pick<Standing, 'state' | 'summary'> {
  const own = auditEvents.filter((event) => event.correlationId === correlationId)
  const accepted = own.filter(({ outcome }) => outcome === 'accepted').length
  const posted = entries.filter((entry) => entry.correlationId === correlationId).length
  const last = own.filter(({ outcome }) => outcome !== 'accepted').at(-1)
  if (accepted + posted === 0 && last !== undefined) {
    return {
      state: 'refused',
      summary: `Refused: ${last.action} was ${last.outcome} with ${last.code}, and nothing came of it.`,
    }
  }
  const refused = own.length - accepted
  const beside = refused === 0 ? '' : `; ${refused} refused`
  const made = posted === 0 ? `${accepted} accepted` : `${posted} posted`
  return { state: 'done', summary: `Finished: ${made}${beside}. Nothing is waiting.` }
}

function openProposal(proposal: Proposal, { readAt }: JourneyMaterial): OpenMatter[] {
  const { proposalId, action, status, madeAt, expiresAt, deciders } = proposal
  if (status !== 'pending') return []
  const what =
    readAt >= expiresAt
      ? `the proposal to ${action} expired undecided at ${expiresAt}`
      : `the proposal to ${action} waits for ${deciders.join(' or ')}, until ${expiresAt}`
  return [{ kind: 'proposal', id: proposalId, since: madeAt, what }]
}

function openItem({ item }: SuspenseHistory, currencies: Currencies): OpenMatter[] {
  const remaining = remainingOf(item)
  if (remaining === 0n) return []
  const { suspenseItemId, accountId, intendedAccountId, because, currency, openedAt } = item
  const amount = `${amountOf(remaining, currency, currencies)} ${currency}`
  const what = `${amount} for ${intendedAccountId} wait on ${accountId} (${because})`
  return [{ kind: 'suspense_item', id: suspenseItemId, since: openedAt, what }]
}

function openHold({ hold }: HoldHistory, { readAt }: JourneyMaterial, currencies: Currencies): OpenMatter[] {
  if (hold.status !== 'active') return []
  const { holdId, accountId, currency, expiresAt, clears, placedAt } = hold
  const held = `${amountOf(hold.remaining, currency, currencies)} ${currency} of ${accountId}`
  return [{ kind: 'hold', id: holdId, since: placedAt, what: `${held} ${until()}` }]

  function until(): string {
    if (clears !== undefined) return `are available from ${clears.availableFrom}`
    if (expiresAt === undefined) return 'are held, without an end'
    return expiresAt > readAt
      ? `are held, until ${expiresAt}`
      : `are held though that ended at ${expiresAt}: no worker has recorded it`
  }
}

function openDelivery(delivery: EventDelivery): OpenMatter[] {
  const { webhookId, position, status, firstAttemptAt } = delivery
  if (status === 'delivered') return []
  const what = `event ${position} ${wordOf(delivery)}, at webhook ${webhookId}`
  return [{ kind: 'delivery', id: webhookId, since: firstAttemptAt, what }]
}

/** The first event that a consumer has not come to. What it fails to deliver is said by the delivery. */
function notPassedOn(
  { consumer, position }: Consumer,
  { events, deliveries }: JourneyMaterial,
): OpenMatter[] {
  const tried = new Set(
    deliveries.filter(({ webhookId }) => consumer.endsWith(webhookId)).map((each) => each.position),
  )
  const waiting = events
    .filter((event) => event.position > position && !tried.has(event.position))
    .toSorted((one, other) => one.position - other.position)
  const [first] = waiting
  if (first === undefined) return []
  const others = waiting.length > 1 ? ` and ${waiting.length - 1} more` : ''
  const what = `event ${first.position}${others} not passed on by ${consumer} yet`
  return [{ kind: 'event', id: first.eventId, since: first.occurredAt, what }]
}
