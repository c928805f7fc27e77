import type { FoundAs, JourneyPage } from '@plinth/journey'
import { counted, printParagraph } from '../explain/paragraph.js'
import { coloured } from '../output.js'

/** What an id led to. */
export interface Traced {
  readonly id: string
  readonly foundAs: FoundAs
  readonly journey: JourneyPage
  /** Whether it has more steps than were asked for. */
  readonly cut: boolean
}

const words: Readonly<Record<FoundAs, string>> = {
  correlation: 'a correlation id',
  idempotency_key: 'an idempotency key',
  entry: 'an entry',
  hold: 'a hold',
  suspense_item: 'a suspense item',
  proposal: 'a proposal',
  event: 'an event',
  account: 'an account; the last entry on it was followed',
}

const colours = { open: 'yellow', done: 'green', refused: 'red' } as const

/** A journey for people: where it stands first, then step by step under the days. Fits a terminal of 80 columns. */
export function printJourney({ id, foundAs, journey, cut }: Traced): void {
  const { correlationId, standing, causes, related, steps } = journey
  printParagraph('Journey   ', correlationId)
  if (id !== correlationId) printParagraph('Found by  ', `${id}, ${words[foundAs]}`)
  printParagraph(coloured(standing.state.toUpperCase().padEnd(10), colours[standing.state]), standing.summary)
  for (const { kind, id: open, since, what } of standing.open)
    printParagraph('  waits   ', `${kind.replace('_', ' ')} ${open} since ${since}: ${what}`)
  if (!standing.whole) printParagraph('          ', 'There is more of it than is looked at at once.')
  for (const { causationId, foundAs: as, correlationId: of } of causes) {
    const known = as === undefined ? 'nothing known here' : `${words[as]} of ${of}`
    printParagraph('Caused by ', `${causationId}, ${known}`)
  }
  for (const other of related) printParagraph('See also  ', other)
  printSteps(journey)
  if (cut) console.log(`\nThese are the first ${counted(steps.length, 'step')}; --limit shows more.`)
}

/** Steps of other journeys are marked, and each day stands above its steps. */
function printSteps({ correlationId, steps }: Traced['journey']): void {
  let day: string | undefined
  for (const step of steps) {
    const on = step.at.slice(0, 10)
    if (on !== day) console.log(`\n${on}`)
    day = on
    const mark = step.correlationId === correlationId ? ' ' : '*'
    printParagraph(`${step.at.slice(11, 23)} ${mark} ${labelOf(step.kind)} `, textOf(step))
  }
  if (steps.some((step) => step.correlationId !== correlationId))
    console.log('\n* of another journey that touches the same things or was caused by this one')
}

const labelOf = (kind: string): string => kind.replace('_event', '').replace('_item', '').padEnd(8)

function textOf({ kind, id, what }: Traced['journey']['steps'][number]): string {
  // The id of an audit event leads nowhere.
  return kind === 'audit_event' ? what : `${what} [${id}]`
}
