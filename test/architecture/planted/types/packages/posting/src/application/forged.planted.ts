// Refused: TS2741. Nobody but the database makes one.
import type { Tx } from '@plinth/db'

export const tx: Tx = {}
