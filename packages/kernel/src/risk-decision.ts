import type { Instant } from './instant.js'

export const riskOutcomes = ['approved', 'rejected'] as const

/**
 * What a risk or sanctions engine decided before money was asked for: stored with the posting or the hold, so that it can be
 * shown later on what ground it was done (seed §14.3). Plinth asks no engine.
 */
export interface RiskDecision {
  readonly id: string
  readonly source: string
  readonly outcome: (typeof riskOutcomes)[number]
  readonly decidedAt: Instant
  /** From then on it is too old to act on. */
  readonly expiresAt: Instant
  /** Of what was decided on, as its source makes it. */
  readonly checksum: string
}

/** In one order, wherever it was kept. */
export const renderRiskDecision = (decision: RiskDecision): RiskDecision => {
  const { id, source, outcome, decidedAt, expiresAt, checksum } = decision
  return { id, source, outcome, decidedAt, expiresAt, checksum }
}
