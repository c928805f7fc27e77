// Refused: TS2307. Nor does what was compiled stand open.
import { money } from '@plinth/kernel/dist/money.js'

export const amount = money
