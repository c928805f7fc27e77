import type { AccountId } from '@plinth/kernel'

/** Rows by their account, those of one in their order. */
export function groupByAccount<Row extends { readonly accountId: AccountId }>(
  rows: readonly Row[],
): ReadonlyMap<AccountId, Row[]> {
  const groups = new Map<AccountId, Row[]>()
  for (const row of rows) {
    const known = groups.get(row.accountId)
    if (known === undefined) groups.set(row.accountId, [row])
    else known.push(row)
  }
  return groups
}
