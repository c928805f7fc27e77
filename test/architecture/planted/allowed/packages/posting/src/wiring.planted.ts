import { useCase } from './application/use-case.planted.js'
import { store } from './infrastructure/command-store.planted.js'

export const wired = useCase(store)
