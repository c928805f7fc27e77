import type * as http from '@plinth/http'

export type Http = typeof http
