import * as rules from '@plinth/account/domain'
import * as kernel from '@plinth/kernel'
import type * as ledger from '@plinth/ledger'

export type Ledger = typeof ledger
export const decide = () => [rules, kernel]
