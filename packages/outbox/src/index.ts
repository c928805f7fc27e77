export type { OutboxEvent } from './domain/outbox-event.js'
export { type EventFilter, readEventsWithin, type TimeWindow } from './infrastructure/journey-reader.js'
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
