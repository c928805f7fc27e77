import { readBalance } from '../../../account/src/infrastructure/balance-store.support.js'

export const balance = readBalance()
