import { existsSync, readFileSync } from 'node:fs'
import { parseVerifier, type Verifier } from '@plinth/evidence/domain'
import { InvalidArgumentError } from 'commander'

/** Of an option that may be given again: a verifier key, or a file with one or more, one a line. */
export function parseKeys(text: string, before: readonly Verifier[] = []): readonly Verifier[] {
  const lines = (existsSync(text) ? readFileSync(text, 'utf8') : text)
    .split('\n')
    .filter((line) => line.trim())
  const keys = lines.map(parseVerifier)
  if (keys.length === 0 || keys.includes(undefined))
    throw new InvalidArgumentError(
      'A key is name+id+key, as `plinth proof key` prints it, or a file of such lines.',
    )
  return [...before, ...(keys as Verifier[])]
}
