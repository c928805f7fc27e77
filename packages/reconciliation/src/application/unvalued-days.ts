import type { Tx } from '@plinth/db'
import { type EndedDay, readEndedDays, readRunReport } from '@plinth/eod'
import { readPositionAccounts, readUnvalued } from '@plinth/fx'
import type { AccountId, BusinessDate } from '@plinth/kernel'

const daysPerPage = 100
const step = 'revalue'

/**
 * Positions in other currencies that a closed day should have valued and has not. Nothing is missed where the day had none to
 * value, because the settings said nothing of them yet, or where it set the position aside and said so: the days behind it made
 * up for that.
 */
export async function readUnvaluedDays(
  tx: Tx,
  baseCurrency: string,
): Promise<{ readonly businessDate: BusinessDate; readonly accountId: AccountId }[]> {
  const positions = await readPositionAccounts(tx, baseCurrency)
  if (positions.length === 0) return []
  const missed: { businessDate: BusinessDate; accountId: AccountId }[] = []
  for (let after: BusinessDate | undefined; ; ) {
    const page: EndedDay[] = await readEndedDays(tx, { after, limit: daysPerPage })
    for (const { businessDate, runId, status, steps } of page) {
      if (status !== 'completed' || !steps.includes(step)) continue
      const unvalued = await readUnvalued(tx, { positions, day: businessDate })
      if (unvalued.length === 0) continue
      const report = await readRunReport(tx, runId)
      if ((report.steps.find(({ name }) => name === step)?.partitions ?? 0) === 0) continue
      const aside = new Set(report.setAside.map(({ accountId }) => accountId))
      for (const accountId of unvalued) if (!aside.has(accountId)) missed.push({ businessDate, accountId })
    }
    after = page.at(-1)?.businessDate
    if (page.length < daysPerPage) return missed
  }
}
