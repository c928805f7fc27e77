export { allEventTypes, type EventType, isEventType } from './event-type.js'
