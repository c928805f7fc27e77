import { type AccountId, addDays, type BusinessDate } from '@plinth/kernel'
import type { Command } from '@plinth/posting'
import type { ProductParameters } from '@plinth/product'
import { transferOf } from '../support/commands.js'

/** Numbers from 0 to 1, the same for one seed. */
export function mulberry(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

/** Every day count, rounding and period, with and without tiers, tax and a minimum balance. */
export const products: Readonly<Record<string, Partial<ProductParameters>>> = {
  TIERED: { withholdingTaxRate: '0.26375' },
  ACT360: {
    ...{ dayCount: 'ACT/360', capitalisation: 'quarterly', rounding: 'half_up' },
    debitTiers: [
      { from: '0.00', rate: '0.0795' },
      { from: '250.00', rate: '0.1295' },
    ],
  },
  ISDA: { dayCount: 'ACT/ACT-ISDA', capitalisation: 'yearly', minimumBalance: '500.00' },
  THIRTY: { dayCount: '30/360-ISDA', capitalisation: 'monthly', rounding: 'up', withholdingTaxRate: '0.25' },
  EUROPEAN: { dayCount: '30E/360', capitalisation: 'quarterly', rounding: 'down' },
  CURRENT: {
    capitalisation: 'quarterly',
    creditTiers: [],
    debitTiers: [{ from: '0.00', rate: '0.123456789012' }],
  },
  NEVER: { capitalisation: 'none', creditTiers: [{ from: '0.00', rate: '0.0001' }] },
  EACH: {
    capitalisation: 'monthly',
    dayCount: 'ACT/ACT-ISDA',
    rounding: 'half_up',
    withholdingTaxRate: '0.3',
  },
}

/** A customer, and what lines bring by value date, in minor units. */
export interface Saver {
  readonly accountId: AccountId
  readonly productCode: string
  /** Whether some of its postings are of value days ago. */
  readonly late: boolean
  readonly history: Map<BusinessDate, bigint>
}

/** As many of each product; the last of each have postings that come late. */
export const saversOf = (count: number, lateOnes: number): Saver[] =>
  Array.from({ length: count }, (_, at) => {
    const codes = Object.keys(products)
    return {
      accountId: `saver-${String(at).padStart(3, '0')}` as AccountId,
      productCode: codes[at % codes.length] as string,
      late: at >= count - lateOnes,
      history: new Map(),
    }
  })

/** What customers do on a day: a few pay in or out, some of value days ahead, and of those that may, days ago. */
export function postingsOf(savers: readonly Saver[], today: BusinessDate, random: () => number): Command[] {
  return savers.flatMap((saver) => {
    if (random() > 0.12) return []
    const minor = BigInt(Math.floor(random() ** 3 * 400_000)) + 1n
    const credit = random() < 0.55
    const shift = random() < 0.7 ? 0 : Math.floor(random() * 4)
    const back = saver.late && random() < 0.5 ? Math.floor(random() * 45) : 0
    const valueDate = addDays(today, back > 0 ? -back : shift)
    saver.history.set(valueDate, (saver.history.get(valueDate) ?? 0n) + (credit ? minor : -minor))
    const amount = `${minor / 100n}.${String(minor % 100n).padStart(2, '0')}`
    const [from, to] = credit ? ['cash', saver.accountId] : [saver.accountId, 'cash']
    return [transferOf({ from: from as string, to: to as string, amount, valueDate })]
  })
}

/** The balance that each value date begins with. */
export function statedBalances({ history }: Saver) {
  let balance = 0n
  return [...history]
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([from, amount]) => {
      balance += amount
      return { from, balance }
    })
}
