import type { Tx } from '@plinth/db'
import { type Currencies, formatMinor } from '@plinth/kernel'
import {
  type CheckedPage,
  readUnkeptLines,
  readWrongMarks,
  readWrongTurnovers,
  type WrongMark,
} from '@plinth/ledger'
import type { Finding, Findings } from '../domain/verify-report.js'

// Compared where they stand: of a page only what is wrong comes here, and the key behind which the next one begins.
const rowsPerPage = 20_000

/**
 * Compares what is kept for balances of the past with the lines, both ways: of every line all is kept that should be, and
 * every sum that is kept is the one before it and its line. The first of a bucket has none before it, so all follow.
 */
export async function verifyTurnovers(tx: Tx, currencies: Currencies, findings: Findings): Promise<void> {
  const add = (finding: Finding): void => findings.add('turnovers_add_up', finding)
  const beforeAll = { accountId: '', accountVersion: 0 }
  await eachWrong(
    (after) => readUnkeptLines(tx, { after, limit: rowsPerPage }),
    beforeAll,
    ({ accountId, accountVersion, valueDate, bucketsKept, bucketsDue, markMissing }) => {
      const row = { accountId, accountVersion }
      if (markMissing) add({ row, expected: 'the turnovers marked here', found: 'nothing' })
      if (bucketsKept === bucketsDue) return
      const found = `in ${bucketsKept} of them`
      add({ row, expected: `kept in the year, the month and the day of ${valueDate}`, found })
    },
  )
  await eachWrong(
    (after) => readWrongTurnovers(tx, { after, limit: rowsPerPage }),
    { ...beforeAll, level: '', bucket: '0001-01-01' },
    ({ accountId, level, bucket, accountVersion, ...sums }) =>
      add({ row: { accountId, level, bucket, accountVersion }, ...inWords(sums, currencies) }),
  )
  await eachWrong(
    (after) => readWrongMarks(tx, { after, limit: rowsPerPage }),
    beforeAll,
    ({ accountId, accountVersion, ...sums }) =>
      add({ row: { accountId, accountVersion }, ...inWords(sums, currencies) }),
  )
}

async function eachWrong<Wrong, Key>(
  read: (after: Key) => Promise<CheckedPage<Wrong, Key>>,
  first: Key,
  take: (wrong: Wrong) => void,
): Promise<void> {
  for (let after: Key | undefined = first; after !== undefined; ) {
    const page: CheckedPage<Wrong, Key> = await read(after)
    for (const wrong of page.wrong) take(wrong)
    after = page.next
  }
}

function inWords(
  { expected, found }: Pick<WrongMark, 'expected' | 'found'>,
  currencies: Currencies,
): Omit<Finding, 'row'> {
  const decimals = expected === undefined ? 0 : (currencies.decimalsOf(expected.currency) ?? 0)
  const text = ({ debits, credits }: WrongMark['found']): string =>
    `debits ${formatMinor(debits, decimals)}, credits ${formatMinor(credits, decimals)}`
  if (expected === undefined) return { expected: 'a line to be kept here', found: 'none' }
  return { expected: text(expected), found: text(found) }
}
