import type { Tx } from '@plinth/db'

export type Stored = (tx: Tx) => Promise<void>
