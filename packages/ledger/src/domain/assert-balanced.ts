import { invariant } from '@plinth/kernel'
import type { EntryDraft } from './journal-entry.js'

/**
 * The engine's half of a double check; the trigger `entries_are_whole` is the other. An entry has two lines or more, and in
 * every currency its debits equal its credits.
 */
export function assertBalanced({ entryId, lines }: Pick<EntryDraft, 'entryId' | 'lines'>): void {
  invariant(lines.length >= 2, 'an entry has at least two lines', { entryId })
  const nets = new Map<string, bigint>()
  for (const { side, amount, currency } of lines) {
    invariant(amount > 0n, 'a line moves an amount above zero', { entryId })
    nets.set(currency, (nets.get(currency) ?? 0n) + (side === 'debit' ? amount : -amount))
  }
  for (const [currency, net] of nets)
    invariant(net === 0n, 'debits equal credits', { entryId, currency, net })
}
