import type { renderBaseTotals } from '@plinth/fx/domain'
import { coloured } from './output.js'

/** The sums in the base currency, and the rates that they were made with. */
export function printBase({ currency, debits, credits, rounding, withoutRate, rates }: RenderedBase): void {
  for (const { currency: of, rate, date } of rates) console.log(`1 ${of} was ${rate} ${currency} on ${date}`)
  if (withoutRate.length > 0)
    console.log(coloured(`No sum in ${currency}: no rate of ${withoutRate.join(', ')}.`, 'yellow'))
  else console.log(`In ${currency}: debits ${debits}, rounding ${rounding}, credits ${credits}`)
}

type RenderedBase = ReturnType<typeof renderBaseTotals>
