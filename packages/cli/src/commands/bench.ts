import { Command, InvalidArgumentError } from 'commander'
import type { BenchReport } from '../bench/run-bench.js'
import type { CliRuntime } from '../cli-runtime.js'
import { jsonOption, printJson, printTable } from '../output.js'

interface Options {
  readonly rounds: number
  readonly seconds: number
  readonly accounts: number
  readonly fill: number
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

function print({ loads, memory, comparable }: BenchReport): void {
  const right = (title: string) => ({ title, align: 'right' as const })
  printTable(
    [{ title: '' }, right('per second'), right('p50 ms'), right('p99 ms'), right('ratio'), { title: 'what' }],
    loads.map(({ name, what, median, ratio }) => [
      `(${name})`,
      Math.round(median.rate).toString(),
      median.p50Ms.toFixed(2),
      median.p99Ms.toFixed(2),
      ratio === undefined ? '' : ratio.toFixed(2),
      what,
    ]),
  )
  console.log(
    comparable
      ? '\nRatios: of rates to (a), of (e) to (e0), medians over the rounds. Durability is on.'
      : '\nNo ratios: install pgbench (Debian: postgresql-contrib) for a comparison.',
  )
  if (memory !== undefined)
    console.log(`Server memory after ${memory.postings} more postings: ${memory.residentMiB} MiB.`)
}
