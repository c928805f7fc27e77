import type { GlAccount } from '@plinth/account'
import type { ControlTotal } from '@plinth/eod'
import { inBase, type RatesOfDay } from '@plinth/fx/domain'
import type { BusinessDate, Currencies, CurrencyCode, GlCode, TenantId } from '@plinth/kernel'
import { invariant } from '@plinth/kernel'

/** Sums of the balances of some accounts at the end of a day, in minor units. */
export interface BalanceSums {
  readonly glCode: GlCode
  readonly currency: CurrencyCode
  /** Of accounts on which debits prevail. */
  readonly debitBalances: bigint
  /** Of accounts on which credits prevail. */
  readonly creditBalances: bigint
}

/** Overdrawn accounts of one GL account that are shown under another one, as their terms say. */
export interface Move {
  readonly glCode: GlCode
  readonly overdrawnGlCode: GlCode
  readonly currency: CurrencyCode
  readonly amount: bigint
  readonly accounts: number
}

/** The version of a rate with which something was converted: what one unit of its currency cost in the base currency. */
export interface NamedRate {
  readonly rate: string
  readonly date: BusinessDate
  readonly version: number
}

/** A GL account in one currency on a day; minor units, opening, closing and shown are debits less credits. */
export interface GlExtractRow extends ControlTotal, BalanceSums {
  readonly name: string
  readonly type: string
  /** Overdrawn accounts of other GL accounts that are shown here, and own ones that are shown elsewhere. */
  readonly movedIn: bigint
  readonly movedOut: bigint
  /** The closing with what was moved: what a balance sheet says. */
  readonly shown: bigint
  /** False: nothing stands here but accounts that were moved in. */
  readonly hasTotal: boolean
  /** The closing in the base currency, in its minor units, rounded half to even; undefined: there was no rate. */
  readonly baseClosing: bigint | undefined
  /** Of the currency on that day. Undefined: there was none, or it is the base currency itself. */
  readonly rate: NamedRate | undefined
}

/** What every GL account came to on a business day. */
export interface GlExtract {
  readonly tenantId: TenantId
  readonly businessDate: BusinessDate
  readonly baseCurrency: CurrencyCode
  /** By GL code and currency. */
  readonly rows: readonly GlExtractRow[]
  readonly moves: readonly Move[]
}

/** What part of the accounts came to. */
export interface ExtractPart {
  readonly sums: readonly BalanceSums[]
  readonly moves: readonly Move[]
}

/** Where an account stands at the end of the day. */
export interface AccountEnd {
  readonly glCode: GlCode
  readonly currency: CurrencyCode
  readonly normalSide: 'debit' | 'credit'
  /** Debits less credits. */
  readonly balance: bigint
  /** Where its terms want it shown while it is overdrawn; undefined: it has none. */
  readonly overdrawnGlCode: GlCode | undefined
}

/** Whether an account stands on the side that its terms may move: a deposit on which debits prevail. */
export const isOverdrawn = ({ normalSide, balance }: Pick<AccountEnd, 'normalSide' | 'balance'>): boolean =>
  normalSide === 'credit' && balance > 0n

/** Adds accounts up. */
export function extractPart(accounts: Iterable<AccountEnd>): ExtractPart {
  const sums: BalanceSums[] = []
  const moves: Move[] = []
  for (const account of accounts) {
    const { glCode, currency, balance, overdrawnGlCode } = account
    if (balance === 0n) continue
    const [debitBalances, creditBalances] = balance > 0n ? [balance, 0n] : [0n, -balance]
    sums.push({ glCode, currency, debitBalances, creditBalances })
    if (isOverdrawn(account) && overdrawnGlCode !== undefined && overdrawnGlCode !== glCode)
      moves.push({ glCode, overdrawnGlCode, currency, amount: balance, accounts: 1 })
  }
  return joinParts([{ sums, moves }])
}

