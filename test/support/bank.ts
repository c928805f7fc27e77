import { type AccountState, readState } from '@plinth/account'
import { renderBalance } from '@plinth/account/domain'
import { type Database, openDatabase } from '@plinth/db'
import { uuidV7 } from '@plinth/http'
import { interestDesk, settlingFirst } from '@plinth/interest'
import {
  type AccountId,
  type BusinessDate,
  type IdempotencyKey,
  parseTenantId,
  type TenantId,
} from '@plinth/kernel'
import { openBooks, readHead } from '@plinth/ledger'
import {
  type Books,
  type Command,
  type LaneOptions,
  type Outcome,
  openPosting,
  type PostingEngine,
  postWithin,
  type Submission,
  type Unit,
} from '@plinth/posting'
import { insertTenant, type SettingsDocument, type Tenant, type TransactionCode } from '@plinth/tenancy'
import pg from 'pg'
import { afterAll, beforeAll, expect } from 'vitest'
import { brokenInvariants } from './book-invariants.js'
import {
  alone,
  currencies,
  endOf,
  newGlAccount,
  newTerms,
  type Opening,
  opening,
  ownCurrencies,
  posting,
  standing,
  submissionOf,
  type Transfer,
  transferOf,
} from './commands.js'
import { type TestDatabase, useTestDatabase } from './test-database.js'

export const firstBusinessDate = '2026-11-20' as BusinessDate

export interface BankOptions
  extends Partial<Pick<SettingsDocument, 'approvals' | 'postingLimits' | 'strictTransactionCodes'>> {
  readonly valueDateDaysBack?: number
  readonly valueDateDaysAhead?: number
  readonly transactionCodes?: readonly TransactionCode[]
}

export type Balance = ReturnType<typeof renderBalance>

/** A tenant with books and a small chart, and an engine that changes them, in a banker's words. */
export interface Bank {
  readonly tenantId: TenantId
  readonly books: Books
  readonly database: Database
  readonly engine: PostingEngine
  /** The same database as the superuser and as the server sees it. */
  readonly adminUrl: string
  readonly serveUrl: string
  /** The same bank through another process's worth of connections and queues. */
  elsewhere(lanes?: LaneOptions): Bank
  submit(command: Command, key?: IdempotencyKey): Promise<Outcome>
  send(submission: Submission): Promise<Outcome>
  batch(units: readonly (Unit | Command)[]): Promise<Outcome[]>
  /** As the end of day posts: in a transaction of its own, into the day that is closing. */
  batchInto(day: BusinessDate, commands: readonly Command[]): Promise<Outcome[]>
  /** The business date moves on, and the day that it leaves is closing; the one that was closing has closed. */
  moveTo(date: BusinessDate): Promise<void>
  rehearse(command: Command, key?: IdempotencyKey): Promise<Outcome>
  /** Opens accounts; throws unless all were opened. */
  open(accountId: string, opening?: Opening): Promise<void>
  glAccount(...asked: Parameters<typeof newGlAccount>): Promise<void>
  /** Money from the bank's cash, which is unlimited. */
  fund(accountId: string, amount: string): Promise<void>
  transfer(transfer: Transfer & { key?: IdempotencyKey }): Promise<Outcome>
  post(lines: readonly string[], key?: IdempotencyKey): Promise<Outcome>
  status(...asked: Parameters<typeof standing>): Promise<Outcome>
  terms(...asked: Parameters<typeof newTerms>): Promise<Outcome>
  balance(accountId: string): Promise<Balance>
  state(accountId: string): Promise<AccountState>
  /** Anything, as the superuser. */
  rows<Row extends pg.QueryResultRow>(sql: string, values?: readonly unknown[]): Promise<Row[]>
  /** How many rows each table holds. */
  counts(): Promise<Record<string, number>>
  /** Every invariant of the books as SQL, in one snapshot. */
  expectBooksInOrder(): Promise<void>
}

interface Place {
  readonly testDatabase: () => TestDatabase
  readonly admin: () => pg.Pool
  readonly main: () => Database
  connect(): Database
}

let tenantsMade = 0

/** Banks of a test file, in one database of its own. Call the result for a new, empty one. */
export function useBank(): (options?: BankOptions) => Promise<Bank> {
  const testDatabase = useTestDatabase()
  const open: Database[] = []
  let admin: pg.Pool | undefined
  const connect = (): Database => {
    const strictRoles = process.env.PLINTH_STRICT_ROLES === '1'
    const applicationName = open.length === 0 ? 'test' : 'elsewhere'
    const database = openDatabase({ url: testDatabase().serveUrl, applicationName, strictRoles })
    let closed: Promise<void> | undefined
    const closedOnce = (): Promise<void> => {
      closed ??= database.close()
      return closed
    }
    open.push({ ...database, close: closedOnce })
    return open.at(-1) as Database
  }
  beforeAll(() => {
    admin = new pg.Pool({ connectionString: testDatabase().adminUrl, max: 3 })
    admin.on('error', () => {})
    connect()
  })
  afterAll(async () => {
    await Promise.all([...open.map((database) => database.close()), admin?.end()])
  })
  const place: Place = {
    testDatabase,
    admin: () => admin as pg.Pool,
    main: () => open[0] as Database,
    connect,
  }
  return async (options = {}) => {
    const tenant = newTenant()
    await foundTenant(place.main(), tenant, options)
    const bank = bankAt(place, { tenant, currencies }, place.main())
    await setUpChart(bank)
    return bank
  }
}

