import { isDeepStrictEqual } from 'node:util'
import {
  type Body,
  type Document,
  type Header,
  methods,
  type Operation,
  type Parameter,
  type PathItem,
  type Referable,
  type Requirement,
  type Response,
  resolved,
  type Schema,
  type SchemaObject,
} from './document.js'
import { type Fault, schemaFaults, type Travel } from './schema-faults.js'

interface Change<Thing> {
  readonly before: Side<Thing>
  readonly after: Side<Thing>
  readonly at: string
}

interface Side<Thing> {
  readonly document: Document
  readonly it: Thing
}

/**
 * What in `after` breaks a program that was written for `before`, as sentences; nothing if the major version was raised, which
 * is how a break is declared.
 */
export function incompatibleChanges(before: Document, after: Document): Fault[] {
  if (majorOf(after) > majorOf(before)) return []
  const urlsNow = after.servers?.map(({ url }) => url) ?? []
  return [
    ...(before.servers ?? [])
      .filter(({ url }) => !urlsNow.includes(url))
      .map(({ url }) => `the server ${url} is gone`),
    ...schemeFaults(before, after),
    ...Object.entries(before.paths ?? {}).flatMap(([path, item]) =>
      pathFaults({ path, item, before, after }),
    ),
  ]
}

const majorOf = ({ info }: Document): number => Number.parseInt(info?.version ?? '0', 10)

function schemeFaults(before: Document, after: Document): Fault[] {
  const now = after.components?.securitySchemes ?? {}
  return Object.entries(before.components?.securitySchemes ?? {})
    .filter(([name, { description: _, ...scheme }]) => {
      const { description: __, ...schemeNow } = now[name] ?? {}
      return !isDeepStrictEqual(scheme, schemeNow)
    })
    .map(([name]) => `the security scheme ${name} is another one`)
}

function pathFaults({
  path,
  item,
  before,
  after,
}: {
  path: string
  item: PathItem
  before: Document
  after: Document
}): Fault[] {
  const itemNow = after.paths?.[path]
  if (itemNow === undefined) return [`${path}: the path is gone`]
  return methods.flatMap((method) => {
    const [operation, operationNow] = [item[method], itemNow[method]]
    const at = `${method.toUpperCase()} ${path}`
    if (operation === undefined) return []
    if (operationNow === undefined) return [`${at}: the method is gone`]
    return operationFaults({
      before: { document: before, it: withShared(operation, item) },
      after: { document: after, it: withShared(operationNow, itemNow) },
      at,
    })
  })
}

/** Parameters of a path are parameters of each of its methods. */
const withShared = (operation: Operation, { parameters = [] }: PathItem): Operation => ({
  ...operation,
  parameters: [...parameters, ...(operation.parameters ?? [])],
})

const operationFaults = (change: Change<Operation>): Fault[] => [
  ...parameterFaults(change),
  ...requestBodyFaults(change),
  ...responseFaults(change),
  ...securityFaults(change),
]

function parameterFaults({ before, after, at }: Change<Operation>): Fault[] {
  const [given, taken] = [parametersOf(before), parametersOf(after)]
  const changed = [...given].flatMap(([key, it]) => {
    const itNow = taken.get(key)
    if (itNow === undefined) return [`${at}: the ${key} is gone`]
    return headerFaults('request', {
      before: { ...before, it },
      after: { ...after, it: itNow },
      at: `${at}: ${key}`,
    })
  })
  const demanded = [...taken].filter(([key, { required }]) => required && !given.get(key)?.required)
  return [...changed, ...demanded.map(([key]) => `${at}: the ${key} is required now`)]
}

function parametersOf({ document, it }: Side<Operation>): Map<string, Parameter> {
  const parameters = (it.parameters ?? []).map((each) => resolved<Parameter>(document, each))
  // Names of headers are the same in capitals.
  const nameOf = (each: Parameter): string => (each.in === 'header' ? each.name.toLowerCase() : each.name)
  return new Map(parameters.map((each) => [`${each.in} parameter ${nameOf(each)}`, each]))
}

function headerFaults(travel: Travel, { before, after, at }: Change<Header>): Fault[] {
  const writing = ({ style, explode, content }: Header): unknown[] => [style, explode, content]
  if (!isDeepStrictEqual(writing(before.it), writing(after.it))) return [`${at}: is written in another way`]
  return schemaFaults(travel, {
    before: { document: before.document, schema: before.it.schema ?? true },
    after: { document: after.document, schema: after.it.schema ?? true },
    at,
  })
}

