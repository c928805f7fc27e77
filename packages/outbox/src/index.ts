export type { Consumer, Lease } from './domain/consumer.js'
export { allEventTypes, type EventType, isEventType } from './domain/event-type.js'
export type { OutboxEvent } from './domain/outbox-event.js'
export {
  advanceConsumer,
  claimConsumer,
  consumerTopic,
  listConsumers,
  readConsumer,
  releaseConsumer,
  renewLease,
} from './infrastructure/consumer-store.js'
export { eraseToldPayloads } from './infrastructure/erasure-store.js'
export {
  type EventPage,
  type EventQuestion,
  readEventsAfter,
  readEventsAt,
  readLastPosition,
} from './infrastructure/event-reader.js'
export { type EventFilter, readEventsWithin, type TimeWindow } from './infrastructure/journey-reader.js'
export { enqueueEvents, eventTopic } from './infrastructure/outbox-store.js'
export {
  checkPositions,
  countEventsOfTypes,
  digestEvents,
  type EventView,
  type PositionCheck,
  readDigestedEvents,
  type ToldOf,
} from './infrastructure/verify-reader.js'
