import type { GlAccount } from '@plinth/account'
import type { CurrencyCode, GlCode, Side } from '@plinth/kernel'
import type { GlTurnover } from './gl-turnover.js'
import type { TrialBalanceQuestion } from './trial-balance-question.js'

export interface TrialBalanceRow extends GlTurnover {
  readonly name: string
  readonly type: string
  readonly parentCode: GlCode | undefined
  readonly normalSide: Side
  readonly postable: boolean
  /** On the GL account's normal side. */
  readonly net: bigint
}

export interface TrialBalance extends TrialBalanceQuestion {
  /** By GL code, then currency; headings carry the sums of what stands under them. */
  readonly rows: readonly TrialBalanceRow[]
  /** Per currency, of the postable accounts alone, so that nothing counts twice. Debits equal credits. */
  readonly totals: readonly {
    readonly currency: CurrencyCode
    readonly debits: bigint
    readonly credits: bigint
  }[]
}

/** Rolls turnovers up the chart. A GL account without turnover has no row. */
export function rollUp(
  asked: TrialBalanceQuestion,
  turnovers: readonly GlTurnover[],
  chart: readonly GlAccount[],
): TrialBalance {
  const byCode = new Map(chart.map((glAccount) => [glAccount.code, glAccount]))
  const sums = new Map<string, GlTurnover>()
  const totals = new Map<CurrencyCode, { debits: bigint; credits: bigint }>()
  for (const turnover of turnovers) {
    const total = totals.get(turnover.currency) ?? { debits: 0n, credits: 0n }
    totals.set(turnover.currency, {
      debits: total.debits + turnover.debits,
      credits: total.credits + turnover.credits,
    })
    for (
      let node = byCode.get(turnover.glCode);
      node;
      node = node.parentCode && byCode.get(node.parentCode)
    ) {
      const place = `${node.code} ${turnover.currency}`
      sums.set(place, add(sums.get(place), { ...turnover, glCode: node.code }))
    }
  }
  return {
    ...asked,
    rows: [...sums.values()].map((sum) => toRow(sum, byCode.get(sum.glCode) as GlAccount)).sort(inOrder),
    totals: [...totals]
      .map(([currency, total]) => ({ currency, ...total }))
      .sort((a, b) => compare(a.currency, b.currency)),
  }
}

function add(sum: GlTurnover | undefined, next: GlTurnover): GlTurnover {
  if (sum === undefined) return next
  return {
    ...sum,
    debits: sum.debits + next.debits,
    credits: sum.credits + next.credits,
    debitBalances: sum.debitBalances + next.debitBalances,
    creditBalances: sum.creditBalances + next.creditBalances,
  }
}

function toRow(
  sum: GlTurnover,
  { name, type, parentCode, normalSide, postable }: GlAccount,
): TrialBalanceRow {
  const net = normalSide === 'debit' ? sum.debits - sum.credits : sum.credits - sum.debits
  return { ...sum, name, type, parentCode, normalSide, postable, net }
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
const inOrder = (a: TrialBalanceRow, b: TrialBalanceRow): number =>
  compare(a.glCode, b.glCode) || compare(a.currency, b.currency)
