/** What JSON can say. Amounts are strings in it, never numbers. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json }

/** One text per value: members sorted by code unit, no white space, undefined members left out. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`
  if (value === null || typeof value !== 'object') return JSON.stringify(value)
  const members: string[] = []
  for (const name of Object.keys(value).sort()) {
    const member = (value as Record<string, unknown>)[name]
    if (member !== undefined) members.push(`${JSON.stringify(name)}:${canonicalJson(member)}`)
  }
  return `{${members.join(',')}}`
}

/**
 * The JSON Pointer (RFC 6901) of the first place, in canonical order, where two values differ; undefined if they are equal.
 * A member that only one of them has differs at that member.
 */
export function firstDifference(
  left: Json | undefined,
  right: Json | undefined,
  at = '',
): string | undefined {
  if (left === right) return undefined
  if (!isContainer(left) || !isContainer(right) || Array.isArray(left) !== Array.isArray(right)) return at
  const lefts = left as Readonly<Record<string, Json>>
  const rights = right as Readonly<Record<string, Json>>
  const names = Array.isArray(left)
    ? Array.from({ length: Math.max(left.length, (right as readonly Json[]).length) }, (_, index) =>
        String(index),
      )
    : [...new Set([...Object.keys(lefts), ...Object.keys(rights)])].sort()
  for (const name of names) {
    const found = firstDifference(lefts[name], rights[name], `${at}/${escapePointer(name)}`)
    if (found !== undefined) return found
  }
  return undefined
}

/** One reference token of a JSON Pointer. */
export const escapePointer = (token: string): string => token.replaceAll('~', '~0').replaceAll('/', '~1')

const isContainer = (value: unknown): value is object => typeof value === 'object' && value !== null
