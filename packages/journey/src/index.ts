export { type JourneyPage, type PlacedStep, readJourney } from './application/read-journey.js'
export { type ResolvedId, resolveId } from './application/resolve-id.js'
export { type Cause, type FoundAs, foundAs, type JourneyStep, type Standing } from './domain/journey.js'
