export { isBusinessDay, isHolidayRegion, nextBusinessDate } from './business-calendar.js'
