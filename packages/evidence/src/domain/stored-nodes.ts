import { invariant } from '@plinth/kernel'
import { foldNodes, type LeafRange, type NodeAt, nodesOf } from './merkle-tree.js'

// Every fourth level is stored: a subtree between two of them is made of at most eight stored ones.
const levelsApart = 4

export const isStored = ({ level }: NodeAt): boolean => level > 0 && level % levelsApart === 0

/** Stored nodes of one level beside each other, `to` left out; level 0 are the leaves. */
export interface NodeRange extends LeafRange {
  readonly level: number
}

/** The stored nodes that a subtree is made of. */
function storedUnder({ level, index }: NodeAt): NodeRange {
  const storedLevel = level - (level % levelsApart)
  const width = 2 ** (level - storedLevel)
  return { level: storedLevel, from: index * width, to: (index + 1) * width }
}

/** All stored nodes that the hashes of some ranges are made of. */
export const storedFor = (ranges: readonly LeafRange[]): NodeRange[] =>
  ranges.flatMap(nodesOf).map(storedUnder)

/** Where a node is kept while hashes are made of it. */
export const placeOf = ({ level, index }: NodeAt): string => `${level} ${index}`

/** The hash of a complete subtree, of the stored nodes below it. */
export function subtreeHash(node: NodeAt, stored: ReadonlyMap<string, Buffer>): Buffer {
  const { level, from, to } = storedUnder(node)
  const hashes = Array.from({ length: to - from }, (_, at) => {
    const hash = stored.get(placeOf({ level, index: from + at }))
    invariant(hash !== undefined, 'complete subtrees are stored', { level, index: from + at })
    return hash
  })
  // Of a power of two of them: folded pair by pair, and `foldNodes` does that when it is given the two halves.
  const half = (part: readonly Buffer[]): Buffer =>
    part.length === 1
      ? (part[0] as Buffer)
      : foldNodes([half(part.slice(0, part.length / 2)), half(part.slice(part.length / 2))])
  return half(hashes)
}

/** The hash of a range that RFC 9162 cuts. */
export const rangeHash = (range: LeafRange, stored: ReadonlyMap<string, Buffer>): Buffer =>
  foldNodes(nodesOf(range).map((node) => subtreeHash(node, stored)))
