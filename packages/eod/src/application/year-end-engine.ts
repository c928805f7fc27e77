import { listAccountsUnder, readChart } from '@plinth/account'
import { recordAuditEvents } from '@plinth/audit'
import { type Database, Overtaken, type Tx } from '@plinth/db'
import {
  type AccountId,
  type CurrencyCode,
  type EntryId,
  firstDayOfYear,
  type GlCode,
  lastDayOfYear,
  type TenantId,
  thirteenthOf,
  yearOf,
} from '@plinth/kernel'
import {
  beginYearEnd,
  finishYearEnd,
  type Head,
  readHead,
  type TakenNumbers,
  takeNumbers,
} from '@plinth/ledger'
import { enqueueEvents } from '@plinth/outbox'
import { type Books, type Command, type CommandContext, type InOwnName, postOwn } from '@plinth/posting'
import { readSettingsVersion } from '@plinth/tenancy'
import type { YearEndReport } from '../domain/render-year-end.js'
import type { ClosingLine, YearEnd, YearEndPartition } from '../domain/year-end.js'
import { EodRefused } from './eod-error.js'
import type { YearEndStore } from './ports.js'
import type { Transact } from './running.js'
import { transactionsOf } from './transactions.js'
import { calculateClose, inOwnName, postClose, type YearClosed } from './year-end-posting.js'

export interface YearEndSetting {
  readonly database: Database
  readonly store: YearEndStore
  /** How many accounts an entry closes; an entry has room for 999 and the result. */
  readonly accountsMax: number
  newId(): string
}

/** Who asks for the end of a year. */
export interface YearEndRequest {
  readonly year: number
  readonly operator: CommandContext
}

/** Closes years. Any number of processes may have one, and may be at the same year. */
export interface YearEndEngine {
  /**
   * Closes a year's income and expense into the retained earnings and makes the year final; goes on with one that was begun, and
   * leaves one that is final as it is.
   *
   * @throws EodRefused it cannot be closed now.
   */
  close(books: Books, request: YearEndRequest): Promise<YearEndReport>
  /** What would be posted now. Nothing is kept, and the year may change until it is closed. */
  rehearse(books: Books, year: number): Promise<YearEndReport>
}

export const openYearEndEngine = (setting: YearEndSetting): YearEndEngine => ({
  close: async (books, { year, operator }) => {
    const { tenantId } = books.tenant
    const transact = transactionsOf(setting.database, tenantId)
    const desk = { ...setting, books, context: operator }
    const begun = await transact((tx) => begin(tx, setting, desk, year))
    if (begun.status === 'closing') {
      await divide(transact, setting, { tenantId, year })
      while (await transact((tx) => closeNext(tx, setting, { desk, begun })));
      await transact((tx) => finish(tx, setting, desk, year))
    }
    return await setting.database.read(tenantId, (tx) => readYearEndReport(setting.store)(tx, year))
  },
  rehearse: (books, year) =>
    setting.database.read(books.tenant.tenantId, (tx) => rehearse(tx, setting, year)),
})

export const readYearEndReport =
  (store: YearEndStore) =>
  async (tx: Tx, year: number): Promise<YearEndReport> => ({
    year,
    yearEnd: await store.readYearEnd(tx, year),
    entries: await store.readYearEndEntries(tx, year),
  })

/** From here on nobody but its closing entries comes into the year's thirteenth period. */
async function begin(tx: Tx, { store }: YearEndSetting, desk: InOwnName, year: number): Promise<YearEnd> {
  const found = await store.readYearEnd(tx, year)
  if (found !== undefined) return found
  const head = await readHead(tx)
  const { retainedEarningsGlCode } = await closable(tx, store, { head, year })
  const { subject: begunBy, correlationId } = desk.context
  const numbers = await tell(tx, desk, { year, head, action: 'begin_year_end', what: 'closing' })
  if (!(await beginYearEnd(tx, year))) throw new Overtaken(`${year} was begun by somebody else`)
  const begunEntryNo = numbers.firstEntryNo - 1
  const begunAt = numbers.postedAt
  await store.insertYearEnd(tx, {
    year,
    retainedEarningsGlCode,
    begunAt,
    begunBy,
    correlationId,
    begunEntryNo,
  })
  return {
    ...{ year, retainedEarningsGlCode, begunAt, begunBy, correlationId, begunEntryNo, status: 'closing' },
    ...{ finalAt: undefined, finalEntryNo: undefined, partitions: undefined },
  }
}

