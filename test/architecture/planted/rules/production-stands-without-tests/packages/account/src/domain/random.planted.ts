import fc from 'fast-check'

export const anyBalance = fc.bigInt()
