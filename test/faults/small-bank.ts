import type { Database } from '@plinth/db'
import { type BusinessDate, parseTenantId, type TenantId } from '@plinth/kernel'
import { openBooks } from '@plinth/ledger'
import { type Books, openPosting } from '@plinth/posting'
import { insertTenant, type Tenant } from '@plinth/tenancy'
import pg from 'pg'
import { expect } from 'vitest'
import { brokenInvariants } from '../support/book-invariants.js'
import { alone, currencies, endOf, newGlAccount, opening, ownCurrencies } from '../support/commands.js'

const tenant: Tenant = {
  tenantId: parseTenantId('faulty') as TenantId,
  name: 'Bank of a bad day',
  baseCurrency: 'EUR',
  timeZone: 'Europe/Berlin',
  firstBusinessDate: '2026-11-20' as BusinessDate,
}

export const smallBank: Books = { tenant, currencies }

/** A tenant with `cash`, which is unlimited, and customers' accounts without money. */
export async function foundSmallBank(database: Database, customers: readonly string[]): Promise<void> {
  const { tenantId, firstBusinessDate } = tenant
  const write = { tenantId, lane: 'online', deadlineMs: Date.now() + 10_000 } as const
  await database.transaction(write, async (tx) => {
    await insertTenant(tx, tenant, { settings: { currencies: ownCurrencies }, subject: 'test' })
    await openBooks(tx, firstBusinessDate)
  })
  const made = await openPosting(database).submitBatch(
    smallBank,
    [
      newGlAccount('1100', 'asset'),
      newGlAccount('2100', 'liability'),
      opening('cash', { gl: '1100', unlimited: true }),
      ...customers.map((customer) => opening(customer)),
    ].map((command) => alone(command)),
  )
  expect(made.map(endOf)).toEqual(made.map(() => 'accepted'))
}

/** What the superuser sees in a database, past every proxy and pool of the program. */
export interface Auditor {
  /** How many entries each of the keys has; none: the key is missing. */
  entriesOf(keys: readonly string[]): Promise<Map<string, number>>
  run(sql: string): Promise<void>
  /** Sessions of the program whose application name begins so. */
  sessionsOf(applicationName: string): Promise<number>
  expectBooksInOrder(tenantId: string): Promise<void>
  close(): Promise<void>
}

export function openAuditor(adminUrl: string): Auditor {
  const pool = new pg.Pool({ connectionString: adminUrl, max: 2 })
  pool.on('error', () => {})
  return {
    entriesOf: async (keys) => {
      const { rows } = await pool.query<{ key: string; entries: number }>(
        `select c.idempotency_key as key, count(e.entry_no)::int as entries
           from posting.command c left join ledger.journal_entry e
             on e.tenant_id = c.tenant_id and e.entry_no = c.entry_no
          where c.idempotency_key = any($1) group by 1`,
        [keys],
      )
      return new Map(rows.map(({ key, entries }) => [key, entries]))
    },
    run: async (sql) => {
      await pool.query(sql)
    },
    sessionsOf: async (applicationName) => {
      const { rows } = await pool.query<{ sessions: number }>(
        `select count(*)::int as sessions from pg_stat_activity
          where datname = current_database() and application_name like $1 || '%'`,
        [applicationName],
      )
      return rows[0]?.sessions ?? 0
    },
    expectBooksInOrder: async (tenantId) => expect(await brokenInvariants(pool, tenantId)).toEqual({}),
    close: () => pool.end(),
  }
}

/** Every key of the list stands for one entry, and the books are in order. */
export async function expectOneEntryEach(auditor: Auditor, keys: readonly string[]): Promise<void> {
  const entries = await auditor.entriesOf(keys)
  expect(keys.filter((key) => entries.get(key) !== 1)).toEqual([])
}
