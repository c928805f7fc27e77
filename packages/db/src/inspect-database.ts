import pg from 'pg'
import { ownerRole } from './migration/ensure-roles.js'
import { parseDatabaseUrl } from './migration/role-login.js'
import { migratedSchemas, safeguardTriggers, unsafeRoles } from './safeguards.js'

/** What a server says of itself to whoever logs in by the URL. */
export interface ServerDescription {
  readonly database: string
  readonly role: string
  readonly version: string
  /** `180004` for 18.4. */
  readonly versionNumber: number
  /** How far the database's clock is ahead of this machine's; half the round trip is taken off. */
  readonly clockAheadMs: number
}

/** Fails as the connection fails, within `connectMsMax`. */
export async function describeServer(url: string): Promise<ServerDescription> {
  return await withClient(url, async (client) => {
    const sentMs = Date.now()
    const { rows } = await client.query<Omit<ServerDescription, 'clockAheadMs'> & { clock: string }>(
      `select current_database() as database, current_user as role,
              split_part(current_setting('server_version'), ' ', 1) as version,
              current_setting('server_version_num')::int as "versionNumber",
              extract(epoch from clock_timestamp()) * 1000 as clock`,
    )
    const { clock, ...server } = rows[0] as (typeof rows)[number]
    return { ...server, clockAheadMs: Math.round(Number(clock) - (sentMs + Date.now()) / 2) }
  })
}

/**
 * Everything for which Plinth refuses to serve on this connection, as sentences that name it and say what to do: a role
 * that could go round the books' rules, settings that lose confirmed postings, safeguards that are missing or switched
 * off. Reads the catalogues only, which every role may.
 */
export async function findUnsafe(url: string): Promise<readonly string[]> {
  return await withClient(url, async (client) => {
    const role = await readRole(client)
    const findings = [...role.findings, ...(await settingFindings(client))]
    findings.push(...(await ownershipFindings(client)))
    // A superuser is a member of every role and holds every right: saying so once is enough.
    if (!role.isSuperuser) findings.push(...(await membershipFindings(client, role.name)))
    findings.push(...(await tableFindings(client, role)))
    findings.push(...(await triggerFindings(client)))
    return findings
  })
}

interface Role {
  readonly name: string
  readonly isSuperuser: boolean
  readonly findings: readonly string[]
}

async function readRole(client: pg.Client): Promise<Role> {
  const { rows } = await client.query<
    Record<'super' | 'bypass' | 'createrole' | 'replication', boolean> & { name: string }
  >(
    `select rolname as name, rolsuper as super, rolbypassrls as bypass, rolcreaterole as createrole,
            rolreplication as replication
       from pg_catalog.pg_roles where rolname = current_user`,
  )
  const role = rows[0] as (typeof rows)[number]
  const traits = [
    role.super && 'is a superuser: no grant, policy or trigger binds it',
    role.bypass && 'has BYPASSRLS: it sees and writes the rows of every tenant',
    role.createrole && 'has CREATEROLE: it could give itself other rights',
    role.replication && 'has REPLICATION: it could copy the whole server',
  ]
  return {
    name: role.name,
    isSuperuser: role.super,
    findings: traits.filter((trait) => trait !== false).map((trait) => `The role ${role.name} ${trait}.`),
  }
}

const safeSettings: readonly { name: string; refused: readonly string[]; because: string }[] = [
  { name: 'fsync', refused: ['off'], because: 'a crash of the machine may destroy the books' },
  { name: 'synchronous_commit', refused: ['off'], because: 'a confirmed posting may be lost in a crash' },
  { name: 'full_page_writes', refused: ['off'], because: 'a page torn by a crash cannot be mended' },
  {
    name: 'session_replication_role',
    refused: ['replica', 'local'],
    because: 'foreign keys are not checked',
  },
]

async function settingFindings(client: pg.Client): Promise<string[]> {
  const { rows } = await client.query<{ name: string; value: string }>(
    'select name, current_setting(name) as value from unnest($1::text[]) as name',
    [safeSettings.map(({ name }) => name)],
  )
  const values = new Map(rows.map(({ name, value }) => [name, value]))
  const findings = safeSettings
    .filter(({ name, refused }) => refused.includes(values.get(name) ?? ''))
    .map(({ name, because }) => `The setting ${name} is ${values.get(name)}: ${because}.`)
  const standby = await client.query<{ standby: boolean }>('select pg_is_in_recovery() as standby')
  if (standby.rows[0]?.standby) findings.push('The server is a standby: nothing can be written to it.')
  return findings
}