/** @throws EodRefused the year cannot be closed, or not yet. */
async function closable(
  tx: Tx,
  store: YearEndStore,
  { head, year }: { head: Head; year: number },
): Promise<YearClosed> {
  const { businessDate, closingDate, finalYear, closingYear, settingsVersion } = head
  if (year <= finalYear) throw new EodRefused(`The books of ${year} are closed, or there were none.`)
  if (yearOf(businessDate) <= year)
    throw new EodRefused(`${year} is not over: the business date is ${businessDate}.`)
  if (closingDate !== undefined && yearOf(closingDate) <= year)
    throw new EodRefused(`${closingDate} is not closed yet: \`plinth eod resume\` goes on with it.`)
  if (year !== finalYear + 1)
    throw new EodRefused(`${closingYear ?? finalYear + 1} comes first: years are closed one by one.`)
  const setAside = await store.readUnsettledUpTo(tx, lastDayOfYear(year))
  if (setAside !== undefined)
    throw new EodRefused(
      `${setAside} was set aside on a day of ${year}: \`plinth eod resume\` makes up for it.`,
    )
  const { retainedEarningsGlCode: glCode } = await readSettingsVersion(tx, settingsVersion)
  if (glCode === undefined)
    throw new EodRefused(
      'The settings name no retainedEarningsGlCode: a GL account of equity for the result.',
    )
  return { year, retainedEarningsGlCode: glCode }
}

/** Takes the head and says what happens: one audit event, one outbox event. */
async function tell(
  tx: Tx,
  { context, newId }: InOwnName,
  { year, head, action, what }: { year: number; head: Head; action: string; what: 'closing' | 'closed' },
): Promise<TakenNumbers> {
  const { businessDate, settingsVersion } = head
  const numbers = await takeNumbers(tx, { businessDate, settingsVersion, entries: 0, events: 1 })
  const object = String(year)
  const told = { outcome: 'accepted', code: undefined, idempotencyKey: undefined } as const
  recordAuditEvents(tx, [{ ...context, ...told, auditEventId: newId(), action, object }])
  const { correlationId, causationId } = context
  const type = `plinth.year.${what}.v1` as const
  const data = { year, period: thirteenthOf(year) }
  enqueueEvents(tx, [{ eventId: newId(), type, subject: object, correlationId, causationId, data }])
  return numbers
}

/** Divides the accounts of income and expense, once. No account that is opened now has anything in the year. */
async function divide(
  transact: Transact,
  { database, store, accountsMax }: YearEndSetting,
  { tenantId, year }: { tenantId: TenantId; year: number },
): Promise<void> {
  const partitions = await database.read(tenantId, (tx) => partitionsOf(tx, accountsMax))
  await transact(async (tx) => {
    const { partitions: planned, status } = await store.lockYearEnd(tx, year)
    if (planned === undefined && status === 'closing') await store.insertPartitions(tx, year, partitions)
  })
}

