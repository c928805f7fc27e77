import { Command, InvalidArgumentError } from 'commander'
import type { CliRuntime } from '../cli-runtime.js'

export function serveCommand(runtime: CliRuntime): Command {
  return new Command('serve')
    .description('answer HTTP requests until Ctrl-C or SIGTERM; logs JSON lines')
    .option('--port <number>', 'where to listen (default: PLINTH_PORT, else 4000)', parsePort)
    .addHelpText(
      'after',
      `
Refuses, by name, a database on which the books would not be safe: a role that is superuser, owner or passes row-level
security, fsync or synchronous_commit off, triggers missing or disabled, migrations that have not run.`,
    )
    .action(async ({ port }: { port?: number }) => {
      await runtime.serve({ port: port ?? runtime.settings.port, demo: false })
    })
}

/** 0 is any port that is free. */
export function parsePort(text: string): number {
  if (/^[0-9]{1,5}$/.test(text) && Number(text) <= 65_535) return Number(text)
  throw new InvalidArgumentError('A port is a number from 0 to 65535.')
}
