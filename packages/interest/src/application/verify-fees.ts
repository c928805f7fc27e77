import type { Tx } from '@plinth/db'
import type { Currencies } from '@plinth/kernel'
import { readEntriesById } from '@plinth/ledger'
import { feesDueOn, valueDateBehind } from '@plinth/product/domain'
import { readAccountTerms } from './account-terms.js'
import type { InterestFindings } from './interest-rules.js'
import type { StoredFee, VerifyStore } from './ports.js'

const feesPerPage = 500

/** Each fee is one of the terms of its day, and its entry takes it from its account, of value the day behind the period. */
export async function verifyFees(
  store: VerifyStore,
  tx: Tx,
  { currencies, findings }: { currencies: Currencies; findings: InterestFindings },
): Promise<void> {
  for (let after: StoredFee | undefined; ; ) {
    const page: StoredFee[] = await store.listFees(tx, { after, limit: feesPerPage })
    const terms = await readAccountTerms(tx, [...new Set(page.map(({ accountId }) => accountId))], currencies)
    const entries = await readEntriesById(
      tx,
      page.map(({ entryId }) => entryId),
    )
    const byId = new Map(entries.map((entry) => [entry.entryId, entry]))
    for (const { accountId, code, periodEnd, snapshotNo, amount, entryId } of page) {
      const own = terms.get(accountId)
      const snapshot = own?.numberOn(periodEnd)
      const due = snapshot === undefined ? [] : feesDueOn(own?.of(snapshot).fees ?? [], periodEnd)
      const said = due.find((fee) => fee.code === code)?.amount
      const entry = byId.get(entryId)
      const line = entry?.lines.find((each) => each.accountId === accountId && each.side === 'debit')
      const row = { accountId, code, periodEnd }
      findings.compare('fees_are_posted', row, {
        expected: `${said} under terms ${snapshot}, of value ${valueDateBehind(periodEnd)}`,
        found: `${amount} under terms ${snapshotNo}, of value ${entry?.valueDate}`,
      })
      findings.compare('fees_are_posted', row, {
        expected: `fee of ${amount}`,
        found: entry === undefined ? 'no entry' : `${entry.kind} of ${line?.amount}`,
      })
    }
    after = page.at(-1)
    if (page.length < feesPerPage) return
  }
}
