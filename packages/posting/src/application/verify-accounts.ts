import {
  type AccountState,
  readDetails,
  readStates,
  readStoredAccounts,
  type StoredAccount,
} from '@plinth/account'
import { availableOf, renderAccount } from '@plinth/account/domain'
import type { Tx } from '@plinth/db'
import { readHeld } from '@plinth/holds'
import {
  type AccountId,
  type Currencies,
  canonicalJson,
  firstDifference,
  formatMinor,
  type Instant,
  type Json,
} from '@plinth/kernel'
import { type LineSums, readLineSums } from '@plinth/ledger'
import type { Findings } from '../domain/verify-report.js'
import type { VerifyStore } from './verify-ports.js'

const accountsPerPage = 5_000

/** How accounts stand by their commands: the last answers of those whose standing was changed after opening. */
export interface Standings {
  /** More than one answer when several commands were decided at the same moment. */
  readonly changed: ReadonlyMap<AccountId, { readonly at: Instant; readonly answers: readonly string[] }>
  /** Accounts whose limit was changed at some time. */
  readonly limitChanged: ReadonlySet<AccountId>
}

/** Reads the commands that changed an account's status or terms. Memory grows with the accounts so changed, a few of many. */
export async function readStandings(store: VerifyStore, tx: Tx): Promise<Standings> {
  const changed = new Map<AccountId, { at: Instant; answers: string[] }>()
  const limitChanged = new Set<AccountId>()
  for (const type of ['set_status', 'change_terms']) {
    await eachStandingCommand(store, tx, [type], async (page) => {
      for (const { answer, decidedAt } of page) {
        const { accountId } = JSON.parse(answer) as { accountId: AccountId }
        if (type === 'change_terms') limitChanged.add(accountId)
        const known = changed.get(accountId)
        if (known === undefined || known.at < decidedAt)
          changed.set(accountId, { at: decidedAt, answers: [answer] })
        else if (known.at === decidedAt) known.answers.push(answer)
      }
    })
  }
  return { changed, limitChanged }
}

/** Reads the accepted commands of these types in pages, by key. */
export async function eachStandingCommand(
  store: VerifyStore,
  tx: Tx,
  types: readonly string[],
  take: (page: Awaited<ReturnType<VerifyStore['readStandingCommands']>>) => Promise<void>,
): Promise<void> {
  for (let after = ''; ; ) {
    const page = await store.readStandingCommands(tx, { types, after, limit: accountsPerPage })
    await take(page)
    const last = page.at(-1)
    if (last === undefined || page.length < accountsPerPage) return
    after = last.key
  }
}

/** Compares accounts with the answers of the commands that opened and changed them. */
export async function verifyStandings(
  store: VerifyStore,
  tx: Tx,
  { standings, currencies }: { standings: Standings; currencies: Currencies },
  findings: Findings,
): Promise<number> {
  let opened = 0
  const compareWith = async (answers: ReadonlyMap<AccountId, readonly string[]>): Promise<void> => {
    const accountIds = [...answers.keys()]
    const [states, details] = [await readStates(tx, accountIds), await readDetails(tx, accountIds)]
    const stateOf = new Map(states.map((state) => [state.accountId, state]))
    const detailsOf = new Map(details.map((each) => [each.accountId, each]))
    for (const [accountId, possible] of answers) {
      const state = stateOf.get(accountId)
      const described = detailsOf.get(accountId)
      const found =
        state && described
          ? canonicalJson(renderAccount({ details: described, state }, currencies))
          : 'nothing'
      const expected = possible.map((answer) => canonicalJson(JSON.parse(answer)))
      if (expected.includes(found)) continue
      const at =
        found === 'nothing'
          ? ''
          : firstDifference(JSON.parse(expected[0] as string) as Json, JSON.parse(found) as Json)
      findings.add('accounts_as_commanded', {
        row: { accountId, ...(at && { at }) },
        expected: expected[0] as string,
        found,
      })
    }
  }
  await eachStandingCommand(store, tx, ['open_account'], async (page) => {
    opened += page.length
    const answers = page.map(
      ({ answer }) =>
        [(JSON.parse(answer) as { accountId: AccountId }).accountId, [withoutVersion(answer)]] as const,
    )
    await compareWith(new Map(answers.filter(([accountId]) => !standings.changed.has(accountId))))
  })
  const changed = [...standings.changed].map(([accountId, { answers }]) => [accountId, answers] as const)
  for (let from = 0; from < changed.length; from += accountsPerPage) {
    await compareWith(new Map(changed.slice(from, from + accountsPerPage)))
  }
  return opened
}

