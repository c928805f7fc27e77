import { type Period, parsePeriod, parseTenantId, type TenantId } from '@plinth/kernel'
import Table from 'cli-table3'
import { InvalidArgumentError, Option } from 'commander'
import type { CliRuntime } from './cli-runtime.js'

/** For programs: one JSON value on standard output. */
export function printJson(value: unknown): void {
  console.log(JSON.stringify(value, null, process.stdout.isTTY ? 2 : undefined))
}

export interface Column {
  readonly title: string
  readonly align?: 'left' | 'right'
}

/** For people: columns without frames, so that they can be cut and searched too. */
export function printTable(columns: readonly Column[], rows: readonly (readonly string[])[]): void {
  const table = new Table({
    head: columns.map(({ title }) => title),
    colAligns: columns.map(({ align = 'left' }) => align),
    chars: frameless,
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 2 },
  })
  table.push(...rows.map((row) => [...row]))
  const lines = table.toString().split('\n')
  console.log(lines.map((line) => line.trimEnd()).join('\n'))
}

const frameless = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '',
  'left-mid': '',
  mid: '',
  'mid-mid': '',
  right: '',
  'right-mid': '',
  middle: '',
}

/** Name and value, one a line. What is undefined is left out. */
export function printFields(fields: Readonly<Record<string, string | undefined>>): void {
  const shown = Object.entries(fields).filter(([, value]) => value !== undefined)
  const width = Math.max(...shown.map(([name]) => name.length))
  for (const [name, value] of shown) console.log(`${name.padEnd(width)}  ${value}`)
}

/** Escapes that a terminal understands; none where nobody is looking, or where NO_COLOR asks for none. */
export function coloured(text: string, colour: 'green' | 'yellow' | 'red'): string {
  const wanted = process.stdout.isTTY && !process.env.NO_COLOR && process.env.TERM !== 'dumb'
  const code = { green: 32, yellow: 33, red: 31 }[colour]
  return wanted ? `\u001b[${code}m${text}\u001b[0m` : text
}

/** `--json`, on every command that prints a result. */
export const jsonOption = (): Option => new Option('--json', 'print the result as JSON')

/** `--tenant`, of which `tenantOf` makes a tenant. */
export const tenantOption = (): Option =>
  new Option('--tenant <id>', 'the tenant (default: PLINTH_TENANT, else demo)').argParser(parseTenant)

/** The tenant of `--tenant`, else of the environment. */
export const tenantOf = (runtime: CliRuntime, options: { tenant?: TenantId | undefined }): TenantId =>
  options.tenant ?? runtime.settings.tenant

function parseTenant(text: string): TenantId {
  const tenantId = parseTenantId(text)
  if (tenantId === undefined) {
    throw new InvalidArgumentError(
      'A tenant id has 1 to 32 lower-case letters, digits and hyphens, and no hyphen first.',
    )
  }
  return tenantId
}

/** Of an option that takes an accounting period. */
export function asPeriod(text: string): Period {
  const period = parsePeriod(text)
  if (period === undefined)
    throw new InvalidArgumentError('A period is written YYYY-MM, the thirteenth YYYY-13.')
  return period
}
