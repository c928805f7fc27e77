/** Which types of events are asked for. Both empty: none. */
export interface TypeFilter {
  readonly exact: readonly string[]
  /** What a type begins with. */
  readonly prefixes: readonly string[]
}
