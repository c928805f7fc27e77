import * as door from '@plinth/db/sql'

export const store = { door }
