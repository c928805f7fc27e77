import type { CommandType } from './command.js'

/**
 * A canonical request without the texts of its entry: the canonical request of the same command that never had any. What decides
 * is all still there. `plinth.without_texts` in the database says the same, and lets no other text go (ADR 0033).
 */
export function withoutTexts(request: string): string {
  const said = JSON.parse(request) as { readonly type: CommandType } & Record<string, unknown>
  switch (said.type) {
    case 'post':
    case 'capture_hold':
      return JSON.stringify(blank(said))
    case 'correct':
      return JSON.stringify({ ...said, posting: blank(said.posting as object) })
    case 'propose':
      return JSON.stringify({ ...said, proposed: withoutTexts(said.proposed as string) })
    case 'decide_proposal': {
      // The hash of a payload would let texts be tried out.
      const { payloadHash: _, ...rest } = said
      return JSON.stringify(rest)
    }
    default:
      return request
  }
}

/** In the order in which the members stood, which is that of their names. */
function blank(said: object): object {
  const left = Object.entries(said).filter(([name]) => !texts.has(name))
  return Object.fromEntries(left.map(([name, value]) => [name, name === 'metadata' ? {} : value]))
}

const texts: ReadonlySet<string> = new Set(['description', 'reference', 'endToEndId'])

/** Whether commands of a type state texts of the entry that they make. */
export const statesTexts = (type: string): boolean =>
  type === 'post' || type === 'capture_hold' || type === 'correct'
