export type { Hold, HoldChange, HoldId, HoldStatus } from './domain/hold.js'
export { type OverdueFigures, readHeldAmounts, readOverdueFigures } from './infrastructure/figures-reader.js'
export {
  type HoldPage,
  type HoldStep,
  listHolds,
  type OverdueHold,
  readActiveHoldsOf,
  readClearingHolds,
  readHolds,
  readOverdueHolds,
  type ShownHold,
  showHold,
  writeHolds,
} from './infrastructure/hold-store.js'
export {
  type HoldHistory,
  type HoldMoment,
  readClearingHoldIds,
  readHoldHistories,
} from './infrastructure/journey-reader.js'
export { type EndOfTime, readOverdueAccounts, readOverdueHoldsOf } from './infrastructure/overdue-reader.js'
export { readHeldSpending } from './infrastructure/spending-reader.js'
export { readHeld, readHoldsWithHistory } from './infrastructure/verify-reader.js'
