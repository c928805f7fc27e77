import { mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Demo, DemoDays, Plinth } from '@plinth/cli'
import { type IdempotencyKey, invariant, type TenantId } from '@plinth/kernel'
import { readHead } from '@plinth/ledger'
import { openAuthenticator, type Role, readTenant, roles } from '@plinth/tenancy'
import { createTenant, issueRoleTokens, readTenantRequest } from './create-tenant.js'
import { demoCommands } from './demo-books.js'

const tenantId = 'demo' as TenantId

type Tokens = Partial<Record<Role, string>>

/**
 * Makes the tenant `demo` with chart, accounts, first postings and tokens, or whatever of it is missing; with `days` it then lives
 * for so many business days. A tenant that is made now begins so early that they end yesterday.
 */
export async function makeDemo(plinth: Plinth, dataDir: string, days?: DemoDays): Promise<Demo> {
  const tokensFile = join(dataDir, 'tokens.json')
  const existing = await plinth.database.read(tenantId, readTenant)
  const made = existing === undefined ? await createDemoTenant(plinth, days?.days) : {}
  const written = await writeDemoBooks(plinth)
  const tokens = { ...(await readTokens(tokensFile)), ...made }
  const issued = await issueMissing(plinth, tokens)
  const complete = { ...tokens, ...issued }
  const tokensChanged = Object.keys({ ...made, ...issued }).length > 0
  if (tokensChanged || !(await isPrivate(tokensFile))) await writeTokens(tokensFile, complete)
  const lived = days && (await (await import('./demo-days.js')).liveDays(plinth, tenantId, days))
  const { businessDate } = await plinth.database.read(tenantId, readHead)
  return {
    tenantId,
    businessDate,
    tokensFile,
    tokens: complete as Record<Role, string>,
    changed: existing === undefined || written || tokensChanged,
    ...(lived && { lived }),
  }
}

async function createDemoTenant({ database, subject }: Plinth, days = 0): Promise<Tokens> {
  const wanted = { tenantId, name: 'Demo Bank', baseCurrency: 'EUR', timeZone: 'Europe/Berlin' }
  const today = readTenantRequest(wanted, Date.now())
  const { tenant } = today
  if (days === 0) return (await createTenant(database, today, subject)).tokens
  const { firstDayBefore } = await import('./demo-days.js')
  const firstBusinessDate = firstDayBefore(tenant.firstBusinessDate, days)
  const then = { ...today, tenant: { ...tenant, firstBusinessDate } }
  return (await createTenant(database, then, subject)).tokens
}

/** True if anything was new. What an earlier release made otherwise stays as it is. */
async function writeDemoBooks(plinth: Plinth): Promise<boolean> {
  const books = await plinth.books(tenantId)
  const submissions = demoCommands.map(({ key, command }) =>
    plinth.submission(books, command, `plinth-demo-${key}` as IdempotencyKey),
  )
  const units = submissions.map((submission) => ({ submissions: [submission], broken: false }))
  const outcomes = await plinth.posting.submitBatch(books, units)
  for (const outcome of outcomes) if (outcome.kind === 'failed') throw outcome.error
  return outcomes.some((outcome) => outcome.kind === 'answered' && !outcome.replayed)
}

/** New tokens for the roles whose token is missing, revoked, or of another database. */
async function issueMissing({ database, subject }: Plinth, tokens: Tokens): Promise<Tokens> {
  const authenticate = openAuthenticator({ read: (ofTenant, work) => database.read(ofTenant, work) })
  const principals = await Promise.all(roles.map((role) => authenticate(tokens[role] ?? '', Date.now())))
  const wanted = roles.filter((role, position) => {
    const principal = principals[position]
    return principal?.tenant.tenantId !== tenantId || !principal.roles.includes(role)
  })
  if (wanted.length === 0) return {}
  const write = { tenantId, lane: 'online', deadlineMs: Date.now() + 10_000 } as const
  return await database.transaction(write, async (tx) => issueRoleTokens(tx, { tenantId, wanted, subject }))
}

/** What the file holds, as far as it is an object of strings: anything else is written anew. */
async function readTokens(file: string): Promise<Tokens> {
  try {
    const held: unknown = JSON.parse(await readFile(file, 'utf8'))
    invariant(typeof held === 'object' && held !== null, 'the tokens are an object', { file })
    return Object.fromEntries(
      roles.flatMap((role) => {
        const token = (held as Record<string, unknown>)[role]
        return typeof token === 'string' ? [[role, token]] : []
      }),
    )
  } catch {
    return {}
  }
}

async function isPrivate(file: string): Promise<boolean> {
  return ((await stat(file)).mode & 0o077) === 0
}

/** Whole or not at all, and never readable by others, not even for a moment. */
async function writeTokens(file: string, tokens: Tokens): Promise<void> {
  await mkdir(join(file, '..'), { recursive: true })
  const unfinished = `${file}.${process.pid}`
  await rm(unfinished, { force: true })
  const inOrder = Object.fromEntries(roles.map((role) => [role, tokens[role]]))
  await writeFile(unfinished, `${JSON.stringify(inOrder, null, 2)}\n`, { mode: 0o600, flag: 'wx' })
  await rename(unfinished, file)
}