/** Which version of its product it was opened with stands in its terms: verify-terms.ts. */
function withoutVersion(answer: string): string {
  if (!answer.includes('"productVersion"')) return answer
  const { productVersion: _, ...account } = JSON.parse(answer) as { readonly productVersion?: number }
  return JSON.stringify(account)
}

/** Names an account that no command opened; asked only when there are more accounts than openings. */
export async function findUnopened(store: VerifyStore, tx: Tx, findings: Findings): Promise<void> {
  for (let after: string | undefined = ''; after !== undefined; ) {
    const page: Awaited<ReturnType<typeof readStoredAccounts>> = await readStoredAccounts(tx, {
      after,
      limit: accountsPerPage,
    })
    const accountIds = page.accounts.map(({ accountId }) => accountId)
    const opened = new Set(await store.readOpenedAmong(tx, accountIds))
    for (const accountId of accountIds) {
      if (opened.has(accountId)) continue
      findings.add('accounts_as_commanded', {
        row: { accountId },
        expected: 'a command that opened it',
        found: 'nothing',
      })
    }
    after = page.next
  }
}

/**
 * Walks accounts and the sums of their lines side by side, both in account order, and adds up each currency on both sides.
 */
export async function verifyBalances(
  tx: Tx,
  { standings, currencies }: { standings: Standings; currencies: Currencies },
  findings: Findings,
): Promise<number> {
  const totals = new CurrencyTotals()
  const sums = new SumsReader(tx)
  let accounts = 0
  for (let after: string | undefined = ''; after !== undefined; ) {
    const page: Awaited<ReturnType<typeof readStoredAccounts>> = await readStoredAccounts(tx, {
      after,
      limit: accountsPerPage,
    })
    const held = await readHeld(
      tx,
      page.accounts.map(({ accountId }) => accountId),
    )
    for (const account of page.accounts) {
      accounts += 1
      const { before, own } = await sums.upTo(account.accountId)
      for (const { accountId } of before) {
        findings.add('accounts_agree', { row: { accountId }, expected: 'an account', found: 'lines alone' })
      }
      for (const sum of [...before, ...own]) totals.add('lines', sum.currency, sum.debits - sum.credits)
      if (account.state !== undefined)
        totals.add('balance rows', account.state.currency, account.state.debits - account.state.credits)
      verifyAccount(
        account,
        own,
        { standings, currencies, held: held.get(account.accountId) ?? 0n },
        findings,
      )
    }
    after = page.next
  }
  for (const { accountId, currency, debits, credits } of await sums.rest()) {
    findings.add('accounts_agree', { row: { accountId }, expected: 'an account', found: 'lines alone' })
    totals.add('lines', currency, debits - credits)
  }
  totals.report(currencies, findings)
  return accounts
}

