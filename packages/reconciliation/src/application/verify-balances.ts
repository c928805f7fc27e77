import type { OpenedAccount } from '@plinth/account'
import type { Tx } from '@plinth/db'
import { type EndedDay, readEndedDays } from '@plinth/eod'
import {
  BalanceGathering,
  readBalanceBlocks,
  readBalanceDay,
  readBalanceDays,
  readBalanceLeaves,
  readLastBalanceDay,
  readVerifierKeys,
  type StoredBalanceDay,
  totalOf,
} from '@plinth/evidence'
import { believedKeys, nodeBytes, parseBalances, signedBy, type Verifier } from '@plinth/evidence/domain'
import {
  type AccountId,
  type BusinessDate,
  type CurrencyCode,
  formatMinor,
  type GlCode,
} from '@plinth/kernel'
import { readAccountSumsByDay, readHead } from '@plinth/ledger'
import { type Books, Findings, type RuleResult } from '@plinth/posting'
import { placeOf } from '../domain/comparisons.js'
import { customerBalance, isOfTrees, openedAccounts } from './balance-trees.js'
import type { ExtractStore } from './ports.js'

const rules = {
  balances_as_signed:
    'every closed day has its balance trees, up to the last that has them: what customers had by the lines, signed by a trusted key',
  balances_in_totals:
    'what all accounts had by the lines at the end of every closed day comes to the debit and credit balances of its GL extract',
} as const

// Some hundred milliseconds of adding up.
const entriesAtOnce = 50_000
const daysPerPage = 100
const blocksAtOnce = 64

export interface BalancesRequest extends Pick<Books, 'tenant' | 'currencies'> {
  /** Keys that notes may be signed with; undefined: those that the database names. */
  readonly trusted: readonly Verifier[] | undefined
}

/** Makes the balance trees of all closed days again from the posting lines, in the snapshot of `tx`, in one pass over the journal. */
export const verifyBalancesWith =
  (store: Pick<ExtractStore, 'read'>) =>
  (tx: Tx, request: BalancesRequest): Promise<RuleResult[]> =>
    new BalanceCheck(store, tx, request).run()

interface Standing extends OpenedAccount {
  /** Debits less credits. */
  net: bigint
}

type Trees = Awaited<ReturnType<BalanceGathering['trees']>>

class BalanceCheck {
  readonly #findings = new Findings<keyof typeof rules>(rules)
  /** All accounts, in the order of their ids. */
  readonly #accounts = new Map<AccountId, Standing>()
  /** What was read of days that were not gone through yet. */
  readonly #moves = new Map<BusinessDate, Map<AccountId, bigint>>()
  #verifiers: readonly Verifier[] = []
  #lastDay: BusinessDate | undefined

  constructor(
    readonly store: Pick<ExtractStore, 'read'>,
    readonly tx: Tx,
    readonly request: BalancesRequest,
  ) {}

  async run(): Promise<RuleResult[]> {
    const { tx } = this
    for await (const page of openedAccounts(tx))
      for (const account of page) this.#accounts.set(account.accountId, { ...account, net: 0n })
    this.#verifiers = believedKeys(await readVerifierKeys(tx), this.request.trusted)
    this.#lastDay = await readLastBalanceDay(tx)
    const days = await this.#endedDays()
    const { nextEntryNo } = await readHead(tx)
    let at = 0
    for (let from = 1; from < nextEntryNo || at < days.length; from += entriesAtOnce) {
      const to = from + entriesAtOnce - 1
      this.#gather(await readAccountSumsByDay(tx, { fromEntryNo: from, toEntryNo: to }))
      // A day is whole where the next one was cut off: the end of day books into it until then.
      for (let day = days[at]; day !== undefined; day = days[at]) {
        if ((days[at + 1]?.cutOffEntryNo ?? nextEntryNo - 1) > to) break
        at += 1
        if (day.status === 'completed') await this.#checkDay(day)
      }
    }
    await this.#checkNoOthers(days)
    return this.#findings.results()
  }

