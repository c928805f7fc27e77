import { type Account, listAccounts, readAccount } from '@plinth/account'
import type { Tx } from '@plinth/db'
import {
  type AccountId,
  type BusinessDate,
  type CurrencyCode,
  type EntryId,
  type GlCode,
  invariant,
  type Side,
} from '@plinth/kernel'
import { readHead, readPastTurnovers } from '@plinth/ledger'
import {
  type FixedLineRequest,
  type InOwnName,
  internalAccount,
  type OwnCommand,
  type OwnOpening,
  openingOf,
  type Post,
} from '@plinth/posting'
import { type ForeignExchange, readSettings } from '@plinth/tenancy'
import { baseValueOf } from '../domain/base-value.js'
import {
  beforePositions,
  counterValueAccount,
  currencyOfPosition,
  gainOf,
  positionAccount,
} from '../domain/position.js'
import type { Rate } from '../domain/rate.js'
import { type FoundRate, findRates } from './base-rates.js'
import type { RateStore, Revaluation, RevaluationStore } from './ports.js'
import { postInBooks, refused } from './post-in-books.js'

/** An end of day. */
export interface RevaluationRun extends InOwnName {
  /** The business date that is closing, and the next one. */
  readonly day: BusinessDate
  readonly next: BusinessDate
  /** The day, while it is closing; undefined: it has closed, and what is made up for is booked on the business date. */
  readonly bookInto: BusinessDate | undefined
  /** Nothing is posted, and what has no rate is counted. */
  readonly rehearsal: RevaluationRehearsal | undefined
}

/** As of which entry a revaluation is rehearsed, and who hears what it would post. */
export interface RevaluationRehearsal {
  readonly knownAtEntryNo: number
  foresee(entries: readonly ForeseenRevaluation[]): void
}

/** An entry in the base currency that would be posted. */
export interface ForeseenRevaluation {
  readonly currency: CurrencyCode
  readonly lines: readonly {
    readonly accountId: AccountId
    /** Of an account that would be opened for it. */
    readonly glCode: GlCode | undefined
    readonly side: Side
    readonly amount: bigint
  }[]
}

/** What a partition came to. */
export interface RevaluationCounts extends Readonly<Record<string, number>> {
  readonly positions: number
}

const accountsPerPage = 1_000

/**
 * The accounts of positions in other currencies, by id. None before the settings say on which GL accounts they are. An account
 * whose id says another currency than it has is nobody's position.
 */
export async function listPositions(
  tx: Tx,
  {
    from,
    to,
    limit,
    baseCurrency,
  }: { from: string; to: string | undefined; limit: number; baseCurrency: string },
): Promise<AccountId[]> {
  if ((await readSettings(tx))?.foreignExchange === undefined) return []
  return (await readPositionAccounts(tx, baseCurrency))
    .filter((accountId) => accountId >= from && (to === undefined || accountId <= to))
    .slice(0, limit)
}

/** The accounts of positions in other currencies, by id, whatever the settings say. */
export async function readPositionAccounts(tx: Tx, baseCurrency: string): Promise<AccountId[]> {
  const positions: AccountId[] = []
  for (let after = beforePositions; ; ) {
    const page = await listAccounts(tx, { filter: {}, order: 'asc', limit: accountsPerPage, after })
    for (const { details } of page) {
      const currency = currencyOfPosition(details.accountId)
      if (currency === details.currency && currency !== baseCurrency) positions.push(details.accountId)
    }
    const last = page.at(-1)?.details.accountId
    if (page.length < accountsPerPage || last === undefined || currencyOfPosition(last) === undefined) break
    after = last
  }
  return positions
}

/**
 * Values positions at the rates of the day and posts what they have gained or lost since the last time, so that what a position
 * is worth and what stands against it come to nothing. Each day and currency once. Of a day that has closed it is made up for
 * only while no other day has: the next one's revaluation has made up for it otherwise.
 *
 * @throws FxRefused a currency has no rate, or its accounts are not what they should be.
 */
