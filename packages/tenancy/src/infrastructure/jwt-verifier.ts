import { membersIn, membersNamed } from '@plinth/kernel'
import { base64url, errors, jwtVerify } from 'jose'
import type { VerifyJwt } from '../application/ports.js'
import { identityIn, type JwtSettings } from '../domain/jwt.js'
import { openKeySet } from './key-set.js'

// Clocks of two machines differ; by a minute at most, or one of them is broken.
const leewaySeconds = 60
// As deep as the body of a request may be; claims are flat, or nearly.
const depthMax = 20

/**
 * Verifies tokens as RFC 8725 wants it: algorithms and keys are ours and not the token's (`jku`, `jwk` and `x5u` are not
 * looked at), and issuer, audience, subject and expiry must be there and right. A header or claim that stands twice is refused,
 * as RFC 7519 §4 lets us: two readers would take two values. Rejects with KeysUnavailable.
 */
export function openJwtVerifier(settings: JwtSettings): VerifyJwt {
  const { issuer, audience } = settings
  const keySet = openKeySet(settings)
  return async (token, nowMs) => {
    try {
      const { payload, protectedHeader } = await jwtVerify(token, keySet(nowMs), {
        issuer,
        audience,
        algorithms: [...settings.algorithms],
        requiredClaims: ['exp', 'sub'],
        clockTolerance: leewaySeconds,
        currentDate: new Date(nowMs),
      })
      const [headerPart, claimsPart] = token.split('.') as [string, string]
      if (namesTwice(headerPart, protectedHeader) || namesTwice(claimsPart, payload)) return undefined
      return isAccessToken(protectedHeader.typ) ? identityIn(payload) : undefined
    } catch (error) {
      if (error instanceof errors.JOSEError) return undefined
      throw error
    }
  }
}

// RFC 9068, or what most issuers still write. A logout token or a proof of possession is signed by the same keys.
const isAccessToken = (typ: string | undefined): boolean =>
  typ === undefined || /^(application\/)?(at\+)?jwt$/i.test(typ)

/** Whether a part of a token, of which `parsed` was made, names a member twice at any depth, or is too deep to be counted. */
const namesTwice = (part: string, parsed: object): boolean =>
  membersNamed(base64url.decode(part), depthMax) !== membersIn(parsed)
