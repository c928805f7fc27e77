import { Command } from 'commander'
import type { CliRuntime } from '../cli-runtime.js'
import { parsePort } from './serve.js'

export function startCommand(runtime: CliRuntime): Command {
  return new Command('start')
    .description(
      'everything at once: PostgreSQL, migrations, the demo tenant, and serve; what `make start` runs',
    )
    .option('--port <number>', 'where to listen (default: PLINTH_PORT, else 4000)', parsePort)
    .action(async ({ port }: { port?: number }) => {
      await runtime.serve({ port: port ?? runtime.settings.port, demo: true })
    })
}
