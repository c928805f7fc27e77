import { createHash, randomUUID } from 'node:crypto'
import type { Payment, RiskDecision } from './payment.js'

// A real desk looks at more. It may take as long as it likes: no money is held and nothing locked while it thinks.
const creditorsRefused = ['sanctioned']
const minorUnitsMax = 100_000_00n
const decisionLivesMs = 15 * 60_000

/** What risk says of a payment. It is stored before money is held, and travels with the hold. */
export function decideRisk(payment: Payment, now: Date): RiskDecision {
  const { paymentId, debtorAccount, creditor, amount, currency } = payment
  const screened = JSON.stringify({ paymentId, debtorAccount, creditor, amount, currency })
  const [whole = '0', cents = ''] = amount.split('.')
  const minor = BigInt(whole + cents.padEnd(2, '0').slice(0, 2))
  const refused = creditorsRefused.includes(creditor) || minor > minorUnitsMax
  return {
    id: randomUUID(),
    source: 'payment-service',
    outcome: refused ? 'rejected' : 'approved',
    decidedAt: now.toISOString(),
    expiresAt: new Date(now.getTime() + decisionLivesMs).toISOString(),
    checksum: createHash('sha256').update(screened).digest('hex'),
  }
}
