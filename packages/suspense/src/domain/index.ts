export { renderSuspenseItem } from './render-suspense-item.js'
export {
  decideCleared,
  decideReopened,
  decideReturned,
  parseSuspenseItemId,
  remainingOf,
  type SuspenseChange,
  type SuspenseItem,
  type SuspenseItemId,
  statusOf,
  suspenseStatuses,
} from './suspense-item.js'
