import { createHash, createPublicKey, type KeyObject, sign, verify } from 'node:crypto'

/** Signed notes of C2SP (c2sp.org/signed-note), with Ed25519. */
const ed25519 = Buffer.from([1])

/** A public key with the name that its signatures carry. */
export interface Verifier {
  readonly name: string
  /** Four bytes that follow from name and key. */
  readonly id: Buffer
  readonly publicKey: KeyObject
}

/** What signs. The private key does not leave it. */
export interface Signer {
  readonly publicKey: KeyObject
  sign(text: string): Buffer
}

export const signerOf = (privateKey: KeyObject): Signer => ({
  publicKey: createPublicKey(privateKey),
  sign: (text) => sign(null, Buffer.from(text), privateKey),
})

/** A name of a key, which is part of a line of a note. */
export const isKeyName = (name: string): boolean => /^[^\s+]+$/.test(name)

// The header of an Ed25519 key in DER (RFC 8410), in front of its 32 bytes.
const spkiHeader = Buffer.from('302a300506032b6570032100', 'hex')

const rawOf = (key: KeyObject): Buffer =>
  key.export({ format: 'der', type: 'spki' }).subarray(spkiHeader.length)

const keyIdOf = (name: string, raw: Buffer): Buffer =>
  createHash('sha256').update(`${name}\n`).update(ed25519).update(raw).digest().subarray(0, 4)

export const verifierOf = (name: string, publicKey: KeyObject): Verifier => ({
  name,
  id: keyIdOf(name, rawOf(publicKey)),
  publicKey,
})

/** `<name>+<key id>+<key>`, as a verifier key is handed around. */
export const encodeVerifier = ({ name, id, publicKey }: Verifier): string =>
  `${name}+${id.toString('hex')}+${Buffer.concat([ed25519, rawOf(publicKey)]).toString('base64')}`

/** The key of such a text; undefined if it is none, or its id is not its own. */
export function parseVerifier(text: string): Verifier | undefined {
  const [, name, id, key] = /^([^\s+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/]{44})$/.exec(text.trim()) ?? []
  if (name === undefined || key === undefined) return undefined
  const bytes = Buffer.from(key, 'base64')
  if (bytes.length !== 33 || bytes[0] !== ed25519[0]) return undefined
  const spki = Buffer.concat([spkiHeader, bytes.subarray(1)])
  const verifier = verifierOf(name, createPublicKey({ key: spki, format: 'der', type: 'spki' }))
  return verifier.id.toString('hex') === id ? verifier : undefined
}

/**
 * The keys that notes may be signed with: those that are trusted, also under the name of an earlier origin, which is among those
 * that the database names. Where none are, all that it names.
 */
export function believedKeys(
  named: readonly string[],
  trusted: readonly Verifier[] | undefined,
): readonly Verifier[] {
  const known = named.flatMap((key) => parseVerifier(key) ?? [])
  if (trusted === undefined) return known
  const renamed = known.filter((each) => trusted.some((own) => own.publicKey.equals(each.publicKey)))
  return [...trusted, ...renamed]
}

/** `text`, which ends with a line feed, and its signature. */
export function signNote(text: string, name: string, signer: Signer): string {
  const { id } = verifierOf(name, signer.publicKey)
  const signature = Buffer.concat([id, signer.sign(text)]).toString('base64')
  return `${text}\n— ${name} ${signature}\n`
}

interface NoteSignature {
  readonly name: string
  readonly id: Buffer
  readonly signature: Buffer
}

export interface Note {
  readonly text: string
  readonly signatures: readonly NoteSignature[]
}

/** A note in its parts; undefined if it is none. Nothing is verified. */
export function parseNote(note: string): Note | undefined {
  const end = note.lastIndexOf('\n\n')
  if (end < 0 || !note.endsWith('\n')) return undefined
  const lines = note.slice(end + 2, -1).split('\n')
  const signatures: NoteSignature[] = []
  for (const line of lines) {
    const [, name, base64] = /^— ([^\s+]+) ([A-Za-z0-9+/]+={0,2})$/.exec(line) ?? []
    const bytes = Buffer.from(base64 ?? '', 'base64')
    if (name === undefined || bytes.length < 5) return undefined
    signatures.push({ name, id: bytes.subarray(0, 4), signature: bytes.subarray(4) })
  }
  return { text: note.slice(0, end + 1), signatures }
}

/** Which of the keys has signed the note. One signature of a key that is known and false refuses it all. */
export function signedBy({ text, signatures }: Note, verifiers: readonly Verifier[]): Verifier | undefined {
  let found: Verifier | undefined
  for (const { name, id, signature } of signatures) {
    const verifier = verifiers.find((each) => each.name === name && each.id.equals(id))
    if (verifier === undefined) continue
    if (!verify(null, Buffer.from(text), verifier.publicKey, signature)) return undefined
    found ??= verifier
  }
  return found
}
