import { setTimeout as sleep } from 'node:timers/promises'
import { keepInPostgres } from '@plinth/client'
import { advance, type Workshop } from './advance.js'
import { openApi } from './api.js'
import { openBank } from './bank.js'
import { type Configuration, readConfiguration } from './configuration.js'
import { followCore } from './core-events.js'
import { openRail } from './rail.js'
import { compare, reconcileWithRail } from './reconcile.js'
import { Store, tables } from './store.js'

const atOnce = 16

function openWorkshop(configuration: Configuration): Workshop {
  const store = new Store(configuration.databaseUrl)
  const { plinthUrl, plinthToken, railAccount, suspenseAccount, patienceMs } = configuration
  const keep = keepInPostgres(store.query, tables.commands)
  const bank = openBank({
    url: plinthUrl,
    token: plinthToken,
    railAccount,
    suspenseAccount,
    keep,
    patienceMs,
  })
  return {
    store,
    bank,
    rail: openRail({ url: configuration.railUrl, timeoutMs: configuration.railTimeoutMs }),
    railValidMs: configuration.railValidMs,
    retryMostMs: 5_000,
  }
}

/** Runs until SIGINT or SIGTERM. Nothing is lost if it is killed instead: everything that matters is in the database. */
async function serve(configuration: Configuration): Promise<void> {
  const shop = openWorkshop(configuration)
  await shop.store.migrate()
  const ending = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => ending.abort())
  let woken = new AbortController()
  const wake = () => woken.abort()
  const api = openApi(shop.store, { executeWithinMs: configuration.executeWithinMs, wake })
  await new Promise<void>((resolve, reject) => {
    api.once('error', reject)
    api.listen(configuration.port, '127.0.0.1', resolve)
  })
  console.log(`payments are taken at http://127.0.0.1:${configuration.port}`)
  const pause = async (ms: number): Promise<void> => {
    woken = new AbortController()
    await sleep(ms, undefined, { signal: AbortSignal.any([woken.signal, ending.signal]) }).catch(() => {})
  }
  await Promise.all([
    whileRunning(ending.signal, () => work(shop, configuration, pause)),
    whileRunning(ending.signal, () => reconcileRegularly(shop, configuration, ending.signal)),
    followCore(shop.store, shop.bank, ending.signal),
  ])
  api.closeAllConnections()
  api.close()
  await shop.store.end()
}

/** One after the other; what fails, because the database is away say, is tried again. */
async function whileRunning(signal: AbortSignal, work: () => Promise<void>): Promise<void> {
  while (!signal.aborted) {
    await work().catch(async (error: Error) => {
      console.error(error.message)
      await sleep(500, undefined, { signal }).catch(() => {})
    })
  }
}

async function work(
  shop: Workshop,
  { patienceMs, railTimeoutMs }: Configuration,
  pause: (ms: number) => Promise<void>,
): Promise<void> {
  const taken = await shop.store.take(atOnce, 2 * (patienceMs + railTimeoutMs))
  await Promise.all(taken.map((payment) => advance(shop, payment)))
  if (taken.length < atOnce) await pause(100)
}

let reconciledUpTo = 0

async function reconcileRegularly(
  { store, rail }: Workshop,
  { reconcileMs }: Configuration,
  signal: AbortSignal,
): Promise<void> {
  reconciledUpTo = await reconcileWithRail(store, rail, reconciledUpTo)
  await sleep(reconcileMs, undefined, { signal }).catch(() => {})
}

/** Prints how payments, rail and core stand to each other; exit code 1 where they differ. */
async function report(configuration: Configuration): Promise<void> {
  const { store, rail } = openWorkshop(configuration)
  try {
    const comparison = await compare(store, rail)
    console.log(JSON.stringify(comparison, null, 2))
    if (comparison.differences.length > 0) process.exitCode = 1
  } finally {
    await store.end()
  }
}

const commands: Readonly<Record<string, (configuration: Configuration) => Promise<void>>> = { serve, report }
const command = commands[process.argv[2] ?? 'serve']
if (command === undefined) {
  console.error('usage: main.js [serve|report]')
  process.exitCode = 2
} else {
  await command(readConfiguration(process.env)).catch((error: Error) => {
    console.error(`payment-service: ${error.message}`)
    process.exitCode = 1
  })
}
