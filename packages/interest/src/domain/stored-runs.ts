import { addDays, type BusinessDate, type EntryId, invariant } from '@plinth/kernel'
import { endsPeriod } from '@plinth/product/domain'
import type { AccrualHistory, BookedAdjustment, BookedRow } from './accrual-history.js'

/** The end of a period for an account that was to be closed, whatever its terms say. */
export interface Settlement {
  /** The business date on which it was settled. */
  readonly valueDate: BusinessDate
  /** The first entry of it: nothing booked from there on was counted. */
  readonly entryNo: number
  readonly adjustments: readonly BookedAdjustment[]
}

/** What one run wrote: an end of day, or what came before a closing. */
export interface StoredRun {
  readonly bookedOn: BusinessDate
  readonly rows: readonly BookedRow[]
  readonly settlement: Settlement | undefined
}

/**
 * The runs of an account in their order. Rows say on which business date they were made; on one on which an account was settled
 * an end of day may follow, whose rows have entries with higher numbers.
 */
export function runsOf(history: AccrualHistory): StoredRun[] {
  const byDate = new Map<BusinessDate, BookedRow[]>()
  for (const row of history.rows) {
    const rows = byDate.get(row.bookedOn)
    if (rows === undefined) byDate.set(row.bookedOn, [row])
    else rows.push(row)
  }
  const settlements = new Map(settlementsOf(history).map((each) => [each.valueDate, each]))
  const dates = [...new Set([...byDate.keys(), ...settlements.keys()])].sort()
  return dates.flatMap((bookedOn): StoredRun[] => {
    const rows = byDate.get(bookedOn) ?? []
    const settlement = settlements.get(bookedOn)
    if (settlement === undefined) return [{ bookedOn, rows, settlement }]
    const isOfSettlement = ({ day, revision, entryId }: BookedRow): boolean => {
      if (revision === 0) return day < bookedOn
      const entryNo = entryId && history.numberOf(entryId)
      return entryNo === undefined || entryNo < settlement.entryNo
    }
    const later = rows.filter((row) => !isOfSettlement(row))
    return [
      { bookedOn, rows: rows.filter(isOfSettlement), settlement },
      ...(later.length === 0 ? [] : [{ bookedOn, rows: later, settlement: undefined }]),
    ]
  })
}

/** What ended a period that the terms did not end. */
function settlementsOf({ capitalised, adjustments, termsOn, numberOf }: AccrualHistory): Settlement[] {
  const settled = adjustments.filter(({ reason }) => reason === 'settled')
  const dates = new Set([
    ...settled.map(({ valueDate }) => valueDate),
    ...capitalised.map(({ due }) => due.valueDate),
  ])
  const isRegular = (day: BusinessDate): boolean => endsPeriod(termsOn(day).terms.capitalisation, day)
  return [...dates]
    .filter((valueDate) => !isRegular(addDays(valueDate, -1)))
    .map((valueDate) => {
      const own = settled.filter((each) => each.valueDate === valueDate)
      const entryIds = [
        ...own.map(({ entryId }) => entryId),
        ...capitalised
          .filter(({ due }) => due.valueDate === valueDate)
          .flatMap(({ entryId }) => entryId ?? []),
      ]
      const numbers = entryIds.map((entryId: EntryId) => numberOf(entryId) ?? Number.POSITIVE_INFINITY)
      invariant(numbers.length > 0, 'what was settled was posted at once', { valueDate })
      return { valueDate, entryNo: Math.min(...numbers), adjustments: own }
    })
}
