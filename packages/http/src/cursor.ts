import { createHmac, timingSafeEqual } from 'node:crypto'

// 128 bits: nobody guesses a seal by asking.
const sealBytes = 16

/** Where the next page of a list starts, sealed to the tenant, the route and the filters of the list (`scope`). */
export function sealCursor(secret: Buffer, scope: string, place: string | number): string {
  const content = Buffer.from(JSON.stringify(place))
  return Buffer.concat([sealOf(secret, scope, content), content]).toString('base64url')
}

const cursorForm = /^[A-Za-z0-9_-]{23,400}$/

/** The place in a cursor, or undefined: tampered, of another list or of another tenant look alike. */
export function openCursor(secret: Buffer, scope: string, text: string): string | number | undefined {
  if (!cursorForm.test(text)) return undefined
  const bytes = Buffer.from(text, 'base64url')
  // The last character has bits to spare; only one spelling of a cursor is one.
  if (bytes.length <= sealBytes || bytes.toString('base64url') !== text) return undefined
  const content = bytes.subarray(sealBytes)
  if (!timingSafeEqual(bytes.subarray(0, sealBytes), sealOf(secret, scope, content))) return undefined
  return JSON.parse(content.toString()) as string | number
}

const sealOf = (secret: Buffer, scope: string, content: Buffer): Buffer =>
  createHmac('sha256', secret)
    .update(`${Buffer.byteLength(scope)} ${scope}`)
    .update(content)
    .digest()
    .subarray(0, sealBytes)
