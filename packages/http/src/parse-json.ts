import { isAscii, isUtf8 } from 'node:buffer'
import { membersIn, membersNamed } from '@plinth/kernel'
import { type Malformed, malformed } from './malformed.js'

// Contract §3.
const depthMax = 20

const forbiddenNames = new Set(['__proto__', 'constructor', 'prototype'])

/**
 * JSON as a bank takes it: one value, well-formed UTF-8, no name twice, nothing that two readers could understand in two
 * ways. JSON.parse does the work; a value with fewer members than its text names had a name twice.
 */
export function parseJson(bytes: Buffer): { readonly value: unknown } | Malformed {
  const ascii = isAscii(bytes)
  if (!ascii && !isUtf8(bytes)) return malformed('malformed_json', 'The body is not UTF-8.')
  if (bytes.length === 0) return malformed('malformed_json', 'The body is empty.')
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) {
    return malformed('malformed_json', 'The body begins with a byte order mark.')
  }
  const named = membersNamed(bytes, depthMax)
  if (named === undefined) return malformed('malformed_json', `The body is nested deeper than ${depthMax}.`)
  const text = bytes.toString(ascii ? 'latin1' : 'utf8')
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return malformed('malformed_json', 'The body is not JSON.')
  }
  if (membersIn(value) !== named) return malformed('malformed_json', 'An object has a member name twice.')
  const fault = mayHide(text) ? faultOfContent(value) : undefined
  return fault === undefined ? { value } : malformed('malformed_json', fault)
}

/** Whether the text can hold what only an escape or one of the forbidden names brings in: nearly always not. */
const mayHide = (text: string): boolean =>
  text.includes('\\u') ||
  text.includes('__proto__') ||
  text.includes('constructor') ||
  text.includes('prototype')

function faultOfContent(value: unknown): string | undefined {
  if (typeof value === 'string') return faultOfText(value)
  if (typeof value !== 'object' || value === null) return undefined
  for (const name of Object.keys(value)) {
    if (!Array.isArray(value) && forbiddenNames.has(name)) return `A member may not be named ${name}.`
    const fault = faultOfText(name) ?? faultOfContent((value as Record<string, unknown>)[name])
    if (fault !== undefined) return fault
  }
  return undefined
}

const loneSurrogate = /\p{Cs}/u

/** What is wrong with a text as text: characters that neither UTF-8 nor PostgreSQL can hold. */
function faultOfText(text: string): string | undefined {
  if (text.includes('\0')) return 'A text may not contain the character NUL.'
  return loneSurrogate.test(text) ? 'A text contains half of a surrogate pair.' : undefined
}

export const isWellFormed = (text: string): boolean => faultOfText(text) === undefined
