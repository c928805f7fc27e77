import { canonicalJson } from '@plinth/kernel'
import { parseCheckpoint } from './checkpoint.js'
import { commitment, type Evidence, type Opening, saltBytes } from './entry-evidence.js'
import { leafHash, rootOfInclusion } from './merkle-tree.js'
import { signedBy, type Verifier } from './signed-note.js'

/** A proof that an entry is in the books, whole in itself (contract §8). */
export interface EntryProof {
  readonly evidence: Evidence
  readonly openings: readonly Opening[]
  /** The parts that nobody can open any more, because they were erased. Absent: none. */
  readonly erased?: readonly ['details'] | undefined
  /** `entryNo` − 1. */
  readonly leafIndex: number
  readonly treeSize: number
  /** Base64, from the leaf up. */
  readonly hashes: readonly string[]
  /** The signed note. */
  readonly checkpoint: string
}

/** What a proof shows, or why it shows nothing. */
export type CheckedProof =
  | { readonly sound: true; readonly proof: EntryProof; readonly origin: string }
  | { readonly sound: false; readonly fault: string }

/** Checks a proof that came from anywhere, with nothing but it and the keys that are trusted. */
export function checkProof(text: string, verifiers: readonly Verifier[]): CheckedProof {
  const proof = readProof(text)
  if (proof === undefined) return { sound: false, fault: 'This is no proof in the form of Plinth.' }
  const checkpoint = parseCheckpoint(proof.checkpoint)
  const fault =
    checkpoint === undefined
      ? 'The checkpoint is not one.'
      : (faultOfCheckpoint(proof, checkpoint, verifiers) ??
        faultOfLeaf(proof, checkpoint) ??
        faultOfOpenings(proof))
  if (fault !== undefined || checkpoint === undefined) return { sound: false, fault: fault ?? '' }
  return { sound: true, proof, origin: checkpoint.origin }
}

type Checkpoint = NonNullable<ReturnType<typeof parseCheckpoint>>

function faultOfCheckpoint(
  { evidence, treeSize }: EntryProof,
  checkpoint: Checkpoint,
  verifiers: readonly Verifier[],
): string | undefined {
  const signer = signedBy(checkpoint.note, verifiers)
  if (signer === undefined) return 'The checkpoint is not signed by the key.'
  if (signer.name !== checkpoint.origin) return 'The checkpoint is of another origin than its key.'
  if (!checkpoint.origin.endsWith(`/${evidence.tenantId}`)) return 'The checkpoint is of another tenant.'
  if (checkpoint.treeSize !== treeSize) return 'The checkpoint is of a tree of another size.'
  return undefined
}

function faultOfLeaf({ evidence, leafIndex, treeSize, hashes }: EntryProof, { root }: Checkpoint) {
  if (evidence.schema !== 'plinth.entry/1') return 'The evidence is in a form that is not known here.'
  if (leafIndex !== evidence.entryNo - 1) return 'The entry stands at another place of the tree.'
  const siblings = hashes.map((hash) => Buffer.from(hash, 'base64'))
  const made = rootOfInclusion({ leafIndex, treeSize }, leafHash(canonicalJson(evidence)), siblings)
  return made?.equals(root) === true ? undefined : 'The entry is not in the tree of the checkpoint.'
}

function faultOfOpenings({ evidence, openings }: EntryProof): string | undefined {
  const opened = new Set<string>()
  for (const { part, salt, value } of openings) {
    const at = /^lines\/(0|[1-9][0-9]*)$/.exec(part)?.[1]
    const committed =
      at === undefined ? (part === 'details' ? evidence.details : undefined) : evidence.lines[Number(at)]
    if (committed === undefined || opened.has(part)) return `There is no such part to open: ${part}.`
    opened.add(part)
    const bytes = Buffer.from(salt, 'base64')
    if (bytes.length !== saltBytes || commitment(bytes, value) !== committed)
      return `What is shown as ${part} is not what the entry says.`
  }
  return undefined
}

const isText = (value: unknown): value is string => typeof value === 'string'
const isCount = (value: unknown): value is number => Number.isSafeInteger(value)
const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const areTexts = (value: unknown): value is readonly string[] => Array.isArray(value) && value.every(isText)

/** Of the evidence's own members only those are looked at that are compared with something: all of them are hashed. */
function readProof(text: string): EntryProof | undefined {
  const value = parsed(text)
  if (!isRecord(value) || !isRecord(value.evidence) || !Array.isArray(value.openings)) return undefined
  const { evidence, openings, leafIndex, treeSize, hashes, checkpoint } = value
  const sound =
    isText(evidence.tenantId) &&
    isCount(evidence.entryNo) &&
    areTexts(evidence.lines) &&
    isText(evidence.details) &&
    openings.every((opening) => isRecord(opening) && isText(opening.part) && isText(opening.salt)) &&
    isCount(leafIndex) &&
    isCount(treeSize) &&
    areTexts(hashes) &&
    isText(checkpoint)
  return sound ? (value as unknown as EntryProof) : undefined
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
