import type { Tx } from '@plinth/db'

export type Decide = (tx: Tx) => Promise<void>
