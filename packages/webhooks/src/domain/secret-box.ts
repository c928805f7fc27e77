import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto'

/** The secret was sealed with another key than the one at hand, for another place, or was changed. */
export class SecretUnreadable extends Error {
  override readonly name = 'SecretUnreadable'
}

/** What secrets are kept in: with the database alone nobody can sign. */
export interface SecretBox {
  /** `place` says whose it is; it opens nowhere else. */
  seal(secret: string, place: string): Buffer
  /** @throws SecretUnreadable */
  open(sealed: Buffer, place: string): string
}

const keyBytes = 32
const nonceBytes = 12
const tagBytes = 16
const keyIdBytes = 4

export const newBoxKey = (): Buffer => randomBytes(keyBytes)

/** A box under a key of 32 bytes, or undefined for a key of another length. AES-256-GCM: key id ‖ nonce ‖ tag ‖ secret. */
export function secretBoxWith(key: Buffer): SecretBox | undefined {
  if (key.length !== keyBytes) return undefined
  // Says which key it was, so that a wrong one is told from a damaged secret.
  const keyId = createHash('sha256').update('plinth webhook key').update(key).digest().subarray(0, keyIdBytes)
  return {
    seal: (secret, place) => {
      const nonce = randomBytes(nonceBytes)
      const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(place))
      const sealed = Buffer.concat([cipher.update(secret, 'utf8'), cipher.final()])
      return Buffer.concat([keyId, nonce, cipher.getAuthTag(), sealed])
    },
    open: (sealed, place) => {
      const [nonceAt, tagAt, textAt] = [
        keyIdBytes,
        keyIdBytes + nonceBytes,
        keyIdBytes + nonceBytes + tagBytes,
      ]
      if (!sealed.subarray(0, nonceAt).equals(keyId))
        throw new SecretUnreadable('a webhook’s secret was sealed with another key')
      const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(nonceAt, tagAt))
        .setAAD(Buffer.from(place))
        .setAuthTag(sealed.subarray(tagAt, textAt))
      try {
        return Buffer.concat([decipher.update(sealed.subarray(textAt)), decipher.final()]).toString('utf8')
      } catch (error) {
        throw new SecretUnreadable('a webhook’s secret is not what was sealed there', { cause: error })
      }
    },
  }
}
