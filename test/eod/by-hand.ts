import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { explainInterest, type InterestExplanation } from '@plinth/interest'
import type { AccountId } from '@plinth/kernel'
import { expect } from 'vitest'
import type { Bank } from '../support/bank.js'

// Debian's npm brings it; elsewhere it may be missing, as hledger may.
const python = process.env.PYTHON || 'python3'

export const pythonIsHere = ((): boolean => {
  const here = spawnSync(python, ['-c', 'from fractions import Fraction; import datetime']).status === 0
  if (!here) console.log(`${python} is not installed, so it does not do the interest again here.`)
  return here
})()

/** What the explanations come to by exact fractions of Python, from what they say and nothing else; '' if to the same. */
export function differencesByHand(explanations: readonly object[]): string {
  const script = fileURLToPath(new URL('interest_by_hand.py', import.meta.url))
  const input = explanations.map((each) => `${JSON.stringify(each)}\n`).join('')
  const { status, stdout, stderr } = spawnSync(python, [script], { input, encoding: 'utf8' })
  return status === 0 ? '' : stdout + stderr
}

/** The whole life of accounts. */
export async function explanationsOf(
  bank: Pick<Bank, 'database' | 'tenantId' | 'books'>,
  accountIds: readonly string[],
): Promise<InterestExplanation[]> {
  return await bank.database.read(bank.tenantId, async (tx) => {
    const explanations: InterestExplanation[] = []
    for (const accountId of accountIds) {
      const found = await explainInterest(tx, bank.books, { accountId: accountId as AccountId })
      if (found === undefined) throw new Error(`${accountId} has not accrued`)
      explanations.push(found)
    }
    return explanations
  })
}

/** Of all accounts that accrue: what is explained is what is stored, and Python comes to the same. */
export async function expectExplained(
  bank: Pick<Bank, 'database' | 'tenantId' | 'books' | 'rows'>,
): Promise<void> {
  const accounts = await bank.rows<{ account_id: string }>(
    'select account_id from interest.accrued where tenant_id = $1 order by 1',
    [bank.tenantId],
  )
  const explanations = await explanationsOf(
    bank,
    accounts.map((row) => row.account_id),
  )
  expect(explanations.flatMap(({ differences }) => differences)).toEqual([])
  if (pythonIsHere && explanations.length > 0) expect(differencesByHand(explanations)).toBe('')
}
