import { createHash } from 'node:crypto'
import { invariant } from '@plinth/kernel'
import { inclusionRanges, type LeafRange } from './merkle-tree.js'

/** What a node comes to, in minor units, neither below zero: one cannot cancel the other. */
export interface Sums {
  readonly credit: bigint
  readonly debit: bigint
}

/** A node is its hash (32 bytes) and its two sums (16 each, big-endian, without a sign). */
export const nodeBytes = 64

const sumLimit = 2n ** 128n
const half = 2n ** 64n
const leafPrefix = Buffer.from([0])
const nodePrefix = Buffer.from([1])

function writeSums({ credit, debit }: Sums, node: Buffer): Buffer {
  node.writeBigUInt64BE(credit / half, 32)
  node.writeBigUInt64BE(credit % half, 40)
  node.writeBigUInt64BE(debit / half, 48)
  node.writeBigUInt64BE(debit % half, 56)
  return node
}

const readSum = (node: Buffer, at: number): bigint =>
  node.readBigUInt64BE(at) * half + node.readBigUInt64BE(at + 8)

export const hashOf = (node: Buffer): Buffer => node.subarray(0, 32)

export const sumsOf = (node: Buffer): Sums => ({ credit: readSum(node, 32), debit: readSum(node, 48) })

/** Whether a node can have these sums. */
export const fits = ({ credit, debit }: Sums): boolean =>
  credit >= 0n && debit >= 0n && credit < sumLimit && debit < sumLimit

/** A node that somebody tells of; undefined if no node has such a hash or such sums. */
export function nodeOf(hash: Buffer, sums: Sums): Buffer | undefined {
  if (hash.length !== 32 || !fits(sums)) return undefined
  const node = Buffer.allocUnsafe(nodeBytes)
  hash.copy(node)
  return writeSums(sums, node)
}

/** `SHA-256(0x00 ‖ commitment ‖ sums)`, with its sums. */
export function leafNode(commitment: Buffer, sums: Sums): Buffer {
  invariant(fits(sums), 'a share is not below zero')
  const node = Buffer.allocUnsafe(nodeBytes)
  commitment.copy(node)
  writeSums(sums, node)
  createHash('sha256').update(leafPrefix).update(node).digest().copy(node)
  return node
}

/**
 * `SHA-256(0x01 ‖ left ‖ right)`, both with their sums, and the sums of both; undefined if these overflow. Both sums of each side
 * are hashed, not what they come to: else a sum could be moved from one side to the other behind the root's back.
 */
export function parentOf(left: Buffer, right: Buffer): Buffer | undefined {
  const [{ credit, debit }, other] = [sumsOf(left), sumsOf(right)]
  const sums = { credit: credit + other.credit, debit: debit + other.debit }
  return nodeOf(createHash('sha256').update(nodePrefix).update(left).update(right).digest(), sums)
}

/** The root of nodes that stand beside each other in one buffer, in the shape of RFC 9162. */
export function foldSums(nodes: Buffer): Buffer {
  invariant(nodes.length > 0 && nodes.length % nodeBytes === 0, 'a tree of sums has leaves')
  let level = nodes
  while (level.length > nodeBytes) {
    const above = Buffer.allocUnsafe(Math.ceil(level.length / (2 * nodeBytes)) * nodeBytes)
    for (let at = 0; at < level.length; at += 2 * nodeBytes) {
      const left = level.subarray(at, at + nodeBytes)
      const right = level.subarray(at + nodeBytes, at + 2 * nodeBytes)
      // The last one without another beside it is part of the level above as it is: so RFC 9162 splits.
      const parent = right.length === 0 ? left : parentOf(left, right)
      invariant(parent !== undefined, 'sums of balances stay below 2^128')
      parent.copy(above, at / 2)
    }
    level = above
  }
  return level
}

/** The root that a leaf and the nodes of its inclusion proof make; undefined if it has another length, or a sum overflows. */
export function rootOfSums(
  { leafIndex, treeSize }: { leafIndex: number; treeSize: number },
  leaf: Buffer,
  path: readonly Buffer[],
): Buffer | undefined {
  if (!(leafIndex >= 0 && leafIndex < treeSize)) return undefined
  const ranges = inclusionRanges(leafIndex, { from: 0, to: treeSize })
  if (ranges.length !== path.length) return undefined
  return path.reduce<Buffer | undefined>((node, sibling, at) => {
    if (node === undefined) return undefined
    return (ranges[at] as LeafRange).from > leafIndex ? parentOf(node, sibling) : parentOf(sibling, node)
  }, leaf)
}

/** How many leaves are kept together: a complete subtree, but for the last. */
export const leavesPerBlock = 256

/** Leaves that are kept together. */
export interface SumBlock {
  readonly blockNo: number
  /** Node by node. */
  readonly leaves: Buffer
  /** What they come to: one node. */
  readonly root: Buffer
}

/** The blocks of a tree's leaves, one behind the other. */
export function* blocksOf(leaves: Buffer): Generator<SumBlock> {
  const bytes = leavesPerBlock * nodeBytes
  for (let at = 0; at < leaves.length; at += bytes) {
    const block = leaves.subarray(at, at + bytes)
    yield { blockNo: at / bytes, leaves: block, root: foldSums(block) }
  }
}

/** The inclusion proof of a leaf, from the leaves of its own block and the roots of all blocks. */
export function pathOf(leafIndex: number, treeSize: number, own: Buffer, roots: Buffer): Buffer[] {
  const first = leafIndex - (leafIndex % leavesPerBlock)
  const slice = (nodes: Buffer, from: number, to: number): Buffer =>
    foldSums(nodes.subarray(from * nodeBytes, to * nodeBytes))
  return inclusionRanges(leafIndex, { from: 0, to: treeSize }).map(({ from, to }) =>
    from >= first && to <= first + own.length / nodeBytes
      ? slice(own, from - first, to - first)
      : slice(roots, from / leavesPerBlock, Math.ceil(to / leavesPerBlock)),
  )
}
