import { Command } from 'commander'
import type { CliRuntime } from '../cli-runtime.js'
import { jsonOption, printJson } from '../output.js'

export function migrateCommand(runtime: CliRuntime): Command {
  return new Command('migrate')
    .description('make the database roles and run the migrations that have not run')
    .addOption(jsonOption())
    .addHelpText(
      'after',
      '\nMay run at any time and on several machines at once: the second waits and finds nothing to do.',
    )
    .action(async ({ json }: { json?: true }) => {
      const report = await runtime.migrate(json ? () => {} : (line) => console.log(line))
      if (json) return printJson(report)
      const { applied, alreadyApplied, database, serverVersion } = report
      const where = `database ${database}, PostgreSQL ${serverVersion}`
      if (applied.length === 0)
        console.log(`Nothing to do: all ${alreadyApplied} migrations have run (${where})`)
      else console.log(`${applied.length} run now, ${alreadyApplied} before (${where})`)
    })
}
