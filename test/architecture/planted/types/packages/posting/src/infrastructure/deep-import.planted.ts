// Refused: TS2307. The exports map has no such door.
import { money } from '@plinth/kernel/src/money.js'

export const amount = money
