import { setImmediate as breathe } from 'node:timers/promises'
import type { Tx } from '@plinth/db'
import { type Currencies, type CurrencyCode, formatMinor, invariant } from '@plinth/kernel'
import { signBalances } from '../domain/balance-note.js'
import { type BalanceDay, BalanceLeaves, type CustomerBalance, sharesOf } from '../domain/balance-shares.js'
import { originOf } from '../domain/checkpoint.js'
import { encodeVerifier, type Signer, verifierOf } from '../domain/signed-note.js'
import { blocksOf, foldSums, hashOf, leavesPerBlock, sumsOf } from '../domain/sum-tree.js'
import type { BalanceStore, NewBalanceDay, StoredBlock } from './ports.js'

/** The trees of a day, by currency, with all their leaves. */
export type BalanceTrees = NewBalanceDay['trees']

// Some ten milliseconds of hashing: a process that also answers requests gets to them in between.
const accountsAtOnce = 250
const partsAtOnce = 5
const blocksAtOnce = 16

/** Gathers what customers had at the end of a day, and makes the trees of it. The same secret makes the same trees. */
export class BalanceGathering {
  readonly #leaves = new Map<CurrencyCode, BalanceLeaves>()
  readonly #counts = new Map<CurrencyCode, number>()

  constructor(
    readonly day: BalanceDay,
    readonly secret: Buffer,
    readonly currencies: Currencies,
  ) {}

  /** Accounts come in the order of their ids, each once. */
  async add(balances: readonly CustomerBalance[]): Promise<void> {
    for (const [at, balance] of balances.entries()) {
      const { currency } = balance
      const leaves = this.#leaves.get(currency) ?? new BalanceLeaves()
      this.#leaves.set(currency, leaves)
      const decimals = decimalsOf(this.currencies, currency)
      for (const share of sharesOf(this.secret, this.day, { balance, decimals })) leaves.add(share)
      this.#counts.set(currency, (this.#counts.get(currency) ?? 0) + 1)
      if (at % accountsAtOnce === accountsAtOnce - 1) await breathe()
    }
  }

  async trees(): Promise<BalanceTrees> {
    const trees: BalanceTrees[number][] = []
    for (const currency of [...this.#leaves.keys()].sort()) {
      const { leaves, places } = await inOrder(this.#leaves.get(currency) as BalanceLeaves)
      const blocks: StoredBlock[] = []
      for (const block of blocksOf(leaves)) {
        blocks.push({ ...block, firstPlace: places[block.blockNo * leavesPerBlock] as number })
        if (block.blockNo % blocksAtOnce === blocksAtOnce - 1) await breathe()
      }
      const root = foldSums(Buffer.concat(blocks.map((block) => block.root)))
      const accounts = this.#counts.get(currency) as number
      trees.push({ currency, accounts, root: hashOf(root), ...sumsOf(root), blocks })
    }
    return trees
  }
}

const decimalsOf = (currencies: Currencies, currency: CurrencyCode): number => {
  const decimals = currencies.decimalsOf(currency)
  invariant(decimals !== undefined, 'a currency with accounts stays', { currency })
  return decimals
}

async function inOrder(gathered: BalanceLeaves): Promise<{ leaves: Buffer; places: number[] }> {
  const leaves: Buffer[] = []
  const places: number[] = []
  for (const part of gathered.inOrder()) {
    leaves.push(part.leaves)
    for (const place of part.places) places.push(place)
    if (leaves.length % partsAtOnce === 0) await breathe()
  }
  return { leaves: Buffer.concat(leaves), places }
}

/** What trees say in a note, which is signed under the tenant's origin. */
export interface KeepRequest {
  readonly day: BalanceDay
  readonly secret: Buffer
  readonly trees: BalanceTrees
  readonly currencies: Currencies
  readonly signer: Signer
  /** The host of the origin. */
  readonly host: string
}

/** Signs the trees of a closed day and keeps them. Answers false if the day has its trees already: they stay what they are. */
export const keepBalanceTreesWith =
  (store: Pick<BalanceStore, 'insertDay'>) =>
  async (tx: Tx, { day, secret, trees, currencies, signer, host }: KeepRequest): Promise<boolean> => {
    const { tenantId, businessDate } = day
    const origin = originOf(host, tenantId)
    const totals = trees.map((tree) => totalOf(tree, currencies))
    return await store.insertDay(tx, {
      ...{ businessDate, secret, trees },
      note: signBalances({ origin, businessDate, totals }, signer),
      verifierKey: encodeVerifier(verifierOf(origin, signer.publicKey)),
    })
  }

/** What a note says of a tree. */
export function totalOf(
  { currency, accounts, credit, debit, root }: Omit<BalanceTrees[number], 'blocks'>,
  currencies: Currencies,
) {
  const text = (minor: bigint) => formatMinor(minor, decimalsOf(currencies, currency))
  return { currency, accounts, creditBalances: text(credit), debitBalances: text(debit), root }
}
