import type { Hen } from './hen.support.js'

export interface Egg {
  readonly laidBy: Hen
}
