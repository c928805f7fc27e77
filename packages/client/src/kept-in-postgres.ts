import { digestOf, type KeptCommand, type KeptCommands, KeyTaken } from './kept-commands.js'
import { type SqlQuery, tableName } from './sql-query.js'

/** Commands kept in the caller's database. */
export interface KeptInPostgres extends KeptCommands {
  /** The same, in a transaction of the caller's: what it decided and the command that follows stand together, or not at all. */
  within(query: SqlQuery): KeptCommands
}

/** The table for `keepInPostgres`, for a migration of the caller's own. */
export const keptCommandsTable = (table: string): string => `
create table ${tableName(table)} (
  key text not null primary key,
  path text not null,
  body json not null,
  digest text not null,
  correlation_id text not null,
  causation_id text,
  kept_at timestamptz not null default clock_timestamp(),
  -- Null: not known yet. Else what became of it: accepted, rejected or refused.
  outcome text,
  settled_at timestamptz
);
create index on ${tableName(table)} (kept_at, key) where outcome is null;
`

/** Keeps commands in a table of the caller's, made by `keptCommandsTable`. */
export function keepInPostgres(query: SqlQuery, table: string): KeptInPostgres {
  const name = tableName(table)
  const within = (run: SqlQuery): KeptCommands => ({
    keep: (command) => keep(run, name, command),
    settle: async (outcome) => {
      if (outcome.kind === 'unknown') return
      await run(
        `update ${name} set outcome = $2, settled_at = clock_timestamp() where key = $1 and outcome is null`,
        [outcome.key, outcome.kind],
      )
    },
    open: async () => {
      const { rows } = await run(
        `select key, path, body, correlation_id, causation_id from ${name} where outcome is null order by kept_at, key`,
        [],
      )
      return rows.map(commandOf)
    },
  })
  return { ...within(query), within }
}

async function keep(run: SqlQuery, name: string, command: KeptCommand): Promise<'new' | 'known'> {
  const { key, path, body, correlationId, causationId } = command
  const digest = digestOf(command)
  const { rowCount } = await run(
    `insert into ${name} (key, path, body, digest, correlation_id, causation_id) values ($1, $2, $3, $4, $5, $6)
     on conflict (key) do nothing`,
    [key, path, JSON.stringify(body), digest, correlationId, causationId ?? null],
  )
  if (rowCount === 1) return 'new'
  const { rows } = await run(`select digest from ${name} where key = $1`, [key])
  if (rows[0]?.digest !== digest) throw new KeyTaken(key)
  return 'known'
}

function commandOf(row: Record<string, unknown>): KeptCommand {
  const causationId = row.causation_id as string | null
  return {
    key: row.key as string,
    path: row.path as string,
    body: row.body,
    correlationId: row.correlation_id as string,
    ...(causationId !== null && { causationId }),
  }
}
