import { createHash, createHmac } from 'node:crypto'
import {
  type AccountId,
  type BusinessDate,
  type CurrencyCode,
  canonicalJson,
  formatMinor,
  type TenantId,
} from '@plinth/kernel'
import { leafNode, nodeBytes, type Sums } from './sum-tree.js'

export const balanceSchema = 'plinth.balance/1'

/** The bytes of a day's secret. */
export const secretBytes = 32

/** A customer account as it stood at the end of a closed day, in minor units. One of the two is zero. */
export interface CustomerBalance {
  readonly accountId: AccountId
  readonly currency: CurrencyCode
  readonly credit: bigint
  readonly debit: bigint
}

/** What a tree is of. */
export interface BalanceDay {
  readonly tenantId: TenantId
  readonly businessDate: BusinessDate
}

/** What a share's commitment says: whose it is, and what the account had in all. Amounts are decimal texts. */
export interface BalanceStatement {
  readonly schema: string
  readonly tenantId: string
  readonly businessDate: string
  readonly accountId: string
  readonly currency: string
  readonly creditBalance: string
  readonly debitBalance: string
}

/** One of the two parts of a balance, a leaf each. Seen beside another one it does not tell what anybody has. */
export interface Share {
  /** 1 or 2. */
  readonly share: number
  /** Leaves stand in the order of their places, which say nothing to whoever does not know the day's secret. */
  readonly place: number
  readonly salt: Buffer
  readonly sums: Sums
  readonly node: Buffer
}

export const statementOf = (
  { tenantId, businessDate }: BalanceDay,
  { accountId, currency, credit, debit }: CustomerBalance,
  decimals: number,
): BalanceStatement => ({
  schema: balanceSchema,
  ...{ tenantId, businessDate, accountId, currency },
  creditBalance: formatMinor(credit, decimals),
  debitBalance: formatMinor(debit, decimals),
})

/** `SHA-256(salt ‖ JCS(statement with its share))`. */
export const commitmentOf = (salt: Buffer, statement: BalanceStatement, share: number): Buffer =>
  createHash('sha256')
    .update(salt)
    .update(canonicalJson({ ...statement, share }))
    .digest()

/**
 * The two shares of a balance. Where they stand, how the balance is cut and their salts are what HMAC-SHA-512 makes of the day's
 * secret and the account: 64 bytes, two places of 53 bits, two salts of 16 bytes and a fraction of 16.
 */
export function sharesOf(
  secret: Buffer,
  day: BalanceDay,
  { balance, decimals }: { balance: CustomerBalance; decimals: number },
): readonly [Share, Share] {
  const random = createHmac('sha512', secret).update(balance.accountId).digest()
  const fraction = (random.readBigUInt64BE(48) << 64n) + random.readBigUInt64BE(56)
  const part = (minor: bigint): bigint => (minor * fraction) >> 128n
  const first = { credit: part(balance.credit), debit: part(balance.debit) }
  const second = { credit: balance.credit - first.credit, debit: balance.debit - first.debit }
  const statement = statementOf(day, balance, decimals)
  const shareOf = (share: number, sums: Sums): Share => {
    const at = (share - 1) * 8
    const salt = random.subarray(16 * share, 16 * share + 16)
    const place = (random.readUInt32BE(at) >>> 11) * 2 ** 32 + random.readUInt32BE(at + 4)
    return { share, place, salt, sums, node: leafNode(commitmentOf(salt, statement, share), sums) }
  }
  return [shareOf(1, first), shareOf(2, second)]
}

// Places are below it: what a number holds exactly.
const placesEnd = 2 ** 53
const leavesPerPart = 1_000

/** The leaves of one currency on one day, as they are gathered: account by account in the order of ids. */
export class BalanceLeaves {
  #nodes = Buffer.allocUnsafe(1_024 * nodeBytes)
  readonly #places: number[] = []

  add({ place, node }: Share): void {
    const at = this.#places.length * nodeBytes
    if (at === this.#nodes.length)
      this.#nodes = Buffer.concat([this.#nodes, Buffer.allocUnsafe(this.#nodes.length)])
    node.copy(this.#nodes, at)
    this.#places.push(place)
  }

  /**
   * All of them in the order of their places, in parts; those of one place, of which there are hardly ever two, as they came.
   * Places are spread evenly, so a part has its share of them, and sorting it takes a millisecond or two.
   */
  *inOrder(): Generator<{ readonly places: readonly number[]; readonly leaves: Buffer }> {
    const places = this.#places
    const parts: number[][] = Array.from({ length: Math.ceil(places.length / leavesPerPart) }, () => [])
    for (const [at, place] of places.entries())
      parts[Math.floor((place / placesEnd) * parts.length)]?.push(at)
    for (const part of parts) {
      part.sort((a, b) => (places[a] as number) - (places[b] as number) || a - b)
      const leaves = Buffer.allocUnsafe(part.length * nodeBytes)
      for (const [to, from] of part.entries())
        this.#nodes.copy(leaves, to * nodeBytes, from * nodeBytes, (from + 1) * nodeBytes)
      yield { places: part.map((at) => places[at] as number), leaves }
    }
  }
}
