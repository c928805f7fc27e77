import type { Rail, RailPayment } from './rail.js'
import type { Store } from './store.js'

/**
 * Asks the rail's own list what became of payments, from a change number on, and answers the next one. This is how an unknown
 * outcome becomes known: what is in the list is there, and what is not in it after the time until which the rail would have
 * taken it never will be.
 */
export async function reconcileWithRail(store: Store, rail: Rail, after: number): Promise<number> {
  const { payments, asOf } = await rail.changes(after)
  for (const { reference, status, railId } of payments)
    await store.within((query) => store.hear(query, reference, { status, railId }))
  // The list is what the rail had at `asOf`; a copy that was on its way then came too late if its time was over.
  const { rows } = await store.query(
    "select payment_id from payment.payment where state = 'unknown' and rail_status is null and valid_until < $1",
    [asOf],
  )
  for (const { payment_id: paymentId } of rows)
    await store.within((query) => store.hear(query, paymentId as string, { status: 'never_arrived' }))
  return payments.at(-1)?.changeNo ?? after
}

/** How payments, the rail's list and what the core told stand to each other. */
export interface Comparison {
  readonly payments: Readonly<Record<string, number>>
  readonly open: number
  readonly differences: readonly string[]
}

/** Compares all payments with the whole list of the rail and with the bookings that the core's events told of. */
export async function compare(store: Store, rail: Rail): Promise<Comparison> {
  const { payments: listed } = await rail.changes(0)
  const { rows } = await store.query(
    `select p.payment_id, p.state, p.amount, p.currency,
            count(b.entry_id) filter (where b.transaction_code = 'PAYMENT_OUT') as out,
            count(b.entry_id) filter (where b.transaction_code = 'PAYMENT_RETURN') as back,
            bool_and(b.amount::numeric = p.amount::numeric and b.currency = p.currency) as amounts_agree
       from payment.payment p left join payment.booking b using (payment_id)
      group by p.payment_id order by p.received_at`,
    [],
  )
  const differences = differencesOf(rows as unknown as readonly Row[], listed)
  const payments: Record<string, number> = {}
  for (const { state } of rows as unknown as readonly Row[]) payments[state] = (payments[state] ?? 0) + 1
  const ended = ['declined', 'refused', 'settled', 'released', 'returned', 'stuck']
  const open = rows.filter(({ state }) => !ended.includes(state as string)).length
  return { payments, open, differences }
}

interface Row {
  readonly payment_id: string
  readonly state: string
  readonly amount: string
  readonly currency: string
  readonly out: string
  readonly back: string
  readonly amounts_agree: boolean | null
}

function differencesOf(rows: readonly Row[], listed: readonly RailPayment[]): string[] {
  const differences: string[] = []
  const byReference = new Map<string, RailPayment[]>()
  for (const payment of listed)
    byReference.set(payment.reference, [...(byReference.get(payment.reference) ?? []), payment])
  for (const row of rows) {
    const found = byReference.get(row.payment_id) ?? []
    byReference.delete(row.payment_id)
    differences.push(
      ...faultsOf(row, found).map((fault) => `payment ${row.payment_id} (${row.state}): ${fault}`),
    )
  }
  for (const reference of byReference.keys()) differences.push(`the rail has ${reference}, which nobody sent`)
  return differences
}

/** What the rail says of a payment that has come to rest, and how often the core booked it. */
const meant = new Map([
  ['settled', { rail: ['settled'], out: 1, back: 0 }],
  ['returned', { rail: ['returned'], out: 1, back: 1 }],
  ['released', { rail: ['rejected', 'none'], out: 0, back: 0 }],
  ['declined', { rail: ['none'], out: 0, back: 0 }],
  ['refused', { rail: ['none'], out: 0, back: 0 }],
])

function faultsOf(row: Row, found: readonly RailPayment[]): string[] {
  if (found.length > 1) return [`the rail has it ${found.length} times`]
  const [at] = found
  const faults: string[] = []
  if (at !== undefined && (at.amount !== row.amount || at.currency !== row.currency))
    faults.push(`the rail has ${at.amount} ${at.currency}, and should have ${row.amount} ${row.currency}`)
  const word = at?.status ?? 'none'
  // What the debtor's account did not take stands in suspense: booked as the rail says, and waiting for an operator.
  const expected = meant.get(row.state === 'stuck' ? word : row.state)
  if (expected === undefined) return faults
  if (!expected.rail.includes(word)) faults.push(`the rail says ${word}`)
  if (Number(row.out) !== expected.out || Number(row.back) !== expected.back)
    faults.push(`the core booked it ${row.out} times out and ${row.back} times back`)
  if (row.amounts_agree === false) faults.push('the core booked another amount')
  return faults
}
