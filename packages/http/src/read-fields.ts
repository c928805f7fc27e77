import type { z } from 'zod'
import {
  errorsMax,
  type FieldError,
  type FieldErrorCode,
  fieldError,
  fieldErrorCodes,
  type Malformed,
  malformedFields,
} from './malformed.js'

const codes = new Set<string>(fieldErrorCodes)

/** What a schema finds wrong with a value, each fault with its code and its place. */
export function faultsBySchema(error: z.ZodError, value: unknown): PlacedError[] {
  return error.issues.flatMap((issue) => {
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.slice(0, errorsMax).map((key) => placed([...issue.path, key], 'unknown_field'))
    }
    if (issue.code === 'invalid_key') {
      const [first] = issue.issues
      return [placed(issue.path, codeOf(first?.message))]
    }
    if (isAbsent(value, issue.path)) return [placed(issue.path, 'required')]
    return [placed(issue.path, codeOf(issue.message), choicesOf(issue))]
  })
}

/** All that a schema finds wrong with a body or query, as it is refused. */
export const malformedBySchema = (error: z.ZodError, value: unknown): Malformed =>
  malformedFields(faultsBySchema(error, value).map((fault) => fault.error))

/** A fault that still knows its path, by which faults are put into the order of the document. */
export interface PlacedError {
  readonly path: readonly PropertyKey[]
  readonly error: FieldError
}

export const placed = (
  path: readonly PropertyKey[],
  code: FieldErrorCode,
  detail?: string | undefined,
): PlacedError => ({
  path,
  error: detail === undefined ? fieldError(path, code) : fieldError(path, code, detail),
})

/** Faults in the order in which a reader of the document meets their places; what is missing comes after what is there. */
export function inDocumentOrder(faults: readonly PlacedError[], value: unknown): FieldError[] {
  const orders = new Map<object, Map<string, number>>()
  const placeIn = (container: unknown, token: PropertyKey): number => {
    if (typeof container !== 'object' || container === null) return 0
    if (Array.isArray(container)) return token as number
    let order = orders.get(container)
    if (order === undefined) {
      order = new Map(Object.keys(container).map((name, index) => [name, index]))
      orders.set(container, order)
    }
    return order.get(String(token)) ?? order.size
  }
  const keyed = faults.map(({ path, error }) => {
    const places: number[] = []
    let at = value
    for (const token of path) {
      places.push(placeIn(at, token))
      at = (at as Record<PropertyKey, unknown> | undefined)?.[token]
    }
    return { places, error }
  })
  return keyed.sort((a, b) => comparePlaces(a.places, b.places)).map(({ error }) => error)
}

function comparePlaces(left: readonly number[], right: readonly number[]): number {
  for (let index = 0; index < Math.min(left.length, right.length); index += 1) {
    const difference = (left[index] as number) - (right[index] as number)
    if (difference !== 0) return difference
  }
  return left.length - right.length
}

function codeOf(message: string | undefined): FieldErrorCode {
  return message !== undefined && codes.has(message) ? (message as FieldErrorCode) : 'wrong_type'
}

function isAbsent(value: unknown, path: readonly PropertyKey[]): boolean {
  let at = value
  for (const token of path) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, token)) return true
    at = (at as Record<PropertyKey, unknown>)[token]
  }
  return at === undefined
}

function choicesOf(issue: z.core.$ZodIssue): string | undefined {
  if (issue.code !== 'invalid_value') return undefined
  return `The value is one of ${issue.values.join(', ')}.`
}
