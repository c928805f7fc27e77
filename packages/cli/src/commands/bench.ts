import { Command, InvalidArgumentError } from 'commander'
import type { BenchReport } from '../bench/run-bench.js'
import { sentencesOf, tableOf } from '../bench/tell-figures.js'
import type { CliRuntime } from '../cli-runtime.js'
import { jsonOption, printJson, printTable } from '../output.js'

interface Options {
  readonly rounds: number
  readonly seconds: number
  readonly accounts: number
  readonly fill: number
  readonly history: number
  readonly eod: readonly number[]
  readonly sealed: number
  readonly only?: readonly string[]
  readonly json?: true
}

/** Measures Plinth beside its database's own benchmark (contract §7). */
export function benchCommand(runtime: CliRuntime): Command {
  return new Command('bench')
    .description('measure this machine: Plinth beside its database’s own benchmark, in databases made for it')
    .option('--rounds <n>', 'interleaved rounds; medians are printed', count, 5)
    .option('--seconds <n>', 'of each load in each round', count, 4)
    .option('--accounts <n>', 'accounts that postings choose from', count, 10_000)
    .option('--fill <n>', 'post this many afterwards and weigh the server', count, 0)
    .option(
      '--history <n>',
      'also ask for balances of the past, of an account with this many lines',
      count,
      0,
    )
    .option(
      '--eod <n,...>',
      'also end days of tenants with so many interest-bearing accounts each',
      counts,
      [],
    )
    .option('--sealed <n>', 'also verify a tenant with so many sealed entries; 0: none', count, 20_000)
    .option('--only <load,...>', 'only these loads, as (a), (i1) are named in the table', names)
    .addOption(jsonOption())
    .action(async ({ json, ...options }: Options) => {
      const { runBench } = await import('../bench/run-bench.js')
      const report = await runBench(runtime, {
        ...options,
        progress: (text) => console.error(`bench: ${text}`),
      })
      if (json) printJson(report)
      else print(report)
    })
}

function count(text: string): number {
  if (!/^[0-9]{1,9}$/.test(text)) throw new InvalidArgumentError('Write a whole number.')
  return Number(text)
}

const names = (text: string): string[] => text.split(',')
const counts = (text: string): number[] => text.split(',').map(count)

function print(report: BenchReport): void {
  const { columns, rows } = tableOf(report)
  printTable(columns, rows)
  console.log(`\n${sentencesOf(report).join('\n')}`)
}
