import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { type Database, openDatabase } from '@plinth/db'
import { type CloudEvent, openEventFeed } from '@plinth/events'
import type { TenantId } from '@plinth/kernel'
import { listTenants } from '@plinth/tenancy'
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'

const folder = fileURLToPath(new URL('../../packages/http/event-schemas', import.meta.url))
const ajv = new Ajv2020({ allErrors: true })
addFormats.default(ajv)
const validators = new Map<string, ValidateFunction>()

/** Judges by the file in the repository, and refuses what the file does not tell of: consumers would never know of it. */
function validatorOf({ type, dataschema }: CloudEvent): ValidateFunction {
  const found = validators.get(type)
  if (found !== undefined) return found
  const schema = JSON.parse(readFileSync(`${folder}/${type}.json`, 'utf8'))
  if (schema.$id !== dataschema) throw new Error(`${type} names the schema ${dataschema}`)
  const validator = ajv.compile(closed(schema) as object)
  validators.set(type, validator)
  return validator
}

function closed(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(closed)
  if (typeof schema !== 'object' || schema === null) return schema
  const inside = Object.fromEntries(Object.entries(schema).map(([name, value]) => [name, closed(value)]))
  const isShape = inside.type === 'object' && 'properties' in inside && !('additionalProperties' in inside)
  return isShape ? { ...inside, additionalProperties: false } : inside
}

/** All events of all tenants, each valid by the schema that it names; throws with what is not. Answers the types that were seen. */
export async function validateEvents(database: Pick<Database, 'read'>): Promise<Set<string>> {
  const seen = new Set<string>()
  const feed = openEventFeed(database)
  for (const { tenantId } of await database.read(undefined, listTenants)) {
    for await (const event of eventsOf(feed, tenantId)) {
      seen.add(event.type)
      const validate = validatorOf(event)
      // As it travels: what is undefined is not there.
      if (validate(JSON.parse(JSON.stringify(event.data)))) continue
      throw new Error(
        `event ${event.position} of ${tenantId}, ${event.type}: ${ajv.errorsText(validate.errors)}`,
      )
    }
  }
  return seen
}

/** As `validateEvents`, of the database at `url`. */
export async function validateEventsAt(url: string): Promise<Set<string>> {
  const strictRoles = process.env.PLINTH_STRICT_ROLES === '1'
  const database = openDatabase({ url, applicationName: 'event schemas', strictRoles })
  try {
    return await validateEvents(database)
  } finally {
    await database.close()
  }
}

async function* eventsOf(
  feed: ReturnType<typeof openEventFeed>,
  tenantId: TenantId,
): AsyncGenerator<CloudEvent> {
  let after = 0
  for (;;) {
    const page = await feed(tenantId, { after, limit: 500, types: undefined })
    for (const { event } of page.events) yield event
    after = page.nextAfter
    if (after === page.last) return
  }
}
