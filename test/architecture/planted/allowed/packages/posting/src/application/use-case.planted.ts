import type { Tx } from '@plinth/db'
import { decide } from '../domain/borrowed.planted.js'

export const useCase = (store: unknown) => (tx: Tx) => [store, tx, decide()]
