export interface DecisionRecord {
  /** The file's name in adr/. */
  readonly name: string
  readonly text: string
}

const parts = ['Status', 'Context', 'Decision', 'Consequences']

/** What an architecture decision record lacks: a number, its four parts, or what enforces it. */
export function faultsOfRecord({ name, text }: DecisionRecord): string[] {
  const faults: string[] = []
  if (!/^\d{4}-[a-z0-9]+(-[a-z0-9]+)*\.md$/.test(name)) faults.push(`adr/${name} is not named NNNN-slug.md`)
  for (const part of parts) {
    if (sectionOf(text, part) === '') faults.push(`adr/${name} says nothing under ${part}`)
  }
  if (sectionOf(text, 'Enforced by') === '' && sectionOf(text, 'Enforcement') === '') {
    faults.push(`adr/${name} does not say what enforces it`)
  }
  return faults
}

/** The text of `## Part`, or of a line `Part: …`, with or without bold type; empty when there is none. */
function sectionOf(text: string, part: string): string {
  const line = new RegExp(`^[-*\\s]*${part}(?:\\*\\*)?:(?:\\*\\*)?(.+)$`, 'im').exec(text)
  if (line !== null) return (line[1] ?? '').trim()
  const [, after] = text.split(new RegExp(`^#{2,3} ${part}\\s*$`, 'im'))
  return (after ?? '').split(/^#{1,3} /m)[0]?.trim() ?? ''
}

/** Two records with one number: a reference to it would be ambiguous. */
export function sharedNumbers(names: readonly string[]): string[] {
  const numbers = names.map((name) => name.slice(0, 4))
  return [...new Set(numbers.filter((number, index) => numbers.indexOf(number) !== index))].map(
    (number) => `adr/${number} is taken twice`,
  )
}
