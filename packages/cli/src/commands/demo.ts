import { Command } from 'commander'
import type { CliRuntime } from '../cli-runtime.js'
import { jsonOption, printFields, printJson } from '../output.js'

export function demoCommand(runtime: CliRuntime): Command {
  return new Command('demo')
    .description(
      'make the tenant `demo` with a small chart of accounts, customers and tokens, as far as it is missing',
    )
    .addOption(jsonOption())
    .action(async ({ json }: { json?: true }) => {
      const demo = await runtime.makeDemo()
      if (json) return printJson(demo)
      console.log(
        demo.changed ? 'The demo tenant is made.' : 'The demo tenant is there already; nothing was changed.',
      )
      printFields({ tenant: demo.tenantId, 'business date': demo.businessDate, tokens: demo.tokensFile })
    })
}
