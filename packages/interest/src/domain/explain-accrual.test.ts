import type { BusinessDate } from '@plinth/kernel'
import { describe, expect, test } from 'vitest'
import type { HistoricLine } from './accrual-history.js'
import { seenBy } from './explain-accrual.js'

const day = (text: string): BusinessDate => `2027-01-${text}` as BusinessDate

const line = (version: number, booked: string, late = false): HistoricLine => ({
  ...{ version, entryNo: version, bookingDate: day(booked), valueDate: day(booked), amount: 1n, late },
  capitalised: late,
})
const versionsSeen = (bookedOn: string, lines: readonly HistoricLine[]) =>
  seenBy(day(bookedOn), lines).map(({ version }) => version)

describe('the lines that the run of a day could see', () => {
  test('are those booked on it or before', () => {
    expect(versionsSeen('05', [line(1, '04'), line(2, '05'), line(3, '06')])).toEqual([1, 2])
  })

  test('end where one was booked later, whatever the end of day booked behind it', () => {
    expect(versionsSeen('05', [line(1, '05'), line(2, '06'), line(3, '05', true)])).toEqual([1])
  })

  test('are without what its own end of day booked, and with what the end of the day before did', () => {
    const lines = [line(1, '04'), line(2, '04', true), line(3, '05'), line(4, '05', true)]
    expect(versionsSeen('04', lines)).toEqual([1])
    expect(versionsSeen('05', lines)).toEqual([1, 2, 3])
    expect(versionsSeen('06', lines)).toEqual([1, 2, 3, 4])
  })
})
