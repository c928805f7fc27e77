import { type AccountId, invariant } from '@plinth/kernel'
import type { EntryDraft } from './journal-entry.js'

/** Debits and credits in minor units. */
export interface Turnovers {
  readonly debits: bigint
  readonly credits: bigint
}

/** What an account's lines come to, up to and including one of them. */
export interface TurnoverMark extends Turnovers {
  readonly accountId: AccountId
  readonly accountVersion: number
}

// As the check `every_so_many_lines` says it: a balance of the past reads up to this many lines behind a mark (ADR 0013).
const linesPerMark = 32

/**
 * The marks that fall on lines of these entries, from what each account comes to behind all of them: counted backwards,
 * because only the end is known. Most batches have none and pay for one look at each line.
 */
export function turnoverMarks(
  entries: readonly Pick<EntryDraft, 'lines'>[],
  afterAll: (accountId: AccountId) => Turnovers | undefined,
): TurnoverMark[] {
  const running = new Map<AccountId, { debits: bigint; credits: bigint }>()
  for (const { lines } of entries) {
    for (const { accountId, accountVersion } of lines) {
      if (accountVersion % linesPerMark !== 0 || running.has(accountId)) continue
      const turnovers = afterAll(accountId)
      invariant(turnovers !== undefined, 'an account with new lines has new turnovers', { accountId })
      running.set(accountId, { debits: turnovers.debits, credits: turnovers.credits })
    }
  }
  const marks: TurnoverMark[] = []
  if (running.size === 0) return marks
  for (const { lines } of entries.toReversed()) {
    for (const { accountId, accountVersion, side, amount } of lines.toReversed()) {
      const at = running.get(accountId)
      if (at === undefined) continue
      if (accountVersion % linesPerMark === 0) marks.push({ accountId, accountVersion, ...at })
      if (side === 'debit') at.debits -= amount
      else at.credits -= amount
    }
  }
  return marks
}
