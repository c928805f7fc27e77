import { createHash } from 'node:crypto'
import { invariant } from '@plinth/kernel'

/** A subtree that is complete: its 2^level leaves begin at `index` · 2^level. Level 0 is the leaves. */
export interface NodeAt {
  readonly level: number
  readonly index: number
}

/** A complete subtree and its hash. */
export interface HashedNode extends NodeAt {
  readonly hash: Buffer
}

/** Leaves `from` to `to`, that one left out, counted from 0. */
export interface LeafRange {
  readonly from: number
  readonly to: number
}

const leafPrefix = Buffer.from([0])
const nodePrefix = Buffer.from([1])

const sha256 = (...parts: readonly (Buffer | string)[]): Buffer => {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(part)
  return hash.digest()
}

/** RFC 9162 §2.1.1. */
export const leafHash = (entry: Buffer | string): Buffer => sha256(leafPrefix, entry)
export const nodeHash = (left: Buffer, right: Buffer): Buffer => sha256(nodePrefix, left, right)
export const emptyRoot: Buffer = sha256('')

/** The largest complete tree of at most so many leaves. Counted, because a logarithm may be off by a hair. */
function largestIn(leaves: number): { level: number; size: number } {
  let [level, size] = [0, 1]
  for (; size * 2 <= leaves; size *= 2) level += 1
  return { level, size }
}

/** The complete subtrees that a range is made of, largest first. The range begins where RFC 9162 cuts trees. */
export function nodesOf({ from, to }: LeafRange): NodeAt[] {
  const nodes: NodeAt[] = []
  for (let start = from; start < to; ) {
    const { level, size } = largestIn(to - start)
    nodes.push({ level, index: start / size })
    start += size
  }
  return nodes
}

/** The hash of a range of the hashes of `nodesOf` it. */
export function foldNodes(hashes: readonly Buffer[]): Buffer {
  const last = hashes.at(-1)
  invariant(last !== undefined, 'a range has leaves')
  return hashes.slice(0, -1).reduceRight((right, left) => nodeHash(left, right), last)
}

/** The largest power of two below `size`, which is above 1: where RFC 9162 splits a tree. */
const splitOf = (size: number): number => largestIn(size - 1).size

/** What has to be hashed with a leaf to make the root, from the leaf up (RFC 9162 §2.1.3.1). */
export function inclusionRanges(leafIndex: number, { from, to }: LeafRange): LeafRange[] {
  if (to - from === 1) return []
  const middle = from + splitOf(to - from)
  return leafIndex < middle
    ? [...inclusionRanges(leafIndex, { from, to: middle }), { from: middle, to }]
    : [...inclusionRanges(leafIndex, { from: middle, to }), { from, to: middle }]
}

/** What shows that the tree of the first `size` leaves is the beginning of the range's (RFC 9162 §2.1.4.1). */
export function consistencyRanges(size: number, { from, to }: LeafRange, known = true): LeafRange[] {
  if (size === to) return known ? [] : [{ from, to }]
  const middle = from + splitOf(to - from)
  return size <= middle
    ? [...consistencyRanges(size, { from, to: middle }, known), { from: middle, to }]
    : [...consistencyRanges(size, { from: middle, to }, false), { from, to: middle }]
}

/** The root that a leaf and its inclusion proof make; undefined if the proof has another length (RFC 9162 §2.1.3.2). */
export function rootOfInclusion(
  { leafIndex, treeSize }: { leafIndex: number; treeSize: number },
  leaf: Buffer,
  hashes: readonly Buffer[],
): Buffer | undefined {
  if (!(leafIndex >= 0 && leafIndex < treeSize)) return undefined
  const ranges = inclusionRanges(leafIndex, { from: 0, to: treeSize })
  if (ranges.length !== hashes.length) return undefined
  return hashes.reduce(
    (hash, sibling, at) =>
      (ranges[at] as LeafRange).from > leafIndex ? nodeHash(hash, sibling) : nodeHash(sibling, hash),
    leaf,
  )
}

/** Whether one tree is the beginning of another one (RFC 9162 §2.1.4.2). */
export function isConsistent(
  first: { treeSize: number; root: Buffer },
  second: { treeSize: number; root: Buffer },
  hashes: readonly Buffer[],
): boolean {
  const { treeSize: size } = first
  if (size < 1 || size > second.treeSize) return false
  if (size === second.treeSize) return hashes.length === 0 && first.root.equals(second.root)
  const ranges = consistencyRanges(size, { from: 0, to: second.treeSize })
  if (ranges.length !== hashes.length) return false
  // A complete first tree is itself the subtree at which the path begins, and is not among the hashes.
  const begun = largestIn(size).size === size ? { old: first.root, whole: first.root } : undefined
  const { old, whole } = hashes.reduce<{ old: Buffer; whole: Buffer }>((roots, hash, at) => {
    if (at === 0 && begun === undefined) return { old: hash, whole: hash }
    return (ranges[at] as LeafRange).from >= size
      ? { old: roots.old, whole: nodeHash(roots.whole, hash) }
      : { old: nodeHash(hash, roots.old), whole: nodeHash(hash, roots.whole) }
  }, begun ?? { old: emptyRoot, whole: emptyRoot })
  return old.equals(first.root) && whole.equals(second.root)
}

/** A tree that grows leaf by leaf and keeps a hash for each complete subtree at its right edge only. */
export class GrowingTree {
  #size: number
  readonly #edge: HashedNode[]

  /** Empty, or with the hashes of `nodesOf` the leaves that it has. */
  constructor(size = 0, edge: readonly HashedNode[] = []) {
    this.#size = size
    this.#edge = [...edge]
  }

  get size(): number {
    return this.#size
  }

  /** Adds a leaf, and answers the subtrees that it completes, without itself. */
  append(hash: Buffer): HashedNode[] {
    const completed: HashedNode[] = []
    let node: HashedNode = { level: 0, index: this.#size, hash }
    for (let left = this.#edge.at(-1); left?.level === node.level; left = this.#edge.at(-1)) {
      this.#edge.pop()
      node = { level: node.level + 1, index: left.index / 2, hash: nodeHash(left.hash, node.hash) }
      completed.push(node)
    }
    this.#edge.push(node)
    this.#size += 1
    return completed
  }

  root(): Buffer {
    return this.#size === 0 ? emptyRoot : foldNodes(this.#edge.map(({ hash }) => hash))
  }
}