export const revaluePositionsWith =
  (rates: RateStore, store: RevaluationStore) =>
  async (tx: Tx, run: RevaluationRun, accountIds: readonly AccountId[]): Promise<RevaluationCounts> => {
    const { day, next, bookInto, rehearsal } = run
    if (bookInto === undefined && rehearsal === undefined && (await readHead(tx)).businessDate !== next)
      return { positions: 0, overtaken: accountIds.length }
    const exchange = (await readSettings(tx))?.foreignExchange
    if (exchange === undefined) return { positions: 0 }
    const done = new Set(await store.readRevalued(tx, day))
    const currencies = [...accountIds]
      .sort()
      .map((accountId) => currencyOfPosition(accountId) as CurrencyCode)
      .filter((currency) => !done.has(currency))
    const found = await findRates(rates, tx, { currencies, day })
    const valued: Valued[] = []
    let withoutRate = 0
    for (const currency of currencies) {
      const read = await readPosition(tx, run, currency)
      const of = { ...read, found: found.get(currency) as FoundRate }
      if (read.position === 0n && read.counterValue === 0n) continue
      if (rehearsal !== undefined && read.position !== 0n && of.found.rate === undefined) withoutRate += 1
      else valued.push(valuedAt(run, of))
    }
    const posted = valued.filter(({ row }) => row.entryId !== undefined).length
    if (rehearsal !== undefined) {
      const base = run.books.tenant.baseCurrency as CurrencyCode
      rehearsal.foresee(foreseenOf(await commandsFor(tx, run, { exchange, valued }), base))
      return { positions: valued.length, posted, withoutRate }
    }
    store.insertRevaluations(
      tx,
      valued.map(({ row }) => row),
    )
    const { openings, entries } = await commandsFor(tx, run, { exchange, valued })
    await postInBooks(tx, run, { commands: [...openings, ...entries], bookedOn: bookInto ?? next })
    return { positions: valued.length, posted }
  }

interface PositionRead {
  readonly currency: CurrencyCode
  readonly position: bigint
  readonly counterValue: bigint
  readonly counter: Account | undefined
}

interface Valued {
  readonly row: Revaluation
  readonly rate: Rate | undefined
  readonly counter: Account | undefined
}

async function readPosition(
  tx: Tx,
  { books, day, rehearsal }: RevaluationRun,
  currency: CurrencyCode,
): Promise<PositionRead> {
  const [held, counter] = [positionAccount(currency), counterValueAccount(currency)]
  const [position, against] = await Promise.all([readAccount(tx, held), readAccount(tx, counter)])
  expectInternal(position, held, currency)
  expectInternal(against, counter, books.tenant.baseCurrency)
  const upTo = { bookingDate: day, knownAtEntryNo: rehearsal?.knownAtEntryNo }
  return {
    currency,
    position: await netBookedBy(tx, held, upTo),
    counterValue: await netBookedBy(tx, counter, upTo),
    counter: against,
  }
}

/** Account ids are anybody's to choose: only operators open accounts without a limit. */
function expectInternal(account: Account | undefined, accountId: AccountId, currency: string): void {
  if (account === undefined) return
  if (account.state.unlimited && account.details.currency === currency) return
  throw refused(`${accountId} is an ordinary account, where the bank’s own in ${currency} should be.`)
}

/** Credits less debits of what was booked by the end of a day. */
export async function netBookedBy(
  tx: Tx,
  accountId: AccountId,
  upTo: { readonly bookingDate: BusinessDate; readonly knownAtEntryNo?: number | undefined },
): Promise<bigint> {
  const turnovers = await readPastTurnovers(tx, { accountId, ...upTo })
  invariant(!('notYet' in turnovers), 'what is booked is known', { accountId })
  return turnovers.credits - turnovers.debits
}

function valuedAt(
  { books, day, newId }: RevaluationRun,
  { currency, position, counterValue, counter, found }: PositionRead & { readonly found: FoundRate },
): Valued {
  const { rate } = found
  if (rate === undefined && position !== 0n) throw refused(withoutRateSays(currency, day, found))
  const { currencies, tenant } = books
  const [decimals, baseDecimals] = [currency, tenant.baseCurrency].map(
    (code) => currencies.decimalsOf(code) as number,
  )
  const scale = { decimals: decimals as number, baseDecimals: baseDecimals as number }
  const baseValue = rate === undefined ? 0n : baseValueOf(position, rate.rate, scale)
  const entryId = gainOf({ baseValue, counterValue }) === 0n ? undefined : (newId() as EntryId)
  const at = rate && { date: rate.date, version: rate.version }
  return {
    row: { businessDate: day, currency, position, counterValue, rate: at, baseValue, entryId },
    ...{ rate, counter },
  }
}

