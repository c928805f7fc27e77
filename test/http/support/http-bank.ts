import { randomBytes } from 'node:crypto'
import { type Database, openDatabase } from '@plinth/db'
import { uuidV7 } from '@plinth/http'
import { createHttpApp, type EventDesk, type Listening, listen } from '@plinth/http/server'
import { interestDesk, settlingFirst } from '@plinth/interest'
import { type BusinessDate, parseTenantId, type TenantId } from '@plinth/kernel'
import { openBooks } from '@plinth/ledger'
import { openPosting } from '@plinth/posting'
import {
  insertTenant,
  issueApiKey,
  type JwtSettings,
  openAuthenticator,
  type Role,
  roles,
} from '@plinth/tenancy'
import { openSender, type WebhookDesk } from '@plinth/webhooks'
import { type Network, newBoxKey, parseNetwork, type SecretBox, secretBoxWith } from '@plinth/webhooks/domain'
import { afterAll, beforeAll } from 'vitest'
import { validateEvents } from '../../support/event-schemas.js'
import { canaries, learn, learnTokensIn } from '../../support/leaks.js'
import { type TestDatabase, useTestDatabase } from '../../support/test-database.js'
import { inspectAnswer, openWatchedLog } from './watched-edge.js'

export interface Answer {
  readonly status: number
  readonly headers: Headers
  /** The bytes as they came. */
  readonly text: string
  // biome-ignore lint/suspicious/noExplicitAny: a test reads what an answer says, whatever it is.
  readonly body: any
}

export interface CallOptions {
  /** The role whose token is sent; `none` sends none. */
  readonly as?: Role | 'none'
  readonly tenant?: string
  readonly key?: string | undefined
  readonly headers?: Readonly<Record<string, string>>
}

/** A served bank: two tenants alike, `alpha` and `beta`, with a token for every role. */
export interface HttpBank {
  readonly url: string
  readonly port: number
  readonly database: Database
  readonly listening: Listening
  readonly logLines: string[]
  /** How often the database was asked whose token it is. */
  readonly lookUps: () => number
  /** The same database as the superuser and as the server sees it. */
  readonly adminUrl: string
  readonly serveUrl: string
  token(tenant: string, role: Role): string
  get(path: string, options?: CallOptions): Promise<Answer>
  /** A command or batch. `body` is sent as it is if it is a string or bytes. A key is made unless one is given. */
  post(path: string, body: unknown, options?: CallOptions): Promise<Answer>
}

export const firstBusinessDate = '2026-11-20' as BusinessDate

let keysMade = 0
export const newKey = (): string => `test-${++keysMade}`

export interface HttpBankOptions {
  /** Asked when the bank opens. */
  jwt?(): Promise<JwtSettings>
  readonly requestsPerSecond?: number
  readonly failedTokensPerSecond?: number
  /** Followers of events, if not as `serve` has them. */
  events?(database: Database): EventDesk
  /** The clock of the process that answers. */
  readonly now?: () => number
}

/** One served bank for the tests of a file, see `useTestDatabase`. */
export function useHttpBank(options: HttpBankOptions = {}): () => HttpBank {
  const testDatabase = useTestDatabase()
  let bank: HttpBank | undefined
  beforeAll(async () => {
    bank = await openHttpBank(testDatabase(), options)
  })
  afterAll(async () => {
    await bank?.listening.close()
    try {
      // Whatever the tests of a file made happen is told as the schemas say.
      if (bank !== undefined) await validateEvents(bank.database)
    } finally {
      await bank?.database.close()
    }
  })
  return () => {
    if (bank === undefined) throw new Error('The bank exists only inside tests and hooks')
    return bank
  }
}

/** Webhooks may lead to this machine, where the receivers of the tests are. */
function openTestDesk(): WebhookDesk {
  const key = newBoxKey()
  learn('secret', key)
  const box = secretBoxWith(key) as SecretBox
  const networks = [parseNetwork('127.0.0.0/8') as Network]
  return { box: async () => box, send: openSender({ networks, timeoutMs: 1_000 }) }
}

