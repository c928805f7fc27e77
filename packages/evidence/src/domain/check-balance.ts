import { parseBalances } from './balance-note.js'
import { type BalanceStatement, balanceSchema, commitmentOf } from './balance-shares.js'
import { saltBytes } from './entry-evidence.js'
import { signedBy, type Verifier } from './signed-note.js'
import { fits, hashOf, leafNode, nodeOf, rootOfSums, type Sums, sumsOf } from './sum-tree.js'

/** A node beside the way from a share up to the root. */
export interface PathNode {
  /** Base64. */
  readonly hash: string
  readonly creditBalances: string
  readonly debitBalances: string
}

/** One of the two leaves that a balance is cut into, and what has to be hashed with it to make the root. */
export interface ProvedShare {
  readonly share: number
  /** Base64. */
  readonly salt: string
  readonly creditBalance: string
  readonly debitBalance: string
  readonly leafIndex: number
  /** From the leaf up. */
  readonly path: readonly PathNode[]
}

/** A proof that what an account had at the end of a day is in the sums that the bank has signed, whole in itself (ADR 0029). */
export interface BalanceProof extends BalanceStatement {
  /** Both. */
  readonly shares: readonly ProvedShare[]
  /** Two leaves an account. */
  readonly treeSize: number
  /** The signed note. */
  readonly note: string
}

/** What a proof shows, or why it shows nothing. */
export type CheckedBalance =
  | { readonly sound: true; readonly proof: BalanceProof; readonly origin: string }
  | { readonly sound: false; readonly fault: string }

/** Whether a proof says of itself that it is about a balance; nothing else of it is looked at. */
export const isOfBalance = (text: string): boolean =>
  (parsed(text) as { schema?: unknown } | null | undefined)?.schema === balanceSchema

/** Checks a proof that came from anywhere, with nothing but it and the keys that are trusted. */
export function checkBalance(text: string, verifiers: readonly Verifier[]): CheckedBalance {
  const proof = readProof(text)
  if (proof === undefined)
    return { sound: false, fault: 'This is no proof of a balance in the form of Plinth.' }
  const note = parseBalances(proof.note)
  const fault = note === undefined ? 'The note is not one of balances.' : faultOf(proof, note, verifiers)
  if (fault !== undefined || note === undefined) return { sound: false, fault: fault ?? '' }
  return { sound: true, proof, origin: note.origin }
}

type Signed = NonNullable<ReturnType<typeof parseBalances>>

function faultOf(proof: BalanceProof, signed: Signed, verifiers: readonly Verifier[]): string | undefined {
  const signer = signedBy(signed.note, verifiers)
  if (signer === undefined) return 'The note is not signed by the key.'
  if (signer.name !== signed.origin) return 'The note is of another origin than its key.'
  if (!signed.origin.endsWith(`/${proof.tenantId}`)) return 'The note is of another tenant.'
  if (signed.businessDate !== proof.businessDate) return 'The note is of another day.'
  const total = signed.totals.find(({ currency }) => currency === proof.currency)
  if (total === undefined || total.accounts * 2 !== proof.treeSize)
    return 'The note is of a tree of another size.'
  const decimals = decimalsOf(total.creditBalances)
  const sums = readSums(total, decimals)
  const root = sums && nodeOf(total.root, sums)
  if (root === undefined) return 'The sums of the note are none.'
  return faultOfShares(proof, root, decimals)
}

