// A customer's first day at the bank, from the question whether they may have an account to the proof that the books agree.
// Runs against `make start`; see README.md. Every step is a call that a payment service would make.
import { createHash, randomUUID } from 'node:crypto'
import { cents, JourneyFailure, mustBe, openBank } from './bank.mjs'

const run = randomUUID().slice(0, 8)
const correlationId = `journey-${run}`
const account = `journey-${run}:main`
const payee = `journey-${run}:payee`
const bank = openBank(correlationId)

let stepsTold = 0
const tell = (text) => {
  stepsTold += 1
  console.log(`${String(stepsTold).padStart(2)}. ${text}`)
}
const digestOf = (value) => createHash('sha256').update(JSON.stringify(value)).digest('hex')

/** What the customer's account must show: what is posted, held and available. */
async function mustStandAt(posted, held, available) {
  const balance = await bank.read(`/v1/accounts/${encodeURIComponent(account)}/balance`)
  const { posted: postedNow, held: heldNow, available: availableNow } = balance
  mustBe(`The balance of ${account}`, [postedNow, heldNow, availableNow], [posted, held, available])
  return `posted ${posted}, held ${held}, available ${available}`
}

const line = (accountId, side, amount) => ({ accountId, side, amount, currency: 'EUR' })
const transfer = (transactionCode, from, to, amount) => ({
  transactionCode,
  lines: [line(from, 'debit', amount), line(to, 'credit', amount)],
})
const openAccount = (accountId, name, metadata) =>
  bank.command('/v1/accounts', {
    accountId,
    name,
    glCode: '2110',
    currency: 'EUR',
    customerId: run,
    metadata,
  })
const placeHold = (amount, reference) =>
  bank.command('/v1/holds', { accountId: account, amount, currency: 'EUR', reference })

/** What a risk service says of a payment. It is asked before the posting, for no lock may wait for another service. */
function screen(payment, outcome) {
  const decidedAt = new Date()
  return {
    id: randomUUID(),
    source: 'risk-desk',
    outcome,
    decidedAt: decidedAt.toISOString(),
    expiresAt: new Date(decidedAt.getTime() + 60_000).toISOString(),
    checksum: digestOf(payment),
  }
}

/** Who may have an account is decided elsewhere; what it was decided on is kept with the account, beside its checksum. */
async function openForEligible() {
  const snapshot = {
    customerId: run,
    identified: true,
    residence: 'DE',
    sanctions: 'clear',
    rules: '2026-11',
  }
  const eligibility = { snapshot: JSON.stringify(snapshot), checksum: digestOf(snapshot) }
  tell(`eligibility snapshot of customer ${run}: sha256 ${eligibility.checksum.slice(0, 16)}…`)

  const opened = await openAccount(account, 'Jo Journey', eligibility)
  await openAccount(payee, 'Pat Payee', {})
  mustBe(
    'The checksum kept with the account',
    digestOf(JSON.parse(opened.metadata.snapshot)),
    eligibility.checksum,
  )
  tell(`account ${opened.accountId} opened, the snapshot kept with it`)
}

async function deposit() {
  const entry = await bank.command('/v1/postings', transfer('DEPOSIT', 'cash', account, '500.00'))
  tell(`deposit of 500.00 is entry ${entry.entryNo}: ${await mustStandAt('500.00', '0.00', '500.00')}`)
}

/** A payment that risk declines: the attempt is refused for good, and what was set aside for it is let go. */
async function declinedPayment() {
  const hold = await placeHold('120.00', 'payment-1')
  tell(`hold of 120.00 for payment-1: ${await mustStandAt('500.00', '120.00', '380.00')}`)

  const payment = { ...transfer('PAYMENT', account, payee, '120.00'), amount: '120.00' }
  const decision = screen(payment, 'rejected')
  const attempt = { path: `/v1/holds/${hold.holdId}/captures`, body: { ...payment, decision } }
  const key = `journey-${run}-payment-1`
  tell(`payment attempt of 120.00 to ${payee}, with what risk says of it`)
  const refused = await bank.command(attempt.path, attempt.body, { expect: [422], key })
  mustBe('The answer to a declined payment', refused.code, 'decision_negative')

  const again = await bank.command(attempt.path, attempt.body, { expect: [422], key })
  mustBe('The answer to the same attempt again', [again.code, again.replayed], ['decision_negative', true])
  tell(`risk decision is ${decision.outcome}: ${refused.code}, and so it stays for this key`)

  const released = await bank.command(`/v1/holds/${hold.holdId}/release`, {})
  mustBe('The hold', released.status, 'released')
  tell(`hold released: ${await mustStandAt('500.00', '0.00', '500.00')}`)
}

