export {
  type BaseTotals,
  type InBase,
  inBase,
  type RatesOfDay,
  type RowInCurrency,
  renderBaseNet,
  renderBaseTotals,
} from './base-totals.js'
export { baseValueOf } from './base-value.js'
export type { WantedRate } from './decide-rate.js'
export { counterValueAccount, positionAccount } from './position.js'
export { parseRate, type Rate, type RateKey, rateStatuses, renderRate } from './rate.js'
