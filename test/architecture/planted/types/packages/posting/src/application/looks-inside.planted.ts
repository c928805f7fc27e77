// Refused: TS2339. A transaction is passed on, not looked into.
import type { Tx } from '@plinth/db'

export const client = (tx: Tx) => tx.client
