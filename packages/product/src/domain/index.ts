export {
  type AccrualState,
  type Accrued,
  accrualFrom,
  accrueDay,
  type Capitalised,
  capitalise,
  type DayAccrual,
  endsPeriod,
  exactOf,
  exactText,
  fractionOf,
  grow,
  type InterestTerms,
  interestOfDay,
  interestTermsOf,
  roundedOf,
  type Slice,
  slicesOf,
} from './accrual.js'
export {
  type DayCount,
  dayCounts,
  fractionText,
  partsOfYear,
  yearParts,
  yearPartsOfDay,
} from './day-count.js'
export { type Catalogue, decideProduct, noProduct, type ProductChanged } from './decide-product.js'
export { type FeeTerms, feesDueOn, feesOf, valueDateBehind } from './fees.js'
export { checksumOf, parametersText, productCodePattern, shownStatuses, versionInForce } from './product.js'
export {
  capitalisations,
  feeFrequencies,
  glTypesOf,
  roundings,
} from './product-parameters.js'
export { renderProduct, renderProductVersion } from './render-product.js'
export { renderSimulation } from './render-simulation.js'
export {
  type Simulation,
  type SimulationRequest,
  type StatedBalance,
  simulate,
} from './simulate.js'
export {
  type CapturedTerms,
  captureTerms,
  type Eligibility,
  isMeasure,
  laterTerms,
  type StatedTerms,
} from './terms.js'
