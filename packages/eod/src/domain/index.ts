export { isBusinessDay, isHolidayRegion, nextBusinessDate } from './business-calendar.js'
export { renderRun, renderRunReport } from './render-run.js'
export { renderYearEnd, type YearEndReport } from './render-year-end.js'
