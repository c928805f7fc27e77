import { describe, expect, test } from 'vitest'
import {
  consistencyRanges,
  emptyRoot,
  foldNodes,
  GrowingTree,
  inclusionRanges,
  isConsistent,
  type LeafRange,
  leafHash,
  nodeHash,
  nodesOf,
  rootOfInclusion,
} from './merkle-tree.js'
import { isStored, placeOf, rangeHash, storedFor } from './stored-nodes.js'

// The entries, roots and paths that the implementations of Certificate Transparency (RFC 6962, now RFC 9162) test each other by.
const entries = [
  '',
  '00',
  '10',
  '2021',
  '3031',
  '40414243',
  '5051525354555657',
  '606162636465666768696a6b6c6d6e6f',
].map((hex) => Buffer.from(hex, 'hex'))
const roots = [
  '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
  'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
  'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
  '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
  'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
  '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
]

/** The definition, as RFC 9162 §2.1.1 has it. */
function rootOf(leaves: readonly Buffer[]): Buffer {
  if (leaves.length === 0) return emptyRoot
  if (leaves.length === 1) return leaves[0] as Buffer
  let split = 1
  while (split * 2 < leaves.length) split *= 2
  return nodeHash(rootOf(leaves.slice(0, split)), rootOf(leaves.slice(split)))
}

const published = entries.map((entry) => leafHash(entry))
const hashesOf = (leaves: readonly Buffer[], ranges: readonly LeafRange[]): Buffer[] =>
  ranges.map(({ from, to }) => rootOf(leaves.slice(from, to)))
const inclusion = (leaves: readonly Buffer[], leafIndex: number): Buffer[] =>
  hashesOf(leaves, inclusionRanges(leafIndex, { from: 0, to: leaves.length }))
const consistency = (leaves: readonly Buffer[], size: number): Buffer[] =>
  hashesOf(leaves, consistencyRanges(size, { from: 0, to: leaves.length }))
const hex = (hashes: readonly Buffer[]): string[] => hashes.map((hash) => hash.toString('hex'))

describe('the published vectors', () => {
  test('the root of no entries is the hash of nothing', () => {
    expect(new GrowingTree().root().toString('hex')).toBe(
      'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
    )
  })

  test('the roots of the first one to eight entries', () => {
    const tree = new GrowingTree()
    const grown = published.map((leaf) => {
      tree.append(leaf)
      return tree.root()
    })
    expect(hex(grown)).toEqual(roots)
  })

  test('the paths of inclusion and of consistency', () => {
    const first = [
      '96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7',
      '5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e',
      '6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4',
    ]
    expect(hex(inclusion(published, 0))).toEqual(first)
    expect(hex(consistency(published, 1))).toEqual(first)
    expect(hex(consistency(published, 6))).toEqual([
      '0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a',
      'ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0',
      'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
    ])
  })
})

const sizes = Array.from({ length: 40 }, (_, size) => size + 1)
const leavesOf = (size: number): Buffer[] => Array.from({ length: size }, (_, at) => leafHash(String(at)))

test('every leaf of every tree is proved, and no other leaf in its place', () => {
  for (const treeSize of sizes) {
    const leaves = leavesOf(treeSize)
    const root = rootOf(leaves)
    for (const [leafIndex, leaf] of leaves.entries()) {
      const path = inclusion(leaves, leafIndex)
      expect(rootOfInclusion({ leafIndex, treeSize }, leaf, path)?.equals(root)).toBe(true)
      const other = rootOfInclusion({ leafIndex, treeSize }, leafHash('other'), path)
      expect(other?.equals(root)).toBe(false)
      expect(rootOfInclusion({ leafIndex, treeSize }, leaf, [...path, leaf])).toBeUndefined()
      expect(rootOfInclusion({ leafIndex: treeSize, treeSize }, leaf, path)).toBeUndefined()
    }
  }
})

test('every tree is the beginning of every later one, and a changed one of none', () => {
  for (const size of sizes) {
    const second = { treeSize: size, root: rootOf(leavesOf(size)) }
    for (let treeSize = 1; treeSize <= size; treeSize += 1) {
      const path = consistency(leavesOf(size), treeSize)
      const first = { treeSize, root: rootOf(leavesOf(treeSize)) }
      expect(isConsistent(first, second, path)).toBe(true)
      expect(isConsistent({ ...first, root: leafHash('x') }, second, path)).toBe(false)
      expect(isConsistent(first, { ...second, root: leafHash('x') }, path)).toBe(false)
      expect(isConsistent(first, second, [...path, first.root])).toBe(false)
    }
  }
  expect(isConsistent({ treeSize: 2, root: emptyRoot }, { treeSize: 1, root: emptyRoot }, [])).toBe(false)
})

test('hashes are made again of every fourth level, and a tree goes on growing from its edge', () => {
  for (const size of [1, 15, 16, 17, 255, 256, 257, 300, 4_097]) {
    const leaves = leavesOf(size)
    const tree = new GrowingTree()
    const stored = new Map(leaves.map((hash, index) => [placeOf({ level: 0, index }), hash]))
    for (const leaf of leaves)
      for (const node of tree.append(leaf).filter(isStored)) stored.set(placeOf(node), node.hash)
    const all = { from: 0, to: size }
    const needed = storedFor([all])
    expect(needed.every(({ from, to }) => to - from <= 8)).toBe(true)
    expect(rangeHash(all, stored).equals(rootOf(leaves))).toBe(true)
    const edge = nodesOf(all).map((node) => ({
      ...node,
      hash: rootOf(leaves.slice(node.index * 2 ** node.level, (node.index + 1) * 2 ** node.level)),
    }))
    expect(foldNodes(edge.map(({ hash }) => hash)).equals(rootOf(leaves))).toBe(true)
    const again = new GrowingTree(size, edge)
    again.append(leafHash('more'))
    expect(again.root().equals(rootOf([...leaves, leafHash('more')]))).toBe(true)
  }
})
