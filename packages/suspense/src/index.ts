export type { SuspenseChange, SuspenseItem, SuspenseItemId, SuspenseStatus } from './domain/suspense-item.js'
export { expectClearings, readClearingEntries } from './infrastructure/clearing-reader.js'
export { readSuspenseFigures, type SuspenseFigures } from './infrastructure/figures-reader.js'
export {
  readSuspenseHistories,
  readSuspenseItemIds,
  type SuspenseHistory,
  type SuspenseMoment,
} from './infrastructure/journey-reader.js'
export {
  listSuspenseItems,
  readSuspenseItems,
  readSuspenseItemsOfEntries,
  type SuspensePage,
  type SuspenseStep,
  writeSuspense,
} from './infrastructure/suspense-store.js'
export { readItemsWithHistory } from './infrastructure/verify-reader.js'
