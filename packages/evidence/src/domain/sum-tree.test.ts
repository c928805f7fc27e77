import { describe, expect, test } from 'vitest'
import {
  foldSums,
  hashOf,
  leafNode,
  nodeBytes,
  nodeOf,
  parentOf,
  pathOf,
  rootOfSums,
  sumsOf,
} from './sum-tree.js'

const leaf = (at: number, credit = BigInt(at), debit = 0n): Buffer =>
  leafNode(Buffer.alloc(32, at % 251), { credit, debit })
const leaves = (size: number): Buffer[] => Array.from({ length: size }, (_, at) => leaf(at))
const rootsOf = (nodes: Buffer): Buffer => {
  const blocks: Buffer[] = []
  for (let at = 0; at < nodes.length; at += 256 * nodeBytes)
    blocks.push(foldSums(nodes.subarray(at, at + 256 * nodeBytes)))
  return Buffer.concat(blocks)
}

describe('a tree of sums', () => {
  test.each([1, 2, 3, 5, 8, 255, 256, 257, 511, 512, 513, 777])(
    'of %i leaves proves each of them',
    (size) => {
      const nodes = Buffer.concat(leaves(size))
      const root = foldSums(nodes)
      expect(sumsOf(root)).toEqual({ credit: BigInt((size * (size - 1)) / 2), debit: 0n })
      // Made block by block it is the same tree.
      const roots = rootsOf(nodes)
      expect(foldSums(roots)).toEqual(root)
      for (const leafIndex of new Set(
        [0, 1, size >> 1, size - 2, size - 1].filter((at) => at >= 0 && at < size),
      )) {
        const block = leafIndex - (leafIndex % 256)
        const own = nodes.subarray(block * nodeBytes, (block + 256) * nodeBytes)
        const path = pathOf(leafIndex, size, own, roots)
        const at = { leafIndex, treeSize: size }
        expect(rootOfSums(at, leaf(leafIndex), path)).toEqual(root)
        expect(rootOfSums(at, leaf(leafIndex, BigInt(leafIndex) + 1n), path)).not.toEqual(root)
        expect(rootOfSums(at, leaf(leafIndex), path.slice(1))).toEqual(size === 1 ? root : undefined)
        expect(rootOfSums({ leafIndex: size, treeSize: size }, leaf(leafIndex), path)).toBeUndefined()
      }
    },
  )

  test('a sum moved from one side to the other is another tree, though the total is the same', () => {
    const [left, right] = [leaf(1, 10n), leaf(2, 20n)]
    const moved = [
      nodeOf(hashOf(left), { credit: 20n, debit: 0n }),
      nodeOf(hashOf(right), { credit: 10n, debit: 0n }),
    ]
    const [root, other] = [
      parentOf(left, right),
      parentOf(moved[0] as Buffer, moved[1] as Buffer),
    ] as Buffer[]
    expect(sumsOf(other as Buffer)).toEqual(sumsOf(root as Buffer))
    expect(hashOf(other as Buffer)).not.toEqual(hashOf(root as Buffer))
  })

  test('what is overdrawn does not lower what is in credit', () => {
    const root = parentOf(leaf(1, 10n), leaf(2, 0n, 30n)) as Buffer
    expect(sumsOf(root)).toEqual({ credit: 10n, debit: 30n })
  })

  test('no sum is below zero or beyond 128 bits', () => {
    const most = 2n ** 128n - 1n
    expect(nodeOf(Buffer.alloc(32), { credit: -1n, debit: 0n })).toBeUndefined()
    expect(nodeOf(Buffer.alloc(32), { credit: most + 1n, debit: 0n })).toBeUndefined()
    expect(nodeOf(Buffer.alloc(31), { credit: 1n, debit: 0n })).toBeUndefined()
    expect(sumsOf(leaf(1, most, most))).toEqual({ credit: most, debit: most })
    expect(parentOf(leaf(1, most), leaf(2, 1n))).toBeUndefined()
    expect(parentOf(leaf(1, 0n, 1n), leaf(2, 0n, most))).toBeUndefined()
    expect(rootOfSums({ leafIndex: 0, treeSize: 2 }, leaf(1, most), [leaf(2, 1n)])).toBeUndefined()
    expect(() => foldSums(Buffer.concat([leaf(1, most), leaf(2, 1n)]))).toThrow('sums of balances')
  })
})
