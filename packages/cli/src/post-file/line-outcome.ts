import type { Outcome } from '@plinth/posting'

/** What became of a line that was submitted. */
export type LineOutcome =
  | { readonly kind: 'accepted'; readonly replayed: boolean }
  | { readonly kind: 'rejected'; readonly code: string; readonly detail: string }
  | {
      readonly kind: 'malformed'
      readonly code: string
      readonly detail: string
      readonly errors: readonly { readonly pointer: string; readonly code: string; readonly detail: string }[]
    }

/** What the engine says of a line. */
export function lineOutcomeOf(outcome: Outcome): LineOutcome {
  if (outcome.kind === 'answered' && outcome.answer.outcome === 'accepted')
    return { kind: 'accepted', replayed: outcome.replayed }
  return { kind: 'rejected', ...refusalOf(outcome) }
}

function refusalOf(outcome: Outcome): { code: string; detail: string } {
  if (outcome.kind === 'answered' && outcome.answer.outcome === 'rejected') {
    const { code, detail } = outcome.answer.rejection
    return { code, detail }
  }
  if (outcome.kind === 'key_reused') {
    const at = outcome.firstDifference || 'its root'
    return {
      code: 'idempotency_key_reused',
      detail: `The key belongs to another command, which differs first at ${at}.`,
    }
  }
  if (outcome.kind === 'approval_needed') {
    const detail = `The tenant's settings demand a second person here (${outcome.matter}). Propose it: POST /v1/proposals.`
    return { code: 'forbidden', detail }
  }
  if (outcome.kind === 'malformed') return { code: outcome.code, detail: outcome.detail }
  const detail = 'Another command of its group failed. Nothing was recorded for this one.'
  return { code: 'linked_command_failed', detail }
}
