export { isBusinessDay, isHolidayRegion, nextBusinessDate } from './business-calendar.js'
export { renderRun, renderRunReport } from './render-run.js'
