import { canonicalJson } from '@plinth/kernel'
import type { Principal } from '@plinth/tenancy'
import { z } from 'zod'
import { openCursor, sealCursor } from './cursor.js'
import type { Exchange, Reply } from './exchange.js'
import { type FieldError, fieldError, malformedFields } from './malformed.js'
import { isWellFormed } from './parse-json.js'
import { refuse, refuseMalformed } from './problem.js'
import { faultsBySchema } from './read-fields.js'

const limitDefault = 100

/** A whole number in a query. */
export const wholeNumber = z
  .string()
  .regex(/^(?:0|[1-9][0-9]{0,14})$/, { error: 'wrong_type' })
  .transform(Number)
  .meta({ override: { type: 'integer', minimum: 0 } })

/** A text that is only compared with. */
export const filterText = z
  .string()
  .max(128, { error: 'too_long' })
  .refine(isWellFormed, { error: 'wrong_type' })

/** What every list takes beside its filters (contract §3). */
export const pageParameters = {
  order: z.enum(['asc', 'desc'], { error: 'wrong_type' }).optional(),
  limit: z
    .string()
    .regex(/^(?:[1-9][0-9]{0,2}|1000)$/, { error: 'wrong_type' })
    .transform(Number)
    .optional()
    .meta({ override: { type: 'integer', minimum: 1, maximum: 1000, default: limitDefault } }),
  cursor: z.string().optional().meta({ description: 'nextCursor of the page before.' }),
}

/** The query of a request as its schema describes it. Unknown and repeated parameters are refused. */
export function readQuery<Schema extends z.ZodType>({ request }: Exchange, schema: Schema): z.output<Schema> {
  const mark = request.url.indexOf('?')
  const values: Record<string, string> = Object.create(null)
  const repeated: FieldError[] = []
  if (mark >= 0) {
    for (const [name, value] of new URLSearchParams(request.url.slice(mark))) {
      if (name in values) repeated.push(fieldError([name], 'wrong_type', 'This parameter is there twice.'))
      values[name] = value
    }
  }
  const given = { ...values }
  const parsed = schema.safeParse(given)
  if (parsed.success && repeated.length === 0) return parsed.data
  const faults = parsed.success ? [] : faultsBySchema(parsed.error, given).map(({ error }) => error)
  throw refuseMalformed(malformedFields([...repeated, ...faults]))
}

/** Which page of a list is asked for. */
export interface Page<Place, Filter> {
  readonly filter: Filter
  readonly order: 'asc' | 'desc'
  /** One more than fits is read, to know whether there is another page. */
  readonly limit: number
  readonly after: Place | undefined
  /** The list's answer, from up to `limit` items read. */
  reply<Item>(items: readonly Item[], placeOf: (item: Item) => Place, render: (item: Item) => object): Reply
  /** The items that fit and the cursor of the next page, for lists whose answer has a shape of its own. */
  cut<Item>(
    items: readonly Item[],
    placeOf: (item: Item) => Place,
  ): { items: Item[]; nextCursor: string | null }
}

interface PageQuery {
  readonly order?: 'asc' | 'desc' | undefined
  readonly limit?: number | undefined
  readonly cursor?: string | undefined
}

/** The page that a query asks for. A cursor is good for the tenant, the list and the filters it was made for. */
export function pageOf<Place extends string | number, Query extends PageQuery>(
  { edge }: Exchange,
  { tenant }: Principal,
  { list, query }: { list: string; query: Query },
): Page<Place, Omit<Query, keyof PageQuery>> {
  const { order = 'asc', limit = limitDefault, cursor, ...filter } = query
  const scope = canonicalJson({ tenantId: tenant.tenantId, list, order, filter })
  const after = cursor === undefined ? undefined : openCursor(edge.cursorSecret, scope, cursor)
  if (cursor !== undefined && after === undefined) {
    throw refuse('cursor_malformed', 'The cursor is not one that this list gave for these filters.')
  }
  const cut: Page<Place, object>['cut'] = (items, placeOf) => {
    const fitting = items.slice(0, limit)
    const last = fitting.at(-1)
    const more = items.length > limit && last !== undefined
    return { items: fitting, nextCursor: more ? sealCursor(edge.cursorSecret, scope, placeOf(last)) : null }
  }
  return {
    filter,
    order,
    limit: limit + 1,
    after: after as Place | undefined,
    cut,
    reply: (items, placeOf, render) => {
      const { items: fitting, nextCursor } = cut(items, placeOf)
      return { status: 200, body: { data: fitting.map(render), nextCursor } }
    },
  }
}
