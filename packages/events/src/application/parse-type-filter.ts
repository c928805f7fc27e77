import { allEventTypes, type EventType, isEventType } from '@plinth/outbox/domain'

/**
 * The types that a list names, as `plinth.hold.placed.v1,plinth.account.*`: each in full, or by how it begins. Undefined: a part
 * of it names none that there is, and whoever waited for it would wait for ever.
 */
export function parseTypeFilter(text: string): EventType[] | undefined {
  const types = new Set<EventType>()
  for (const part of text.split(',')) {
    const named = typesNamed(part.trim())
    if (named.length === 0) return undefined
    for (const type of named) types.add(type)
  }
  return allEventTypes.filter((type) => types.has(type))
}

function typesNamed(part: string): readonly EventType[] {
  if (part.endsWith('*')) return allEventTypes.filter((type) => type.startsWith(part.slice(0, -1)))
  return isEventType(part) ? [part] : []
}
