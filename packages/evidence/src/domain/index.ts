export { type CheckedProof, checkProof, type EntryProof } from './check-proof.js'
export { originOf, parseCheckpoint, splitNotes } from './checkpoint.js'
export type { Wanted } from './entry-evidence.js'
export { type Restoration, signRestoration } from './kept-anchors.js'
export { isConsistent } from './merkle-tree.js'
export {
  encodeVerifier,
  isKeyName,
  parseVerifier,
  type Signer,
  signerOf,
  type Verifier,
  verifierOf,
} from './signed-note.js'
