/** A series as an expression names it, and the labels that it is matched or grouped by. */
export interface Named {
  readonly metric: string
  readonly labels: ReadonlySet<string>
  /** Labels that must have exactly this value. */
  readonly values: readonly (readonly [label: string, value: string])[]
}

const ours = /\b((?:plinth|process|nodejs)_[a-z0-9_]+)(\{[^}]*\})?/g
const matcher = /([a-z_]+)(=~|!~|!=|=)"([^"]*)"/g
const grouping = /\b(?:by|on|without)\s*\(([^)]*)\)/g

/**
 * The series of ours that a PromQL expression names, with the labels of their matchers; what the expression groups by is asked of
 * each of them, for a label that none has groups everything into one.
 */
export function namedIn(expression: string): Named[] {
  // A recorded series has colons in its name and is named by its rule.
  const grouped = [...expression.matchAll(grouping)].flatMap(([, list = '']) =>
    list.split(',').map((label) => label.trim()),
  )
  return [...expression.replace(/\b[a-z_]+:[a-z0-9_:]+/g, '').matchAll(ours)].map(
    ([, metric = '', braces = '']) => {
      const matched = [...braces.matchAll(matcher)]
      return {
        metric,
        labels: new Set([
          ...matched.map(([, label = '']) => label),
          ...grouped.filter((label) => label !== ''),
        ]),
        values: matched.flatMap(([, label = '', operator, value = '']) =>
          operator === '=' ? [[label, value] as const] : [],
        ),
      }
    },
  )
}

/** What a scrape tells: of each series all labels, with the values that were seen. A metric without samples has no labels. */
export function seriesIn(text: string): Map<string, Map<string, Set<string>>> {
  const series = new Map<string, Map<string, Set<string>>>()
  for (const line of text.split('\n')) {
    const declared = /^# TYPE (\S+) /.exec(line)?.[1]
    if (declared !== undefined && !series.has(declared)) series.set(declared, new Map())
    const sample = /^([a-z_][a-z0-9_]*)(?:\{(.*)\})? /.exec(line)
    if (sample === null) continue
    const [, name = '', labels = ''] = sample
    const known = series.get(name) ?? new Map<string, Set<string>>()
    series.set(name, known)
    for (const [, label = '', value = ''] of labels.matchAll(/([a-z_]+)="((?:[^"\\]|\\.)*)"/g))
      known.set(label, (known.get(label) ?? new Set()).add(value))
  }
  return series
}
