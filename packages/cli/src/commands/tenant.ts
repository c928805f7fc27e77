import { listTenants, roles } from '@plinth/tenancy'
import { Command, InvalidArgumentError, Option } from 'commander'
import type { CliRuntime, TenantRequest } from '../cli-runtime.js'
import { jsonOption, printFields, printJson, printTable } from '../output.js'

type CreateOptions = Omit<TenantRequest, 'tenantId' | 'currencies'> & {
  readonly currency?: Readonly<Record<string, number>>
  readonly json?: true
}

export function tenantCommand(runtime: CliRuntime): Command {
  const tenant = new Command('tenant').description(
    'tenants: legal banks or brands, each with books of its own',
  )
  return tenant.addCommand(createCommand(runtime)).addCommand(listCommand(runtime))
}

function createCommand(runtime: CliRuntime): Command {
  return new Command('create')
    .description('open the books of a new tenant and print a token for each role, this once')
    .argument('<id>', 'lower-case letters, digits and hyphens')
    .option('--name <name>', 'what people call it (default: its id)')
    .option('--base-currency <code>', 'default EUR')
    .option('--time-zone <name>', 'of its business day (default Europe/Berlin)')
    .option('--business-date <date>', 'the first one, YYYY-MM-DD (default: today in its time zone)')
    .addOption(
      new Option(
        '--currency <code:decimals>',
        'a currency of its own beside ISO 4217, such as GOLD:4; may be repeated',
      ).argParser(addCurrency),
    )
    .addOption(jsonOption())
    .action(async (tenantId: string, { json, currency, ...wanted }: CreateOptions) => {
      const { tenant, tokens } = await runtime.createTenant({ tenantId, currencies: currency, ...wanted })
      if (json) return printJson({ tenantId: tenant.tenantId, tokens })
      console.log(`The books of ${tenant.tenantId} are open.`)
      printFields({
        name: tenant.name,
        'base currency': tenant.baseCurrency,
        'time zone': tenant.timeZone,
        'business date': tenant.firstBusinessDate,
      })
      console.log('\nTokens, shown this once:')
      printFields(Object.fromEntries(roles.map((role) => [role, tokens[role]])))
    })
}

function addCurrency(text: string, before: Readonly<Record<string, number>> = {}): Record<string, number> {
  const parts = /^([A-Z0-9]{3,10}):([0-9]{1,2})$/.exec(text)
  if (parts === null) throw new InvalidArgumentError('Write it as CODE:DECIMALS, such as GOLD:4.')
  return { ...before, [parts[1] as string]: Number(parts[2]) }
}

function listCommand(runtime: CliRuntime): Command {
  return new Command('list')
    .description('all tenants')
    .addOption(jsonOption())
    .action(async ({ json }: { json?: true }) => {
      const tenants = await runtime.withPlinth(({ database }) => database.read(undefined, listTenants))
      if (json) return printJson(tenants)
      if (tenants.length === 0)
        return console.log('There is no tenant yet: `plinth tenant create ID` makes one.')
      printTable(
        ['tenant', 'name', 'base currency', 'time zone', 'first business date'].map((title) => ({ title })),
        tenants.map((each) => [
          each.tenantId,
          each.name,
          each.baseCurrency,
          each.timeZone,
          each.firstBusinessDate,
        ]),
      )
    })
}
