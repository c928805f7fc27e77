// Refused: TS2345. Amounts are bigint from parsing to printing.
import { formatMinor } from '@plinth/kernel'

export const printed = formatMinor(1_000, 2)