function requestBodyFaults({ before, after, at }: Change<Operation>): Fault[] {
  const [body, bodyNow] = [before, after].map(
    ({ document, it }) => it.requestBody && resolved(document, it.requestBody),
  )
  const demanded = bodyNow?.required && !body?.required ? [`${at}: a body is required now`] : []
  if (body === undefined) return demanded
  if (bodyNow === undefined) return [`${at}: the body is gone`]
  const content = contentFaults('request', {
    before: { ...before, it: body },
    after: { ...after, it: bodyNow },
    at: `${at}: body`,
  })
  return [...demanded, ...content]
}

function contentFaults(travel: Travel, { before, after, at }: Change<Body>): Fault[] {
  return Object.entries(before.it.content ?? {}).flatMap(([type, { schema = true }]) => {
    const contentNow = after.it.content?.[type]
    if (contentNow === undefined) return [`${at}: ${type} is gone`]
    return schemaFaults(travel, {
      before: { document: before.document, schema },
      after: { document: after.document, schema: contentNow.schema ?? true },
      at,
    })
  })
}

// An error that does not happen any more is missed by nobody; a new one was always to be expected.
const isSuccess = (status: string): boolean => /^(2|default$)/i.test(status)

function responseFaults({ before, after, at }: Change<Operation>): Fault[] {
  const known = parametersOf(before)
  const onlyNow = new Set([...parametersOf(after).keys()].filter((key) => !known.has(key)))
  return Object.entries(before.it.responses ?? {}).flatMap(([status, response]) => {
    const responseNow = after.it.responses?.[status]
    if (responseNow === undefined)
      return isSuccess(status) ? [`${at}: the status ${status} is not answered any more`] : []
    const change = {
      before: { ...before, it: resolved<Response>(before.document, response) },
      after: { ...after, it: resolved<Response>(after.document, responseNow) },
      at: `${at}: ${status}`,
    }
    const answered = { ...change, after: { ...change.after, it: asAskedBefore(change.after, onlyNow) } }
    return [...contentFaults('response', answered), ...answeredHeaderFaults(change)]
  })
}

/**
 * The answer without those alternatives that say of themselves which query parameters ask for them, if all of these came with
 * the change: no program that was written before is answered so.
 */
function asAskedBefore({ document, it }: Side<Response>, onlyNow: ReadonlySet<string>): Response {
  const askedBefore = (alternative: Schema): boolean => {
    if (typeof alternative === 'boolean') return true
    const names = resolved<SchemaObject>(document, alternative)['x-only-when-asked-by']
    const isNew = (name: unknown): boolean => onlyNow.has(`query parameter ${name}`)
    return !Array.isArray(names) || names.length === 0 || !names.every(isNew)
  }
  const content = Object.entries(it.content ?? {}).map(([type, { schema, ...rest }]) => {
    if (typeof schema !== 'object' || schema.anyOf === undefined) return [type, { schema, ...rest }]
    return [type, { ...rest, schema: { ...schema, anyOf: schema.anyOf.filter(askedBefore) } }]
  })
  return { ...it, content: Object.fromEntries(content) }
}

function answeredHeaderFaults({ before, after, at }: Change<Response>): Fault[] {
  const headersOf = ({ document, it }: Side<Response>): Map<string, Header> =>
    new Map(
      Object.entries(it.headers ?? {}).map(([name, header]: [string, Referable<Header>]) => [
        name.toLowerCase(),
        resolved<Header>(document, header),
      ]),
    )
  const now = headersOf(after)
  return [...headersOf(before)].flatMap(([name, it]) => {
    const itNow = now.get(name)
    if (itNow === undefined) return [`${at}: the header ${name} is not answered any more`]
    const missing = it.required && !itNow.required ? [`${at}: the header ${name} may be missing now`] : []
    const change = { before: { ...before, it }, after: { ...after, it: itNow }, at: `${at}: header ${name}` }
    return [...missing, ...headerFaults('response', change)]
  })
}

/** Whatever let a caller in must still let it in. */
function securityFaults({ before, after, at }: Change<Operation>): Fault[] {
  const now = requirementsOf(after)
  const lets = (requirement: Requirement, shown: Requirement): boolean =>
    Object.entries(requirement).every(
      ([scheme, scopes]) => scopes.every((scope) => shown[scheme]?.includes(scope)) && scheme in shown,
    )
  return requirementsOf(before)
    .filter((shown) => !now.some((requirement) => lets(requirement, shown)))
    .map((shown) => `${at}: ${Object.keys(shown).join(' and ') || 'nothing shown'} does not let in any more`)
}

/** An empty list asks for nothing, as an empty requirement does. */
function requirementsOf({ document, it }: Side<Operation>): readonly Requirement[] {
  const requirements = it.security ?? document.security ?? []
  return requirements.length === 0 ? [{}] : requirements
}
