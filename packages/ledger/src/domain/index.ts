export { assertBalanced } from './assert-balanced.js'
export {
  type EntryDraft,
  type JournalEntry,
  numbered,
  type PostingLine,
  periodOfEntry,
} from './journal-entry.js'
export { currentRendering, type RenderedEntry, renderEntry } from './render-entry.js'
export { renderExplainedBalance } from './render-explained-balance.js'
export { type TurnoverMark, type Turnovers, turnoverMarks } from './turnover-marks.js'
