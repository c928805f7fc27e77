import {
  type AccountId,
  addDays,
  type BusinessDate,
  type CurrencyCode,
  type EntryId,
  formatMinor,
} from '@plinth/kernel'
import type { ProductParameters } from '@plinth/product'
import {
  type Accrued,
  exactText,
  fractionOf,
  fractionText,
  type InterestTerms,
  type Slice,
  slicesOf,
} from '@plinth/product/domain'
import type { HistoricLine } from './accrual-history.js'
import type {
  AccrualStep,
  AdjustmentStep,
  CapitalisationStep,
  Difference,
  ExplainedRun,
  ExplainedStep,
} from './explain-accrual.js'
import type { Exact, InterestState } from './interest-state.js'

/** Terms as they were captured, of which interest reads some. */
interface Snapshot {
  readonly snapshotNo: number
  readonly productCode: string
  readonly version: number
  readonly effectiveFrom: BusinessDate
  readonly checksum: string
  readonly parameters: ProductParameters
}

export interface ExplanationContext {
  readonly accountId: AccountId
  readonly currency: CurrencyCode
  readonly decimals: number
  readonly state: InterestState
  readonly days: { readonly from?: BusinessDate | undefined; readonly to?: BusinessDate | undefined }
  /** The numbers of the entries that rows name. */
  readonly numbers: ReadonlyMap<EntryId, number>
  readonly snapshots: readonly Snapshot[]
  termsOf(snapshotNo: number): InterestTerms
}

export type InterestExplanation = ReturnType<typeof renderExplanation>

/**
 * Ready for JSON, with all that somebody needs to do the sums again. What is exact is a fraction in lowest terms of the account's
 * currency, and beside it a decimal for people. Whole runs are shown, so the days may begin and end beside those asked for.
 */
export function renderExplanation(
  { runs, differences }: { runs: readonly ExplainedRun[]; differences: readonly Difference[] },
  context: ExplanationContext,
) {
  const { accountId, currency, decimals, state, days, snapshots } = context
  const render = new Rendering(context)
  const shown = runsWithin(runs, days)
  // Two on one date where an account was settled and not closed: a run is named by its place.
  const steps = shown.flatMap((run) =>
    run.steps.map((step) => ({ run: runs.indexOf(run) + 1, bookedOn: run.bookedOn, ...render.step(step) })),
  )
  const [first] = shown
  const fresh = steps.flatMap((step) =>
    step.kind === 'accrual' && step.balanceBefore === null ? step.day : [],
  )
  const [from, to] = [fresh[0] ?? null, fresh.at(-1) ?? null]
  return {
    ...{ accountId, currency, decimals, firstDay: state.firstDay, accruedThrough: state.accruedThrough },
    ...{ from, to },
    terms: snapshots.map(render.terms),
    /** What the account had before the days that are shown, and what stood accrued. */
    carried: {
      balance: render.money(first?.balanceBefore ?? 0n),
      periodStart: first?.before.accrual.periodStart ?? state.firstDay,
      credit: render.sum(first?.before.accrual.credit),
      debit: render.sum(first?.before.accrual.debit),
    },
    lines: [
      ...(first?.waiting ?? []).map((line) => render.line(line)),
      ...shown.flatMap((run) => run.newLines.map((line) => render.line(line, run, runs.indexOf(run) + 1))),
    ],
    steps,
    /** Days among those shown that later runs had to make up for. */
    revisedLater: runs
      .slice(runs.indexOf(shown.at(-1) as ExplainedRun) + 1)
      .flatMap(({ bookedOn, steps: later }) =>
        shown.length === 0 || from === null || to === null
          ? []
          : later.flatMap((step) =>
              step.kind === 'accrual' && step.row.day >= from && step.row.day <= to
                ? [{ day: step.row.day, revision: step.row.revision, bookedOn }]
                : [],
            ),
      ),
    differences,
  }
}

/** The runs that accrued days of the range. */
function runsWithin(
  runs: readonly ExplainedRun[],
  { from, to }: ExplanationContext['days'],
): readonly ExplainedRun[] {
  const fresh = ({ steps }: ExplainedRun): BusinessDate[] =>
    steps.flatMap((step) => (step.kind === 'accrual' && step.row.revision === 0 ? step.row.day : []))
  const isWithin = (run: ExplainedRun): boolean =>
    fresh(run).some((day) => (from === undefined || day >= from) && (to === undefined || day <= to))
  // Those between them that accrued no day made up for some, or settled.
  const first = runs.findIndex(isWithin)
  const last = to === undefined ? runs.length - 1 : runs.findLastIndex(isWithin)
  return first === -1 ? [] : runs.slice(first, last + 1)
}

