export { renderEvents } from './application/render-events.js'
export { type CloudEvent, schemaNameOf } from './domain/cloud-event.js'
