import { verifyPositions } from '@plinth/fx'
import { addDays, type BusinessDate, formatMinor } from '@plinth/kernel'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { eodAt } from '../eod/eod-bank.js'
import { type Bank, useBank } from '../support/bank.js'
import { currencies } from '../support/commands.js'
import { accepted, dealInCurrencies, exchange, netOf, rates } from './in-bank.js'

// PLINTH_SEED repeats a run; PLINTH_PROPERTY_RUNS makes it longer.
const seed = Number(process.env.PLINTH_SEED ?? Date.now() % 2 ** 31)
const numRuns = Number(process.env.PLINTH_PROPERTY_RUNS ?? 3)
console.log(`property.test.ts: PLINTH_SEED=${seed}`)

const openBank = useBank()
const first = '2026-11-20' as BusinessDate
const foreign = ['JPY', 'BHD', 'ATTO'] as const
type Foreign = (typeof foreign)[number]

interface Deal {
  readonly currency: Foreign
  /** Whether the customer buys the currency; the bank then sells it. */
  readonly buys: boolean
  /** In minor units of the currency and in cents. */
  readonly amount: bigint
  readonly cents: bigint
}

const amount = fc.bigInt({ min: 1n, max: 10n ** 21n })
const cents = fc.bigInt({ min: 1n, max: 10n ** 9n })
// Of a day on which nobody has said one, that of the last day before holds.
const rate = fc.option(fc.bigInt({ min: 1n, max: 10n ** 21n }), { nil: undefined, freq: 4 })
const day = fc.record({
  deals: fc.array(fc.record({ currency: fc.constantFrom(...foreign), buys: fc.boolean(), amount, cents }), {
    maxLength: 4,
  }),
  rates: fc.record({ JPY: rate, BHD: rate, ATTO: rate }),
})
const history = fc.array(day, { minLength: 3, maxLength: 5 })

const scale = 10n ** 18n
const rateText = (scaled: bigint): string =>
  `${scaled / scale}.${(scaled % scale).toString().padStart(18, '0')}`

/** Cents for an amount at a rate, half to even, by whole numbers alone. */
function worthOf(currency: Foreign, minor: bigint, rateScaled: bigint): bigint {
  const under = scale * 10n ** BigInt(currencies.decimalsOf(currency) as number)
  const over = (minor < 0n ? -minor : minor) * rateScaled * 100n
  const [whole, rest] = [over / under, (over % under) * 2n]
  const up = rest > under || (rest === under && whole % 2n === 1n)
  const size = up ? whole + 1n : whole
  return minor < 0n ? -size : size
}

async function deal(bank: Bank, { currency, buys, amount: minor, cents: euros }: Deal): Promise<void> {
  const text = `${formatMinor(minor, currencies.decimalsOf(currency) as number)} ${currency}`
  const base = `${formatMinor(euros, 2)} EUR`
  const [own, cash] = [`till-${currency}`, 'cash']
  const posted = buys
    ? exchange({ from: cash, sold: base }, { to: own, bought: text })
    : exchange({ from: own, sold: text }, { to: cash, bought: base })
  await accepted(bank.submit(posted))
}

test('whatever is dealt at whatever rates, every night leaves nothing between positions and their worth', async () => {
  await fc.assert(
    fc.asyncProperty(history, async (days) => {
      const bank = await openBank()
      // A rate of any day before is good enough.
      await dealInCurrencies(bank, 30)
      for (const currency of foreign)
        await bank.open(`till-${currency}`, { gl: '1100', currency, unlimited: true })
      await rates(bank, ...foreign.map((currency) => `${currency} ${first} 1`))
      const position = new Map<Foreign, bigint>(foreign.map((currency) => [currency, 0n]))
      const inForce = new Map<Foreign, bigint>(foreign.map((currency) => [currency, scale]))
      let paid = 0n
      for (const [at, { deals, rates: said }] of days.entries()) {
        const date = addDays(first, at)
        const texts = foreign.flatMap((currency) => {
          const scaled = said[currency]
          if (scaled === undefined) return []
          inForce.set(currency, scaled)
          return [`${currency} ${date} ${rateText(scaled)}`]
        })
        if (texts.length > 0) await rates(bank, ...texts)
        for (const each of deals) {
          await deal(bank, each)
          const sign = each.buys ? -1n : 1n
          position.set(each.currency, (position.get(each.currency) as bigint) + sign * each.amount)
          paid += sign * each.cents
        }
        const { reports } = await eodAt(bank).run(date)
        expect(reports[0]?.setAside).toEqual([])
        for (const currency of foreign) {
          const worth = worthOf(currency, position.get(currency) as bigint, inForce.get(currency) as bigint)
          expect([currency, await netOf(bank, `FX:COUNTERVALUE:${currency}`)]).toEqual([currency, -worth])
        }
      }
      // All results, realised or not: what the positions are worth, less what was paid for them.
      const worths = foreign.map((currency) =>
        worthOf(currency, position.get(currency) as bigint, inForce.get(currency) as bigint),
      )
      expect(await resultsOf(bank)).toBe(worths.reduce((sum, worth) => sum + worth, 0n) - paid)
      const rules = await bank.database.read(bank.tenantId, (tx) => verifyPositions(tx, bank.books))
      expect(rules.filter(({ first: found }) => found !== undefined)).toEqual([])
    }),
    { seed, numRuns },
  )
}, 240_000)

/** Gains less losses of all days, from the general ledger. */
async function resultsOf(bank: Bank): Promise<bigint> {
  const [row] = await bank.rows<{ results: string }>(
    `select coalesce(sum(case side when 'credit' then amount else -amount end), 0)::text as results
       from ledger.posting_line where tenant_id = $1 and gl_code in ('4990', '5990')`,
    [bank.tenantId],
  )
  return BigInt(row?.results ?? 0)
}
