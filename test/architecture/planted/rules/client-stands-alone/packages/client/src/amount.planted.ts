import type { AccountId } from '@plinth/kernel'

export type Amount = AccountId
