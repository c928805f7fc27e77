// A worker in a process of its own that sends one tenant's events to its webhooks and dies by SIGKILL when the n-th was
// answered and nothing is written of it yet; 0: it lives until nothing waits:
//   node test/webhooks/mortal-worker.mjs URL TENANT N        (the key of the secrets, in base64, on standard input)
// It runs the compiled modules.
import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { openDatabase } from '@plinth/db'
import { listWebhooks, openDispatch, openSender } from '@plinth/webhooks'
import { parseNetwork, secretBoxWith } from '@plinth/webhooks/domain'

const [url, tenantId, at] = process.argv.slice(2)
const box = secretBoxWith(Buffer.from(readFileSync(0, 'utf8'), 'base64'))
const strictRoles = process.env.PLINTH_STRICT_ROLES === '1'
const database = openDatabase({ url, applicationName: 'mortal worker', strictRoles })
const send = openSender({ networks: [parseNetwork('127.0.0.0/8')] })
let sent = 0

const dispatch = openDispatch({
  database,
  box: async () => box,
  send: async (request) => {
    const outcome = await send(request)
    sent += 1
    if (sent === Number(at)) {
      process.kill(process.pid, 'SIGKILL')
      // The signal is on its way; nothing must happen before it arrives.
      for (;;);
    }
    return outcome
  },
  newId: randomUUID,
  now: Date.now,
  chance: Math.random,
  holder: randomUUID(),
  leaseMs: 1_000,
  onFailure: (error) => console.error(error),
})

for (;;) {
  await dispatch.round(tenantId)
  const found = await database.read(tenantId, (tx) => listWebhooks(tx, { order: 'asc', limit: 1_000 }))
  if (found.every(({ lag }) => lag === 0)) break
  await sleep(20)
}
await dispatch.stop()
await database.close()
