import type { Egg } from './egg.planted.js'

export interface Hen {
  readonly lays: Egg
}
