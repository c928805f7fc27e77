import type { Tx } from '@plinth/db'
import type { CurrencyCode, EntryId } from '@plinth/kernel'
import { type JournalEntry, listEntries, readEntriesById } from '@plinth/ledger'
import { type Books, Findings, internalAccount, type RuleResult } from '@plinth/posting'
import { baseValueOf } from '../domain/base-value.js'
import { counterValueAccount, gainOf, positionAccount } from '../domain/position.js'
import { nameOfRate, type Rate } from '../domain/rate.js'
import type { RateStore, Revaluation, RevaluationStore } from './ports.js'
import { netBookedBy } from './revalue.js'

/** What `plinth verify` recomputes of positions in other currencies. */
const positionRules = {
  positions_revalued:
    'every revaluation is the position of its day at an approved rate and what stood against it, and its gain or loss is posted',
} as const

type PositionFindings = Findings<keyof typeof positionRules>

const rowsPerPage = 500

/** Recomputes every revaluation from the lines and the rates, in the snapshot of `tx`. */
export const verifyPositionsWith =
  (rates: RateStore, store: RevaluationStore) =>
  async (tx: Tx, books: Books): Promise<RuleResult[]> => {
    const findings: PositionFindings = new Findings(positionRules)
    const named = new Set<EntryId>()
    for (let after: Revaluation | undefined; ; ) {
      const page: Revaluation[] = await store.listRevaluations(tx, { after, limit: rowsPerPage })
      const keys = page.flatMap(({ currency, rate }) => (rate === undefined ? [] : [{ currency, ...rate }]))
      const found = new Map((await rates.readRates(tx, keys)).map((rate) => [nameOfRate(rate), rate]))
      const ids = page.flatMap(({ entryId }) => entryId ?? [])
      const entries = new Map((await readEntriesById(tx, ids)).map((entry) => [entry.entryId, entry]))
      for (const row of page) {
        const rate = row.rate && found.get(nameOfRate({ currency: row.currency, ...row.rate }))
        const entry = row.entryId && entries.get(row.entryId)
        verifyValue(row, { rate, books }, findings)
        verifyEntry(row, { entry, books }, findings)
        await verifyLines(tx, { row, entry }, findings)
        if (row.entryId !== undefined) named.add(row.entryId)
      }
      after = page.at(-1)
      if (page.length < rowsPerPage) break
    }
    await verifyNamed(tx, named, findings)
    return findings.results()
  }

const rowOf = ({ businessDate, currency }: Revaluation) => ({ businessDate, currency })

function verifyValue(
  row: Revaluation,
  { rate, books: { tenant, currencies } }: { rate: Rate | undefined; books: Books },
  findings: PositionFindings,
): void {
  const { currency, position, baseValue } = row
  const decimals = currencies.decimalsOf(currency) as number
  const baseDecimals = currencies.decimalsOf(tenant.baseCurrency) as number
  const worth = rate && baseValueOf(position, rate.rate, { decimals, baseDecimals })
  const status = row.rate === undefined ? 'approved' : (rate?.status ?? 'no rate')
  findings.compare('positions_revalued', rowOf(row), {
    expected: `${worth ?? 0n} at an approved rate`,
    found: `${baseValue} at an ${status} rate`,
  })
}

/** What the lines come to at the end of the day; of the day's own revaluation, without it. */
async function verifyLines(
  tx: Tx,
  { row, entry }: { row: Revaluation; entry: JournalEntry | undefined },
  findings: PositionFindings,
): Promise<void> {
  const { businessDate, currency } = row
  const counter = counterValueAccount(currency)
  const position = await netBookedBy(tx, positionAccount(currency), { bookingDate: businessDate })
  const against = await netBookedBy(tx, counter, { bookingDate: businessDate })
  const own = entry?.bookingDate === businessDate ? netOf(entry, counter) : 0n
  findings.compare('positions_revalued', rowOf(row), {
    expected: `${position} and ${against - own} against it`,
    found: `${row.position} and ${row.counterValue} against it`,
  })
}

const netOf = ({ lines }: JournalEntry, accountId: string): bigint =>
  lines
    .filter((line) => line.accountId === accountId)
    .reduce((sum, { side, amount }) => sum + (side === 'credit' ? amount : -amount), 0n)

function verifyEntry(
  row: Revaluation,
  { entry, books }: { entry: JournalEntry | undefined; books: Books },
  findings: PositionFindings,
): void {
  if (row.entryId === undefined) return
  const base = books.tenant.baseCurrency as CurrencyCode
  const counter = counterValueAccount(row.currency)
  const gain = gainOf(row)
  const [result] = entry?.lines.filter(({ accountId }) => accountId !== counter) ?? []
  const resultAccount = result && internalAccount(result.glCode, base)
  findings.compare(
    'positions_revalued',
    { ...rowOf(row), entryId: row.entryId },
    {
      expected: `revaluation of value ${row.businessDate}: ${-gain} and ${gain} on ${resultAccount ?? 'a result account'}`,
      found:
        entry === undefined
          ? 'no entry'
          : `${entry.kind} of value ${entry.valueDate}: ${netOf(entry, counter)} and ${netOf(entry, result?.accountId ?? '')} on ${result?.accountId}`,
    },
  )
}

/** Every revaluation in the journal has its row. */
async function verifyNamed(tx: Tx, named: ReadonlySet<EntryId>, findings: PositionFindings): Promise<void> {
  for (let after: number | undefined; ; ) {
    const page: JournalEntry[] = await listEntries(tx, {
      filter: { kind: 'revaluation' },
      order: 'asc',
      limit: rowsPerPage,
      after,
    })
    for (const { entryId, entryNo } of page) {
      if (named.has(entryId)) continue
      findings.add('positions_revalued', {
        row: { entryNo, entryId },
        expected: 'the position that it revalues',
        found: 'none',
      })
    }
    after = page.at(-1)?.entryNo
    if (page.length < rowsPerPage) break
  }
}
