import type { Malformed } from '@plinth/http'

/** What the engine takes into one transaction. */
export const commandsPerPart = 1_000

/** A line of the file that should be a command: what it says, or why nobody can tell. */
export interface FileLine {
  /** Counted from 1, as editors do; of a record over several lines, the last one. */
  readonly lineNo: number
  /** The line as it stands in the file. */
  original(): string
  readonly read: { readonly value: unknown } | Malformed
  /** Bytes of the file up to and including this line. */
  readonly bytesRead: number
}

export const malformedLine = (code: 'malformed_json' | 'malformed_request', detail: string): Malformed => ({
  kind: 'malformed',
  status: 400,
  code,
  detail,
  errors: [],
})
