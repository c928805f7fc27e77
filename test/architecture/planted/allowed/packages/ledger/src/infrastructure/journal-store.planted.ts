import * as door from '@plinth/db/sql'
import { sql } from 'kysely'

export const store = { door, one: sql`select 1` }
