import { readFile } from 'node:fs/promises'
import { inboxTables, keptCommandsTable, type SqlQuery } from '@plinth/client'
import pg from 'pg'
import { isNews, type Payment, type RailStatus, type RiskDecision, type State } from './domain/payment.js'

/** What a payment is started with. */
export interface NewPayment {
  readonly paymentId: string
  readonly debtorAccount: string
  readonly creditor: string
  readonly amount: string
  readonly currency: string
}

/** Something learnt with a transition. */
export interface Learnt {
  readonly holdId?: string
  readonly validUntil?: Date
  readonly decision?: RiskDecision
}

/** The names of the tables that the SDK describes. */
export const tables = { commands: 'payment.command', inbox: 'payment.inbox' }

// Found in a table of PostgreSQL's at its first start; two processes that start at once wait for each other.
const migrationLock = 7_316_412

/** The payment service's own database. */
export class Store {
  readonly pool: pg.Pool

  constructor(url: string) {
    this.pool = new pg.Pool({ connectionString: url, max: 6 })
    // A connection that breaks while nobody uses it is replaced; whoever uses one hears of it there.
    this.pool.on('error', () => {})
  }

  readonly query: SqlQuery = (text, values) => this.pool.query(text, [...values])

  async migrate(): Promise<void> {
    await this.within(async (query) => {
      await query('select pg_advisory_xact_lock($1)', [migrationLock])
      const { rows } = await query("select to_regclass('payment.migration') as there", [])
      if (rows[0]?.there !== null) return
      await query(await readFile(new URL('../migrations/0001-payments.sql', import.meta.url), 'utf8'), [])
      await query(keptCommandsTable(tables.commands) + inboxTables(tables.inbox), [])
      await query("insert into payment.migration (name) values ('0001-payments')", [])
    })
  }

  /** One transaction. */
  async within<T>(work: (query: SqlQuery) => Promise<T>): Promise<T> {
    const client = await this.pool.connect()
    try {
      await client.query('begin')
      // Without values it is the simple protocol, which takes several statements: migrations.
      const result = await work((text, values) =>
        values.length === 0 ? client.query(text) : client.query(text, [...values]),
      )
      await client.query('commit')
      return result
    } catch (error) {
      await client.query('rollback').catch(() => {})
      throw error
    } finally {
      client.release()
    }
  }

  /** False: there is another payment with this id. */
  async receive(payment: NewPayment, executeBefore: Date): Promise<boolean> {
    const { paymentId, debtorAccount, creditor, amount, currency } = payment
    const said = [paymentId, debtorAccount, creditor, amount, currency]
    await this.query(
      `insert into payment.payment (payment_id, debtor_account, creditor, amount, currency, execute_before)
       values ($1, $2, $3, $4, $5, $6) on conflict do nothing`,
      [...said, executeBefore],
    )
    const { rowCount } = await this.query(
      `select from payment.payment
        where payment_id = $1 and debtor_account = $2 and creditor = $3 and amount = $4 and currency = $5`,
      said,
    )
    return rowCount === 1
  }

  /** Payments that are due and nobody works on, for `leaseMs`. */
  async take(limit: number, leaseMs: number): Promise<Payment[]> {
    const { rows } = await this.query(
      `update payment.payment set leased_until = clock_timestamp() + make_interval(secs => $2::float8 / 1000)
        where payment_id in (
          select payment_id from payment.payment
           where due_at <= clock_timestamp() and (leased_until is null or leased_until < clock_timestamp())
           order by due_at limit $1 for update skip locked)
       returning payment_id`,
      [limit, leaseMs],
    )
    return await this.read(rows.map((row) => row.payment_id as string))
  }

  async read(paymentIds: readonly string[]): Promise<Payment[]> {
    const { rows } = await this.query(
      `select p.payment_id, p.state, p.debtor_account, p.creditor, p.amount, p.currency, p.hold_id, p.rail_status,
              p.valid_until, p.execute_before, d.decision
         from payment.payment p left join payment.risk_decision d using (payment_id)
        where p.payment_id = any($1::uuid[])`,
      [paymentIds],
    )
    return rows.map(paymentOf)
  }

