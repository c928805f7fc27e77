export type { AuditEvent } from './domain/audit-event.js'
export { type AuditPage, listAuditEvents, recordAuditEvents } from './infrastructure/audit-store.js'
export {
  type AuditPlace,
  readAuditEventsCausedBy,
  readAuditEventsMadeWith,
  readAuditEventsWithoutEntry,
} from './infrastructure/journey-reader.js'
export { readKeysOfEntries } from './infrastructure/key-reader.js'
export {
  type AuditView,
  countAuditedActions,
  digestAuditEvents,
  readDigestedAuditEvents,
} from './infrastructure/verify-reader.js'
