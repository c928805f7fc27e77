import { Decimal } from 'decimal.js'

export const rate = new Decimal('0.035')
