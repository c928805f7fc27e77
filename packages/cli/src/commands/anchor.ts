import type { TenantId } from '@plinth/kernel'
import { Command, InvalidArgumentError } from 'commander'
import { type AnchorReport, type CliRuntime, CommandFailure, exitCodes } from '../cli-runtime.js'
import { coloured, jsonOption, printJson, printTable, tenantOf, tenantOption } from '../output.js'

const explanation = `
The place is PLINTH_ANCHOR. Books that fall short of it are not served: \`serve\` and \`worker\` end with 1 until the backup that
was restored is accepted. Accepting is audited, and said in the anchor under the installation's signing key, so that
\`plinth verify --checkpoint\` knows which checkpoints were given up.
`

/** `plinth anchor`: the books beside what was kept of them outside. */
export function anchorCommand(runtime: CliRuntime): Command {
  return new Command('anchor')
    .description(
      'compare the books with the checkpoints that were kept outside, and accept a restored backup',
    )
    .addHelpText('after', explanation)
    .addCommand(compareCommand(runtime))
    .addCommand(acceptCommand(runtime))
}

function compareCommand(runtime: CliRuntime): Command {
  return new Command('compare')
    .description('of all tenants, what was kept outside and what is here; exits 1 where something is missing')
    .addOption(jsonOption())
    .action(async ({ json }: { json?: true }) => {
      const reports = await runtime.compareAnchor()
      if (reports === undefined)
        throw new CommandFailure(
          'PLINTH_ANCHOR names no place in which checkpoints are kept.',
          exitCodes.usage,
        )
      if (json) printJson(reports)
      else printReports(reports)
      const fallen = reports.some(({ state }) => state === 'behind' || state === 'differs')
      process.exitCode = fallen ? exitCodes.refused : exitCodes.done
    })
}

const wordsOf: Readonly<Record<AnchorReport['state'], string>> = {
  nothing_kept: 'nothing was kept yet',
  agrees: 'all that was kept is here',
  behind: coloured('MISSING: more was kept than is here', 'red'),
  differs: coloured('DIFFERS: another checkpoint was kept of as many', 'red'),
}

function printReports(reports: readonly AnchorReport[]): void {
  printTable(
    [
      { title: 'tenant' },
      { title: 'kept', align: 'right' },
      { title: 'sealed', align: 'right' },
      { title: 'entries', align: 'right' },
      { title: '' },
    ],
    reports.map(({ tenantId, anchored, sealed, entries, state }) => [
      tenantId,
      String(anchored),
      String(sealed),
      String(entries),
      wordsOf[state],
    ]),
  )
}

function acceptCommand(runtime: CliRuntime): Command {
  return new Command('accept')
    .description('go on from a restored backup: what was anchored behind it is given up')
    .requiredOption('--reason <text>', 'which backup, and who decided', parseReason)
    .addOption(tenantOption())
    .addOption(jsonOption())
    .action(async (options: { reason: string; tenant?: TenantId; json?: true }) => {
      const tenantId = tenantOf(runtime, options)
      const report = await runtime.acceptRestoration({ tenantId, reason: options.reason })
      if (options.json) return printJson(report)
      const { sealed, anchored } = report
      console.log(
        `Accepted: the books of ${tenantId} go on behind entry ${sealed}; what was anchored up to ${anchored} is given up.`,
      )
    })
}

function parseReason(text: string): string {
  if (/^[^\p{Cc}]{1,200}$/u.test(text) && text.trim() !== '') return text
  throw new InvalidArgumentError('A reason has 1 to 200 characters on one line.')
}
