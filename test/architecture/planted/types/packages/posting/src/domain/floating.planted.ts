// Refused: TS2365. Nor do they meet a number in arithmetic.
import { parseMinor } from '@plinth/kernel'

const minor = parseMinor('10.00', 2)
export const half = typeof minor === 'bigint' ? minor * 0.5 : minor
