export type { Hold, HoldChange, HoldId, HoldStatus } from './domain/hold.js'
export {
  type HoldPage,
  type HoldStep,
  listHolds,
  readHolds,
  readOverdueHolds,
  type ShownHold,
  showHold,
  writeHolds,
} from './infrastructure/hold-store.js'
export { readHeld, readHoldsWithHistory } from './infrastructure/verify-reader.js'
