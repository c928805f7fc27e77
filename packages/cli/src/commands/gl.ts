import type { BusinessDate, TenantId } from '@plinth/kernel'
import { readHead } from '@plinth/ledger'
import { type RenderedGlExtract, readGlExtract } from '@plinth/reconciliation'
import { renderGlExtractCsv } from '@plinth/reconciliation/domain'
import { Command, Option } from 'commander'
import { type CliRuntime, CommandFailure } from '../cli-runtime.js'
import { jsonOption, tenantOf, tenantOption } from '../output.js'
import { parseDate } from '../read-arguments.js'
import { openTextOutput } from '../text-output.js'

const formats = {
  csv: renderGlExtractCsv,
  json: (extract: RenderedGlExtract) => `${JSON.stringify(extract)}\n`,
} as const

interface Options {
  readonly tenant?: TenantId
  readonly date: BusinessDate
  readonly format: keyof typeof formats
  readonly json?: true
  readonly out?: string
}

/** `plinth gl`: what the general ledger of somebody else takes over. */
export function glCommand(runtime: CliRuntime): Command {
  return new Command('gl')
    .description('what other general ledgers take over')
    .addCommand(extractCommand(runtime))
}

function extractCommand(runtime: CliRuntime): Command {
  return new Command('extract')
    .description(
      'the GL extract of a closed day, the same bytes for ever; of an open one see eod run --dry-run',
    )
    .requiredOption('--date <date>', 'YYYY-MM-DD, a closed business day', parseDate)
    .addOption(new Option('--format <format>', '').choices(Object.keys(formats)).default('csv'))
    .option('--out <file>', 'instead of standard output')
    .addOption(tenantOption())
    .addOption(jsonOption().conflicts('format'))
    .action(async (options: Options) => {
      const tenantId = tenantOf(runtime, options)
      const extract = await runtime.withPlinth(async ({ database, books }) => {
        const { currencies } = await books(tenantId)
        return await database.read(tenantId, async (tx) => {
          const found = await readGlExtract(tx, { businessDate: options.date, currencies })
          if (found !== undefined) return found
          const { businessDate, closingDate = businessDate } = await readHead(tx)
          throw new CommandFailure(
            options.date < closingDate
              ? `There is no extract of ${options.date}: it is no business day, or lies before the first extract.`
              : `${options.date} is not closed: the first day that is not is ${closingDate}.`,
          )
        })
      })
      const output = openTextOutput(options.out)
      await output.write(formats[options.json ? 'json' : options.format](extract))
      await output.close()
      if (options.out !== undefined)
        console.log(`${options.out}: ${extract.rows.length} rows, checksum ${extract.checksum}`)
    })
}
