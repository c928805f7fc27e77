import { readRate } from '../infrastructure/rate-store.support.js'

export const rate = readRate()