class Rendering {
  constructor(readonly context: ExplanationContext) {}

  readonly money = (minor: bigint): string => formatMinor(minor, this.context.decimals)

  readonly exact = (exact: Exact) => ({
    fraction: fractionOf(exact, this.context.decimals),
    decimal: exactText(exact, this.context.decimals),
  })

  readonly sum = (accrued: Accrued | undefined) => ({
    exact: accrued === undefined ? { fraction: '0', decimal: '0' } : this.exact(accrued.exact),
    rounded: this.money(accrued?.rounded ?? 0n),
  })

  readonly #slice = ({ amount, rate }: Slice) => {
    const ofYear = rate.toFixed()
    return { amount: this.money(amount), rate: ofYear }
  }

  readonly terms = ({ snapshotNo, productCode, version, effectiveFrom, checksum, parameters }: Snapshot) => {
    const { dayCount, capitalisation, rounding, minimumBalance, withholdingTaxRate } = parameters
    const { creditTiers, debitTiers, glMapping } = parameters
    return {
      ...{ snapshotNo, productCode, version, effectiveFrom, checksum },
      ...{ dayCount, capitalisation, rounding, minimumBalance, withholdingTaxRate },
      ...{ creditTiers, debitTiers },
      accruedPayableGlCode: glMapping.accruedPayableGlCode,
      accruedReceivableGlCode: glMapping.accruedReceivableGlCode,
    }
  }

  /** `seenIn`: the run that was the first to look at it; null: one before those that are shown. */
  readonly line = (line: HistoricLine, run?: ExplainedRun, seenIn?: number) => ({
    entryNo: line.entryNo,
    accountVersion: line.version,
    bookingDate: line.bookingDate,
    valueDate: line.valueDate,
    amount: this.money(line.amount),
    capitalisation: line.capitalised,
    seenOn: run?.bookedOn ?? null,
    seenIn: seenIn ?? null,
  })

  readonly step = (step: ExplainedStep) => {
    switch (step.kind) {
      case 'accrual':
        return this.#accrual(step)
      case 'adjustment':
        return this.#adjustment(step)
      case 'capitalisation':
        return this.#capitalisation(step)
    }
  }

  #accrual({ row, balanceBefore, because, change, periodStart, after }: AccrualStep) {
    const { day, revision, balance, parts, snapshotNo } = row
    const terms = this.context.termsOf(snapshotNo)
    const earns = balance > 0n && balance >= terms.minimumBalance
    const side = (name: 'credit' | 'debit', slices: readonly Slice[]) => ({
      slices: slices.map(this.#slice),
      interest: this.exact(row[name]),
      change: this.exact(change[name]),
      sum: this.sum(after[name]),
      posted: this.money(name === 'credit' ? row.creditPosted : row.debitPosted),
    })
    return {
      kind: 'accrual' as const,
      ...{ day, revision, snapshotNo, periodStart },
      balanceBefore: balanceBefore === undefined ? null : this.money(balanceBefore),
      balance: this.money(balance),
      /** Of a day that was made up for: the entries whose lines came late. */
      lateEntryNos: because.map(({ entryNo }) => entryNo),
      dayFraction: fractionText(parts, terms.dayCount),
      credit: side('credit', earns ? slicesOf(terms.creditTiers, balance) : []),
      debit: side('debit', balance < 0n ? slicesOf(terms.debitTiers, -balance) : []),
      entryNo: this.#numberOf(row.entryId),
    }
  }

  /** Whole amounts on top of what days accrued. What a closing pays back of debit interest is in both, and bears no tax. */
  #adjustment({ reason, valueDate, credit, debit, entryId }: AdjustmentStep) {
    return {
      kind: 'adjustment' as const,
      ...{ reason, valueDate },
      credit: this.money(credit),
      debit: this.money(debit),
      entryNo: this.#numberOf(entryId),
    }
  }

  #capitalisation({ due, entryId, after }: CapitalisationStep) {
    const { periodStart, valueDate, snapshotNo, credit, tax, debit } = due
    return {
      kind: 'capitalisation' as const,
      ...{ periodStart, periodEnd: addDays(valueDate, -1), valueDate, snapshotNo },
      credit: this.money(credit),
      tax: this.money(tax),
      debit: this.money(debit),
      net: this.money(credit - tax - debit),
      carriedOn: { credit: this.sum(after.credit), debit: this.sum(after.debit) },
      entryNo: this.#numberOf(entryId),
    }
  }

  #numberOf(entryId: EntryId | undefined): number | null {
    return entryId === undefined ? null : (this.context.numbers.get(entryId) ?? null)
  }
}
