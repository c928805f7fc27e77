import { linesMax, metadataKeysMax } from './command-schemas.js'
import { type FieldError, fieldError } from './malformed.js'

/** Lists that are too long to be worth looking into: a megabyte of lines is refused for its length alone. */
export function oversized(value: unknown): FieldError | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  const { lines, metadata } = value as { lines?: unknown; metadata?: unknown }
  if (Array.isArray(lines) && lines.length > linesMax) return fieldError(['lines'], 'too_many_lines')
  if (typeof metadata !== 'object' || metadata === null) return undefined
  return Object.keys(metadata).length > metadataKeysMax
    ? fieldError(['metadata'], 'too_long', `Metadata have at most ${metadataKeysMax} names.`)
    : undefined
}
