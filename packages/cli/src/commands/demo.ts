import { SingleBar } from 'cli-progress'
import { Command, InvalidArgumentError } from 'commander'
import type { CliRuntime, DemoDays, LivedDays } from '../cli-runtime.js'
import { jsonOption, printFields, printJson } from '../output.js'
import { stopOnInterrupt } from '../stop-on-interrupt.js'

export function demoCommand(runtime: CliRuntime): Command {
  return new Command('demo')
    .description(
      'make the tenant `demo` with a small chart of accounts, customers and tokens, as far as it is missing',
    )
    .option(
      '--days <n>',
      'then let it live for so many business days: products, customers with cards and savings, ends of day, statements',
      daysOf,
    )
    .addOption(jsonOption())
    .action(async ({ days, json }: { days?: number; json?: true }) => {
      const demo = days === undefined ? await runtime.makeDemo() : await live(runtime, days)
      if (json) return printJson(demo)
      const { lived, tenantId, businessDate, tokensFile } = demo
      if (lived === undefined || demo.changed)
        console.log(
          demo.changed
            ? 'The demo tenant is made.'
            : 'The demo tenant is there already; nothing was changed.',
        )
      if (lived !== undefined) console.log(sentenceOf(lived))
      printFields({ tenant: tenantId, 'business date': businessDate, tokens: tokensFile })
    })
}

async function live(runtime: CliRuntime, days: number): ReturnType<CliRuntime['makeDemo']> {
  const stop = stopOnInterrupt('Stopping at the end of the day at hand …')
  const bar = new SingleBar({
    format: '{date}  {bar} {percentage} %  {value} of {total} days  {eta_formatted} left',
    hideCursor: true,
  })
  const progressed: DemoDays['progressed'] = ({ date, done, of }) => {
    if (!process.stderr.isTTY) return
    if (done === 1) bar.start(of, 1, { date })
    else bar.update(done, { date })
  }
  try {
    return await runtime.makeDemo({ days, progressed, stopped: () => stop.asked })
  } finally {
    bar.stop()
    stop.forget()
  }
}

const sentenceOf = ({ days, from, postings, rejected, statements }: LivedDays): string =>
  `It lived for ${days} business days from ${from} on: ${postings} postings and holds, ${rejected} refused for want of money, ${statements} statements.
What it left can be looked at: \`plinth verify\`, \`plinth reconcile run\`, \`plinth trial-balance\`, \`plinth eod status\`, \`plinth account statement customer-01:current\`.`

function daysOf(text: string): number {
  const days = /^[1-9][0-9]{0,3}$/.test(text) ? Number(text) : 0
  if (days < 1 || days > 2_000) throw new InvalidArgumentError('Write a number of days, 1 to 2000.')
  return days
}
