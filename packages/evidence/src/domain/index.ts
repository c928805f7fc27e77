export { type BalanceNote, type BalanceTotal, parseBalances } from './balance-note.js'
export { type BalanceDay, type CustomerBalance, secretBytes } from './balance-shares.js'
export { type BalanceProof, type CheckedBalance, checkBalance, isOfBalance } from './check-balance.js'
export { type CheckedProof, checkProof, type EntryProof } from './check-proof.js'
export { originOf, parseCheckpoint, splitNotes } from './checkpoint.js'
export type { Wanted } from './entry-evidence.js'
export { type Restoration, signRestoration } from './kept-anchors.js'
export { isConsistent } from './merkle-tree.js'
export {
  believedKeys,
  encodeVerifier,
  isKeyName,
  parseVerifier,
  type Signer,
  signedBy,
  signerOf,
  type Verifier,
  verifierOf,
} from './signed-note.js'
export { nodeBytes } from './sum-tree.js'
