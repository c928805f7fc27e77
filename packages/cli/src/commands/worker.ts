import { Command } from 'commander'
import type { CliRuntime } from '../cli-runtime.js'

export const workerCommand = (runtime: CliRuntime): Command =>
  new Command('worker')
    .description(
      'do what nobody asks for until Ctrl-C or SIGTERM: expire holds, seal entries, keep checkpoints outside; logs JSON lines',
    )
    .addHelpText(
      'after',
      `
Any number of workers may run beside \`serve\`; \`start\` has one inside. Refuses what \`serve\` refuses.`,
    )
    .action(() => runtime.work())
