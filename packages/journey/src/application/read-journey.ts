import type { Tx } from '@plinth/db'
import { type Currencies, type Instant, invariant } from '@plinth/kernel'
import type { Cause, JourneyPlace, JourneyStep, Standing } from '../domain/journey.js'
import { standingOf } from '../domain/standing-of.js'
import { stepsOf } from '../domain/steps-of.js'
import { gatherJourney } from './gather-journey.js'

/** A page of a journey. */
export interface JourneyPage {
  readonly correlationId: string
  readonly standing: Standing
  readonly causes: readonly Cause[]
  /** Of other correlations: what shares a hold, an entry, an item or a proposal, or was caused. */
  readonly related: readonly string[]
  /** At most `limit`, with the place behind each. */
  readonly steps: readonly PlacedStep[]
}

export interface PlacedStep extends JourneyStep {
  /** For `after` of the next page. */
  readonly place: string
}

/**
 * What belongs to a correlation, in the order in which it happened; undefined if nothing does. Wants a transaction that reads one
 * snapshot. `after` is the place of the last step that was shown; one that is not a place is a fault.
 */
export async function readJourney(
  tx: Tx,
  currencies: Currencies,
  {
    correlationId,
    limit,
    after,
  }: { readonly correlationId: string; readonly limit: number; readonly after?: string | undefined },
): Promise<JourneyPage | undefined> {
  const start = after === undefined ? { from: undefined, shown: 0 } : openPlace(after)
  let { from, shown } = start
  const steps: PlacedStep[] = []
  let page: Omit<JourneyPage, 'steps'> | undefined
  for (;;) {
    const material = await gatherJourney(tx, { correlationId, from })
    if (material === undefined) break
    const all = stepsOf(material, currencies)
    const related = all.flatMap((step) => step.correlationId ?? []).filter((id) => id !== correlationId)
    page ??= {
      correlationId,
      standing: standingOf(material, currencies),
      causes: material.causes,
      related: [...new Set(related)],
    }
    for (const [at, step] of all.entries())
      if (at >= shown && steps.length < limit)
        steps.push({ ...step, place: placeOf({ from, shown: at + 1 }) })
    if (steps.length >= limit || material.more === undefined) break
    from = material.more
    shown = 0
  }
  return page && { ...page, steps }
}

/** A part of the journey, and how many of its steps were shown. */
interface Place {
  readonly from: JourneyPlace | undefined
  readonly shown: number
}

const placeOf = ({ from, shown }: Place): string =>
  [shown, from?.entryNo ?? '', from?.audit?.occurredAt ?? '', from?.audit?.auditEventId ?? ''].join(' ')

function openPlace(text: string): Place {
  const [shown = '', entryNo = '', occurredAt = '', auditEventId = ''] = text.split(' ')
  invariant(/^[0-9]+$/.test(shown), 'a place in a journey is one that was given', { text })
  if (entryNo === '') return { from: undefined, shown: Number(shown) }
  const audit = occurredAt === '' ? undefined : { occurredAt: occurredAt as Instant, auditEventId }
  return { from: { entryNo: Number(entryNo), audit }, shown: Number(shown) }
}
