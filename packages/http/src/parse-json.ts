import { isAscii, isUtf8 } from 'node:buffer'
import { type Malformed, malformed } from './malformed.js'

// Contract §3.
const depthMax = 20

const forbiddenNames = new Set(['__proto__', 'constructor', 'prototype'])

/**
 * JSON as a bank takes it: one value, well-formed UTF-8, no name twice, nothing that two readers could understand in two
 * ways. JSON.parse does the work; one pass over the bytes counts the colons, and an object tree with fewer names than the
 * text has colons had a name twice.
 */
export function parseJson(bytes: Buffer): { readonly value: unknown } | Malformed {
  const ascii = isAscii(bytes)
  if (!ascii && !isUtf8(bytes)) return malformed('malformed_json', 'The body is not UTF-8.')
  if (bytes.length === 0) return malformed('malformed_json', 'The body is empty.')
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) {
    return malformed('malformed_json', 'The body begins with a byte order mark.')
  }
  const colons = countColons(bytes)
  if (colons === undefined) return malformed('malformed_json', `The body is nested deeper than ${depthMax}.`)
  const text = bytes.toString(ascii ? 'latin1' : 'utf8')
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return malformed('malformed_json', 'The body is not JSON.')
  }
  if (countNames(value) !== colons) return malformed('malformed_json', 'An object has a member name twice.')
  const fault = mayHide(text) ? faultOfContent(value) : undefined
  return fault === undefined ? { value } : malformed('malformed_json', fault)
}

/** Colons outside strings; undefined where arrays and objects are nested too deep, before anything recurses into them. */
function countColons(bytes: Buffer): number | undefined {
  let colons = 0
  let depth = 0
  for (let at = 0; at < bytes.length; at += 1) {
    switch (bytes[at]) {
      case 0x22:
        for (at += 1; at < bytes.length && bytes[at] !== 0x22; at += 1) if (bytes[at] === 0x5c) at += 1
        break
      case 0x3a:
        colons += 1
        break
      case 0x5b:
      case 0x7b:
        depth += 1
        if (depth > depthMax) return undefined
        break
      case 0x5d:
      case 0x7d:
        depth -= 1
        break
      default:
    }
  }
  return colons
}

function countNames(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0
  let names = 0
  if (Array.isArray(value)) {
    for (const item of value) if (typeof item === 'object') names += countNames(item)
    return names
  }
  // What JSON.parse makes has no inherited enumerable members.
  for (const name in value) {
    names += 1
    const member = (value as Record<string, unknown>)[name]
    if (typeof member === 'object') names += countNames(member)
  }
  return names
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
export function faultOfText(text: string): string | undefined {
  if (text.includes('\0')) return 'A text may not contain the character NUL.'
  return loneSurrogate.test(text) ? 'A text contains half of a surrogate pair.' : undefined
}
