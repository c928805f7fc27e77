import type { Kysely } from 'kysely'

export type Books = Kysely<unknown>
