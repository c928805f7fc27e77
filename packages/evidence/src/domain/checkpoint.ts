import { type Note, parseNote, type Signer, signNote } from './signed-note.js'

/** What a checkpoint says: the first `treeSize` entries of a tenant's journal make this root. */
export interface CheckpointBody {
  /** `<host>/<tenantId>`. */
  readonly origin: string
  readonly treeSize: number
  readonly root: Buffer
}

/** The tenant's place in the world, and the name under which its checkpoints are signed. */
export const originOf = (host: string, tenantId: string): string => `${host}/${tenantId}`

/** A checkpoint of C2SP (c2sp.org/tlog-checkpoint) as a signed note. */
export const signCheckpoint = ({ origin, treeSize, root }: CheckpointBody, signer: Signer): string =>
  signNote(`${origin}\n${treeSize}\n${root.toString('base64')}\n`, origin, signer)

/** What a note says if it is a checkpoint. Nothing is verified. */
export function parseCheckpoint(text: string): (CheckpointBody & { readonly note: Note }) | undefined {
  const note = parseNote(text)
  const [origin, size, base64, ...more] = note?.text.slice(0, -1).split('\n') ?? []
  if (note === undefined || !origin || !/^[1-9][0-9]{0,14}$/.test(size ?? '')) return undefined
  const root = Buffer.from(base64 ?? '', 'base64')
  if (root.length !== 32 || root.toString('base64') !== base64 || more.length > 0) return undefined
  return { origin, treeSize: Number(size), root, note }
}

/** The notes of a file to which checkpoints were added one behind the other. */
export function splitNotes(text: string): string[] {
  const notes: string[] = []
  let note = ''
  let signed = false
  for (const line of text.split(/(?<=\n)/)) {
    const isSignature = line.startsWith('— ')
    if (signed && !isSignature) {
      notes.push(note)
      note = ''
    }
    signed = isSignature
    note += line
  }
  return note.trim() === '' ? notes : [...notes, note]
}
