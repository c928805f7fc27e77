import { createHash } from 'node:crypto'
import { canonicalJson } from '@plinth/kernel'

/**
 * The idempotency key of a line that names none: the first 16 hexadecimal digits of the SHA-256 of what the line says, and
 * its number. The same file posts the same keys, so a second run replays; a line that was edited is another command. A line
 * that moved is another command too: lines are added at the end, or name their keys. A prefix makes the same file anew.
 */
export function keyOfLine(
  value: object,
  { lineNo, prefix }: { lineNo: number; prefix: string | undefined },
): string {
  const hash = createHash('sha256').update(canonicalJson(value)).digest('hex').slice(0, 16)
  return `${prefix === undefined ? '' : `${prefix}:`}${hash}:${lineNo}`
}

/** Longest key it makes, less the prefix: 16 digits, a colon, and a line number. */
export const keyPrefixLengthMax = 200
