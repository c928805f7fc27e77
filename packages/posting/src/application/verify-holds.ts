import type { Tx } from '@plinth/db'
import { type HoldId, readHoldsWithHistory } from '@plinth/holds'
import {
  countCaptures,
  readLinesByKey,
  readNetDebits,
  readUnfitReversals,
  readUnlinkedReversals,
} from '@plinth/ledger'
import type { Findings } from '../domain/verify-report.js'

// A page's holds, histories and captures are a few hundred kilobytes.
const holdsPerPage = 2_000

/** Compares holds with their histories, and what they captured with the entries that did; reversals with their originals. */
export async function verifyHolds(tx: Tx, findings: Findings): Promise<void> {
  let captured = 0
  for (let after: HoldId | undefined; ; ) {
    const page: Awaited<ReturnType<typeof readHoldsWithHistory>> = await readHoldsWithHistory(tx, {
      after,
      limit: holdsPerPage,
    })
    const captures = page.flatMap(({ holdId, accountId, captures: of }) =>
      of.map((capture) => ({ ...capture, holdId, accountId })),
    )
    captured += captures.length
    for (const { holdId, row, history } of page)
      findings.compare('holds_add_up', { holdId }, { expected: history, found: row })
    const debits = await readNetDebits(tx, captures)
    for (const [at, { holdId, entryNo, amount }] of captures.entries()) {
      const debit = debits[at]
      findings.compare(
        'holds_add_up',
        { holdId, entryNo },
        {
          expected: `${amount} captured for hold ${holdId}`,
          found: `${debit?.net} captured for hold ${debit?.holdId}`,
        },
      )
    }
    await verifyClearing(tx, page, findings)
    const last = page.at(-1)
    if (last === undefined || page.length < holdsPerPage) break
    after = last.holdId
  }
  findings.compare(
    'holds_add_up',
    { captures: captured },
    {
      expected: `${captured} entries that capture holds`,
      found: `${await countCaptures(tx)} entries that capture holds`,
    },
  )
  await verifyReversals(tx, findings)
}

/** A clearing hold keeps the very credit that it names. */
async function verifyClearing(
  tx: Tx,
  page: Awaited<ReturnType<typeof readHoldsWithHistory>>,
  findings: Findings,
): Promise<void> {
  const clearing = page.flatMap(({ holdId, clears }) => (clears === undefined ? [] : [{ holdId, ...clears }]))
  const lines = await readLinesByKey(tx, clearing)
  const texts = new Map(lines.map(({ entryId, lineNo, clearing: text }) => [`${entryId} ${lineNo}`, text]))
  for (const { holdId, entryId, lineNo, text } of clearing) {
    const expected = texts.get(`${entryId} ${lineNo}`) ?? 'a line to keep'
    findings.compare('holds_add_up', { holdId }, { expected, found: text })
  }
}

async function verifyReversals(tx: Tx, findings: Findings): Promise<void> {
  for (const { entry_no: entryNo, line_no: lineNo, taken, amount } of await readUnfitReversals(tx)) {
    findings.add('reversals_fit', {
      row: { entryNo, lineNo },
      expected: amount === null ? 'a line to take back' : `at most ${amount} taken back, by its mirror`,
      found: `${taken} taken back`,
    })
  }
  for (const { entry_no: entryNo } of await readUnlinkedReversals(tx)) {
    findings.add('reversals_fit', {
      row: { entryNo },
      expected: 'lines that take back the entry it names',
      found: 'others',
    })
  }
}
