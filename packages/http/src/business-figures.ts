import type { Database, Tx } from '@plinth/db'
import { type EodFigures, readEodFigures } from '@plinth/eod'
import { readLatestCheckpoint } from '@plinth/evidence'
import { type OverdueFigures, readHeldAmounts, readOverdueFigures } from '@plinth/holds'
import { type CurrencyCode, formatMinor, invariant, type TenantId } from '@plinth/kernel'
import { type BookFigures, readBookFigures } from '@plinth/ledger'
import { type Consumer, listConsumers } from '@plinth/outbox'
import { type BreakFigures, readBreakFigures } from '@plinth/reconciliation'
import { readSuspenseFigures, type SuspenseFigures } from '@plinth/suspense'
import {
  listTenants,
  type ProposalFigures,
  readProposalFigures,
  readSettings,
  type Tenant,
} from '@plinth/tenancy'

/** How the business of a tenant stands, as the database says. */
export interface TenantFigures {
  readonly tenantId: TenantId
  /** Of `performance.now()`. */
  readonly readMs: number
  readonly books: BookFigures
  readonly sealedEntries: number
  readonly overdue: OverdueFigures
  readonly proposals: ProposalFigures
  readonly suspense: SuspenseFigures
  readonly breaks: readonly BreakFigures[]
  readonly eod: EodFigures | undefined
  /** Whom events are passed on to. */
  readonly consumers: readonly Consumer[]
  /** Decimal texts; absent where there are too many holds to add them up for a figure that is only looked at. */
  readonly held: ReadonlyMap<CurrencyCode, string> | undefined
}

/** Figures of all tenants, remembered. */
export interface Figures {
  /** Reads them anew if they are old. Never throws: what could not be read stays as it was. */
  latest(): Promise<readonly TenantFigures[]>
  /** How often tenants could not be read. */
  readonly failures: number
}

// Two scrapes a quarter of a minute apart see different figures; ten scrapers at once cost what one does.
const freshMs = 10_000
// Adding up a hundred thousand holds takes some tenths of a second: not for each scrape.
const heldFreshMs = 60_000
const heldHoldsMax = 100_000
// What is beyond it is a thousand too many whatever it is.
const countMax = 1_000
// Prometheus gives up after ten seconds; what takes longer is there for the next scrape.
const patienceMs = 2_000

/**
 * Figures read from the database when somebody asks. Of each tenant it is some ten rows by key and a thousand by index, one tenant
 * behind the other on one connection: a database that is busy is not made busier by being watched.
 */
export function openFigures(database: Pick<Database, 'read'>): Figures {
  const known = new Map<TenantId, TenantFigures>()
  const held = new Map<TenantId, { atMs: number; amounts: TenantFigures['held'] }>()
  let failures = 0
  let readMs = Number.NEGATIVE_INFINITY
  let reading: Promise<void> | undefined

  async function readHeld(tx: Tx, tenantId: TenantId): Promise<TenantFigures['held']> {
    const last = held.get(tenantId)
    if (last !== undefined && performance.now() - last.atMs < heldFreshMs) return last.amounts
    const amounts = await readHeldTexts(tx)
    held.set(tenantId, { atMs: performance.now(), amounts })
    return amounts
  }

  async function readAll(): Promise<void> {
    const tenants = await database.read(undefined, listTenants)
    for (const tenant of tenants) {
      const { tenantId } = tenant
      try {
        const figures = await database.read(tenantId, (tx) => readTenantFigures(tx, tenant, readHeld))
        if (figures !== undefined) known.set(tenantId, figures)
      } catch {
        failures += 1
      }
    }
  }

  function begin(): Promise<void> {
    readMs = performance.now()
    return readAll()
      .catch(() => {
        failures += 1
      })
      .finally(() => {
        reading = undefined
      })
  }

  return {
    latest: async () => {
      if (reading === undefined && performance.now() - readMs >= freshMs) reading = begin()
      if (reading !== undefined) await atMost(patienceMs, reading)
      return [...known.values()]
    },
    get failures() {
      return failures
    },
  }
}

async function atMost(ms: number, work: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const patience = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms)
  })
  await Promise.race([work, patience])
  clearTimeout(timer)
}

/** Undefined: the tenant has no books yet. */
async function readTenantFigures(
  tx: Tx,
  { tenantId, timeZone }: Tenant,
  readHeld: (tx: Tx, tenantId: TenantId) => Promise<TenantFigures['held']>,
): Promise<TenantFigures | undefined> {
  const sealedEntries = (await readLatestCheckpoint(tx))?.treeSize ?? 0
  const books = await readBookFigures(tx, { timeZone, sealedUpTo: sealedEntries })
  if (books === undefined) return undefined
  const { businessDate } = books
  const [overdue, proposals, suspense, breaks, eod, held, consumers] = await Promise.all([
    readOverdueFigures(tx, { businessDate, countMax }),
    readProposalFigures(tx, { countMax }),
    readSuspenseFigures(tx, { countMax }),
    readBreakFigures(tx, { countMax }),
    readEodFigures(tx, { countMax }),
    readHeld(tx, tenantId),
    listConsumers(tx),
  ])
  const readMs = performance.now()
  const counts = { overdue, proposals, suspense, breaks, eod, held, consumers }
  return { tenantId, readMs, books, sealedEntries, ...counts }
}

async function readHeldTexts(tx: Tx): Promise<TenantFigures['held']> {
  const [amounts, settings] = await Promise.all([
    readHeldAmounts(tx, { holdsMax: heldHoldsMax }),
    readSettings(tx),
  ])
  if (amounts === undefined || settings === undefined) return undefined
  return new Map(
    [...amounts].map(([currency, minor]) => {
      const decimals = settings.currencies.decimalsOf(currency)
      invariant(decimals !== undefined, 'a currency that is held is known', { currency })
      return [currency, formatMinor(minor, decimals)]
    }),
  )
}