/** The payment with a decision that says yes, and a card payment that takes less than was held for it. */
async function approvedPayments() {
  const payment = transfer('TRANSFER', account, payee, '120.00')
  const paid = await bank.command('/v1/postings', { ...payment, decision: screen(payment, 'approved') })
  tell(
    `transfer of 120.00, approved, is entry ${paid.entryNo}: ${await mustStandAt('380.00', '0.00', '380.00')}`,
  )

  const { holdId } = await placeHold('45.00', 'card-1')
  await mustStandAt('380.00', '45.00', '335.00')
  const captured = await bank.command(`/v1/holds/${holdId}/captures`, {
    ...transfer('CARD', account, payee, '42.50'),
    amount: '42.50',
  })
  const { remaining } = await bank.read(`/v1/holds/${holdId}`)
  mustBe('What is left of the hold', remaining, '0.00')
  tell(
    `hold of 45.00 captured for 42.50 is entry ${captured.entryNo}: ${await mustStandAt('337.50', '0.00', '337.50')}`,
  )
}

/** Everything above carries one correlation id, so it is found again by it: what was done, and what was refused. */
async function tellEvents() {
  const { data: events } = await bank.read(`/v1/audit-events?correlationId=${correlationId}`)
  const accepted = events.filter(({ outcome }) => outcome === 'accepted').map(({ action }) => action)
  const expected = [
    'open_account',
    'open_account',
    'post',
    'place_hold',
    'release_hold',
    'post',
    'place_hold',
  ]
  mustBe('What was done', accepted, [...expected, 'capture_hold'])
  const refused = events.filter(({ outcome }) => outcome !== 'accepted').map(({ code }) => code)
  mustBe('What was refused', refused, ['decision_negative'])
  tell(
    `events of ${correlationId}: ${accepted.length} changes to publish, ${refused.length} refusal on record`,
  )
}

/** What the day's entries add up to, in the account and in the whole journal. */
async function reconcile() {
  const { data: entries } = await bank.read(`/v1/journal-entries?correlationId=${correlationId}`)
  const lines = entries.flatMap((entry) => entry.lines)
  const sumOf = (some) =>
    some.reduce((sum, { side, amount }) => sum + (side === 'credit' ? 1n : -1n) * cents(amount), 0n)
  const own = lines.filter(({ accountId }) => accountId === account)
  const { posted } = await bank.read(`/v1/accounts/${encodeURIComponent(account)}/balance`)
  mustBe(`The sum of the lines of ${account}, in cents`, String(sumOf(own)), String(cents(posted)))
  mustBe('Debits and credits of the journey', String(sumOf(lines)), '0')
  tell(
    `${own.length} lines of ${account} add up to its balance, ${posted}; all ${entries.length} entries balance`,
  )

  const { totals } = await bank.read('/v1/trial-balance')
  for (const { currency, debits, credits } of totals)
    mustBe(`The trial balance in ${currency}`, debits, credits)
  const shown = totals.map(
    ({ currency, debits, credits }) => `${currency} debits ${debits} = credits ${credits}`,
  )
  tell(`journal total: ${shown.join(', ')}`)
}

try {
  await openForEligible()
  await deposit()
  await declinedPayment()
  await approvedPayments()
  await tellEvents()
  await reconcile()
  console.log(
    `The journey is complete. Look back at it: GET /v1/journal-entries?correlationId=${correlationId}`,
  )
} catch (error) {
  if (!(error instanceof JourneyFailure)) throw error
  console.error(`The journey stopped. ${error.message}`)
  process.exitCode = 1
}
