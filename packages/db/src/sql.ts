import type { Writable } from 'node:stream'
import { invariant, type TenantId } from '@plinth/kernel'
import {
  type Compilable,
  DummyDriver,
  Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
} from 'kysely'
import type pg from 'pg'
import { insideOf, type Tx, type TxInside } from './tx.js'

/** The modules that own a schema of their own name, and a database role `plinth_<module>` with rights on it alone. */
export type ModuleName =
  | 'tenancy'
  | 'audit'
  | 'outbox'
  | 'product'
  | 'account'
  | 'ledger'
  | 'evidence'
  | 'holds'
  | 'suspense'
  | 'posting'
  | 'interest'
  | 'fx'
  | 'eod'
  | 'reconciliation'
  | 'webhooks'

/** A hot statement: prepared once per connection under its name, which starts with the module's. */
export interface Statement {
  readonly name: string
  readonly text: string
}

/** How one module's infrastructure speaks to its own schema, and to no other: `Tables` names that schema's tables only. */
export interface SqlDoor<Tables> {
  /** Builds ordinary statements. It compiles only: run what it builds with `rows`. */
  readonly build: Kysely<Tables>
  /** Runs a built statement. */
  rows<Row>(tx: Tx, query: Compilable<Row>): Promise<Row[]>
  /** Runs a hot statement. Statements that are not awaited one by one travel together (pipelining) and keep their order. */
  run<Row>(tx: Tx, statement: Statement, values: readonly unknown[]): Promise<Row[]>
  /**
   * Sends a hot statement of which nobody waits for the answer: if it fails, the transaction does, and COMMIT travels behind
   * it. What is wrong with the values is thrown here and now.
   */
  send(tx: Tx, statement: Statement, values: readonly unknown[]): void
  /** Runs a hot statement that changes rows, and answers how many. */
  change(tx: Tx, statement: Statement, values: readonly unknown[]): Promise<number>
}

export function sqlDoor<Tables>(module: ModuleName): SqlDoor<Tables> {
  const build = new Kysely<Tables>({
    dialect: {
      createAdapter: () => new PostgresAdapter(),
      createDriver: () => new DummyDriver(),
      createIntrospector: (db) => new PostgresIntrospector(db),
      createQueryCompiler: () => new PostgresQueryCompiler(),
    },
  })
  return {
    build,
    rows: async <Row>(tx: Tx, query: Compilable<Row>) => {
      const { sql, parameters } = query.compile()
      return (await send(tx, module, { text: sql, values: [...parameters] })).rows as Row[]
    },
    run: async <Row>(tx: Tx, statement: Statement, values: readonly unknown[]) =>
      (await send(tx, module, { ...statement, values: values as unknown[] })).rows as Row[],
    send: (tx, statement, values) => {
      void send(tx, module, { ...statement, values: values as unknown[] }).catch(() => {})
    },
    change: async (tx, statement, values) =>
      (await send(tx, module, { ...statement, values: values as unknown[] })).rowCount ?? 0,
  }
}

function send(tx: Tx, module: ModuleName, query: pg.QueryConfig): Promise<pg.QueryResult> {
  const inside = insideOf(tx)
  if (inside.strictRoles) assumeRole(inside, module)
  const stream = gather(inside.client)
  const span = inside.spanOf?.(query.name ?? module)
  const answer = track(inside, inside.client.query(query))
  if (span !== undefined)
    answer.then(
      () => span.end(),
      (error: unknown) => span.end(error),
    )
  if (stream.writableLength > gatheredBytesMax) flush(stream)
  return answer
}

// A large statement leaves at once: the database then works on it while the next is prepared.
const gatheredBytesMax = 16_384

/** What is sent in this turn of the event loop leaves in one system call; node-postgres alone would make one for each statement. */
export function gather(client: pg.PoolClient): Writable {
  const { stream } = (client as unknown as { connection: { stream: Writable } }).connection
  if (stream.writableCorked === 0) {
    stream.cork()
    process.nextTick(() => stream.uncork())
  }
  return stream
}

function flush(stream: Writable): void {
  const corks = stream.writableCorked
  for (let cork = 0; cork < corks; cork += 1) stream.uncork()
}

function assumeRole(inside: TxInside, module: ModuleName): void {
  if (inside.role === module) return
  inside.role = module
  void track(inside, inside.client.query(`set local role plinth_${module}`))
}

function track<Answer>(inside: TxInside, answer: Promise<Answer>): Promise<Answer> {
  inside.unanswered.add(answer)
  const done = (): void => {
    inside.unanswered.delete(answer)
  }
  answer.then(done, (error: unknown) => {
    inside.failure ??= error
    done()
  })
  return answer
}

const needsEscape = (value: string): boolean => value.includes('"') || value.includes('\\')
const quoted = (value: string): string =>
  needsEscape(value) ? `"${value.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"` : `"${value}"`

/** A text[] literal. Built here because node-postgres escapes element by element with regular expressions. */
export function textArray(values: readonly string[]): string {
  if (values.length === 0) return '{}'
  return values.some(needsEscape) ? `{${values.map(quoted).join(',')}}` : `{"${values.join('","')}"}`
}

/**
 * A text[] literal of one element if all are the same. `unnest` fills the others with NULL, so the statement reads
 * `coalesce(k.column, ($n::text[])[1])`. A batch says most things a thousand times, and both sides pay for each.
 */
export function repeatedTextArray(values: readonly string[]): string {
  const [first] = values
  const same = first !== undefined && values.every((value) => value === first)
  return textArray(same ? [first] : values)
}

/** A text[] literal in which undefined stands for NULL; empty, which `unnest` fills with NULL, if nothing else is in it. */
export function optionalTextArray(values: readonly (string | undefined)[]): string {
  if (values.every((value) => value === undefined)) return '{}'
  return `{${values.map((value) => (value === undefined ? 'NULL' : quoted(value))).join(',')}}`
}

/**
 * Many JSON texts as one parameter for `string_to_array($n, E'\x1e')`: JSON never holds a raw control character, so nothing is
 * escaped here and nothing unescaped there.
 */
export const jsonTexts = (texts: readonly string[]): string => texts.join('\x1e')

/** An array literal of numbers, booleans, dates, or NULL for undefined: values that need no quotes. */
export function plainArray(values: readonly (bigint | number | boolean | string | undefined)[]): string {
  return `{${values.map((value) => value ?? 'NULL').join(',')}}`
}

/** As `plainArray`, and empty, which `unnest` fills with NULL, if there is no value in it. */
export const sparseArray = (values: readonly (number | string | bigint | undefined)[]): string =>
  values.every((value) => value === undefined) ? '{}' : plainArray(values)

/** Says that whoever hears `topic` may want to look, once `tx` has committed: see Database.hear. Costs the transaction nothing. */
export function announce(tx: Tx, topic: string): void {
  insideOf(tx).topics.add(topic)
}

/** The tenant whose rows this transaction may touch: every statement names it, and row-level security holds it to that. */
export function tenantOf(tx: Tx): TenantId {
  const { tenantId } = insideOf(tx)
  invariant(tenantId !== undefined, 'a statement on tenant rows runs in a transaction of a tenant')
  return tenantId
}
