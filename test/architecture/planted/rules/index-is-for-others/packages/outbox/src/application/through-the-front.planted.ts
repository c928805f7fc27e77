import type * as own from '../index.js'

export type Own = typeof own
