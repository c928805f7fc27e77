import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { type RuntimeRole, runtimeUrl, scramVerifier, urlAs } from './role-login.js'

/** Owns every object of Plinth; nobody logs in as it. */
export const ownerRole = 'plinth_owner'

const moduleRoles = [
  'tenancy',
  'audit',
  'outbox',
  'product',
  'account',
  'ledger',
  'evidence',
  'holds',
  'suspense',
  'posting',
  'interest',
  'fx',
  'eod',
  'reconciliation',
  'webhooks',
].map((name) => `plinth_${name}`)
const runtimeRoles: readonly RuntimeRole[] = ['plinth_serve', 'plinth_worker']
const loginRoles: readonly string[] = [...runtimeRoles, 'plinth_auditor']
const everyRole = [ownerRole, ...moduleRoles, ...loginRoles]

// Roles belong to the whole cluster, where no advisory lock reaches across databases: two migrations of two
// databases may meet here. Each meeting lets one of them through, so a handful of tries is plenty.
const attemptsMax = 20
const retryMs = 25

/** The migrating user may not make the roles. The message holds the SQL for somebody who may. */
export class RoleRightsMissing extends Error {
  override readonly name = 'RoleRightsMissing'
  constructor(
    readonly user: string,
    readonly statements: readonly string[],
    options: { cause: unknown },
  ) {
    super(
      `The database user ${user} may not make the roles that Plinth needs. An administrator must run, in this ` +
        `database:\n\n${statements.map((statement) => `${statement};`).join('\n')}\n\nThen migrate again.`,
      options,
    )
  }
}

/** A role of Plinth's could go round row-level security. The message holds the SQL that mends it. */
export class RoleTooPowerful extends Error {
  override readonly name = 'RoleTooPowerful'
  constructor(readonly roles: readonly string[]) {
    const mend = roles.map((role) => `alter role ${role} nosuperuser nobypassrls nocreatedb nocreaterole;`)
    super(
      `Plinth's roles must not be superuser, BYPASSRLS, CREATEDB or CREATEROLE. Run:\n\n${mend.join('\n')}`,
    )
  }
}

export interface RolePasswords {
  readonly servePassword?: string
  readonly workerPassword?: string
}

/** Makes what is missing of roles, memberships, rights on the database and passwords; changes nothing else. */
export async function ensureRoles(
  client: pg.Client,
  adminUrl: string,
  passwords: RolePasswords = {},
): Promise<void> {
  const logins = loginsOf(adminUrl, passwords)
  let allRan = false
  for (let attempt = 1; ; attempt += 1) {
    const missing = await missingStatements(client, logins)
    if (missing.length === 0) break
    // A grant by somebody without the right to grant is only a warning to PostgreSQL: it ran and gave nothing.
    if (allRan) throw await rightsMissing(client, missing)
    try {
      for (const statement of missing) await client.query(statement)
      allRan = true
    } catch (error) {
      await refuseOrRetry(client, { error, attempt, missing })
    }
  }
  for (const login of logins) await ensurePassword(client, login)
}

/** How a runtime role shall log in. Without a password none is set: somebody else looks after it. */
interface Login {
  readonly role: RuntimeRole
  readonly url: string
  readonly password: string | undefined
}

function loginsOf(adminUrl: string, { servePassword, workerPassword }: RolePasswords): Login[] {
  const given: Record<RuntimeRole, string | undefined> = {
    plinth_serve: servePassword,
    plinth_worker: workerPassword,
  }
  return runtimeRoles.map((role) => {
    const url = given[role] === undefined ? runtimeUrl(adminUrl, role) : urlAs(adminUrl, role, given[role])
    return { role, url, password: decodeURIComponent(new URL(url).password) || undefined }
  })
}

async function missingStatements(client: pg.Client, logins: readonly Login[]): Promise<string[]> {
  const found = await client.query<{ rolname: string; too_powerful: boolean }>(
    `select rolname, rolsuper or rolbypassrls or rolcreatedb or rolcreaterole as too_powerful
       from pg_catalog.pg_roles where rolname = any($1)`,
    [everyRole],
  )
  const tooPowerful = found.rows.filter((role) => role.too_powerful).map((role) => role.rolname)
  if (tooPowerful.length > 0) throw new RoleTooPowerful(tooPowerful)
  const existing = new Set(found.rows.map((role) => role.rolname))
  const creations = everyRole
    .filter((role) => !existing.has(role))
    .map((role) => {
      const password = logins.find((login) => login.role === role)?.password
      return `create role ${role} ${loginRoles.includes(role) ? 'login' : 'nologin'}${passwordClause(client, password)}`
    })
  return [...creations, ...(await missingGrants(client, existing))]
}

