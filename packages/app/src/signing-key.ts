import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { CommandFailure, exitCodes } from '@plinth/cli'
import { type Signer, signerOf } from '@plinth/evidence/domain'
import type { Configuration } from './configuration.js'
import { makeKeyFile } from './make-key-file.js'

/** What checkpoints are signed with, and the public halves of what they were signed with before. */
export interface SigningKey {
  readonly signer: Signer
  readonly earlier: readonly KeyObject[]
}

type Where = Pick<Configuration, 'dataDir' | 'signingKey'>

const inDataDir = ({ dataDir }: Where): string => join(dataDir, 'signing-key.pem')

/** The key of the installation: that of PLINTH_SIGNING_KEY, else the one in the data directory, which is made if there is none. */
export async function openSigningKey(where: Where): Promise<SigningKey> {
  const found = await findSigningKey(where)
  if (found !== undefined) return found
  await makeKey(inDataDir(where))
  return readKey(inDataDir(where), await readFile(inDataDir(where), 'utf8'))
}

/** The key of the installation as far as it is at hand here: whoever verifies makes none. */
export async function findSigningKey(where: Where): Promise<SigningKey | undefined> {
  const path = where.signingKey ?? inDataDir(where)
  try {
    return readKey(path, await readFile(path, 'utf8'))
  } catch (error) {
    if (error instanceof CommandFailure) throw error
    const { code } = error as NodeJS.ErrnoException
    if (where.signingKey === undefined && (code === 'ENOENT' || code === 'EACCES')) return undefined
    throw new CommandFailure(
      `PLINTH_SIGNING_KEY: ${path} cannot be read (${code ?? 'it failed'}).`,
      exitCodes.usage,
    )
  }
}

const pemBlocks = /-----BEGIN ([A-Z ]+)-----[\s\S]+?-----END \1-----/g

/** A private key, and behind it the public keys that it has followed. What the file holds is repeated nowhere. */
function readKey(path: string, text: string): SigningKey {
  const blocks = [...text.matchAll(pemBlocks)].map(([pem, kind]) => ({ pem, kind }))
  try {
    const [first, ...others] = blocks.filter(({ kind }) => kind === 'PRIVATE KEY')
    if (first === undefined || others.length > 0) throw new Error('not one private key')
    const privateKey = createPrivateKey(first.pem)
    const earlier = blocks.filter(({ kind }) => kind === 'PUBLIC KEY').map(({ pem }) => createPublicKey(pem))
    const kinds = [privateKey, ...earlier].map(({ asymmetricKeyType }) => asymmetricKeyType)
    if (kinds.some((kind) => kind !== 'ed25519')) throw new Error('another algorithm')
    return { signer: signerOf(privateKey), earlier }
  } catch {
    throw new CommandFailure(
      `${path} must hold one Ed25519 private key in PEM (PKCS #8), and may hold public keys of earlier ones.`,
      exitCodes.usage,
    )
  }
}

async function makeKey(path: string): Promise<void> {
  const { privateKey } = generateKeyPairSync('ed25519')
  await makeKeyFile(path, privateKey.export({ format: 'pem', type: 'pkcs8' }))
}
