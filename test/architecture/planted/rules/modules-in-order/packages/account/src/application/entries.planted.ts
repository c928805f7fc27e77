import type * as ledger from '@plinth/ledger'

export type Ledger = typeof ledger