/** Adds parts up, in the order of their codes as bytes. */
function joinParts(parts: readonly ExtractPart[]): ExtractPart {
  const sums = new Map<string, BalanceSums>()
  const moves = new Map<string, Move>()
  for (const part of parts) {
    for (const sum of part.sums) {
      const place = `${sum.glCode} ${sum.currency}`
      const known = sums.get(place)
      sums.set(place, {
        ...sum,
        debitBalances: sum.debitBalances + (known?.debitBalances ?? 0n),
        creditBalances: sum.creditBalances + (known?.creditBalances ?? 0n),
      })
    }
    for (const move of part.moves) {
      const way = `${move.glCode} ${move.overdrawnGlCode} ${move.currency}`
      const known = moves.get(way)
      moves.set(way, {
        ...move,
        amount: move.amount + (known?.amount ?? 0n),
        accounts: move.accounts + (known?.accounts ?? 0),
      })
    }
  }
  return { sums: inOrder(sums), moves: inOrder(moves) }
}

const inOrder = <Each>(found: ReadonlyMap<string, Each>): Each[] =>
  [...found].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, each]) => each)

/**
 * The extract of a day: the turnover of its control totals, beside it what the accounts themselves come to, and what of them is
 * shown elsewhere. Both come from different sources and are told as they are: where they differ, reconciliation finds it.
 */
export function glExtract(
  day: Pick<GlExtract, 'tenantId' | 'businessDate'>,
  {
    totals,
    parts,
    chart,
    rates,
    currencies,
  }: {
    totals: readonly ControlTotal[]
    parts: readonly ExtractPart[]
    chart: readonly GlAccount[]
    rates: RatesOfDay
    currencies: Currencies
  },
): GlExtract {
  const { sums, moves } = joinParts(parts)
  const rows = new Map<string, InOneCurrency>()
  const described = new Map(chart.map(({ code, name, type }) => [code, { name, type }]))
  const rowOf = (glCode: GlCode, currency: CurrencyCode): InOneCurrency => {
    const known = rows.get(`${glCode} ${currency}`)
    if (known !== undefined) return known
    const glAccount = described.get(glCode)
    invariant(glAccount !== undefined, 'a GL account stays in the chart', { glCode })
    return {
      ...{ glCode, currency, ...glAccount, hasTotal: false },
      ...{ opening: 0n, debits: 0n, credits: 0n, closing: 0n, lines: 0, shown: 0n },
      ...{ debitBalances: 0n, creditBalances: 0n, movedIn: 0n, movedOut: 0n },
    }
  }
  const change = (
    glCode: GlCode,
    currency: CurrencyCode,
    to: (row: InOneCurrency) => Partial<InOneCurrency>,
  ) => {
    const row = rowOf(glCode, currency)
    rows.set(`${glCode} ${currency}`, { ...row, ...to(row) })
  }
  for (const total of totals)
    change(total.glCode, total.currency, () => ({ ...total, shown: total.closing, hasTotal: true }))
  for (const { glCode, currency, debitBalances, creditBalances } of sums)
    change(glCode, currency, () => ({ debitBalances, creditBalances }))
  for (const { glCode, overdrawnGlCode, currency, amount } of moves) {
    change(glCode, currency, (row) => ({ movedOut: row.movedOut + amount, shown: row.shown - amount }))
    change(overdrawnGlCode, currency, (row) => ({ movedIn: row.movedIn + amount, shown: row.shown + amount }))
  }
  const { baseCurrency } = rates
  return { ...day, baseCurrency, rows: withBase(inOrder(rows), rates, currencies), moves }
}

type InOneCurrency = Omit<GlExtractRow, 'baseClosing' | 'rate'>

/** Closings at the rates of the day, each rounded by itself as in a trial balance. */
function withBase(rows: readonly InOneCurrency[], rates: RatesOfDay, currencies: Currencies): GlExtractRow[] {
  const nets = rows.map(({ glCode, currency, closing }) => ({
    ...{ glCode, currency, debits: closing, credits: 0n, postable: true },
  }))
  const { rows: converted } = inBase(nets, rates, currencies)
  return rows.map((row, at) => {
    const found = rates.rates.get(row.currency)
    const rate = found && { rate: found.rate, date: found.date, version: found.version }
    return { ...row, baseClosing: converted[at]?.baseNet, rate }
  })
}
