export {
  decideCapture,
  decideExpiry,
  decideExtend,
  decideReduce,
  decideRelease,
  type Hold,
  type HoldChange,
  type HoldId,
  holdStatuses,
  parseHoldId,
} from './hold.js'
export { renderHold } from './render-hold.js'
