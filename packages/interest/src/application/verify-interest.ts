import { readStandings } from '@plinth/account'
import type { Tx } from '@plinth/db'
import { type AccountId, addDays, type EntryId } from '@plinth/kernel'
import { readEntriesById, readSumsUpTo } from '@plinth/ledger'
import { type Books, Findings, type RuleResult } from '@plinth/posting'
import { exactOf, interestOfDay, partsOfYear, yearPartsOfDay } from '@plinth/product/domain'
import { netOf } from '../domain/interest-state.js'
import { type AccountTerms, readAccountTerms } from './account-terms.js'
import { AccruedByGl } from './accrued-by-gl.js'
import { groupByAccount } from './group-by-account.js'
import { type InterestFindings, interestRules } from './interest-rules.js'
import type {
  StoredAccrued,
  StoredAdjustment,
  StoredCapitalisation,
  StoredDay,
  StoredDue,
  VerifyStore,
} from './ports.js'
import { AdjustmentsByEntry } from './verify-adjustments.js'
import { verifyFees } from './verify-fees.js'

// Some thousand days of each account are read at once.
const accountsPerPage = 50
const entriesPerPage = 500

/** Recomputes what has accrued, in the snapshot of `tx`, and compares it with the journal. */
export const verifyInterestWith =
  (store: VerifyStore) =>
  async (tx: Tx, { currencies }: Books): Promise<RuleResult[]> => {
    const findings: InterestFindings = new Findings(interestRules)
    const accrued = new AccruedByGl()
    const adjusted = new AdjustmentsByEntry()
    let days = 0
    for (let after: AccountId | undefined; ; ) {
      const page: StoredAccrued[] = await store.listAccrued(tx, { after, limit: accountsPerPage })
      const ids = page.map(({ accountId }) => accountId)
      const allTerms = await readAccountTerms(tx, ids, currencies)
      const allDays = groupByAccount(await store.readDays(tx, ids))
      const capitalised = groupByAccount(await store.readCapitalisations(tx, ids))
      const adjustments = groupByAccount(await store.readAdjustments(tx, ids))
      const closed = await readClosed(tx, ids)
      for (const stored of page) {
        const { accountId } = stored
        const terms = allTerms.get(accountId)
        // The database holds a state to its terms.
        if (terms === undefined) continue
        const own = {
          days: allDays.get(accountId) ?? [],
          capitalised: capitalised.get(accountId) ?? [],
          adjustments: adjustments.get(accountId) ?? [],
          terms,
        }
        days += own.days.length
        verifyDays(stored, own, findings)
        accrued.add(stored, { terms, due: own.capitalised.map(stillDue) })
        adjusted.add(stored, own)
        if (closed.has(accountId)) verifySettled(stored, own, findings)
      }
      await verifyBases(tx, page, findings)
      await verifyCapitalised(tx, [...capitalised.values()].flat(), findings)
      after = ids.at(-1)
      if (page.length < accountsPerPage) break
    }
    findings.compare('accruals_add_up', {}, { expected: days, found: await store.countDays(tx) })
    await verifyEntries(store, tx, findings)
    await adjusted.verify(tx, findings)
    await verifyFees(store, tx, { currencies, findings })
    await verifyAccrued(tx, accrued, findings)
    return findings.results()
  }

interface Own {
  readonly days: readonly StoredDay[]
  readonly capitalised: readonly StoredCapitalisation[]
  readonly adjustments: readonly StoredAdjustment[]
  readonly terms: AccountTerms
}

async function readClosed(tx: Tx, accountIds: readonly AccountId[]): Promise<ReadonlySet<AccountId>> {
  const standings = await readStandings(tx, accountIds)
  return new Set(standings.filter(({ status }) => status === 'closed').map(({ accountId }) => accountId))
}

/** A closing is decided with what has accrued, so nothing rounded is left (ADR 0021). */
function verifySettled(
  { accountId, state: { accrual } }: StoredAccrued,
  { capitalised }: Own,
  findings: InterestFindings,
): void {
  const due = capitalised.filter(({ entryId }) => entryId === undefined).length
  findings.compare(
    'closed_accounts_are_settled',
    { accountId },
    { expected: '0 0, 0 due', found: `${accrual.credit.rounded} ${accrual.debit.rounded}, ${due} due` },
  )
}

