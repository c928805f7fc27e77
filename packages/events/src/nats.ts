export { natsStreamOf, natsSubjectOf, openNatsSink } from './infrastructure/nats-sink.js'
