import * as account from '@plinth/account'

export const names = Object.keys(account)
