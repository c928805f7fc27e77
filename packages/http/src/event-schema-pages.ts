import { allEventTypes } from '@plinth/outbox'
import { describeEvent } from './event-schemas.js'
import type { Reply } from './exchange.js'

const folder = '/schemas/events'
const pathOf = (type: string): string => `${folder}/${type}.json`

/** The schemas that events name, by path, for everybody: they tell of no tenant. */
export const eventSchemaPages: Readonly<Record<string, () => Promise<Reply>>> = {
  [folder]: async () => ({
    status: 200,
    body: { types: allEventTypes.map((type) => ({ type, schema: pathOf(type) })) },
  }),
  ...Object.fromEntries(
    allEventTypes.map((type) => [
      pathOf(type),
      async () => ({
        status: 200,
        body: describeEvent(type),
        headers: { 'Content-Type': 'application/schema+json' },
      }),
    ]),
  ),
}
