/**
 * How many members the objects of a JSON text name, repeated names included: the colons outside strings. Undefined where it is
 * nested deeper than `depthMax`, found before anything recurses into it.
 */
export function membersNamed(bytes: Uint8Array, depthMax: number): number | undefined {
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

/** How many members the objects of a parsed value have. Its text named more if it named one twice in an object. */
export function membersIn(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0
  let members = 0
  if (Array.isArray(value)) {
    for (const item of value) if (typeof item === 'object') members += membersIn(item)
    return members
  }
  // What JSON.parse makes has no inherited enumerable members.
  for (const name in value) {
    members += 1
    const member = (value as Record<string, unknown>)[name]
    if (typeof member === 'object') members += membersIn(member)
  }
  return members
}
