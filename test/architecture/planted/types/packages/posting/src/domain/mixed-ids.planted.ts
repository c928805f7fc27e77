// Refused: TS2322. An entry is not an account, though both are text.
import type { AccountId, EntryId } from '@plinth/kernel'

export const asAccount = (entryId: EntryId): AccountId => entryId
