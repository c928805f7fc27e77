import { type BusinessDate, type Instant, instantOf, parseBusinessDate } from '@plinth/kernel'
import type { NotKnownYet } from '@plinth/ledger'
import { InvalidArgumentError, Option } from 'commander'
import { CommandFailure, exitCodes } from './cli-runtime.js'
import { parseDate } from './read-arguments.js'

/** Which of an account's lines a balance counts. */
export interface PastOptions {
  readonly valueDate?: BusinessDate
  readonly bookingDate?: BusinessDate
  readonly knownAtEntry?: number
  readonly knownAt?: Instant
}

export const pastOptions = (): Option[] => [
  new Option('--value-date <date>', 'of lines of this value date or an earlier one, YYYY-MM-DD').argParser(
    parseDate,
  ),
  new Option('--booking-date <date>', 'of lines booked on this day or an earlier one').argParser(parseDate),
  new Option('--known-at-entry <number>', 'as the books stood after this entry').argParser(parseEntryNo),
  new Option('--known-at <instant>', 'as the books stood then, such as 2026-11-21T09:30:00Z')
    .argParser(parseInstant)
    .conflicts('knownAtEntry'),
]

/** What the options ask; a question without any is one of now. */
export const questionOf = ({ valueDate, bookingDate, knownAtEntry, knownAt }: PastOptions) => ({
  ...{ valueDate, bookingDate, knownAt },
  knownAtEntryNo: knownAtEntry,
})

export const notKnownYet = ({ notYet, lastEntryNo, now }: NotKnownYet): CommandFailure =>
  new CommandFailure(
    notYet === 'knownAt'
      ? `The books know nothing of later than now, ${now}.`
      : `There is no such entry yet: the last one is ${lastEntryNo}.`,
    exitCodes.usage,
  )

function parseInstant(text: string): Instant {
  const instantMs = Date.parse(text)
  const written = /^[0-9-]{10}T[0-9:]{8}(?:\.[0-9]+)?Z$/.test(text)
  if (!written || parseBusinessDate(text.slice(0, 10)) === undefined || Number.isNaN(instantMs))
    throw new InvalidArgumentError('A moment is written in UTC, such as 2026-11-21T09:30:00Z.')
  return instantOf(instantMs)
}

function parseEntryNo(text: string): number {
  if (/^(?:0|[1-9][0-9]{0,14})$/.test(text)) return Number(text)
  throw new InvalidArgumentError('An entry number is a whole number; 0 is before the first.')
}
