export { assertBalanced } from './assert-balanced.js'
export type { EntryDraft, JournalEntry, PostingLine } from './journal-entry.js'
export { currentRendering, type RenderedEntry, renderEntry } from './render-entry.js'
