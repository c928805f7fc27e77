import {
  type CountedAccount,
  listLimitedAccounts,
  readCountedAccounts,
  readSpendingRows,
  type SpendingRow,
} from '@plinth/account'
import { rowsOf } from '@plinth/account/domain'
import type { Tx } from '@plinth/db'
import { type AccountId, type Currencies, canonicalJson, type Instant } from '@plinth/kernel'
import { renderLimit } from '../domain/render-limit.js'
import type { Findings } from '../domain/verify-report.js'
import { readSpendingSince } from './read-limits.js'
import { eachStandingCommand } from './verify-accounts.js'
import type { VerifyStore } from './verify-ports.js'

const accountsPerPage = 2_000

/** Compares what is counted of accounts with what journal and holds say they spent, and their own limits with their commands. */
export async function verifyLimits(
  store: VerifyStore,
  tx: Tx,
  currencies: Currencies,
  findings: Findings,
): Promise<void> {
  await verifyOwnLimits(store, tx, currencies, findings)
  for (let after = ''; ; ) {
    const page = await readCountedAccounts(tx, { after, limit: accountsPerPage })
    const last = page.length < accountsPerPage ? undefined : page.at(-1)?.accountId
    const counted = await readSpendingRows(tx, { after, upTo: last })
    compareSpending({ counted, spent: rowsOf(await readSpendingSince(tx, page)), accounts: page }, findings)
    if (last === undefined) return
    after = last
  }
}

interface Page {
  readonly accounts: readonly CountedAccount[]
  /** What the rows say. */
  readonly counted: readonly SpendingRow[]
  /** What journal and holds say. */
  readonly spent: readonly SpendingRow[]
}

function compareSpending({ accounts, counted, spent }: Page, findings: Findings): void {
  const keyOf = ({ accountId, period, periodStart, transactionCode }: SpendingRow): string =>
    [accountId, period, periodStart, transactionCode].join(' ')
  const since = new Map(accounts.map(({ accountId, countedFrom }) => [accountId, countedFrom]))
  const expected = new Map(spent.map((row) => [keyOf(row), row]))
  const found = new Map(counted.map((row) => [keyOf(row), row]))
  for (const key of [...new Set([...found.keys(), ...expected.keys()])].sort()) {
    const row = (found.get(key) ?? expected.get(key)) as SpendingRow
    const { accountId, period, periodStart, transactionCode } = row
    const from = since.get(accountId)
    if (from === undefined || periodStart < from) {
      const place = { accountId, period, periodStart, transactionCode }
      findings.add('limits_add_up', { row: place, expected: 'nothing counted', found: textOf(row) })
      continue
    }
    findings.compare(
      'limits_add_up',
      { accountId, period, periodStart, transactionCode },
      { expected: textOf(expected.get(key)), found: textOf(found.get(key)) },
    )
  }
}

// A row of which everything was given back says as much as none.
const textOf = (row: SpendingRow | undefined): string => `${row?.amount ?? 0n} in ${row?.count ?? 0}`

/** An account's limits are those that the last command on each of them set. Memory grows with the limits of accounts. */
async function verifyOwnLimits(
  store: VerifyStore,
  tx: Tx,
  currencies: Currencies,
  findings: Findings,
): Promise<void> {
  const commanded = await lastAnswers(store, tx)
  const own = await readOwnLimits(tx, currencies)
  for (const accountId of new Set([...own.keys(), ...commanded.keys()])) {
    const limits = own.get(accountId)
    const last = commanded.get(accountId)
    for (const name of new Set([...(limits?.keys() ?? []), ...(last?.keys() ?? [])])) {
      const answers = last?.get(name)?.answers ?? [undefined]
      const found = limits?.get(name)
      if (answers.includes(found)) continue
      const texts = { expected: answers[0] ?? 'no limit', found: found ?? 'no limit' }
      findings.add('limits_add_up', { row: { accountId }, ...texts })
    }
  }
}

const nameOf = (transactionCode: string | undefined, currency: string): string =>
  canonicalJson([transactionCode ?? null, currency])

/** By account and name, as text. */
async function readOwnLimits(
  tx: Tx,
  currencies: Currencies,
): Promise<ReadonlyMap<AccountId, ReadonlyMap<string, string>>> {
  const own = new Map<AccountId, Map<string, string>>()
  for (let from: AccountId | undefined; ; ) {
    const page: Awaited<ReturnType<typeof listLimitedAccounts>> = await listLimitedAccounts(tx, {
      order: 'asc',
      limit: accountsPerPage,
      from,
      transactionCode: undefined,
    })
    for (const { accountId, limits } of page) {
      const texts = limits.map(
        (limit) =>
          [
            nameOf(limit.transactionCode, limit.currency),
            canonicalJson(renderLimit({ limit, accountId }, currencies)),
          ] as const,
      )
      own.set(accountId, new Map(texts))
    }
    if (page.length < accountsPerPage) return own
    // Each page starts with the last account of the one before.
    from = page.at(-1)?.accountId
  }
}

/** By account and name, what its last commands answered: several where they were decided at one moment. */
type LastAnswers = ReadonlyMap<
  AccountId,
  Map<string, { readonly at: Instant; readonly answers: (string | undefined)[] }>
>

interface LimitAnswer {
  readonly accountId?: AccountId
  readonly transactionCode?: string
  readonly currency: string
  readonly perPosting?: object
  readonly perDay?: object
  readonly perMonth?: object
}

async function lastAnswers(store: VerifyStore, tx: Tx): Promise<LastAnswers> {
  const last = new Map<AccountId, Map<string, { at: Instant; answers: (string | undefined)[] }>>()
  await eachStandingCommand(store, tx, ['set_limit'], async (page) => {
    for (const { answer, decidedAt: at } of page) {
      const limit = JSON.parse(answer) as LimitAnswer
      const { accountId, transactionCode, currency, perPosting, perDay, perMonth } = limit
      if (accountId === undefined) continue
      const ofAccount = last.get(accountId) ?? new Map()
      last.set(accountId, ofAccount)
      const name = nameOf(transactionCode, currency)
      // One that limits nothing was taken away.
      const text = (perPosting ?? perDay ?? perMonth) ? canonicalJson(JSON.parse(answer)) : undefined
      const known = ofAccount.get(name)
      if (known === undefined || known.at < at) ofAccount.set(name, { at, answers: [text] })
      else if (known.at === at) known.answers.push(text)
    }
  })
  return last
}
