import type { Tx } from '@plinth/db'
import { type Books, Findings, type RuleResult } from '@plinth/posting'
import { Differences } from '../domain/comparisons.js'
import { compareDays } from './compare-days.js'
import type { BreakStore, ExtractStore } from './ports.js'
import { readUnvaluedDays } from './unvalued-days.js'

/** What `plinth verify` recomputes of closed days and of what was found to differ. */
const rules = {
  control_totals_stand:
    'the control totals of every closed day are what its lines come to, and open with what the day before closed with',
  extracts_stand:
    'every closed day has the GL extract that was made of it, which repeats its control totals and what its accounts came to',
  positions_valued_daily:
    'every closed day has valued the positions in other currencies that stood at its end, or set them aside',
  breaks_stand: 'a break is what its history made it',
} as const

const ruleOf = {
  journal_control_totals: 'control_totals_stand',
  control_totals_extracts: 'extracts_stand',
} as const

/** Adds closed days up again from the journal, in the snapshot of `tx`. */
export const verifyReconciliationWith =
  (store: BreakStore & ExtractStore) =>
  async (tx: Tx, { tenant, currencies }: Pick<Books, 'tenant' | 'currencies'>): Promise<RuleResult[]> => {
    const findings = new Findings<keyof typeof rules>(rules)
    const differences = new Differences()
    await compareDays(tx, { store, currencies }, differences)
    for (const { comparison, subject, expected, found } of differences.kept)
      findings.add(ruleOf[comparison as keyof typeof ruleOf], { row: { what: subject }, expected, found })
    for (const { businessDate, accountId } of await readUnvaluedDays(tx, tenant.baseCurrency))
      findings.add('positions_valued_daily', {
        ...{ row: { businessDate, accountId }, expected: 'a revaluation', found: 'none' },
      })
    const { count, first } = await store.readUnfounded(tx)
    if (first !== undefined) {
      const { breakId, expected, found } = first
      for (let at = 0; at < count; at += 1)
        findings.add('breaks_stand', { row: { breakId }, expected, found })
    }
    return findings.results()
  }