  /**
   * Moves a payment on, with what was learnt and whatever `also` writes, all or nothing; it is due at once. False: it is not
   * where it was, since somebody else moved it.
   */
  async move({ paymentId, state }: Payment, { to, because, learnt = {}, also }: Move): Promise<boolean> {
    return await this.within(async (query) => {
      const { rows } = await query('select state from payment.payment where payment_id = $1 for update', [
        paymentId,
      ])
      if (rows[0]?.state !== state) return false
      if (learnt.decision !== undefined) await storeDecision(query, paymentId, learnt.decision)
      await query(
        `update payment.payment
            set hold_id = coalesce($2, hold_id), valid_until = coalesce($3, valid_until),
                trouble = null, attempts = 0, due_at = clock_timestamp()
          where payment_id = $1`,
        [paymentId, learnt.holdId ?? null, learnt.validUntil ?? null],
      )
      await query(
        `insert into payment.transition (payment_id, seq, from_state, to_state, because)
         select $1, count(*) + 1, $2, $3, $4 from payment.transition where payment_id = $1`,
        [paymentId, state, to, because],
      )
      await also?.(query)
      return true
    })
  }

  /** Nothing to do until somebody says something; due at once if that happened while it was worked on. */
  async rest({ paymentId, state, railStatus }: Payment): Promise<void> {
    await this.query(
      `update payment.payment
          set leased_until = null,
              due_at = case when state = $2 and rail_status is not distinct from $3 then null else clock_timestamp() end
        where payment_id = $1`,
      [paymentId, state, railStatus ?? null],
    )
  }

  /** The step did not come to an end: it is tried again, each time after twice as long, up to `mostMs`. */
  async retryLater({ paymentId }: Payment, trouble: string, mostMs: number): Promise<void> {
    await this.query(
      `update payment.payment
          set leased_until = null, trouble = $2, attempts = attempts + 1,
              due_at = clock_timestamp()
                + make_interval(secs => least($3::float8, 100 * 2 ^ least(attempts, 20)) / 1000 * (0.5 + random() / 2))
        where payment_id = $1`,
      [paymentId, trouble, mostMs],
    )
  }

  /** Notes what the rail says of a payment, if it is news. In the transaction of whoever heard it. */
  async hear(
    query: SqlQuery,
    paymentId: string,
    word: { status: RailStatus; railId?: string },
  ): Promise<boolean> {
    const { rows } = await query('select rail_status from payment.payment where payment_id = $1 for update', [
      paymentId,
    ])
    const [row] = rows
    if (row === undefined || !isNews(word.status, (row.rail_status as RailStatus | null) ?? undefined))
      return false
    await query(
      `update payment.payment set rail_status = $2, rail_id = coalesce($3, rail_id), due_at = clock_timestamp()
        where payment_id = $1`,
      [paymentId, word.status, word.railId ?? null],
    )
    return true
  }

  async end(): Promise<void> {
    await this.pool.end()
  }
}

/** Where to, why, and what else is to stand with it. */
export interface Move {
  readonly to: State
  readonly because: string
  readonly learnt?: Learnt
  also?(query: SqlQuery): Promise<unknown>
}

async function storeDecision(query: SqlQuery, paymentId: string, decision: RiskDecision): Promise<void> {
  await query('insert into payment.risk_decision (payment_id, decision, outcome) values ($1, $2, $3)', [
    paymentId,
    JSON.stringify(decision),
    decision.outcome,
  ])
}

function paymentOf(row: Record<string, unknown>): Payment {
  const known = <T>(value: unknown): T | undefined => (value as T | null) ?? undefined
  return {
    paymentId: row.payment_id as string,
    state: row.state as State,
    debtorAccount: row.debtor_account as string,
    creditor: row.creditor as string,
    amount: row.amount as string,
    currency: row.currency as string,
    holdId: known(row.hold_id),
    railStatus: known(row.rail_status),
    validUntil: known(row.valid_until),
    executeBefore: row.execute_before as Date,
    decision: known(row.decision),
  }
}
