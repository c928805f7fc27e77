export { type EodDesk, openEodDesk } from './eod-desk.js'
export { type EventDesk, openEventDesk } from './event-desk.js'
export { createHttpApp, type HttpAppOptions } from './http-app.js'
export { type Listening, listen, PortTaken } from './listen.js'