async function ownershipFindings(client: pg.Client): Promise<string[]> {
  const { rows } = await client.query<{ role: string; thing: string }>(
    `with mine as (select oid, rolname from pg_catalog.pg_roles where rolname = current_user)
     select rolname as role, 'the database ' || datname as thing
       from mine join pg_catalog.pg_database on datdba = mine.oid where datname = current_database()
     union all
     select rolname, 'the schema ' || nspname from mine join pg_catalog.pg_namespace on nspowner = mine.oid
      where nspname = any($1)
     union all
     select rolname, 'the table ' || nspname || '.' || relname
       from mine join pg_catalog.pg_class c on relowner = mine.oid
       join pg_catalog.pg_namespace n on n.oid = c.relnamespace
      where nspname = any($1) and relkind in ('r', 'p')
     order by thing`,
    [[...migratedSchemas, 'plinth', 'plinth_migration']],
  )
  return rows.map(({ role, thing }) => `The role ${role} owns ${thing}: an owner can switch its rules off.`)
}

async function membershipFindings(client: pg.Client, role: string): Promise<string[]> {
  const { rows } = await client.query<{ name: string; powerful: boolean }>(
    `select rolname as name, rolsuper or rolbypassrls or rolcreaterole as powerful from pg_catalog.pg_roles
      where rolname <> current_user and pg_has_role(current_user, oid, 'member')
        and (rolname = any($1) or rolsuper or rolbypassrls or rolcreaterole)
      order by rolname`,
    [[ownerRole, ...Object.keys(unsafeRoles)]],
  )
  return rows.map(({ name, powerful }) => {
    const because =
      unsafeRoles[name] ?? (powerful ? 'is a superuser, BYPASSRLS or CREATEROLE' : 'owns the tables')
    return `The role ${role} is a member of ${name}, which ${because}.`
  })
}

async function tableFindings(client: pg.Client, role: Role): Promise<string[]> {
  const { rows } = await client.query<{
    table: string
    fenced: boolean
    forced: boolean
    update: boolean
    delete: boolean
    truncate: boolean
  }>(
    `select nspname || '.' || relname as table, relrowsecurity as fenced, relforcerowsecurity as forced,
            has_any_column_privilege(c.oid, 'update') as update, has_table_privilege(c.oid, 'delete') as delete,
            has_table_privilege(c.oid, 'truncate') as truncate
       from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
      where nspname = any($1) and relkind in ('r', 'p') order by 1`,
    [migratedSchemas],
  )
  return rows.flatMap((row) => {
    const findings: string[] = []
    if (!row.fenced) findings.push(`The table ${row.table} has row-level security switched off.`)
    else if (!row.forced)
      findings.push(`The table ${row.table} does not force row-level security on its owner.`)
    const triggers = safeguardTriggers[row.table] ?? []
    const refused = [
      triggers.includes('append_only') && row.update && 'UPDATE',
      (triggers.includes('append_only') || triggers.includes('never_removed')) && row.delete && 'DELETE',
      triggers.includes('never_truncated') && row.truncate && 'TRUNCATE',
    ].filter((right) => right !== false)
    if (refused.length > 0 && !role.isSuperuser) {
      findings.push(
        `The role ${role.name} may ${refused.join(', ')} on ${row.table}, where rows stay for ever.`,
      )
    }
    return findings
  })
}

async function triggerFindings(client: pg.Client): Promise<string[]> {
  const { rows } = await client.query<{ table: string; name: string; enabled: string; internal: boolean }>(
    `select nspname || '.' || relname as table, tgname as name, tgenabled as enabled, tgisinternal as internal
       from pg_catalog.pg_trigger t join pg_catalog.pg_class c on c.oid = t.tgrelid
       join pg_catalog.pg_namespace n on n.oid = c.relnamespace
      where nspname = any($1)`,
    [migratedSchemas],
  )
  const found = new Map(rows.map(({ table, name, enabled }) => [`${name} on ${table}`, enabled]))
  const findings = Object.entries(safeguardTriggers).flatMap(([table, names]) =>
    names.flatMap((name) => {
      const enabled = found.get(`${name} on ${table}`)
      if (enabled === 'A') return []
      if (enabled === undefined) return [`The trigger ${name} on ${table} is missing.`]
      return [`The trigger ${name} on ${table} is ${enabled === 'D' ? 'disabled' : 'not ENABLE ALWAYS'}.`]
    }),
  )
  const unchecked = new Set(
    rows.filter(({ internal, enabled }) => internal && enabled === 'D').map(({ table }) => table),
  )
  for (const table of unchecked) findings.push(`The foreign keys of ${table} are disabled.`)
  return findings
}

// A server that does not answer for so long will not help whoever waits at a terminal.
const connectMsMax = 10_000

async function withClient<Result>(
  url: string,
  work: (client: pg.Client) => Promise<Result>,
): Promise<Result> {
  const client = new pg.Client({
    connectionString: parseDatabaseUrl(url).href,
    connectionTimeoutMillis: connectMsMax,
    application_name: 'plinth inspect',
  })
  // A connection that breaks also rejects the query under way; the event alone would end the process.
  client.on('error', () => {})
  try {
    await client.connect()
    return await work(client)
  } finally {
    await client.end().catch(() => {})
  }
}
