import type { InterestExplanation } from '@plinth/interest'
import { addDays, type BusinessDate } from '@plinth/kernel'

export type Step = InterestExplanation['steps'][number]
export type AccrualStep = Extract<Step, { kind: 'accrual' }>
type OtherStep = Exclude<Step, { kind: 'accrual' }>

/** Days that follow one another and accrue the same on the same: all but the sums is said once. */
export interface Span {
  readonly kind: 'span'
  readonly first: AccrualStep
  readonly last: AccrualStep
  readonly days: number
  /** The entries that posted changes of the rounded sums, in order, none twice. */
  readonly entryNos: readonly number[]
  /** What all of its days posted, in minor units. */
  readonly posted: { readonly credit: bigint; readonly debit: bigint }
}

/** Folds steps into spans; what is capitalised or adjusted ends one. */
export function spansOf(steps: readonly Step[]): (Span | OtherStep)[] {
  const spans: (Span | OtherStep)[] = []
  for (const step of steps) {
    const before = spans.at(-1)
    if (step.kind !== 'accrual') spans.push(step)
    else if (before?.kind === 'span' && goesOn(before.last, step))
      spans[spans.length - 1] = withDay(before, step)
    else spans.push(withDay({ kind: 'span', first: step, days: 0, entryNos: [], posted: nothing }, step))
  }
  return spans
}

const nothing = { credit: 0n, debit: 0n }

/** What was made up for folds within its run only, because another run found other lines. */
function goesOn(before: AccrualStep, next: AccrualStep): boolean {
  const isRevision = before.balanceBefore !== null
  return (
    before.balanceBefore === next.balanceBefore &&
    (!isRevision || before.bookedOn === next.bookedOn) &&
    before.balance === next.balance &&
    before.snapshotNo === next.snapshotNo &&
    before.periodStart === next.periodStart &&
    before.dayFraction === next.dayFraction &&
    before.credit.change.fraction === next.credit.change.fraction &&
    before.debit.change.fraction === next.debit.change.fraction &&
    addDays(before.day as BusinessDate, 1) === next.day
  )
}

function withDay(span: Omit<Span, 'last'>, step: AccrualStep): Span {
  const { entryNo, credit, debit } = step
  const known = entryNo === null || span.entryNos.at(-1) === entryNo
  return {
    ...span,
    last: step,
    days: span.days + 1,
    entryNos: known ? span.entryNos : [...span.entryNos, entryNo],
    posted: {
      credit: span.posted.credit + minorOf(credit.posted),
      debit: span.posted.debit + minorOf(debit.posted),
    },
  }
}

/** All amounts of one explanation have the same number of decimals. */
const minorOf = (text: string): bigint => BigInt(text.replace('.', ''))