function newTenant(): Tenant {
  tenantsMade += 1
  return {
    tenantId: parseTenantId(`bank-${tenantsMade}`) as TenantId,
    name: `Bank ${tenantsMade}`,
    baseCurrency: 'EUR',
    timeZone: 'Europe/Berlin',
    firstBusinessDate,
  }
}

async function foundTenant(
  database: Database,
  tenant: Tenant,
  { valueDateDaysBack, valueDateDaysAhead = 30, ...settings }: BankOptions,
): Promise<void> {
  const { tenantId } = tenant
  const deadlineMs = Date.now() + 10_000
  await database.transaction({ tenantId, lane: 'online', deadlineMs }, async (tx) => {
    await insertTenant(tx, tenant, {
      settings: {
        ...settings,
        currencies: ownCurrencies,
        valueDateDaysBack: valueDateDaysBack ?? null,
        valueDateDaysAhead,
      },
      subject: 'test',
    })
    await openBooks(tx, firstBusinessDate)
  })
}

/** Customers' deposits 2100, loans 1300, fees 4100, and the bank's cash: `cash` in EUR, `yen`, `gold`. */
async function setUpChart(bank: Bank): Promise<void> {
  const made = await bank.batch([
    newGlAccount('1000', 'asset', { postable: false }),
    newGlAccount('1100', 'asset', { parent: '1000' }),
    newGlAccount('1300', 'asset', { parent: '1000' }),
    newGlAccount('2100', 'liability'),
    newGlAccount('4100', 'income'),
    opening('cash', { gl: '1100', unlimited: true }),
    opening('yen', { gl: '1100', unlimited: true, currency: 'JPY' }),
    opening('gold', { gl: '1100', unlimited: true, currency: 'GOLD' }),
  ])
  expect(made.map(endOf)).toEqual(made.map(() => 'accepted'))
}

function bankAt(place: Place, books: Books, database: Database, lanes?: LaneOptions): Bank {
  const engine = settlingFirst(openPosting(database, lanes, interestDesk), { database, newId: uuidV7 })
  const { tenantId } = books.tenant
  const send = (submission: Submission) => engine.submit(books, submission)
  const submit: Bank['submit'] = (command, key) => send(submissionOf(command, key))
  const mustPass = async (command: Command): Promise<void> => {
    expect(endOf(await submit(command))).toBe('accepted')
  }
  const rows: Bank['rows'] = async (sql, values = []) =>
    (await place.admin().query(sql, [...values])).rows as never
  const state: Bank['state'] = (accountId) =>
    database.read(tenantId, async (tx) => {
      const found = await readState(tx, accountId as AccountId)
      if (found === undefined) throw new Error(`no account ${accountId}`)
      return found
    })
  return {
    tenantId,
    books,
    database,
    engine,
    adminUrl: place.testDatabase().adminUrl,
    serveUrl: place.testDatabase().serveUrl,
    elsewhere: (otherLanes) => bankAt(place, books, place.connect(), otherLanes),
    send,
    submit,
    batch: (units) =>
      engine.submitBatch(
        books,
        units.map((unit) => ('submissions' in unit ? unit : alone(unit))),
      ),
    batchInto: (day, commands) =>
      database.transaction({ tenantId, lane: 'batch', deadlineMs: Date.now() + 60_000 }, (tx) =>
        postWithin(tx, books, { units: commands.map((command) => alone(command)), bookInto: day }),
      ),
    moveTo: async (date) => {
      const head = 'update ledger.journal_head set closing_date'
      await rows(`${head} = null where tenant_id = $1`, [tenantId])
      await rows(`${head} = business_date, business_date = $2 where tenant_id = $1`, [tenantId, date])
    },
    rehearse: (command, key) => engine.rehearse(books, submissionOf(command, key)),
    open: (accountId, asked) => mustPass(opening(accountId, asked)),
    glAccount: (...asked) => mustPass(newGlAccount(...asked)),
    fund: (accountId, amount) => mustPass(transferOf({ from: 'cash', to: accountId, amount })),
    transfer: ({ key, ...transfer }) => submit(transferOf(transfer), key),
    post: (lines, key) => submit(posting(lines), key),
    status: (...asked) => submit(standing(...asked)),
    terms: (...asked) => submit(newTerms(...asked)),
    balance: (accountId) =>
      database.read(tenantId, async (tx) => {
        const found = await readState(tx, accountId as AccountId)
        if (found === undefined) throw new Error(`no account ${accountId}`)
        return renderBalance(found, (await readHead(tx)).businessDate, currencies)
      }),
    state,
    rows,
    counts: () => countRows(place.admin()),
    expectBooksInOrder: async () => expect(await brokenInvariants(place.admin(), tenantId)).toEqual({}),
  }
}

async function countRows(admin: pg.Pool): Promise<Record<string, number>> {
  const { rows: tables } = await admin.query<{ name: string }>(
    `select table_schema || '.' || table_name as name from information_schema.tables
      where table_schema in ('tenancy', 'audit', 'outbox', 'product', 'account', 'ledger', 'evidence', 'holds', 'suspense', 'posting', 'interest', 'fx', 'eod', 'reconciliation', 'webhooks') order by 1`,
  )
  const one = tables.map(({ name }) => `select '${name}' as name, count(*)::int as count from ${name}`)
  const { rows } = await admin.query<{ name: string; count: number }>(one.join(' union all '))
  return Object.fromEntries(rows.map(({ name, count }) => [name, count]))
}
