import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll } from 'vitest'
import { type PlinthProcess, plinth, startPlinth } from '../cli/plinth-process.js'
import { inspectAnswer } from '../http/support/watched-edge.js'
import { canaries, learn, learnTokensIn, watch } from '../support/leaks.js'
import { useTestDatabase } from '../support/test-database.js'
import { type OtlpReceiver, openOtlpReceiver } from './otlp-receiver.js'

export interface Answered {
  readonly status: number
  // biome-ignore lint/suspicious/noExplicitAny: a test reads what an answer says, whatever it is.
  readonly body: any
}

/** A bank with a `serve` and a `worker` of their own, and a collector that takes their traces. */
export interface WatchedBank {
  readonly serve: PlinthProcess
  readonly worker: PlinthProcess
  readonly receiver: OtlpReceiver
  readonly adminUrl: string
  get(path: string): Promise<Answered>
  post(path: string, body: object, headers?: Readonly<Record<string, string>>): Promise<Answered>
  /** What each of the two tells Prometheus. */
  metrics(): Promise<{ readonly serve: string; readonly worker: string }>
}

let keysMade = 0
export const newKey = (): string => `secret-key-of-a-caller-${++keysMade}`

/** One watched bank, in EUR, for the tests of a file. */
export function useWatchedBank(): () => WatchedBank {
  const database = useTestDatabase()
  const dataDir = mkdtempSync(join(tmpdir(), 'plinth-watched-'))
  let bank: WatchedBank | undefined
  beforeAll(async () => {
    bank = await openWatchedBank(database().adminUrl, dataDir)
  })
  afterAll(async () => {
    for (const running of [bank?.serve, bank?.worker]) {
      running?.child.kill('SIGTERM')
      await running?.ended
    }
    await bank?.receiver.close()
    rmSync(dataDir, { recursive: true, force: true })
  })
  return () => {
    if (bank === undefined) throw new Error('The bank exists only inside tests and hooks')
    return bank
  }
}

async function openWatchedBank(adminUrl: string, dataDir: string): Promise<WatchedBank> {
  const receiver = await openOtlpReceiver()
  watch('the traces', receiver.text)
  const logSecret = randomBytes(24).toString('base64url')
  learn('secret', logSecret)
  const environment = {
    PLINTH_DATABASE_URL: adminUrl,
    PLINTH_DATA_DIR: dataDir,
    PLINTH_LOG_SECRET: logSecret,
    OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
    // Milliseconds between two exports: nobody wants to wait for five seconds.
    OTEL_BSP_SCHEDULE_DELAY: '100',
  }
  const made = await plinth(
    ['tenant', 'create', 'watched', '--business-date', '2026-11-20', '--json'],
    environment,
  )
  if (made.code !== 0) throw new Error(made.stderr)
  const token: string = JSON.parse(made.stdout).tokens.admin
  learnTokensIn(token)
  const serve = startPlinth(['serve', '--port', '0'], environment)
  const worker = startPlinth(['worker'], { ...environment, PLINTH_WORKER_METRICS_PORT: '0' })
  const [, url] = await serve.waitFor(/"url":"(http:[^"]+)"/)
  const [, metricsPort] = await worker.waitFor(/"metricsPort":(\d+)/)
  const call = async (method: string, path: string, init: RequestInit): Promise<Answered> => {
    const response = await fetch(`${url}${path}`, { method, ...init })
    const text = await response.text()
    inspectAnswer(`${method} ${path}`, { type: response.headers.get('content-type'), text })
    return { status: response.status, body: JSON.parse(text) }
  }
  const authorization = `Bearer ${token}`
  const textAt = async (address: string): Promise<string> => (await fetch(address)).text()
  return {
    serve,
    worker,
    receiver,
    adminUrl,
    get: (path) => call('GET', path, { headers: { authorization } }),
    post: (path, body, headers = {}) =>
      call('POST', path, {
        body: JSON.stringify(body),
        headers: {
          authorization,
          'content-type': 'application/json',
          'idempotency-key': newKey(),
          ...headers,
        },
      }),
    metrics: async () => ({
      serve: await textAt(`${url}/metrics`),
      worker: await textAt(`http://127.0.0.1:${metricsPort}/metrics`),
    }),
  }
}

/** A posting from one account to another, with all that a customer may write in it. */
export const transfer = (from: string, to: string, amount: string) => ({
  transactionCode: 'TRANSFER',
  description: `${canaries.description} ${canaries.cardNumber}`,
  reference: canaries.reference,
  endToEndId: canaries.iban,
  metadata: { note: canaries.metadata },
  lines: [
    { accountId: from, side: 'debit', amount, currency: 'EUR' },
    { accountId: to, side: 'credit', amount, currency: 'EUR' },
  ],
})

/** Cash without a limit, and two customers of whom one has money. */
export async function openAccounts(bank: WatchedBank): Promise<void> {
  const commands = [
    ['gl-accounts', { code: '1000', name: 'Cash', type: 'asset' }],
    ['gl-accounts', { code: '2000', name: 'Deposits', type: 'liability' }],
    ['accounts', { accountId: 'vault:cash', name: 'cash', glCode: '1000', currency: 'EUR', unlimited: true }],
    ['accounts', { accountId: 'cust:alice', name: canaries.description, glCode: '2000', currency: 'EUR' }],
    ['accounts', { accountId: 'cust:bob', name: 'Bob', glCode: '2000', currency: 'EUR' }],
    ['postings', transfer('vault:cash', 'cust:alice', '7654.32')],
  ] as const
  for (const [path, body] of commands) {
    const { status, body: answer } = await bank.post(`/v1/${path}`, body)
    if (status !== 201) throw new Error(JSON.stringify(answer))
  }
}
