export { type IdempotencyHit, secondsSince, silent, type Telemetry } from './telemetry.js'
export { type Span, type SpanFacts, type SpanOptions, spanning, type Tracing, traced } from './tracing.js'
