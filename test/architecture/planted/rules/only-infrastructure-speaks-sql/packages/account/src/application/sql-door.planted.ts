import * as sqlDoor from '@plinth/db/sql'

export const door = sqlDoor
