/** A fault: something that cannot happen has happened. Carries its facts; never caught below the edge. */
export class InvariantViolation extends Error {
  override readonly name = 'InvariantViolation'
  constructor(
    readonly rule: string,
    readonly facts: Readonly<Record<string, unknown>>,
  ) {
    super(`${rule} (${describe(facts)})`)
  }
}

/** Throws {@link InvariantViolation} unless `condition` holds. One fact per call, stated as the rule that must be true. */
export function invariant(
  condition: unknown,
  rule: string,
  facts: Readonly<Record<string, unknown>> = {},
): asserts condition {
  if (!condition) throw new InvariantViolation(rule, facts)
}

/** Exhausts a union: a call that compiles is a case that was forgotten. */
export function unreachable(value: never, rule = 'every case is handled'): never {
  throw new InvariantViolation(rule, { value })
}

function describe(facts: Readonly<Record<string, unknown>>): string {
  return Object.entries(facts)
    .map(([name, value]) => `${name}=${typeof value === 'string' ? value : String(value)}`)
    .join(', ')
}
