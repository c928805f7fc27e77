import { type AccountState, readStoredAccounts, type StoredAccount } from '@plinth/account'
import type { Tx } from '@plinth/db'
import { readHeld } from '@plinth/holds'
import { type AccountId, type Currencies, formatMinor } from '@plinth/kernel'
import { readMarkedTurnovers, readSumsBetween } from '@plinth/ledger'
import type { Differences } from '../domain/comparisons.js'

const accountsPerPage = 1_000

/** Holds the balance of every account against its lines, the sums kept of them, and its holds. */
export async function compareAccounts(
  tx: Tx,
  currencies: Currencies,
  differences: Differences,
): Promise<void> {
  for (let after: string | undefined = ''; after !== undefined; ) {
    const page: { accounts: readonly StoredAccount[]; next: string | undefined } = await readStoredAccounts(
      tx,
      {
        after,
        limit: accountsPerPage,
      },
    )
    const states = page.accounts.flatMap(({ state }) => (state === undefined ? [] : [state]))
    const ids = states.map(({ accountId }) => accountId)
    const [sums, marked, held] = await Promise.all([
      readSumsBetween(tx, { after, to: page.next }),
      readMarkedTurnovers(tx, states),
      readHeld(tx, ids),
    ])
    // Lines of an account in several currencies, or of none at all, are a row more.
    const known = new Set<string>(states.map(({ accountId, currency }) => `${accountId} ${currency}`))
    for (const { accountId, currency, lines } of sums) {
      if (known.has(`${accountId} ${currency}`)) continue
      differences.text('journal_balances', `account ${accountId} ${currency}`, {
        expected: `${lines} lines`,
        found: 'no balance',
      })
    }
    const sumOf = new Map(sums.map((sum) => [`${sum.accountId} ${sum.currency}`, sum]))
    for (const state of states) {
      const text = textIn(currencies, state)
      const lines = sumOf.get(`${state.accountId} ${state.currency}`)
      compareJournal(state, { lines, text }, differences)
      compareMarks(state, { marked: marked.get(state.accountId), text }, differences)
      differences.amount('holds_held', `account ${state.accountId}`, {
        ...{ expected: held.get(state.accountId) ?? 0n, found: state.held, text },
      })
    }
    after = page.next
  }
}

type Text = (minor: bigint) => string

const textIn =
  (currencies: Currencies, { currency }: AccountState): Text =>
  (minor) =>
    `${formatMinor(minor, currencies.decimalsOf(currency) ?? 0)} ${currency}`

function compareJournal(
  { accountId, debits, credits, version }: AccountState,
  { lines, text }: { lines: { debits: bigint; credits: bigint; lines: number } | undefined; text: Text },
  differences: Differences,
): void {
  const expected = lines ?? { debits: 0n, credits: 0n, lines: 0 }
  const about = (what: string): string => `account ${accountId} ${what}`
  differences.amount('journal_balances', about('debits'), { expected: expected.debits, found: debits, text })
  differences.amount('journal_balances', about('credits'), {
    expected: expected.credits,
    found: credits,
    text,
  })
  differences.text('journal_balances', about('lines'), {
    expected: `${expected.lines} lines`,
    found: `${version} lines`,
  })
}

function compareMarks(
  { accountId, debits, credits }: { accountId: AccountId; debits: bigint; credits: bigint },
  { marked, text }: { marked: { debits: bigint; credits: bigint } | undefined; text: Text },
  differences: Differences,
): void {
  const { debits: markedDebits, credits: markedCredits } = marked ?? { debits: 0n, credits: 0n }
  const about = (what: string): string => `account ${accountId} ${what}`
  differences.amount('balances_marks', about('debits'), { expected: debits, found: markedDebits, text })
  differences.amount('balances_marks', about('credits'), { expected: credits, found: markedCredits, text })
}
