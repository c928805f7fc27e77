import type { Tx } from '@plinth/db'
import { type FoundAs, foundAs, readJourney, resolveId } from '@plinth/journey'
import type { Currencies } from '@plinth/kernel'
import { Command, InvalidArgumentError, Option } from 'commander'
import { type BookOptions, inBooks } from '../book-command.js'
import { type CliRuntime, CommandFailure } from '../cli-runtime.js'
import { jsonOption, printJson, tenantOption } from '../output.js'
import { parseNumber } from '../read-arguments.js'
import { printJourney, type Traced } from '../trace/print-journey.js'

const explanation = `
ID is a correlation id, an idempotency key, the id of an entry (or its number), of a hold, a suspense item, a proposal
or an event; an account leads to the last entry on it. They are tried in this order; --as says which one is meant.
Where nothing is known of the ID the exit code is 1: a command under that key has no outcome. It can be sent again
with the same key, which takes effect once, or be abandoned: POST /v1/commands/{key}/abandon.
`

interface TraceOptions extends BookOptions {
  readonly as?: FoundAs
  readonly limit: number
}

/** `plinth trace`: everything that belongs to one matter, in order, and where it stands. */
export function traceCommand(runtime: CliRuntime): Command {
  return new Command('trace')
    .description('what belongs to one matter, in the order in which it happened, and where it stands')
    .argument('<id>', '', parseAnyId)
    .addOption(new Option('--as <what>', 'what the id is').choices([...foundAs]))
    .option('--limit <number>', 'at most so many steps', parseNumber, 1_000)
    .addOption(tenantOption())
    .addOption(jsonOption())
    .addHelpText('after', explanation)
    .action(async (id: string, options: TraceOptions) => {
      const traced = await inBooks(runtime, options, ({ database }, { tenant, currencies }) =>
        database.read(tenant.tenantId, (tx) => trace(tx, currencies, { ...options, id })),
      )
      if (traced === undefined) throw nothingKnown(id, options.as)
      if (options.json) printJson(answerOf(traced))
      else printJourney(traced)
    })
}

async function trace(
  tx: Tx,
  currencies: Currencies,
  { id, as, limit }: TraceOptions & { readonly id: string },
): Promise<Traced | undefined> {
  const found = await resolveId(tx, id, as)
  const page =
    found && (await readJourney(tx, currencies, { correlationId: found.correlationId, limit: limit + 1 }))
  if (found === undefined || page === undefined) return undefined
  const journey = { ...page, steps: page.steps.slice(0, limit) }
  return { id, foundAs: found.foundAs, journey, cut: page.steps.length > limit }
}

/** As `GET /v1/journeys/{correlationId}` answers, with how it was found. */
function answerOf({ id, foundAs: as, journey, cut }: Traced): object {
  const { correlationId, standing, causes, related, steps } = journey
  const data = steps.map(({ place: _, ...step }) => step)
  return { id, foundAs: as, correlationId, standing, causes, related, data, cut }
}

const nothingKnown = (id: string, as: FoundAs | undefined): CommandFailure =>
  new CommandFailure(
    `Nothing is known of ${id}${as === undefined ? '' : ` as ${as}`} in this tenant. If it is the key of a command, that ` +
      'has no outcome: nothing was booked under it. Send it again with the same key, or abandon the key.',
  )

function parseAnyId(text: string): string {
  if (/^[\x21-\x7e]{1,255}$/.test(text)) return text
  throw new InvalidArgumentError('An id has 1 to 255 visible ASCII characters.')
}
