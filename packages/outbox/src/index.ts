export type { OutboxEvent } from './domain/outbox-event.js'
export { enqueueEvents } from './infrastructure/outbox-store.js'
export {
  checkPositions,
  digestEvents,
  type EventView,
  type PositionCheck,
  readDigestedEvents,
} from './infrastructure/verify-reader.js'
