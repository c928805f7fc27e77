import { readFileSync, statSync } from 'node:fs'
import { ConsecutiveBreaker, circuitBreaker, handleAll } from 'cockatiel'
import {
  createLocalJWKSet,
  createRemoteJWKSet,
  customFetch,
  errors,
  type JSONWebKeySet,
  type JWTVerifyGetKey,
} from 'jose'
import type { JwtSettings } from '../domain/jwt.js'
import { guardedGet } from './guarded-get.js'

/** The keys that tokens are verified with cannot be had: nobody's token is known to be wrong. */
export class KeysUnavailable extends Error {
  override readonly name = 'KeysUnavailable'
}

// A key the issuer withdrew is trusted this much longer while the issuer answers, and a day at most while it does not.
const refreshMs = 10 * 60_000
const staleMaxMs = 24 * 60 * 60_000
// An unknown key id asks the issuer again, but not every time: ids cost a caller nothing.
const cooldownMs = 30_000
const timeoutMs = 5_000
const failuresMax = 3
const fileCheckMs = 5_000

/** Finds the key of a token, at `nowMs`. Rejects with an error of jose if there is none, or with KeysUnavailable. */
export type KeySet = (nowMs: number) => JWTVerifyGetKey

export const openKeySet = ({ keys, internalKeys }: Pick<JwtSettings, 'keys' | 'internalKeys'>): KeySet =>
  keys instanceof URL ? remoteKeySet(keys, internalKeys) : keySetInFile(keys)

/** Remembered, renewed beside the requests that use it, and asked for through a breaker. */
function remoteKeySet(url: URL, internal: boolean): KeySet {
  const breaker = circuitBreaker(handleAll, {
    halfOpenAfter: cooldownMs,
    breaker: new ConsecutiveBreaker(failuresMax),
  })
  let fetchedAtMs: number | undefined
  let nowMs = 0
  const remote = createRemoteJWKSet(url, {
    cacheMaxAge: Number.POSITIVE_INFINITY,
    cooldownDuration: cooldownMs,
    timeoutDuration: timeoutMs,
    [customFetch]: async (href, { signal }) => {
      const response = await breaker.execute(() => guardedGet(href, internal, signal))
      fetchedAtMs = nowMs
      return response
    },
  })
  return (askedAtMs) => {
    nowMs = askedAtMs
    const ageMs = fetchedAtMs === undefined ? 0 : askedAtMs - fetchedAtMs
    // Whoever comes first after the time is up does not wait for it; the old keys still do.
    if (ageMs > refreshMs && !remote.reloading) remote.reload().catch(() => {})
    return async (header, token) => {
      if (ageMs > staleMaxMs) throw new KeysUnavailable(`The keys of ${url.host} are older than a day.`)
      return await remote(header, token).catch((error: unknown) => {
        throw isVerdict(error)
          ? error
          : new KeysUnavailable(`The keys of ${url.host} cannot be had.`, { cause: error })
      })
    }
  }
}

// What says something about the token; everything else says something about the way to the keys.
const isVerdict = (error: unknown): boolean =>
  error instanceof errors.JWKSNoMatchingKey ||
  error instanceof errors.JWKSMultipleMatchingKeys ||
  error instanceof errors.JOSENotSupported

/**
 * Read when the server starts, and again when the file has changed. A file that cannot be read any more leaves the keys as
 * they were.
 */
function keySetInFile(path: string): KeySet {
  let { keys, changedMs } = readFirst(path)
  let checkedAtMs = 0
  return (nowMs) => {
    if (nowMs - checkedAtMs > fileCheckMs) {
      checkedAtMs = nowMs
      try {
        if (statSync(path).mtimeMs !== changedMs) ({ keys, changedMs } = readKeys(path))
      } catch {
        // Half written, or being replaced: looked at again in five seconds.
      }
    }
    return keys
  }
}

function readFirst(path: string): ReturnType<typeof readKeys> {
  try {
    return readKeys(path)
  } catch (error) {
    throw new KeysUnavailable(`The keys in ${path} cannot be read: ${(error as Error).message}`, {
      cause: error,
    })
  }
}

function readKeys(path: string): { keys: JWTVerifyGetKey; changedMs: number } {
  const changedMs = statSync(path).mtimeMs
  return { keys: createLocalJWKSet(JSON.parse(readFileSync(path, 'utf8')) as JSONWebKeySet), changedMs }
}