function verifyDays(
  { accountId, state }: StoredAccrued,
  { days, capitalised, adjustments, terms }: Own,
  findings: InterestFindings,
): void {
  let next = state.firstDay
  let [credit, debit] = [exactOf('0'), exactOf('0')]
  let [creditRounded, debitRounded] = [0n, 0n]
  days.forEach((row, at) => {
    const { day, revision } = row
    const found = { accountId, day, revision }
    if (revision === 0) {
      findings.compare('accruals_add_up', { accountId }, { expected: `day ${next}`, found: `day ${day}` })
      next = addDays(day, 1)
    }
    verifyDay(row, terms, findings)
    creditRounded += row.creditPosted
    debitRounded += row.debitPosted
    // The next row is a newer revision of this day, if there is one.
    if (days[at + 1]?.day === day) return
    credit = credit.plus(row.credit)
    debit = debit.plus(row.debit)
    if (day > state.accruedThrough)
      findings.add('accruals_add_up', { row: found, expected: 'no such day', found: day })
  })
  findings.compare(
    'accruals_add_up',
    { accountId },
    { expected: next, found: addDays(state.accruedThrough, 1) },
  )
  for (const { due } of capitalised) {
    creditRounded -= due.credit
    debitRounded -= due.debit
    credit = credit.minus(exactOf(due.credit.toString()).times(partsOfYear))
    debit = debit.minus(exactOf(due.debit.toString()).times(partsOfYear))
  }
  for (const adjustment of adjustments) {
    creditRounded += adjustment.credit
    debitRounded += adjustment.debit
    credit = credit.plus(exactOf(adjustment.credit.toString()).times(partsOfYear))
    debit = debit.plus(exactOf(adjustment.debit.toString()).times(partsOfYear))
  }
  const text = (parts: readonly (bigint | string)[]) => parts.join(' ')
  const { accrual } = state
  findings.compare(
    'accruals_add_up',
    { accountId },
    {
      expected: text([creditRounded, debitRounded, credit.toFixed(), debit.toFixed()]),
      found: text([
        ...[accrual.credit.rounded, accrual.debit.rounded],
        ...[accrual.credit.exact.toFixed(), accrual.debit.exact.toFixed()],
      ]),
    },
  )
}

/** Days of thirties hang on the start of their period; those of the other conventions are known by themselves. */
function verifyDay(row: StoredDay, terms: AccountTerms, findings: InterestFindings): void {
  const { accountId, day, revision, snapshotNo, balance, parts } = row
  const read = terms.of(snapshotNo).terms
  const { dayCount } = read
  const own = dayCount.startsWith('30')
    ? parts
    : yearPartsOfDay(dayCount, { periodStart: day, day, next: addDays(day, 1) })
  const { credit, debit } = interestOfDay(read, { balance, parts: own })
  findings.compare(
    'accruals_add_up',
    { accountId, day, revision },
    {
      expected: `${own} ${credit.toFixed()} ${debit.toFixed()}`,
      found: `${parts} ${row.credit.toFixed()} ${row.debit.toFixed()}`,
    },
  )
}

async function verifyBases(
  tx: Tx,
  page: readonly StoredAccrued[],
  findings: InterestFindings,
): Promise<void> {
  const sums = await readSumsUpTo(
    tx,
    page.map(({ accountId, state }) => ({ accountId, version: state.baseVersion })),
  )
  for (const { accountId, state } of page) {
    findings.compare(
      'accruals_follow_lines',
      { accountId, accountVersion: state.baseVersion },
      { expected: String(sums.get(accountId) ?? 0n), found: String(state.baseBalance) },
    )
  }
}

async function verifyCapitalised(
  tx: Tx,
  capitalised: readonly StoredCapitalisation[],
  findings: InterestFindings,
): Promise<void> {
  const posted = capitalised.filter(({ entryId }) => entryId !== undefined)
  for (let at = 0; at < posted.length; at += entriesPerPage) {
    const page = posted.slice(at, at + entriesPerPage)
    const entries = await readEntriesById(
      tx,
      page.map(({ entryId }) => entryId as EntryId),
    )
    const byId = new Map(entries.map((entry) => [entry.entryId, entry]))
    for (const { accountId, due, entryId } of page) {
      const entry = byId.get(entryId as EntryId)
      const own = entry?.lines.filter((line) => line.accountId === accountId) ?? []
      const net = own.reduce((sum, { side, amount }) => sum + (side === 'credit' ? amount : -amount), 0n)
      findings.compare(
        'accruals_are_posted',
        { accountId, entryId: entryId as EntryId },
        {
          expected: `${netOf(due)} of value ${due.valueDate}`,
          found: entry === undefined ? 'no entry' : `${net} of value ${entry.valueDate}`,
        },
      )
    }
  }
}

async function verifyEntries(store: VerifyStore, tx: Tx, findings: InterestFindings): Promise<void> {
  const sums = await store.sumByEntry(tx)
  for (let at = 0; at < sums.length; at += entriesPerPage) {
    const page = sums.slice(at, at + entriesPerPage)
    const entries = await readEntriesById(
      tx,
      page.map(({ entryId }) => entryId),
    )
    const byId = new Map(entries.map((entry) => [entry.entryId, entry]))
    for (const { entryId, changed } of page) {
      const lines = byId.get(entryId)?.lines.filter(({ side }) => side === 'debit')
      const found = lines?.reduce((sum, { amount }) => sum + amount, 0n)
      findings.compare(
        'accruals_are_posted',
        { entryId },
        { expected: String(changed), found: found === undefined ? 'no entry' : String(found) },
      )
    }
  }
}

/** Of what was posted nothing is due; its GL accounts are compared all the same. */
const stillDue = ({ accountId, due, entryId }: StoredCapitalisation): StoredDue => ({
  accountId,
  due: entryId === undefined ? due : { ...due, credit: 0n, debit: 0n },
})

async function verifyAccrued(tx: Tx, accrued: AccruedByGl, findings: InterestFindings): Promise<void> {
  for (const { accountId, accrued: expected, posted } of await accrued.compare(tx)) {
    findings.compare('accrued_balances', { accountId }, { expected: String(expected), found: String(posted) })
  }
}
