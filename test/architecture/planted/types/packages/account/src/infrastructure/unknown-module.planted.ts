// Refused: TS2345. A door opens on a schema that exists.
import { sqlDoor } from '@plinth/db/sql'

export const door = sqlDoor<Record<string, never>>('treasury')
