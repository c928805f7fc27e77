import type { ExplainedRejection } from '@plinth/posting'
import { printParagraph } from './paragraph.js'

/** A rejection for people: what was asked, what was found, and what would have had to hold. */
export function printRejection(explained: ExplainedRejection): void {
  const { idempotencyKey, type, code, detail, facts, precedence, settings } = explained
  console.log(`Key ${idempotencyKey}: ${type}, rejected with ${code}`)
  const version = settings === null ? '' : `, settings version ${settings.version}`
  printParagraph(
    'decided   ',
    `at ${explained.decidedAt} on business date ${explained.businessDate}${version}`,
  )
  askedOf(explained.request).forEach((line, at) => {
    printParagraph(at === 0 ? 'asked     ' : '          ', line)
  })
  printParagraph('answered  ', detail)
  const found = Object.entries(facts).map(([name, value]) => `${name} ${value}`)
  if (found.length > 0) printParagraph('facts     ', found.join(', '))
  const { place, of } = precedence
  const before = place === 1 ? '' : 'nothing that stands before it spoke against the command; '
  printParagraph(
    'rule      ',
    `${code}, ${place} of ${of} in the contract's order: ${before}what stands behind it was not reached`,
  )
  printParagraph('needed    ', `that ${explained.required}`)
  console.log(`trace     ${explained.correlationId}`)
}

interface Line {
  readonly side: string
  readonly accountId: string
  readonly amount: string | { readonly upTo: string }
  readonly currency: string
}

/** The lines of a posting one by one, and every other member that says something. */
function askedOf(request: unknown): string[] {
  const { type: _, lines, posting, ...others } = request as Readonly<Record<string, unknown>>
  const inner = posting === undefined ? [] : askedOf(posting)
  const moved = Array.isArray(lines) ? (lines as Line[]).map(lineText) : []
  const said = Object.entries(others)
    .filter(([, value]) => value !== null && JSON.stringify(value) !== '{}')
    .map(([name, value]) => `${name} ${typeof value === 'string' ? value : JSON.stringify(value)}`)
  return [...moved, ...inner, ...said]
}

function lineText(line: Line): string {
  const { side, accountId, amount, currency } = line
  const size = typeof amount === 'string' ? amount : `up to ${amount.upTo}`
  return side === undefined ? JSON.stringify(line) : `${side} ${accountId} ${size} ${currency}`
}