/** Accounts of income and expense, by currency and in the order of their GL accounts. */
async function partitionsOf(tx: Tx, accountsMax: number): Promise<YearEndPartition[]> {
  const results = (await readChart(tx)).filter(({ type }) => type === 'income' || type === 'expense')
  const accounts = await listAccountsUnder(
    tx,
    results.map(({ code }) => code),
  )
  const byCurrency = new Map<CurrencyCode, AccountId[]>()
  for (const { accountId, currency } of accounts) {
    const same = byCurrency.get(currency)
    if (same === undefined) byCurrency.set(currency, [accountId])
    else same.push(accountId)
  }
  const divided = [...byCurrency]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([currency, accountIds]) =>
      Array.from({ length: Math.ceil(accountIds.length / accountsMax) }, (_, at) => ({
        currency,
        accountIds: accountIds.slice(at * accountsMax, (at + 1) * accountsMax),
      })),
    )
  return divided.map((partition, at) => ({ ...partition, partitionNo: at + 1 }))
}

/** Closes the next partition. False: there is none left. */
async function closeNext(
  tx: Tx,
  { store, newId }: YearEndSetting,
  { desk, begun }: { desk: InOwnName; begun: YearClosed },
): Promise<boolean> {
  const { year } = begun
  const partition = await store.lockNextPartition(tx, year)
  if (partition === undefined) return false
  const { partitionNo, currency } = partition
  const { lines, result } = await calculateClose(tx, begun, partition)
  const entryId = lines.length === 0 ? undefined : (newId() as EntryId)
  await store.markPartition(tx, { year, partitionNo, entryId, result })
  if (entryId !== undefined) await postClose(tx, desk, { year, currency, partitionNo, entryId, lines })
  return true
}

/** Makes the year final, and its value dates with it: the tenant's floor moves to the day behind it, if it is not there yet. */
async function finish(tx: Tx, { store }: YearEndSetting, desk: InOwnName, year: number): Promise<void> {
  const { status } = await store.lockYearEnd(tx, year)
  if (status === 'final') return
  if ((await store.countPartitionsToDo(tx, year)) > 0) throw new Overtaken(`${year} has partitions left`)
  const head = await readHead(tx)
  const { valueDateFloor } = await readSettingsVersion(tx, head.settingsVersion)
  const numbers = await tell(tx, desk, { year, head, action: 'finish_year_end', what: 'closed' })
  await finishYearEnd(tx, year)
  await store.finishYearEnd(tx, { year, finalAt: numbers.postedAt, finalEntryNo: numbers.firstEntryNo - 1 })
  const floor = firstDayOfYear(year + 1)
  if (valueDateFloor !== undefined && valueDateFloor >= floor) return
  const command: Command = {
    ...{ type: 'change_settings', changes: { valueDateFloor: floor }, reason: `${year} is final` },
  }
  await inOwnName(() => postOwn(tx, desk, [{ purpose: `year-end:${year}:floor`, command }]))
}

async function rehearse(tx: Tx, setting: YearEndSetting, year: number): Promise<YearEndReport> {
  const report = await readYearEndReport(setting.store)(tx, year)
  if (report.yearEnd !== undefined) return report
  const closed = await closable(tx, setting.store, { head: await readHead(tx), year })
  const sums = new Map<string, { glCode: GlCode; currency: CurrencyCode; net: bigint }>()
  const results = new Map<CurrencyCode, bigint>()
  for (const partition of await partitionsOf(tx, setting.accountsMax)) {
    const { currency } = partition
    const { lines, result } = await calculateClose(tx, closed, partition)
    results.set(currency, (results.get(currency) ?? 0n) + result)
    for (const { glCode, side, amount } of lines) {
      const sum = sums.get(`${currency} ${glCode}`) ?? { glCode, currency, net: 0n }
      sums.set(`${currency} ${glCode}`, { ...sum, net: sum.net + (side === 'debit' ? amount : -amount) })
    }
  }
  const lines = [...sums.values()].flatMap(
    ({ net, ...of }): (Omit<ClosingLine, 'accountId'> & { currency: string })[] => {
      if (net === 0n) return []
      return [{ ...of, ...(net > 0n ? { side: 'debit', amount: net } : { side: 'credit', amount: -net }) }]
    },
  )
  const entries = [...results].map(([currency, result]) => ({ currency, result, entryIds: [] }))
  return { ...report, entries, lines }
}
