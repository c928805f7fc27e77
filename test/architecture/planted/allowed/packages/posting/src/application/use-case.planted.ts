import type { Tx } from '@plinth/db'
import type { Logger } from 'pino'
import { decide } from '../domain/borrowed.planted.js'

export const useCase = (store: unknown) => (tx: Tx, log: Logger) => [store, tx, log, decide()]
