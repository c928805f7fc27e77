import type { PlinthClient, ReadResult } from '@plinth/client'
import { readRatesOfDay } from '@plinth/fx'
import { inBase, type RatesOfDay, renderBaseNet, renderBaseTotals } from '@plinth/fx/domain'
import {
  type BusinessDate,
  type Currencies,
  formatMinor,
  lastDayOf,
  type Period,
  type TenantId,
} from '@plinth/kernel'
import { readHead, readTrialBalance, type TrialBalance } from '@plinth/ledger'
import { Command, Option } from 'commander'
import { type CliRuntime, exitCodes } from '../cli-runtime.js'
import { asPeriod, coloured, jsonOption, printJson, printTable, tenantOf, tenantOption } from '../output.js'
import { printBase } from '../print-base.js'
import { parseDate } from '../read-arguments.js'
import { type Remote, remotely, said } from '../remote.js'

interface Options {
  readonly tenant?: TenantId
  readonly date?: BusinessDate
  readonly by?: 'booking' | 'value'
  readonly period?: Period
  readonly withoutYearEndClose?: true
  readonly json?: true
}

export function trialBalanceCommand(runtime: CliRuntime, remote: Remote): Command {
  return new Command('trial-balance')
    .description('debits and credits of every GL account up to a date, rolled up; exits 1 if they differ')
    .addOption(tenantOption())
    .option('--date <date>', 'YYYY-MM-DD, included (default: the business date)', parseDate)
    .addOption(
      new Option('--by <date>', 'which of a line’s dates counts (default: booking)')
        .choices(['booking', 'value'])
        .conflicts('period'),
    )
    .addOption(
      new Option(
        '--period <period>',
        'up to this period, YYYY-MM or YYYY-13, whenever its entries were booked',
      )
        .argParser(asPeriod)
        .conflicts('date'),
    )
    .option('--without-year-end-close', 'without the entries that close the year asked for')
    .addOption(jsonOption())
    .action(async (options: Options) => {
      const plinth = remote()
      const rendered =
        plinth === undefined
          ? await ofDatabase(runtime, options)
          : await remotely(() => ofRemote(plinth, options))
      if (options.json) printJson(rendered)
      else print(rendered)
      const differing = rendered.totals.filter(({ debits, credits }) => debits !== credits)
      for (const { currency, debits, credits } of differing) {
        const net = lessOf(debits, credits)
        console.error(
          coloured(`THE BOOKS DO NOT BALANCE: in ${currency} debits less credits are ${net}.`, 'red'),
        )
      }
      process.exitCode = differing.length === 0 ? exitCodes.done : exitCodes.refused
    })
}

/** Of two amounts with the same decimals. */
function lessOf(amount: string, less: string): string {
  const minor = (text: string): bigint => BigInt(text.replace('.', ''))
  return formatMinor(minor(amount) - minor(less), (amount.split('.')[1] ?? '').length)
}

/** As the API answers it, from the database or by HTTP. */
type RenderedTrialBalance = ReturnType<typeof renderTrialBalance> | ReadResult<'/v1/trial-balance'>

async function ofDatabase(runtime: CliRuntime, options: Options): Promise<RenderedTrialBalance> {
  const tenantId = tenantOf(runtime, options)
  return await runtime.withPlinth(async ({ database, books }) => {
    const { currencies, tenant } = await books(tenantId)
    return await database.read(tenantId, async (tx) => {
      const { by = 'booking', period, withoutYearEndClose } = options
      const asked = period === undefined ? options.date : lastDayOf(period)
      const date = asked ?? (await readHead(tx)).businessDate
      const read = await readTrialBalance(tx, { by, period, withoutYearEndClose, date })
      const wanted = { currencies: read.totals.map(({ currency }) => currency), day: date }
      const rates = await readRatesOfDay(tx, { ...wanted, baseCurrency: tenant.baseCurrency })
      return renderTrialBalance(read, rates, currencies)
    })
  })
}