function withoutRateSays(currency: CurrencyCode, day: BusinessDate, { tooOld, daysMax }: FoundRate): string {
  const newest = tooOld === undefined ? 'there is none' : `the newest is of ${tooOld.date}`
  return `No rate of ${currency} was approved for ${day} or the ${daysMax} days before it: ${newest}.`
}

interface WithLines {
  readonly lines: readonly FixedLineRequest[]
}

interface Commands {
  readonly openings: readonly OwnOpening[]
  readonly entries: readonly (OwnCommand & WithLines)[]
}

/** The entries, and the openings of the accounts that they name and nobody has opened yet. */
async function commandsFor(
  tx: Tx,
  { books, day }: RevaluationRun,
  { exchange, valued }: { exchange: ForeignExchange; valued: readonly Valued[] },
): Promise<Commands> {
  const base = books.tenant.baseCurrency as CurrencyCode
  const openings: OwnOpening[] = []
  const entries: (OwnCommand & WithLines)[] = []
  const opened = new Set<AccountId>()
  for (const { row, rate, counter } of valued) {
    const { currency, entryId } = row
    if (entryId === undefined) continue
    const gain = gainOf(row)
    const resultGlCode = gain > 0n ? exchange.gainGlCode : exchange.lossGlCode
    const result = internalAccount(resultGlCode, base)
    const counterId = counterValueAccount(currency)
    if (counter === undefined) {
      const name = `Counter-value of ${currency}`
      openings.push(
        openingOf('fx', { accountId: counterId, glCode: exchange.counterValueGlCode, currency: base, name }),
      )
    }
    if (!opened.has(result) && !(await isOwn(tx, result, resultGlCode))) {
      const name = `${gain > 0n ? 'Gains' : 'Losses'} of revaluation, ${base}`
      openings.push(openingOf('fx', { accountId: result, glCode: resultGlCode, currency: base, name }))
    }
    opened.add(result)
    const line = (accountId: AccountId, side: Side): FixedLineRequest => ({
      ...{ accountId, side, amount: gain > 0n ? gain : -gain, currency: base },
    })
    const lines =
      gain > 0n
        ? [line(counterId, 'debit'), line(result, 'credit')]
        : [line(result, 'debit'), line(counterId, 'credit')]
    entries.push({
      purpose: `fx:revaluation:${day}:${currency}`,
      ...{ entryId, lines },
      command: entryOf({ day, currency, rate, lines }),
    })
  }
  return { openings, entries }
}

/** What would be posted, with the GL accounts of the accounts that would be opened for it. */
function foreseenOf({ openings, entries }: Commands, base: CurrencyCode): ForeseenRevaluation[] {
  const opened = new Map(openings.map(({ command }) => [command.accountId, command.glCode] as const))
  return entries.map(({ lines }) => ({
    currency: base,
    lines: lines.map(({ accountId, side, amount }) => ({
      ...{ accountId: accountId as AccountId, glCode: opened.get(accountId), side, amount },
    })),
  }))
}

/** Whether the bank's own account of a GL account is there; what stands under another one is not the bank's. */
async function isOwn(tx: Tx, accountId: AccountId, glCode: GlCode): Promise<boolean> {
  const found = await readAccount(tx, accountId)
  if (found !== undefined && found.details.glCode !== glCode)
    throw refused(
      `${accountId} is kept under ${found.details.glCode}, where the bank’s own account of ${glCode} should be.`,
    )
  return found !== undefined
}

function entryOf({
  day,
  currency,
  rate,
  lines,
}: {
  day: BusinessDate
  currency: CurrencyCode
  rate: Rate | undefined
  lines: readonly FixedLineRequest[]
}): Post {
  return {
    ...{ type: 'post', kind: 'revaluation', transactionCode: 'REVALUATION', valueDate: day, lines },
    description: rate === undefined ? `Result in ${currency}` : `Revaluation of ${currency} at ${rate.rate}`,
    reference: undefined,
    endToEndId: undefined,
    metadata: {
      currency,
      ...(rate && { rate: rate.rate, rateDate: rate.date, rateVersion: String(rate.version) }),
    },
  }
}
