import { isDeepStrictEqual } from 'node:util'
import { type Document, resolved, type Schema, type SchemaObject } from './document.js'

/** A schema, and the document its references lead into. */
export interface Side {
  readonly document: Document
  readonly schema: Schema
}

/**
 * Which way values travel. What a caller might send before must be taken after; what is answered after must be what a caller
 * might have been answered before. Both are one question (does whatever fits `given` fit `taken`?) with the sides changed.
 */
export type Travel = 'request' | 'response'

/** Where something stands, and what is wrong with it. */
export type Fault = string

interface Comparison {
  readonly travel: Travel
  readonly given: Side
  readonly taken: Side
  readonly at: string
  /** What is being compared further up: a schema that contains itself is compared once. */
  readonly open: readonly (readonly [Schema, Schema])[]
}

type Compared = Omit<Comparison, 'given' | 'taken'> & {
  readonly given: Side & { readonly schema: SchemaObject }
  readonly taken: Side & { readonly schema: SchemaObject }
}

/** Why a caller of `before` is not served by `after`; empty if it is. */
export function schemaFaults(
  travel: Travel,
  { before, after, at }: { before: Side; after: Side; at: string },
): Fault[] {
  const [given, taken] = travel === 'request' ? [before, after] : [after, before]
  return faultsOf({ travel, given, taken, at, open: [] })
}

function faultsOf(comparison: Comparison): Fault[] {
  const { given, taken, at, open } = comparison
  const pair = [itself(given), itself(taken)] as const
  if (open.some((each) => each[0] === pair[0] && each[1] === pair[1])) return []
  const [givenHere, takenHere] = [alternativesOf(given), alternativesOf(taken)]
  const deeper = { ...comparison, open: [...open, pair] }
  return givenHere.flatMap((one) => {
    if (one === false || takenHere.includes(true)) return []
    if (one === true) return takenHere.some(isAnything) ? [] : [`${at}: anything goes, on one side only`]
    const attempts = takenHere.map((other) =>
      typeof other === 'boolean'
        ? [`${at}: nothing fits here any more`]
        : objectFaults({
            ...deeper,
            given: { ...given, schema: one },
            taken: { ...taken, schema: other },
          }),
    )
    // The nearest alternative tells best what is wrong.
    return attempts.reduce((least, each) => (each.length < least.length ? each : least))
  })
}

const itself = ({ document, schema }: Side): Schema =>
  typeof schema === 'boolean' ? schema : resolved<SchemaObject>(document, schema)

const isAnything = (schema: Schema): boolean =>
  schema === true || (typeof schema === 'object' && Object.keys(schema).every(isAnnotation))

/**
 * The alternatives of `anyOf`, `oneOf` and a list of types, each by itself. That an alternative of `oneOf` must be the only
 * one that fits is not looked at: ours differ in a constant.
 */
function alternativesOf(side: Side): Schema[] {
  const { document } = side
  const schema = itself(side)
  if (typeof schema === 'boolean') return [schema]
  const { anyOf, oneOf, ...rest } = schema
  const inner = anyOf ?? oneOf
  if (inner === undefined) {
    const { type } = rest
    return Array.isArray(type) ? type.map((each: string) => ({ ...rest, type: each })) : [rest]
  }
  const { type, ...others } = rest
  if ((anyOf && oneOf) || !isAnything(others)) return [{ 'anyOf beside other rules': inner }]
  return inner
    .flatMap((each) => alternativesOf({ document, schema: each }))
    .map((each) => (type === undefined ? each : withType(each, type)))
}

/** The type stands beside the alternatives: each has it too. */
function withType(alternative: Schema, type: NonNullable<SchemaObject['type']>): Schema {
  if (typeof alternative === 'boolean') return alternative ? { type } : alternative
  return alternative.type === undefined || alternative.type === type
    ? { ...alternative, type }
    : { 'anyOf beside another type': type }
}

// What they say does not decide whether a value fits.
const annotations = ['title', 'description', 'example', 'examples', 'deprecated', '$comment']
const isAnnotation = (keyword: string): boolean => annotations.includes(keyword) || keyword.startsWith('x-')

const upperBounds = ['maximum', 'exclusiveMaximum', 'maxLength', 'maxItems', 'maxProperties']
const lowerBounds = ['minimum', 'exclusiveMinimum', 'minLength', 'minItems', 'minProperties']
// Two of them cannot be weighed against each other: they are the same, or one is not there.
const forms = ['pattern', 'format', 'multipleOf', 'uniqueItems']
const structure = ['type', 'enum', 'const', 'properties', 'required', 'additionalProperties', 'default']
const inside = ['items', 'propertyNames'] as const
const known = new Set([...upperBounds, ...lowerBounds, ...forms, ...structure, ...inside])

function objectFaults(compared: Compared): Fault[] {
  return [
    ...unknownFaults(compared),
    ...typeFaults(compared),
    ...valueFaults(compared),
    ...boundFaults(compared),
    ...defaultFaults(compared),
    ...inside.flatMap((keyword) => insideFaults(compared, keyword)),
    ...propertyFaults(compared),
    ...requiredFaults(compared),
    ...restFaults(compared),
  ]
}

/** What this check cannot weigh it refuses: passing it over in silence would be a promise nobody keeps. */
function unknownFaults({ given, taken, at }: Compared): Fault[] {
  const keywords = new Set([...Object.keys(given.schema), ...Object.keys(taken.schema)])
  return [...keywords]
    .filter((keyword) => !known.has(keyword) && !isAnnotation(keyword))
    .map((keyword) => `${at}: test/openapi/schema-faults.ts does not know \`${keyword}\`: teach it`)
}