function passwordClause(client: pg.Client, password: string | undefined): string {
  return password === undefined ? '' : ` password ${client.escapeLiteral(scramVerifier(password))}`
}

async function missingGrants(client: pg.Client, existing: ReadonlySet<string>): Promise<string[]> {
  const { rows: memberships } = await client.query<{ pair: string }>(
    `select m.member::regrole::text || ' in ' || m.roleid::regrole::text as pair from pg_catalog.pg_auth_members m`,
  )
  const held = new Set(memberships.map(({ pair }) => pair))
  const grants: string[] = runtimeRoles.flatMap((member) =>
    moduleRoles
      .filter((role) => !held.has(`${member} in ${role}`))
      .map((role) => `grant ${role} to ${member}`),
  )
  const { rows } = await client.query<{ me: string; database: string; version: number; is_super: boolean }>(
    `select quote_ident(current_user) as me, quote_ident(current_database()) as database,
            current_setting('server_version_num')::int as version,
            (select rolsuper from pg_catalog.pg_roles where rolname = current_user) as is_super`,
  )
  const self = rows[0] as (typeof rows)[number]
  if (!self.is_super && !(await actsAsOwner(client, existing.has(ownerRole), self.version))) {
    // From 16 on a role's maker is its administrator but not its member, and membership has two switches.
    const options = self.version >= 160_000 ? ' with inherit true, set true' : ''
    grants.push(`grant ${ownerRole} to ${self.me}${options}`)
  }
  const rights = [
    { role: ownerRole, right: 'create' },
    ...loginRoles.map((role) => ({ role, right: 'connect' })),
  ]
  for (const { role, right } of rights) {
    // A role yet to be made has what everybody has, which usually includes `connect`.
    if (await hasDatabaseRight(client, { role: existing.has(role) ? role : 'public', right })) continue
    grants.push(`grant ${right} on database ${self.database} to ${role}`)
  }
  return grants
}

async function actsAsOwner(client: pg.Client, ownerExists: boolean, version: number): Promise<boolean> {
  if (!ownerExists) return false
  const toSet = version >= 160_000 ? 'set' : 'member'
  const { rows } = await client.query<{ acts: boolean }>(
    `select pg_has_role('${ownerRole}', 'usage') and pg_has_role('${ownerRole}', '${toSet}') as acts`,
  )
  return rows[0]?.acts === true
}

async function hasDatabaseRight(client: pg.Client, asked: { role: string; right: string }): Promise<boolean> {
  const { rows } = await client.query<{ has: boolean }>(
    'select has_database_privilege($1::name, current_database(), $2) as has',
    [asked.role, asked.right],
  )
  return rows[0]?.has === true
}

async function refuseOrRetry(
  client: pg.Client,
  failed: { error: unknown; attempt: number; missing: readonly string[] },
): Promise<void> {
  const { code, message } = failed.error as { code?: string; message?: string }
  // insufficient_privilege; or invalid_grant_operation, which PostgreSQL says to some who may not grant.
  if (code === '42501' || code === '0LP01') {
    throw await rightsMissing(client, failed.missing, failed.error)
  }
  // Somebody else made the same role, or changed the same row, at this moment: look again.
  const metAnother =
    code === '42710' || code === '23505' || (code === 'XX000' && /concurrently updated/.test(message ?? ''))
  if (!metAnother || failed.attempt >= attemptsMax) throw failed.error
  await sleep(retryMs * Math.random() * failed.attempt)
}

async function rightsMissing(client: pg.Client, statements: readonly string[], cause?: unknown) {
  const { rows } = await client.query<{ me: string }>('select current_user as me')
  return new RoleRightsMissing(rows[0]?.me ?? '', statements, { cause })
}

/**
 * Leaves a password that works alone: `alter role` on every start would make processes that start together undo
 * or collide with each other.
 */
async function ensurePassword(client: pg.Client, { role, url, password }: Login): Promise<void> {
  if (password === undefined || (await canLogIn(url))) return
  const statement = `alter role ${role}${passwordClause(client, password)}`
  for (let attempt = 1; ; attempt += 1) {
    try {
      await client.query(statement)
      return
    } catch (error) {
      await refuseOrRetry(client, { error, attempt, missing: [statement] })
    }
  }
}

async function canLogIn(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000 })
  client.on('error', () => {})
  try {
    await client.connect()
    return true
  } catch (error) {
    // Only a refused login says something about the password; a full or absent server does not.
    const code = (error as { code?: string }).code
    if (code === '28P01' || code === '28000') return false
    throw error
  } finally {
    await client.end().catch(() => {})
  }
}