function verifyAccount(
  { accountId, state, facts, forced }: StoredAccount,
  sums: readonly LineSums[],
  { standings, currencies, held }: { standings: Standings; currencies: Currencies; held: bigint },
  findings: Findings,
): void {
  const row = { accountId }
  if (state === undefined || facts === undefined) {
    const missing = state === undefined ? 'a balance row' : 'an account'
    findings.add('accounts_agree', { row, expected: missing, found: 'nothing' })
    return
  }
  findings.compare('accounts_agree', row, {
    expected: `${facts.currency} under ${facts.glCode}, normally ${facts.normalSide ?? 'nothing'}`,
    found: `${state.currency} under ${state.glCode}, normally ${state.normalSide}`,
  })
  if (!facts.postable)
    findings.add('accounts_agree', { row, expected: `${facts.glCode} to be postable`, found: 'a heading' })

  const format = (minor: bigint): string => formatMinor(minor, currencies.decimalsOf(state.currency) ?? 0)
  findings.compare('balances_add_up', row, {
    expected: sumText(
      sums.find(({ currency }) => currency === state.currency),
      format,
    ),
    found: `debits ${format(state.debits)}, credits ${format(state.credits)}, version ${state.version}`,
  })
  findings.compare('holds_add_up', row, {
    expected: `held ${format(held)}`,
    found: `held ${format(state.held)}`,
  })
  if (state.status === 'closed' && (state.debits !== state.credits || state.held !== 0n)) {
    findings.add('closed_accounts_are_empty', {
      row,
      expected: 'nothing posted or held',
      found: balanceText(state, format),
    })
  }
  const explained = forced || standings.limitChanged.has(accountId)
  if (!state.unlimited && availableOf(state) < 0n && !explained) {
    findings.add('limits', {
      row,
      expected: 'nothing below zero',
      found: `available ${format(availableOf(state))}`,
    })
  }
}

const balanceText = (state: AccountState, format: (minor: bigint) => string): string =>
  `debits ${format(state.debits)}, credits ${format(state.credits)}, held ${format(state.held)}`

function sumText(sums: LineSums | undefined, format: (minor: bigint) => string): string {
  const { debits, credits, lines } = sums ?? { debits: 0n, credits: 0n, lines: 0 }
  return `debits ${format(debits)}, credits ${format(credits)}, version ${lines}`
}

/** Reads sums ahead in pages and hands them out account by account. */
class SumsReader {
  #page: readonly LineSums[] = []
  #at = 0
  #after: string | undefined = ''

  constructor(readonly tx: Tx) {}

  async upTo(accountId: AccountId): Promise<{ before: LineSums[]; own: LineSums[] }> {
    const before: LineSums[] = []
    const own: LineSums[] = []
    for (
      let next = await this.#peek();
      next !== undefined && next.accountId <= accountId;
      next = await this.#peek()
    ) {
      if (next.accountId === accountId) own.push(next)
      else before.push(next)
      this.#at += 1
    }
    return { before, own }
  }

  async rest(): Promise<LineSums[]> {
    const left: LineSums[] = []
    for (let next = await this.#peek(); next !== undefined; next = await this.#peek()) {
      left.push(next)
      this.#at += 1
    }
    return left
  }

  async #peek(): Promise<LineSums | undefined> {
    if (this.#at === this.#page.length && this.#after !== undefined) {
      const page = await readLineSums(this.tx, { after: this.#after, limit: accountsPerPage })
      const full = page.length === accountsPerPage
      // The last account of a full page may go on behind it, in another currency: it is read again with the next one.
      const last = full ? page.at(-1)?.accountId : undefined
      this.#page = page.filter(({ accountId }) => accountId !== last)
      this.#after = full ? this.#page.at(-1)?.accountId : undefined
      this.#at = 0
    }
    return this.#page[this.#at]
  }
}

/** Debits less credits of each currency, from two sources. */
class CurrencyTotals {
  readonly #nets = new Map<string, { source: string; currency: string; net: bigint }>()

  add(source: string, currency: string, net: bigint): void {
    const known = this.#nets.get(`${source} ${currency}`)
    this.#nets.set(`${source} ${currency}`, { source, currency, net: net + (known?.net ?? 0n) })
  }

  report(currencies: Currencies, findings: Findings): void {
    for (const { source, currency, net } of this.#nets.values()) {
      const found = `debits less credits of ${formatMinor(net, currencies.decimalsOf(currency) ?? 0)} in the ${source}`
      if (net !== 0n)
        findings.add('trial_balance', { row: { currency }, expected: 'debits equal to credits', found })
    }
  }
}
