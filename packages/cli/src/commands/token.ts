import { type AuditEvent, recordAuditEvents } from '@plinth/audit'
import type { Tx } from '@plinth/db'
import { type Instant, instantOf, type TenantId } from '@plinth/kernel'
import { isRole, issueApiKey, listApiKeys, type Role, revokeApiKey, roles } from '@plinth/tenancy'
import { Command, InvalidArgumentError, Option } from 'commander'
import { type CliRuntime, CommandFailure, type Plinth } from '../cli-runtime.js'
import { jsonOption, printFields, printJson, printTable, tenantOf, tenantOption } from '../output.js'

interface Options {
  readonly tenant?: TenantId
  readonly json?: true
}

export function tokenCommand(runtime: CliRuntime): Command {
  const token = new Command('token').description('API keys: who may call, and in which role')
  return token
    .addCommand(issueCommand(runtime))
    .addCommand(listCommand(runtime))
    .addCommand(revokeCommand(runtime))
}

function issueCommand(runtime: CliRuntime): Command {
  return new Command('issue')
    .description('make a key and print its token, this once')
    .addOption(
      new Option('--role <role>', `one of ${roles.join(', ')}; may be repeated`)
        .argParser(addRole)
        .makeOptionMandatory(),
    )
    .option('--name <name>', 'whose it is, or what for (default: its roles)')
    .option('--days <number>', 'expires after so many days (default: never)', parseDays)
    .addOption(tenantOption())
    .addOption(jsonOption())
    .action(async ({ json, ...options }: Options & { role: Role[]; name?: string; days?: number }) => {
      const expiresAt = options.days === undefined ? undefined : instantOf(Date.now() + options.days * dayMs)
      const issued = await inTenant(runtime, options, async (tx, { tenantId, plinth }) => {
        const name = options.name ?? options.role.join(', ')
        const key = { name, roles: options.role, createdBy: plinth.subject, ...(expiresAt && { expiresAt }) }
        const { keyId, token } = issueApiKey(tx, tenantId, key)
        recordAuditEvents(
          tx,
          [auditEvent(plinth, { action: 'issue_api_key', object: keyId })],
          instantOf(Date.now()),
        )
        return { tenantId, keyId, roles: options.role, expiresAt, token }
      })
      if (json) return printJson(issued)
      printFields({
        tenant: issued.tenantId,
        key: issued.keyId,
        expires: issued.expiresAt ?? 'never',
        token: issued.token,
      })
    })
}

function listCommand(runtime: CliRuntime): Command {
  return new Command('list')
    .description('the keys of a tenant; secrets are not kept, so none is shown')
    .addOption(tenantOption())
    .addOption(jsonOption())
    .action(async ({ json, ...options }: Options) => {
      const tenantId = tenantOf(runtime, options)
      const keys = await runtime.withPlinth(async (plinth) => {
        await plinth.books(tenantId)
        const found = await plinth.database.read(tenantId, (tx) => listApiKeys(tx))
        return found.sort((a, b) => (a.createdAt < b.createdAt ? -1 : 1))
      })
      if (json) return printJson(keys)
      const now = instantOf(Date.now())
      printTable(
        ['key', 'name', 'roles', 'state', 'last used', 'made', 'by'].map((title) => ({ title })),
        keys.map((key) => [
          key.keyId,
          key.name,
          key.roles.join(', '),
          stateOf(key, now),
          key.lastUsedAt ?? 'never',
          key.createdAt,
          key.createdBy,
        ]),
      )
    })
}

function stateOf(
  key: { expiresAt: Instant | undefined; revokedAt: Instant | undefined },
  now: Instant,
): string {
  if (key.revokedAt !== undefined) return `revoked ${key.revokedAt}`
  if (key.expiresAt === undefined) return 'valid'
  return key.expiresAt <= now ? `expired ${key.expiresAt}` : `valid until ${key.expiresAt}`
}

function revokeCommand(runtime: CliRuntime): Command {
  return new Command('revoke')
    .description('close a key for good; a running server knows it within five seconds')
    .argument('<key>', 'the key’s id, or a whole token, of which only the id is used')
    .addOption(tenantOption())
    .addOption(jsonOption())
    .action(async (given: string, { json, ...options }: Options) => {
      const keyId = /^plk_[^_]+_([a-z0-9]+)_/.exec(given)?.[1] ?? given
      const tenantId = await inTenant(runtime, options, async (tx, { tenantId: ofTenant, plinth }) => {
        if (!(await revokeApiKey(tx, keyId))) return undefined
        recordAuditEvents(
          tx,
          [auditEvent(plinth, { action: 'revoke_api_key', object: keyId })],
          instantOf(Date.now()),
        )
        return ofTenant
      })
      if (tenantId === undefined)
        throw new CommandFailure(`There is no key ${keyId}, or it was revoked before.`)
      if (json) return printJson({ tenantId, keyId, revoked: true })
      console.log(`The key ${keyId} of ${tenantId} is revoked.`)
    })
}

/** One transaction of the tenant, which must exist. */
async function inTenant<T>(
  runtime: CliRuntime,
  options: Options,
  work: (tx: Tx, context: { tenantId: TenantId; plinth: Plinth }) => Promise<T>,
): Promise<T> {
  const tenantId = tenantOf(runtime, options)
  return await runtime.withPlinth(async (plinth) => {
    await plinth.books(tenantId)
    const write = { tenantId, lane: 'online', deadlineMs: Date.now() + patienceMs } as const
    return await plinth.database.transaction(write, (tx) => work(tx, { tenantId, plinth }))
  })
}

function auditEvent(
  plinth: Plinth,
  done: { action: string; object: string },
): Omit<AuditEvent, 'occurredAt'> {
  return {
    ...done,
    auditEventId: plinth.newId(),
    subject: plinth.subject,
    // Whoever runs the command line has the database's password and needs no role.
    roles: [],
    outcome: 'accepted',
    code: undefined,
    idempotencyKey: undefined,
    correlationId: plinth.newId(),
    causationId: undefined,
  }
}

// One statement and a commit.
const patienceMs = 10_000
const dayMs = 86_400_000
// Longer than any bank keeps a key; beyond it dates run out of range.
const daysMax = 36_500

function addRole(text: string, before: readonly Role[] = []): readonly Role[] {
  const named = text.split(',')
  const wrong = named.find((role) => !isRole(role))
  if (wrong !== undefined)
    throw new InvalidArgumentError(`There is no role ${wrong}: use ${roles.join(', ')}.`)
  return [...new Set([...before, ...(named as Role[])])]
}

function parseDays(text: string): number {
  const days = Number(text)
  if (/^[0-9]+$/.test(text) && days >= 1 && days <= daysMax) return days
  throw new InvalidArgumentError(`Days are a whole number from 1 to ${daysMax}.`)
}
