export type { OutboxEvent } from './domain/outbox-event.js'
export { eraseToldPayloads } from './infrastructure/erasure-store.js'
export { enqueueEvents } from './infrastructure/outbox-store.js'
export {
  checkPositions,
  countEventsOfTypes,
  digestEvents,
  type EventView,
  type PositionCheck,
  readDigestedEvents,
  type ToldOf,
} from './infrastructure/verify-reader.js'
