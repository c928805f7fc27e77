// Refused: TS2322. Text becomes an id by being parsed.
import type { AccountId } from '@plinth/kernel'

export const account: AccountId = 'cash'
