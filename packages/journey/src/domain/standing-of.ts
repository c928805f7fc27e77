import type { HoldHistory } from '@plinth/holds'
import type { Currencies } from '@plinth/kernel'
import type { SuspenseHistory } from '@plinth/suspense'
import { remainingOf } from '@plinth/suspense/domain'
import type { Proposal } from '@plinth/tenancy'
import type { JourneyMaterial, OpenMatter, Standing } from './journey.js'
import { amountOf } from './steps-of.js'

/** Where a journey stands: what is not finished, or else how it ended. */
export function standingOf(material: JourneyMaterial, currencies: Currencies): Standing {
  const open = [
    ...material.proposals.flatMap((proposal) => openProposal(proposal, material)),
    ...material.suspense.flatMap((history) => openItem(history, currencies)),
    ...material.holds.flatMap((history) => openHold(history, material, currencies)),
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
