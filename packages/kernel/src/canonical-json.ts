/** What JSON can say. Amounts are strings in it, never numbers. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json }

/** One text per value: members sorted by code unit, no white space, undefined members left out. */
export function canonicalJson(value: unknown): string {
  if (typeof value === 'string') return quoted(value)
  if (value === null || typeof value !== 'object') return JSON.stringify(value)
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`
  let members = ''
  for (const name of inOrder(Object.keys(value))) {
    const member = (value as Record<string, unknown>)[name]
    if (member === undefined) continue
    members += `${members === '' ? '' : ','}${quoted(name)}:${canonicalJson(member)}`
  }
  return `{${members}}`
}

// Evidence and replays hash millions of short texts: most need no escaping, and many objects have their members in order.
const escaped = /[^ !#-[\]-\ud7ff\ue000-\uffff]/
const quoted = (text: string): string => (escaped.test(text) ? JSON.stringify(text) : `"${text}"`)

function inOrder(names: string[]): string[] {
  for (let at = 1; at < names.length; at += 1)
    if ((names[at - 1] as string) > (names[at] as string)) return names.sort()
  return names
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