  async #endedDays(): Promise<EndedDay[]> {
    const days: EndedDay[] = []
    for (;;) {
      const after = days.at(-1)?.businessDate
      const page = await readEndedDays(this.tx, { after, limit: daysPerPage })
      days.push(...page)
      if (page.length < daysPerPage) return days
    }
  }

  #gather(sums: Awaited<ReturnType<typeof readAccountSumsByDay>>): void {
    for (const { day, accountId, net } of sums) {
      const moves = this.#moves.get(day) ?? new Map<AccountId, bigint>()
      this.#moves.set(day, moves)
      moves.set(accountId, (moves.get(accountId) ?? 0n) + net)
    }
  }

  async #checkDay({ businessDate }: EndedDay): Promise<void> {
    for (const [day, moves] of this.#moves) {
      if (day > businessDate) continue
      this.#moves.delete(day)
      for (const [accountId, net] of moves) {
        const account = this.#accounts.get(accountId)
        // A line of an account that there is not is what other rules are about.
        if (account !== undefined) account.net += net
      }
    }
    await this.#checkTotals(businessDate)
    const stored = await readBalanceDay(this.tx, businessDate)
    if (stored !== undefined) await this.#checkTrees(businessDate, stored)
    else if (businessDate < (this.#lastDay ?? ''))
      this.#findings.add('balances_as_signed', {
        ...{ row: { businessDate }, expected: 'balance trees', found: 'none' },
      })
  }

  /** Debit and credit balances apart: what the extract rule cannot see when one hides behind the other. */
  async #checkTotals(businessDate: BusinessDate): Promise<void> {
    const kept = await this.store.read(this.tx, businessDate)
    // Days that were closed before there were extracts have none; that one is missing is told by `extracts_stand`.
    if (kept === undefined) return
    type Sums = { glCode: GlCode; currency: CurrencyCode; debit: bigint; credit: bigint }
    const sums = new Map<string, Sums>()
    for (const { glCode, currency, net } of this.#accounts.values()) {
      if (net === 0n) continue
      const known = sums.get(placeOf({ glCode, currency })) ?? { glCode, currency, debit: 0n, credit: 0n }
      if (net > 0n) known.debit += net
      else known.credit -= net
      sums.set(placeOf({ glCode, currency }), known)
    }
    const rows = new Map(kept.extract.rows.map((row) => [placeOf(row), row]))
    for (const place of [...new Set([...sums.keys(), ...rows.keys()])].sort()) {
      const [made, row] = [sums.get(place), rows.get(place)]
      const { glCode, currency } = (made ?? row) as Pick<Sums, 'glCode' | 'currency'>
      const text = (debit = 0n, credit = 0n) =>
        `debit balances ${this.#amount(debit, currency)}, credit balances ${this.#amount(credit, currency)}`
      this.#findings.compare(
        'balances_in_totals',
        { businessDate, glCode, currency },
        {
          expected: text(made?.debit, made?.credit),
          found: text(row?.debitBalances, row?.creditBalances),
        },
      )
    }
  }

  #amount(minor: bigint, currency: CurrencyCode): string {
    return formatMinor(minor, this.request.currencies.decimalsOf(currency) ?? 0)
  }

  async #checkTrees(businessDate: BusinessDate, stored: StoredBalanceDay): Promise<void> {
    const made = await this.#makeTrees(businessDate, stored.secret)
    this.#checkNote(stored)
    const currencies = new Set([...made, ...stored.trees].map(({ currency }) => currency))
    for (const currency of [...currencies].sort()) {
      const [tree, kept] = [made, stored.trees].map((trees) =>
        trees.find((each) => each.currency === currency),
      )
      const row = { businessDate, currency }
      const [expected, found] = [this.#treeText(kept), this.#treeText(tree)]
      if (expected !== found) {
        const changed = await this.#firstChanged(stored, currency)
        this.#findings.add('balances_as_signed', {
          row: changed === undefined ? row : { ...row, accountId: changed },
          ...{ expected, found },
        })
      } else await this.#checkBlocks(row, made.find((each) => each.currency === currency) as Trees[number])
    }
  }

  async #makeTrees(businessDate: BusinessDate, secret: Buffer): Promise<Trees> {
    const { tenant, currencies } = this.request
    const gathering = new BalanceGathering({ tenantId: tenant.tenantId, businessDate }, secret, currencies)
    const customers = [...this.#accounts.values()].filter((account) => isOfTrees(account, businessDate))
    await gathering.add(customers.map((account) => customerBalance(account, account.net)))
    return await gathering.trees()
  }

  #treeText(tree: Omit<Trees[number], 'blocks'> | undefined): string {
    if (tree === undefined) return 'no tree'
    const { accounts, credit, debit, root, currency } = tree
    const sums = `credit ${this.#amount(credit, currency)}, debit ${this.#amount(debit, currency)}`
    return `${accounts} accounts, ${sums}, root ${root.toString('base64')}`
  }

  /** The first account, by id, of which no leaf says what the lines say. */
  async #firstChanged(stored: StoredBalanceDay, currency: CurrencyCode): Promise<AccountId | undefined> {
    const { businessDate, secret } = stored
    const name = { businessDate, currency }
    const known = new Set<string>()
    const blockNos = (await readBalanceBlocks(this.tx, name)).map(({ blockNo }) => blockNo)
    for (const leaves of (await readBalanceLeaves(this.tx, name, blockNos)).values())
      for (const leaf of nodesIn(leaves)) known.add(leaf)
    for (const account of this.#accounts.values()) {
      if (account.currency !== currency || !isOfTrees(account, businessDate)) continue
      const { tenant, currencies } = this.request
      const day = { tenantId: tenant.tenantId, businessDate }
      const gathering = new BalanceGathering(day, secret, currencies)
      await gathering.add([customerBalance(account, account.net)])
      const [alone] = await gathering.trees()
      for (const { leaves } of alone?.blocks ?? [])
        for (const leaf of nodesIn(leaves)) if (!known.has(leaf)) return account.accountId
    }
    return undefined
  }

  #checkNote({ businessDate, note, trees }: StoredBalanceDay): void {
    const row = { businessDate }
    const parsed = parseBalances(note)
    const said = (totals: readonly object[]) => JSON.stringify(totals)
    const expected = said(trees.map((tree) => totalOf(tree, this.request.currencies)))
    const isOwn = parsed?.origin.endsWith(`/${this.request.tenant.tenantId}`)
    if (
      parsed === undefined ||
      !isOwn ||
      parsed.businessDate !== businessDate ||
      said(parsed.totals) !== expected
    )
      this.#findings.add('balances_as_signed', {
        ...{ row, expected: 'a note that says what the trees come to', found: 'another' },
      })
    else if (signedBy(parsed.note, this.#verifiers)?.name !== parsed.origin)
      this.#findings.add('balances_as_signed', {
        ...{ row, expected: 'the signature of a trusted key', found: 'none' },
      })
  }

  /** What proofs are made from. */
  async #checkBlocks(
    row: { readonly businessDate: BusinessDate; readonly currency: CurrencyCode },
    { blocks }: Trees[number],
  ): Promise<void> {
    const stored = await readBalanceBlocks(this.tx, row)
    this.#findings.compare('balances_as_signed', row, {
      ...{ expected: `${blocks.length} blocks`, found: `${stored.length} blocks` },
    })
    for (let at = 0; at < blocks.length; at += blocksAtOnce) {
      const part = blocks.slice(at, at + blocksAtOnce)
      const leaves = await readBalanceLeaves(
        this.tx,
        row,
        part.map(({ blockNo }) => blockNo),
      )
      for (const block of part) {
        const kept = stored.find(({ blockNo }) => blockNo === block.blockNo)
        const same =
          kept?.firstPlace === block.firstPlace &&
          kept.root.equals(block.root) &&
          leaves.get(block.blockNo)?.equals(block.leaves) === true
        if (same) continue
        const found = 'others, or none'
        const { blockNo } = block
        this.#findings.add('balances_as_signed', {
          ...{ row: { ...row, blockNo }, expected: 'the leaves that were signed', found },
        })
      }
    }
  }

  async #checkNoOthers(days: readonly EndedDay[]): Promise<void> {
    const closed = new Set(
      days.flatMap(({ businessDate, status }) => (status === 'completed' ? [businessDate] : [])),
    )
    for (let after: BusinessDate | undefined; ; ) {
      const page = await readBalanceDays(this.tx, { after, limit: daysPerPage })
      for (const { businessDate } of page)
        if (!closed.has(businessDate))
          this.#findings.add('balances_as_signed', {
            ...{ row: { businessDate }, expected: 'a closed day', found: 'balance trees of another' },
          })
      after = page.at(-1)?.businessDate
      if (page.length < daysPerPage) return
    }
  }
}

function nodesIn(leaves: Buffer): string[] {
  return Array.from({ length: leaves.length / nodeBytes }, (_, at) =>
    leaves.toString('base64', at * nodeBytes, (at + 1) * nodeBytes),
  )
}