function typeFaults(compared: Compared): Fault[] {
  const { given, taken, at } = compared
  const [from, to] = [given.schema.type, taken.schema.type]
  if (to === undefined || from === to || (from === 'integer' && to === 'number')) return []
  return [`${at}: the type ${wasAndIs(compared, 'type')}`]
}

function valuesOf(schema: SchemaObject): readonly unknown[] | undefined {
  return 'const' in schema ? [schema.const] : schema.enum
}

function valueFaults({ travel, given, taken, at }: Compared): Fault[] {
  const [from, to] = [valuesOf(given.schema), valuesOf(taken.schema)]
  if (to === undefined) return []
  if (from === undefined) return [`${at}: the values are listed on one side only`]
  // A new status or kind must be possible without a new version: callers are told to expect values they do not know.
  if (travel === 'response') return []
  const missing = from.filter((value) => !to.some((other) => isDeepStrictEqual(value, other)))
  return missing.map((value) => `${at}: the value ${JSON.stringify(value)} is not taken any more`)
}

function boundFaults(compared: Compared): Fault[] {
  const { given, taken, at } = compared
  const [from, to] = [given.schema, taken.schema]
  const isWithin = (keyword: string): boolean => {
    const [inner, outer] = [from[keyword], to[keyword]]
    if (typeof outer !== 'number' || typeof inner !== 'number') return outer === undefined
    return upperBounds.includes(keyword) ? inner <= outer : inner >= outer
  }
  const bounds = [...upperBounds, ...lowerBounds].filter((keyword) => !isWithin(keyword))
  const changed = forms.filter((keyword) => to[keyword] !== undefined && from[keyword] !== to[keyword])
  return [...bounds, ...changed].map((keyword) => `${at}: ${keyword} ${wasAndIs(compared, keyword)}`)
}

function wasAndIs({ travel, given, taken }: Compared, keyword: string): string {
  const [before, after] = travel === 'request' ? [given, taken] : [taken, given]
  const said = (value: unknown): string => (value === undefined ? 'not there' : JSON.stringify(value))
  return `was ${said(before.schema[keyword])} and is ${said(after.schema[keyword])}`
}

/** Whoever leaves a field out asks for what it then means. */
function defaultFaults(compared: Compared): Fault[] {
  const { travel, given, taken, at } = compared
  const [before, after] = [given.schema.default, taken.schema.default]
  if (travel === 'response' || before === undefined || isDeepStrictEqual(before, after)) return []
  return [`${at}: the default ${wasAndIs(compared, 'default')}`]
}

function insideFaults(compared: Compared, keyword: (typeof inside)[number]): Fault[] {
  const { given, taken, at } = compared
  const outer = taken.schema[keyword]
  if (outer === undefined) return []
  return faultsOf({
    ...compared,
    given: { ...given, schema: given.schema[keyword] ?? true },
    taken: { ...taken, schema: outer },
    at: keyword === 'items' ? `${at}[]` : `${at} (names)`,
  })
}

const restOf = ({ additionalProperties = true }: SchemaObject): Schema => additionalProperties

/** What fields that `taken` does not name may be. Whoever reads an answer is told to pass over what it does not know. */
function takenRest({ travel, taken }: Compared): Schema {
  const rest = restOf(taken.schema)
  return travel === 'response' && rest === false ? true : rest
}

function propertyFaults(compared: Compared): Fault[] {
  const { travel, given, taken, at } = compared
  const [from, to] = [given.schema.properties ?? {}, taken.schema.properties ?? {}]
  const rest = takenRest(compared)
  const compare = (name: string, inner: Schema, outer: Schema): Fault[] =>
    faultsOf({
      ...compared,
      given: { ...given, schema: inner },
      taken: { ...taken, schema: outer },
      at: `${at}.${name}`,
    })
  const shared = Object.entries(from).flatMap(([name, inner]) => {
    const outer = to[name] ?? rest
    return outer === false ? [`${at}.${name}: is refused as unknown now`] : compare(name, inner, outer)
  })
  const onlyTaken = Object.entries(to).flatMap(([name, outer]) => {
    if (name in from) return []
    // Even one that was not always there: whoever asked for it looks in vain.
    if (travel === 'response') return [`${at}.${name}: is not answered any more`]
    const inner = restOf(given.schema)
    return inner === false ? [] : compare(name, inner, outer)
  })
  return [...shared, ...onlyTaken]
}

function requiredFaults({ travel, given, taken, at }: Compared): Fault[] {
  const always = new Set(given.schema.required)
  const why = travel === 'request' ? 'is required now' : 'may be missing now'
  return (taken.schema.required ?? [])
    .filter((name) => !always.has(name) && (travel === 'request' || name in (given.schema.properties ?? {})))
    .map((name) => `${at}.${name}: ${why}`)
}

function restFaults(compared: Compared): Fault[] {
  const { given, taken, at } = compared
  const [inner, outer] = [restOf(given.schema), takenRest(compared)]
  if (inner === false || outer === true) return []
  if (outer === false) return [`${at}: unknown fields are refused now`]
  return faultsOf({
    ...compared,
    given: { ...given, schema: inner },
    taken: { ...taken, schema: outer },
    at: `${at}.*`,
  })
}
