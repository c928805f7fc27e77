import type { Store } from '../infrastructure/event-store.support.js'

export const append = (store: Store) => store.append()
