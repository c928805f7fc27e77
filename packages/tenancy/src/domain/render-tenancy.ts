import type { Instant } from '@plinth/kernel'
import { type Proposal, payloadHashOf } from './proposal.js'
import { documentOf, type TenantSettings } from './settings.js'
import type { TransactionCode } from './transaction-code.js'

/** A proposal as it is answered. `now`: one that was left alone too long shows `expired`; without it, as it was decided. */
export function renderProposal(
  { proposalId, action, payload, reason, deciders, maker, madeAt, expiresAt, status, decision }: Proposal,
  now?: Instant,
) {
  return {
    proposalId,
    action,
    status: status === 'pending' && now !== undefined && now >= expiresAt ? ('expired' as const) : status,
    payload: withoutSecrets(payload),
    payloadHash: payloadHashOf(payload),
    reason,
    deciders,
    madeBy: maker.subject,
    ...(maker.onBehalfOf !== undefined && { madeOnBehalfOf: maker.onBehalfOf }),
    madeAt,
    expiresAt,
    ...(decision !== undefined && {
      decidedBy: decision.decider.subject,
      ...(decision.decider.onBehalfOf !== undefined && { decidedOnBehalfOf: decision.decider.onBehalfOf }),
      decidedAt: decision.decidedAt,
      ...(decision.comment !== undefined && { comment: decision.comment }),
    }),
  }
}

/** The hash of a key's secret opens nothing, and is nobody's to read all the same. */
function withoutSecrets(payload: string): object {
  const { secretHash: _, ...shown } = JSON.parse(payload) as Record<string, unknown>
  return shown
}

/** Settings as they are answered; the registry of transaction codes and the limits are lists of their own. */
export function renderSettings(settings: TenantSettings) {
  const { transactionCodes: _, limits: __, ...shown } = documentOf(settings)
  return { version: settings.version, ...shown }
}

export function renderTransactionCode(code: TransactionCode) {
  const { roles, debitGlTypes, creditGlTypes, bankTransactionCode, ...always } = code
  return {
    ...always,
    ...(roles !== undefined && { roles }),
    ...(debitGlTypes !== undefined && { debitGlTypes }),
    ...(creditGlTypes !== undefined && { creditGlTypes }),
    ...(bankTransactionCode !== undefined && { bankTransactionCode }),
  }
}
