import type { components } from '@plinth/client'
import { coloured } from './output.js'

/** The sums in the base currency, and the rates that they were made with. */
export function printBase({ currency, debits, credits, rounding, withoutRate, rates }: RenderedBase): void {
  for (const { currency: of, rate, date } of rates) console.log(`1 ${of} was ${rate} ${currency} on ${date}`)
  if (withoutRate.length > 0)
    console.log(coloured(`No sum in ${currency}: no rate of ${withoutRate.join(', ')}.`, 'yellow'))
  else console.log(`In ${currency}: debits ${debits}, rounding ${rounding}, credits ${credits}`)
}

/** From the database or by HTTP. */
type RenderedBase = Omit<BaseTotals, 'withoutRate' | 'rates'> & {
  readonly [Name in 'withoutRate' | 'rates']: readonly BaseTotals[Name][number][]
}

type BaseTotals = components['schemas']['BaseTotals']
