import type { Tx } from '@plinth/db'
import { countDiverted, type LineKey, readLinesByKey } from '@plinth/ledger'
import { readItemsWithHistory, type SuspenseItemId } from '@plinth/suspense'
import type { Findings } from '../domain/verify-report.js'

const itemsPerPage = 2_000

/**
 * Compares suspense items with their histories, with the lines that were diverted, with what was taken back of those, and with
 * the entries that cleared them.
 */
export async function verifySuspense(tx: Tx, findings: Findings): Promise<void> {
  let items = 0
  let clearings = 0
  for (let after: SuspenseItemId | undefined; ; ) {
    const page: Awaited<ReturnType<typeof readItemsWithHistory>> = await readItemsWithHistory(tx, {
      after,
      limit: itemsPerPage,
    })
    items += page.length
    // Of an entry that clears an item the first line takes it from where it waits.
    const clearingLines = page.flatMap(({ steps }) =>
      steps.filter(({ change }) => change === 'cleared').map(({ entryId }) => ({ entryId, lineNo: 1 })),
    )
    clearings += clearingLines.length
    const lines = await linesByKey(tx, [...page, ...clearingLines])
    for (const { suspenseItemId, entryId, lineNo, line, row, history, returned, cleared, steps } of page) {
      const found = { suspenseItemId }
      findings.compare('suspense_adds_up', found, { expected: history, found: row })
      const diverted = lines.get(keyOf({ entryId, lineNo }))
      findings.compare('suspense_adds_up', found, {
        expected: diverted?.diverted ?? 'a diverted line',
        found: line,
      })
      findings.compare('suspense_adds_up', found, {
        expected: `${diverted?.takenBack ?? 0n} taken back`,
        found: `${returned} taken back`,
      })
      const moved = steps
        .filter(({ change }) => change === 'cleared')
        .map((step) => lines.get(keyOf({ entryId: step.entryId, lineNo: 1 })))
        .reduce((sum, clearing) => sum + (clearing ? clearing.amount - clearing.takenBack : 0n), 0n)
      findings.compare('suspense_adds_up', found, {
        expected: `${moved} cleared`,
        found: `${cleared} cleared`,
      })
    }
    const last = page.at(-1)
    if (last === undefined || page.length < itemsPerPage) break
    after = last.suspenseItemId
  }
  const journal = await countDiverted(tx)
  findings.compare(
    'suspense_adds_up',
    { items, clearings },
    {
      expected: `${items} diverted lines and ${clearings} entries that clear one`,
      found: `${journal.lines} diverted lines and ${journal.clearings} entries that clear one`,
    },
  )
}

const keyOf = ({ entryId, lineNo }: LineKey): string => `${entryId} ${lineNo}`

async function linesByKey(tx: Tx, keys: readonly LineKey[]) {
  const lines = await readLinesByKey(tx, keys)
  return new Map(lines.map((line) => [keyOf(line), line]))
}
