import { parseCheckpoint } from './checkpoint.js'
import { type Note, parseNote, type Signer, signedBy, signNote, type Verifier } from './signed-note.js'

/**
 * That the books of a tenant were restored from a backup, and go on behind the first `keptSize` sealed entries: what was kept
 * outside of more entries, up to `givenUpSize`, is of entries that are gone. A signed note like a checkpoint, kept beside them.
 */
export interface Restoration {
  readonly origin: string
  readonly keptSize: number
  readonly givenUpSize: number
}

const firstLineOf = (origin: string): string => `${origin}/restored`

export const signRestoration = ({ origin, keptSize, givenUpSize }: Restoration, signer: Signer): string =>
  signNote(`${firstLineOf(origin)}\n${keptSize}\n${givenUpSize}\n`, origin, signer)

const sizeForm = /^(?:0|[1-9][0-9]{0,14})$/

/** What a note says if it tells of a restoration. Nothing is verified. */
export function parseRestoration(text: string): (Restoration & { readonly note: Note }) | undefined {
  const note = parseNote(text)
  const [first = '', kept = '', givenUp = '', ...more] = note?.text.slice(0, -1).split('\n') ?? []
  const origin = /^(.+)\/restored$/.exec(first)?.[1]
  if (note === undefined || origin === undefined || more.length > 0) return undefined
  if (!sizeForm.test(kept) || !sizeForm.test(givenUp)) return undefined
  return { origin, keptSize: Number(kept), givenUpSize: Number(givenUp), note }
}

/** What was kept outside for a tenant, in the order in which it was. */
export interface KeptAnchors {
  /** How many notes are the tenant's. */
  readonly own: number
  /** Roots by size, without those that a restoration gave up. */
  readonly standing: ReadonlyMap<number, readonly Buffer[]>
  /** Notes that are nothing, or that nobody trusted has signed; counted from 0. */
  readonly faults: readonly { readonly at: number; readonly expected: string; readonly found: string }[]
}

/** Reads notes one behind the other: a restoration speaks of the checkpoints in front of it. */
export function readKeptAnchors(
  notes: readonly string[],
  { tenantId, verifiers }: { readonly tenantId: string; readonly verifiers: readonly Verifier[] },
): KeptAnchors {
  const standing = new Map<number, Buffer[]>()
  const faults: KeptAnchors['faults'][number][] = []
  let own = 0
  for (const [at, text] of notes.entries()) {
    const checkpoint = parseCheckpoint(text)
    const said = checkpoint ?? parseRestoration(text)
    if (said === undefined) faults.push({ at, expected: 'a checkpoint', found: 'something else' })
    if (said?.origin.endsWith(`/${tenantId}`) !== true) continue
    own += 1
    if (signedBy(said.note, verifiers)?.name !== said.origin) {
      faults.push({ at, expected: 'the signature of a trusted key', found: 'none' })
    } else if ('keptSize' in said) {
      for (const size of standing.keys())
        if (size > said.keptSize && size <= said.givenUpSize) standing.delete(size)
    } else {
      const { treeSize, root } = said
      standing.set(treeSize, [...(standing.get(treeSize) ?? []), root])
    }
  }
  return { own, standing, faults }
}