function faultOfShares(proof: BalanceProof, root: Buffer, decimals: number): string | undefined {
  const { shares, schema, tenantId, businessDate, accountId, currency, creditBalance, debitBalance } = proof
  const balance = readSums({ creditBalances: creditBalance, debitBalances: debitBalance }, decimals)
  if (balance === undefined) return 'The balance is none.'
  if (balance.credit > 0n && balance.debit > 0n) return 'A balance stands on one side.'
  const [first, second] = shares
  if (shares.length !== 2 || first?.share !== 1 || second?.share !== 2)
    return 'A balance has two shares, the first and the second.'
  // Which of the two a leaf is stands in its commitment, so no leaf counts twice.
  const statement = { schema, tenantId, businessDate, accountId, currency, creditBalance, debitBalance }
  let [credit, debit] = [0n, 0n]
  for (const { share, salt, leafIndex, path, ...of } of shares) {
    const sums = readSums({ creditBalances: of.creditBalance, debitBalances: of.debitBalance }, decimals)
    const siblings = path.map((node) => readNode(node, decimals))
    const bytes = Buffer.from(salt, 'base64')
    if (sums === undefined || bytes.length !== saltBytes || siblings.includes(undefined))
      return `Share ${share} is none: its amounts, its salt or a hash beside it.`
    const leaf = leafNode(commitmentOf(bytes, statement, share), sums)
    const made = rootOfSums({ leafIndex, treeSize: proof.treeSize }, leaf, siblings as Buffer[])
    if (made?.equals(root) !== true) return `Share ${share} is not in the sums that were signed.`
    credit += sums.credit
    debit += sums.debit
  }
  return credit === balance.credit && debit === balance.debit ? undefined : 'The shares are not the balance.'
}

const decimalsOf = (amount: string): number => amount.split('.')[1]?.length ?? 0

// More digits are more than 128 bits; `nodeOf` refuses what else is beyond them.
const amount = /^(0|[1-9][0-9]{0,38})(\.[0-9]{1,18})?$/

/** Minor units; undefined of what is no amount of just so many decimals: another number of them would be another amount. */
function readMinor(text: string, decimals: number): bigint | undefined {
  return amount.test(text) && decimalsOf(text) === decimals ? BigInt(text.replace('.', '')) : undefined
}

function readSums(
  { creditBalances, debitBalances }: Pick<PathNode, 'creditBalances' | 'debitBalances'>,
  decimals: number,
): Sums | undefined {
  const credit = readMinor(creditBalances, decimals)
  const debit = readMinor(debitBalances, decimals)
  if (credit === undefined || debit === undefined) return undefined
  const sums = { credit, debit }
  return fits(sums) ? sums : undefined
}

function readNode({ hash, ...sums }: PathNode, decimals: number): Buffer | undefined {
  const read = readSums(sums, decimals)
  return read && nodeOf(Buffer.from(hash, 'base64'), read)
}

const isText = (value: unknown): value is string => typeof value === 'string'
const isCount = (value: unknown): value is number => Number.isSafeInteger(value)
const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

function readProof(text: string): BalanceProof | undefined {
  const value = parsed(text)
  if (!isRecord(value)) return undefined
  const { schema, tenantId, businessDate, accountId, currency, creditBalance, debitBalance } = value
  const said = [tenantId, businessDate, accountId, currency, creditBalance, debitBalance, value.note]
  const { shares, treeSize } = value
  const sound =
    schema === balanceSchema &&
    said.every(isText) &&
    isCount(treeSize) &&
    Array.isArray(shares) &&
    shares.every(isShare)
  return sound ? (value as unknown as BalanceProof) : undefined
}

const isShare = (value: unknown): boolean =>
  isRecord(value) &&
  isCount(value.share) &&
  isCount(value.leafIndex) &&
  [value.salt, value.creditBalance, value.debitBalance].every(isText) &&
  Array.isArray(value.path) &&
  value.path.every(
    (node) =>
      isRecord(node) && isText(node.hash) && isText(node.creditBalances) && isText(node.debitBalances),
  )

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** A node as a proof tells it. */
export function pathNode(node: Buffer, format: (minor: bigint) => string): PathNode {
  const { credit, debit } = sumsOf(node)
  return {
    hash: hashOf(node).toString('base64'),
    creditBalances: format(credit),
    debitBalances: format(debit),
  }
}
