import { randomUUID } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { CommandFailure, exitCodes, type Plinth } from '@plinth/cli'
import { openDispatch, openSender, type WebhookDesk, type WebhookDispatch } from '@plinth/webhooks'
import { newBoxKey, type SecretBox, secretBoxWith } from '@plinth/webhooks/domain'
import type { Logger } from 'pino'
import type { Configuration } from './configuration.js'
import { makeKeyFile } from './make-key-file.js'

type Where = Pick<Configuration, 'dataDir' | 'webhookKey' | 'webhookNetworks'>

/** What webhooks are looked after with, as the configuration has it. */
export function openWebhookDesk(where: Where): WebhookDesk {
  let opened: Promise<SecretBox> | undefined
  return {
    box: () => {
      opened ??= openBox(where).catch((error: unknown) => {
        // Asked for again, it may be there.
        opened = undefined
        throw error
      })
      return opened
    },
    send: openSender({ networks: where.webhookNetworks }),
  }
}

/** The box under the key of PLINTH_WEBHOOK_KEY, else under the one in the data directory, which is made if there is none. */
async function openBox({ dataDir, webhookKey }: Where): Promise<SecretBox> {
  const path = webhookKey ?? join(dataDir, 'webhook-key')
  const found = await readFile(path).catch(async (error: NodeJS.ErrnoException) => {
    if (webhookKey !== undefined || error.code !== 'ENOENT')
      throw new CommandFailure(
        `The key of webhooks cannot be read from ${path} (${error.code}).`,
        exitCodes.usage,
      )
    await makeKeyFile(path, `${newBoxKey().toString('base64')}\n`)
    return await readFile(path)
  })
  const box = secretBoxWith(Buffer.from(found.toString('latin1'), 'base64'))
  if (box === undefined)
    throw new CommandFailure(
      `${path} must hold 32 random bytes in base64, as \`openssl rand -base64 32\` makes them.`,
      exitCodes.usage,
    )
  return box
}

// Nobody else takes a webhook for so long after this process was killed; an attempt takes ten seconds at most.
const leaseMs = 30_000

/** What sends a worker's events to webhooks. */
export function openWebhookDispatch(
  { database, newId }: Plinth,
  { box, send }: WebhookDesk,
  logger: Pick<Logger, 'error'>,
): WebhookDispatch {
  return openDispatch({
    ...{ database, box, send, newId, leaseMs },
    now: Date.now,
    chance: Math.random,
    holder: randomUUID(),
    onFailure: (error, of) => logger.error({ err: error, ...of }, 'events could not be sent to a webhook'),
  })
}
