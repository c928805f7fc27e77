import { createHash } from 'node:crypto'
import { renderBaseTotals } from '@plinth/fx/domain'
import { type Currencies, canonicalJson, formatMinor, invariant } from '@plinth/kernel'
import { baseOfExtract } from './base-of-extract.js'
import { csvField } from './csv-field.js'
import type { GlExtract, GlExtractRow, Move } from './gl-extract.js'

/** The version of the form below. What an extract says never changes: another form gets another number and leaves this one be. */
export const extractForm = 1

type Format = (minor: bigint, currency: string) => string

const formatIn =
  (currencies: Currencies): Format =>
  (minor, currency) => {
    const decimals = currencies.decimalsOf(currency)
    invariant(decimals !== undefined, 'the currency of a GL account stays known', { currency })
    return formatMinor(minor, decimals)
  }

const renderRow = (row: GlExtractRow, format: Format, baseCurrency: string) => ({
  glCode: row.glCode,
  name: row.name,
  type: row.type,
  currency: row.currency,
  opening: format(row.opening, row.currency),
  debits: format(row.debits, row.currency),
  credits: format(row.credits, row.currency),
  closing: format(row.closing, row.currency),
  lines: row.lines,
  debitBalances: format(row.debitBalances, row.currency),
  creditBalances: format(row.creditBalances, row.currency),
  movedIn: format(row.movedIn, row.currency),
  movedOut: format(row.movedOut, row.currency),
  shown: format(row.shown, row.currency),
  baseClosing: row.baseClosing === undefined ? null : format(row.baseClosing, baseCurrency),
  rate: row.rate?.rate ?? null,
  rateDate: row.rate?.date ?? null,
  rateVersion: row.rate?.version ?? null,
})

const renderMove = ({ amount, ...move }: Move, format: Format) => ({
  glCode: move.glCode,
  overdrawnGlCode: move.overdrawnGlCode,
  currency: move.currency,
  amount: format(amount, move.currency),
  accounts: move.accounts,
})

const summed = [
  'opening',
  'debits',
  'credits',
  'closing',
  'debitBalances',
  'creditBalances',
  'shown',
] as const

/** What each currency comes to: debits equal credits, and opening, closing and shown are zero. */
function totalsOf(rows: readonly GlExtractRow[], format: Format) {
  const currencies = [...new Set(rows.map(({ currency }) => currency))].sort()
  return currencies.map((currency) => {
    const own = rows.filter((row) => row.currency === currency)
    const sum = (name: (typeof summed)[number] | 'movedOut'): string =>
      format(
        own.reduce((minor, row) => minor + row[name], 0n),
        currency,
      )
    return {
      currency,
      opening: sum('opening'),
      debits: sum('debits'),
      credits: sum('credits'),
      closing: sum('closing'),
      lines: own.reduce((lines, row) => lines + row.lines, 0),
      debitBalances: sum('debitBalances'),
      creditBalances: sum('creditBalances'),
      moved: sum('movedOut'),
      shown: sum('shown'),
    }
  })
}

/**
 * An extract as it is answered, with its checksum: SHA-256 over the canonical JSON (RFC 8785) of each row, each move, each total,
 * what it comes to in the base currency and then the head (`schema`, `tenantId`, `businessDate`), each followed by a line feed. In hexadecimal.
 */
export function renderGlExtract(extract: GlExtract, currencies: Currencies) {
  const { tenantId, businessDate, baseCurrency, rows, moves } = extract
  const format = formatIn(currencies)
  const said = {
    rows: rows.map((row) => renderRow(row, format, baseCurrency)),
    moves: moves.map((move) => renderMove(move, format)),
    totals: totalsOf(rows, format),
    base: renderBaseTotals(baseOfExtract(extract), currencies),
  }
  const head = { schema: `plinth.gl-extract/${extractForm}`, tenantId, businessDate }
  const hash = createHash('sha256')
  for (const part of [...said.rows, ...said.moves, ...said.totals, said.base, head])
    hash.update(`${canonicalJson(part)}\n`)
  return { ...head, ...said, checksum: hash.digest('hex') }
}

export type RenderedGlExtract = ReturnType<typeof renderGlExtract>

const columns = [
  'record',
  'businessDate',
  'glCode',
  'name',
  'type',
  'currency',
  'opening',
  'debits',
  'credits',
  'closing',
  'lines',
  'debitBalances',
  'creditBalances',
  'movedIn',
  'movedOut',
  'shown',
  'baseClosing',
  'rate',
  'rateDate',
  'rateVersion',
  'rounding',
  'overdrawnGlCode',
  'amount',
  'accounts',
  'checksum',
] as const

/**
 * RFC 4180 with one header and CRLF: a record `row` for each GL account and currency, a `move` for each way on which overdrawn
 * accounts were moved, a `total` for each currency, `base` for what all comes to in the base currency, and at last the
 * `checksum`, which is that of the JSON.
 */
export function renderGlExtractCsv(extract: RenderedGlExtract): string {
  const { businessDate, base, checksum } = extract
  const records: Partial<Record<(typeof columns)[number], string | number | null>>[] = [
    ...extract.rows.map((row) => ({ record: 'row', businessDate, ...row })),
    ...extract.moves.map((move) => ({ record: 'move', businessDate, ...move })),
    ...extract.totals.map(({ moved, ...total }) => ({
      record: 'total',
      businessDate,
      ...total,
      movedIn: moved,
      movedOut: moved,
    })),
    { record: 'base', businessDate, currency: base.currency, ...sidesOf(base) },
    { record: 'checksum', businessDate, checksum },
  ]
  const rows = records.map((record) => columns.map((column) => csvField(record[column])).join(','))
  return [columns.join(','), ...rows].map((row) => `${row}\r\n`).join('')
}

const sidesOf = ({ debits, credits, rounding }: RenderedGlExtract['base']) => ({ debits, credits, rounding })
