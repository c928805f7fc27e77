/** What the check reads of an OpenAPI 3.1 document. Anything may be missing: it may come from any commit. */
export interface Document {
  readonly info?: { readonly version?: string }
  readonly servers?: readonly { readonly url: string }[]
  readonly security?: readonly Requirement[]
  readonly paths?: Readonly<Record<string, PathItem>>
  readonly components?: {
    readonly securitySchemes?: Readonly<Record<string, { readonly description?: string }>>
  }
}

/** Schemes that must all be met, with the scopes of each. None: anybody. */
export type Requirement = Readonly<Record<string, readonly string[]>>

export interface PathItem extends Partial<Readonly<Record<Method, Operation>>> {
  readonly parameters?: readonly Referable<Parameter>[]
}

export const methods = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace'] as const
export type Method = (typeof methods)[number]

export interface Operation {
  readonly parameters?: readonly Referable<Parameter>[]
  readonly requestBody?: Referable<Body & { readonly required?: boolean }>
  readonly responses?: Readonly<Record<string, Referable<Response>>>
  readonly security?: readonly Requirement[]
}

export interface Parameter extends Header {
  readonly in: string
  readonly name: string
}

export interface Header {
  readonly required?: boolean
  readonly schema?: Schema
  readonly style?: string
  readonly explode?: boolean
  readonly content?: object
}

export interface Body {
  readonly content?: Readonly<Record<string, { readonly schema?: Schema }>>
}

export interface Response extends Body {
  readonly headers?: Readonly<Record<string, Referable<Header>>>
}

/** A JSON Schema: `true` takes everything, `false` nothing. */
export type Schema = boolean | SchemaObject

export type SchemaObject = Readonly<Record<string, unknown>> & {
  readonly $ref?: string
  readonly type?: string | readonly string[]
  readonly enum?: readonly unknown[]
  readonly properties?: Readonly<Record<string, Schema>>
  readonly required?: readonly string[]
  readonly additionalProperties?: Schema
  readonly propertyNames?: Schema
  readonly items?: Schema
  readonly anyOf?: readonly Schema[]
  readonly oneOf?: readonly Schema[]
}

export type Referable<Thing> = Thing | { readonly $ref: string }

/** Follows references to what they name, in the document they stand in. */
export function resolved<Thing extends object>(document: Document, thing: Referable<Thing>): Thing {
  let found: Referable<Thing> = thing
  while ('$ref' in found && typeof found.$ref === 'string') found = target<Thing>(document, found.$ref)
  return found as Thing
}

function target<Thing extends object>(document: Document, reference: string): Referable<Thing> {
  const names = reference.split('/').slice(1)
  const found = names
    .map((name) => name.replaceAll('~1', '/').replaceAll('~0', '~'))
    .reduce<unknown>((at, name) => (at as Record<string, unknown> | undefined)?.[name], document)
  if (!reference.startsWith('#/') || typeof found !== 'object' || found === null)
    throw new Error(`The reference ${reference} leads nowhere in its document`)
  return found as Referable<Thing>
}