async function ofRemote(plinth: PlinthClient, options: Options): Promise<RenderedTrialBalance> {
  const { date, by, period, withoutYearEndClose } = options
  const query = said({ date, by, period, yearEndClose: withoutYearEndClose && ('without' as const) })
  return await plinth.read('/v1/trial-balance', { query })
}

function renderTrialBalance(trialBalance: TrialBalance, rates: RatesOfDay, currencies: Currencies) {
  const { date, by, period, withoutYearEndClose, totals } = trialBalance
  const { rows, base } = inBase(trialBalance.rows, rates, currencies)
  const format = (minor: bigint, currency: string): string =>
    formatMinor(minor, currencies.decimalsOf(currency) as number)
  return {
    date,
    by,
    ...(period !== undefined && { period }),
    ...(withoutYearEndClose && { yearEndClose: 'without' as const }),
    rows: rows.map((row) => ({
      glCode: row.glCode,
      name: row.name,
      type: row.type,
      parentCode: row.parentCode,
      normalSide: row.normalSide,
      postable: row.postable,
      currency: row.currency,
      debits: format(row.debits, row.currency),
      credits: format(row.credits, row.currency),
      net: format(row.net, row.currency),
      debitBalances: format(row.debitBalances, row.currency),
      creditBalances: format(row.creditBalances, row.currency),
      baseNet: renderBaseNet(row, base, currencies),
    })),
    totals: totals.map(({ currency, debits, credits }) => ({
      currency,
      debits: format(debits, currency),
      credits: format(credits, currency),
    })),
    base: renderBaseTotals(base, currencies),
  }
}

const columnsOf = (base: string | undefined) => [
  { title: 'GL account' },
  { title: 'name' },
  { title: 'currency' },
  ...['debits', 'credits', 'net', 'debit balances', 'credit balances'].map(
    (title) => ({ title, align: 'right' }) as const,
  ),
  ...(base === undefined ? [] : [{ title: `net in ${base}`, align: 'right' } as const]),
]

function print(rendered: RenderedTrialBalance): void {
  const { rows, totals, base } = rendered
  const depths = depthsOf(rows)
  // Of a bank that has nothing in other currencies the base column would say everything twice.
  const foreign = totals.some(({ currency }) => currency !== base.currency)
  const inBaseCurrency = (text: string | null) => (foreign ? [text ?? 'no rate'] : [])
  const { date, by, period, yearEndClose } = rendered
  const upTo = period === undefined ? `${date}, by ${by} date` : `period ${period}`
  console.log(
    `Trial balance up to ${upTo}${yearEndClose === 'without' ? ', without the entries that close the year' : ''}`,
  )
  printTable(columnsOf(foreign ? base.currency : undefined), [
    ...rows.map((row) => [
      `${'  '.repeat(depths.get(row.glCode) ?? 0)}${row.glCode}`,
      row.postable ? row.name : `${row.name} (heading)`,
      row.currency,
      row.debits,
      row.credits,
      row.net,
      row.debitBalances,
      row.creditBalances,
      ...inBaseCurrency(row.baseNet),
    ]),
    ...totals.map(({ currency, debits, credits }) => [
      ...['total', '', currency, debits, credits, '', '', ''],
      ...inBaseCurrency(''),
    ]),
  ])
  if (foreign) printBase(base)
}

/** How deep each GL account stands under its headings. */
function depthsOf(
  rows: readonly { glCode: string; parentCode?: string | null | undefined }[],
): Map<string, number> {
  const parents = new Map(rows.map(({ glCode, parentCode }) => [glCode, parentCode]))
  return new Map(
    [...parents.keys()].map((glCode) => {
      let depth = 0
      for (let parent = parents.get(glCode); parent != null; parent = parents.get(parent)) depth += 1
      return [glCode, depth]
    }),
  )
}
