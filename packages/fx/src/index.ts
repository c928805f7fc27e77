import { readRatesOfDayWith } from './application/base-rates.js'
import { decideRatesWith, submitRatesWith } from './application/decide-rates.js'
import { openPositions } from './application/open-positions.js'
import { revaluePositionsWith } from './application/revalue.js'
import { readUnvaluedWith } from './application/unvalued-positions.js'
import { verifyPositionsWith } from './application/verify-positions.js'
import { rateStore } from './infrastructure/rate-store.js'
import { revaluationStore } from './infrastructure/revaluation-store.js'

export type { DecidedRates } from './application/decide-rates.js'
export type { RateFilter } from './application/ports.js'
export { FxRefused } from './application/post-in-books.js'
export { listPositions, type RevaluationRun, readPositionAccounts } from './application/revalue.js'

/** See submitRatesWith. */
export const submitRates = submitRatesWith(rateStore)
/** See decideRatesWith. */
export const decideRates = decideRatesWith(rateStore, openPositions)
/** Every version of every rate, by day, currency and version. */
export const listRates = rateStore.listRates
/** These versions of rates; one that is not there is left out. */
export const readRates = rateStore.readRates
/** See readRatesOfDayWith. */
export const readRatesOfDay = readRatesOfDayWith(rateStore)
/** See revaluePositionsWith. */
export const revaluePositions = revaluePositionsWith(rateStore, revaluationStore)
/** See readUnvaluedWith. */
export const readUnvalued = readUnvaluedWith(revaluationStore)
/** See verifyPositionsWith. */
export const verifyPositions = verifyPositionsWith(rateStore, revaluationStore)