async function openHttpBank(
  { adminUrl, serveUrl }: TestDatabase,
  { jwt, events, ...limits }: HttpBankOptions,
): Promise<HttpBank> {
  const strictRoles = process.env.PLINTH_STRICT_ROLES === '1'
  const database = openDatabase({ url: serveUrl, applicationName: 'test', strictRoles })
  const tokens = new Map<string, string>()
  for (const name of ['alpha', 'beta']) {
    for (const [role, token] of await createTenant(database, parseTenantId(name) as TenantId)) {
      tokens.set(`${name} ${role}`, token)
    }
  }
  const { logger, logLines } = openWatchedLog()
  let lookUps = 0
  const rows: Parameters<typeof openAuthenticator>[0] = {
    read: (tenantId, work) => {
      lookUps += 1
      return database.read(tenantId, work)
    },
    write: (tenantId, work) =>
      database.transaction({ tenantId, lane: 'online', deadlineMs: Date.now() + 1_000 }, work),
  }
  const cursorSecret = randomBytes(32)
  learn('secret', cursorSecret)
  const app = createHttpApp({
    database,
    posting: settlingFirst(openPosting(database, undefined, interestDesk), { database, newId: uuidV7 }),
    authenticate: openAuthenticator(rows, await jwt?.()),
    logger,
    ...{ cursorSecret, webhooks: openTestDesk() },
    ...(events && { events: events(database) }),
    ...limits,
  })
  for (const text of tokens.values()) learnTokensIn(text)
  const listening = await listen(app, { port: 0, host: '127.0.0.1' })
  const base = `http://127.0.0.1:${listening.port}`
  const token = (tenant: string, role: Role): string => tokens.get(`${tenant} ${role}`) as string
  const call = callerAt(base, token)
  return {
    url: base,
    port: listening.port,
    database,
    listening,
    logLines,
    lookUps: () => lookUps,
    adminUrl,
    serveUrl,
    token,
    get: (path, options = {}) => call('GET', path, undefined, options),
    post: (path, body, options = {}) => {
      return call('POST', path, isRaw(body) ? body : JSON.stringify(body), { key: newKey(), ...options })
    },
  }
}

/** Calls the bank over HTTP, and has every answer looked through. */
function callerAt(base: string, token: HttpBank['token']) {
  return async (method: string, path: string, body: unknown, options: CallOptions): Promise<Answer> => {
    const { as = 'admin', tenant = 'alpha' } = options
    const response = await fetch(base + path, {
      method,
      headers: {
        ...(as !== 'none' && { authorization: `Bearer ${token(tenant, as)}` }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...(options.key !== undefined && { 'idempotency-key': options.key }),
        ...options.headers,
      },
      ...(body !== undefined && { body: body as string }),
    })
    const text = await response.text()
    learnTokensIn(options.headers?.authorization ?? '')
    inspectAnswer(`${method} ${path}`, { type: response.headers.get('content-type'), text })
    return { status: response.status, headers: response.headers, text, body: readable(text) }
  }
}

const isRaw = (body: unknown): boolean => typeof body === 'string' || body instanceof Uint8Array

function readable(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

async function createTenant(database: Database, tenantId: TenantId): Promise<[Role, string][]> {
  await database.transaction({ tenantId, lane: 'online', deadlineMs: Date.now() + 10_000 }, async (tx) => {
    await insertTenant(
      tx,
      { tenantId, name: tenantId, baseCurrency: 'EUR', timeZone: 'Europe/Berlin', firstBusinessDate },
      { settings: { currencies: { GOLD: 4 }, valueDateDaysAhead: 30 }, subject: 'test' },
    )
    await openBooks(tx, firstBusinessDate)
  })
  return await database.transaction(
    { tenantId, lane: 'online', deadlineMs: Date.now() + 10_000 },
    async (tx) => {
      const made: [Role, string][] = []
      for (const role of roles) {
        const { token } = issueApiKey(tx, tenantId, { name: role, roles: [role], createdBy: 'test' })
        made.push([role, token])
      }
      return made
    },
  )
}

/** Opens a small chart and customers with money: `alice` and `bob` in EUR, `cash` without a limit. */
export async function openCustomers(bank: HttpBank, tenant = 'alpha'): Promise<void> {
  const commands = [
    glAccount({ code: '1000', name: 'Cash', type: 'asset' }),
    glAccount({ code: '2000', name: 'Deposits', type: 'liability' }),
    account({ accountId: 'cash', glCode: '1000', unlimited: true }),
    account({ accountId: 'alice', glCode: '2000' }),
    account({ accountId: 'bob', glCode: '2000' }),
    {
      type: 'post',
      idempotencyKey: newKey(),
      ...transfer({ from: 'cash', to: 'alice', amount: '500.00' }),
      description: `${canaries.description} ${canaries.spacedCardNumber}`,
      reference: canaries.reference,
      endToEndId: canaries.iban,
      metadata: { card: canaries.cardNumber, note: canaries.metadata },
    },
  ]
  const answer = await bank.post('/v1/batches', { atomicity: 'all_or_nothing', commands }, { tenant })
  if (answer.body.summary.succeeded !== commands.length) throw new Error(answer.text)
}

const glAccount = (body: object) => ({ type: 'create_gl_account', idempotencyKey: newKey(), glAccount: body })
const account = (body: { accountId: string; glCode: string; unlimited?: boolean }) => ({
  type: 'open_account',
  idempotencyKey: newKey(),
  name: body.accountId,
  currency: 'EUR',
  ...body,
})

/** The body of a posting from one account to another. */
export const transfer = ({ from, to, amount = '1.00' }: { from: string; to: string; amount?: string }) => ({
  transactionCode: 'TRANSFER',
  lines: [
    { accountId: from, side: 'debit', amount, currency: 'EUR' },
    { accountId: to, side: 'credit', amount, currency: 'EUR' },
  ],
})
