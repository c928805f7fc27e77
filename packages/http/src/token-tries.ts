import { createHash } from 'node:crypto'
import type { Authenticate, Principal } from '@plinth/tenancy'
import { tooManyRequests } from './rate-limit.js'

/**
 * Tokens that open nothing, by address: each that somebody makes up costs a look-up in the database or the check of a
 * signature. Twenty a second are more than a fleet of misconfigured clients needs to be noticed, and cost less than one busy
 * caller. Not configurable: whoever needs more of it has something to mend.
 */
const failuresPerSecondDefault = 20

// So many callers are told from strangers, by the hash of their token.
const knownMax = 10_000
// Addresses are forgotten when they have nothing under way and their second is over; looked for when there are so many.
const addressesMax = 1_024
const secondMs = 1_000

interface Tries {
  /** In the second that ends at `endsMs`. */
  failed: number
  endsMs: number
  underWay: number
  readonly waiting: { readonly start: () => void; readonly refuse: (error: Error) => void }[]
}

/** Whose token it is, if anybody's. Rejects with `rate_limited` without asking, see `openTokenTries`. */
export type CheckToken = (token: string, address: string) => Promise<Principal | undefined>

/**
 * Authenticates, and holds up an address whose tokens open nothing. Who opened something before is let through whatever
 * others at the same address do (many callers may stand behind one); so is a new token once its turn comes: as many are tried
 * at a time as may still fail in this second, and only when that many have failed are the others refused. So a hundred good
 * tokens at once all pass, and of a thousand bad ones twenty are looked up.
 */
export function openTokenTries(
  authenticate: Authenticate,
  now: () => number,
  failuresPerSecond = failuresPerSecondDefault,
): CheckToken {
  const known = new Set<string>()
  const byAddress = new Map<string, Tries>()

  async function tryUnknown(token: string, address: string): Promise<Principal | undefined> {
    const tries = triesOf(address)
    await new Promise<void>((start, refuse) => {
      tries.waiting.push({ start, refuse })
      letIn(tries)
    })
    let failed = false
    try {
      const principal = await authenticate(token, now())
      failed = principal === undefined
      return principal
    } finally {
      startSecond(tries)
      tries.underWay -= 1
      if (failed) tries.failed += 1
      letIn(tries)
    }
  }

  function triesOf(address: string): Tries {
    const found = byAddress.get(address)
    if (found !== undefined) return found
    if (byAddress.size >= addressesMax) forgetIdle(byAddress)
    const tries: Tries = { failed: 0, endsMs: 0, underWay: 0, waiting: [] }
    byAddress.set(address, tries)
    return tries
  }

  /** Whoever waits and may begin begins; nobody waits where nothing is under way. */
  function letIn(tries: Tries): void {
    startSecond(tries)
    while (tries.waiting.length > 0) {
      const full = tries.failed >= failuresPerSecond
      if (!full && tries.failed + tries.underWay >= failuresPerSecond) return
      const next = tries.waiting.shift() as Tries['waiting'][number]
      if (full) {
        const msLeft = tries.endsMs - performance.now()
        next.refuse(tooManyRequests('Too many tokens of this address open nothing.', msLeft))
      } else {
        tries.underWay += 1
        next.start()
      }
    }
  }

  return async (token, address) => {
    const fingerprint = createHash('sha256').update(token).digest('base64')
    if (known.has(fingerprint)) {
      const principal = await authenticate(token, now())
      if (principal === undefined) known.delete(fingerprint)
      return principal
    }
    const principal = await tryUnknown(token, address)
    if (principal !== undefined) {
      known.add(fingerprint)
      // Who came first goes first; a caller that is forgotten is only asked for like a new one.
      if (known.size > knownMax) known.delete(known.values().next().value as string)
    }
    return principal
  }
}

function startSecond(tries: Tries): void {
  const nowMs = performance.now()
  if (nowMs < tries.endsMs) return
  tries.failed = 0
  tries.endsMs = nowMs + secondMs
}

function forgetIdle(byAddress: Map<string, Tries>): void {
  const nowMs = performance.now()
  for (const [address, { underWay, endsMs }] of byAddress)
    if (underWay === 0 && nowMs >= endsMs) byAddress.delete(address)
}
