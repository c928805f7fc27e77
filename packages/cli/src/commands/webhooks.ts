import type { Tx } from '@plinth/db'
import { readNewWebhook, readWebhookChanges } from '@plinth/http'
import { instantOf, parseUuid, type TenantId } from '@plinth/kernel'
import {
  changeWebhook,
  createWebhook,
  listDeliveries,
  listWebhooks,
  prepareWebhookTest,
  readWebhook,
  replayWebhook,
  rotateWebhookSecret,
  sendTest,
  setWebhookStatus,
  type WebhookId,
  type WebhookStatus,
} from '@plinth/webhooks'
import { renderDelivery, renderWebhook } from '@plinth/webhooks/domain'
import { Command, InvalidArgumentError } from 'commander'
import { accepted, type BookOptions, inBooks } from '../book-command.js'
import { type CliRuntime, CommandFailure, exitCodes, type Plinth } from '../cli-runtime.js'
import { jsonOption, printFields, printJson, printTable, tenantOption } from '../output.js'
import { parseNumber } from '../read-arguments.js'

const explanation = `
Events are sent in order, signed as Standard Webhooks has it, and again until the receiver answers 2xx. What it does not
take within a day becomes a dead letter, and the next event goes out; look at them, and send them again with replay.
`

/** `plinth webhooks`: where events are sent, and what became of them. */
export function webhooksCommand(runtime: CliRuntime): Command {
  return new Command('webhooks')
    .description('where events are sent: add, look after, try, and send dead letters again')
    .addHelpText('after', explanation)
    .addCommand(listCommand(runtime))
    .addCommand(addCommand(runtime))
    .addCommand(showCommand(runtime))
    .addCommand(changeCommand(runtime))
    .addCommand(rotateCommand(runtime))
    .addCommand(statusCommand(runtime, 'active'))
    .addCommand(statusCommand(runtime, 'disabled'))
    .addCommand(testCommand(runtime))
    .addCommand(deadLettersCommand(runtime))
    .addCommand(replayCommand(runtime))
}

interface Context {
  readonly plinth: Plinth
  readonly tenantId: TenantId
}

/** Who asks, and a transaction of the tenant's. */
function write<T>(
  { plinth, tenantId }: Context,
  work: (tx: Tx, by: ReturnType<typeof askingOf>) => Promise<T>,
): Promise<T> {
  const by = askingOf(plinth, tenantId)
  const options = { tenantId, lane: 'online', deadlineMs: by.nowMs + patienceMs } as const
  return plinth.database.transaction(options, (tx) => work(tx, by))
}

// Some statements and a commit.
const patienceMs = 10_000

const askingOf = ({ subject, newId }: Plinth, tenantId: TenantId) => ({
  tenantId,
  nowMs: Date.now(),
  asker: {
    ...{ auditEventId: newId(), subject, roles: [] as string[], correlationId: newId() },
    causationId: undefined,
  },
})

/** A command of one webhook: what it does, and what is printed of it. */
function ofWebhook<Options extends BookOptions>(
  runtime: CliRuntime,
  work: (context: Context, webhookId: WebhookId, options: Options) => Promise<void>,
) {
  return async (webhookId: WebhookId, options: Options): Promise<void> =>
    inBooks(runtime, options, (plinth, { tenant }) =>
      work({ plinth, tenantId: tenant.tenantId }, webhookId, options),
    )
}

const notThere = (webhookId: WebhookId): CommandFailure =>
  new CommandFailure(`There is no webhook ${webhookId}: plinth webhooks list`)

async function print(
  { plinth, tenantId }: Context,
  { webhookId, ...shown }: { webhookId: WebhookId; secret?: string },
  { json }: BookOptions,
): Promise<void> {
  const found = await plinth.database.read(tenantId, (tx) => readWebhook(tx, webhookId))
  if (found === undefined) throw notThere(webhookId)
  const body = { ...renderWebhook(found, instantOf(Date.now())), ...shown }
  if (json) return printJson(body)
  const { eventTypes, ...rest } = body
  printFields({
    ...Object.fromEntries(
      Object.entries(rest).map(([name, value]) => [name, value === null ? '–' : String(value)]),
    ),
    eventTypes: eventTypes.join(' ') || '*',
  })
}

const webhookArgument = ['<webhook>', 'its id', parseWebhookId] as const

function parseWebhookId(text: string): WebhookId {
  const webhookId = parseUuid<WebhookId>(text.toLowerCase())
  if (webhookId === undefined) throw new InvalidArgumentError('The id of a webhook is a UUID.')
  return webhookId
}

const shownMax = 1_000

function listCommand(runtime: CliRuntime): Command {
  return new Command('list')
    .description('the webhooks of a tenant and how far they are')
    .addOption(tenantOption())
    .addOption(jsonOption())
    .action(async (options: BookOptions) => {
      await inBooks(runtime, options, async ({ database }, { tenant }) => {
        const found = await database.read(tenant.tenantId, (tx) =>
          listWebhooks(tx, { order: 'asc', limit: shownMax }),
        )
        const now = instantOf(Date.now())
        const rendered = found.map((each) => renderWebhook(each, now))
        if (options.json) return printJson(rendered)
        printTable(
          ['webhook', 'url', 'status', 'circuit', 'position', 'lag', 'dead letters'].map((title) => ({
            title,
          })),
          rendered.map((each) => [
            ...[each.webhookId, each.url, each.disabledReason ?? each.status, each.circuit],
            ...[String(each.position), String(each.lag), String(each.deadLetters)],
          ]),
        )
      })
    })
}

interface AddOptions extends BookOptions {
  readonly types?: string
  readonly description?: string
  readonly after?: number
}

function addCommand(runtime: CliRuntime): Command {
  return new Command('add')
    .description('have events sent to a URL; prints the secret that they are signed with, this once')
    .argument('<url>', 'https, or http to this machine itself')
    .option('--types <list>', 'plinth.hold.placed.v1,plinth.journal_entry.* … (default: all)')
    .option('--description <text>')
    .option('--after <position>', 'begin behind this event (default: with those to come)', parsePosition)
    .addOption(tenantOption())
    .addOption(jsonOption())
    .action(async (url: string, options: AddOptions) => {
      const { types, description, after } = options
      const asked = accepted(
        readNewWebhook({
          url,
          ...(types !== undefined && { eventTypes: types.split(',') }),
          ...(description !== undefined && { description }),
          ...(after !== undefined && { startAfter: after }),
        }),
      )
      await inBooks(runtime, options, async (plinth, { tenant }) => {
        const context = { plinth, tenantId: tenant.tenantId }
        const box = await runtime.webhooks.box()
        const webhookId = plinth.newId() as WebhookId
        const secret = await write(context, (tx, by) =>
          createWebhook(tx, { webhookId, ...asked }, { ...by, box }),
        )
        await print(context, { webhookId, secret }, options)
      })
    })
}

function parsePosition(text: string): number {
  if (/^(?:0|[1-9][0-9]{0,14})$/.test(text)) return Number(text)
  throw new InvalidArgumentError('A position is a whole number from 0.')
}

function showCommand(runtime: CliRuntime): Command {
  return new Command('show')
    .description('a webhook and how far it is')
    .argument(...webhookArgument)
    .addOption(tenantOption())
    .addOption(jsonOption())
    .action(ofWebhook(runtime, (context, webhookId, options) => print(context, { webhookId }, options)))
}

function changeCommand(runtime: CliRuntime): Command {
  return new Command('change')
    .description('change where events go, and which')
    .argument(...webhookArgument)
    .option('--url <url>')
    .option('--types <list>', 'with commas between; * for all')
    .option('--description <text>')
    .addOption(tenantOption())
    .addOption(jsonOption())
    .action(
      ofWebhook(runtime, async (context, webhookId, options: AddOptions & { readonly url?: string }) => {
        const { url, types, description } = options
        const changes = accepted(
          readWebhookChanges({
            ...(url !== undefined && { url }),
            ...(types !== undefined && { eventTypes: types.split(',') }),
            ...(description !== undefined && { description }),
          }),
        )
        await write(context, (tx, by) => changeWebhook(tx, { webhookId, changes }, by))
        await print(context, { webhookId }, options)
      }),
    )
}

function rotateCommand(runtime: CliRuntime): Command {
  return new Command('rotate')
    .description('make another secret and print it, this once; for a time events are signed with both')
    .argument(...webhookArgument)
    .option('--overlap <hours>', 'for how long (0: the old one ends now)', parseHours, hoursDefault)
    .addOption(tenantOption())
    .addOption(jsonOption())
    .action(
      ofWebhook(runtime, async (context, webhookId, options: BookOptions & { readonly overlap: number }) => {
        const box = await runtime.webhooks.box()
        const rotation = { webhookId, overlapMs: options.overlap * 3_600_000 }
        const secret = await write(context, (tx, by) => rotateWebhookSecret(tx, rotation, { ...by, box }))
        if (secret === undefined) throw notThere(webhookId)
        await print(context, { webhookId, secret }, options)
      }),
    )
}

const hoursDefault = 24
const hoursMax = 168

function parseHours(text: string): number {
  if (/^[0-9]{1,3}$/.test(text) && Number(text) <= hoursMax) return Number(text)
  throw new InvalidArgumentError(`Hours are a whole number from 0 to ${hoursMax}.`)
}

function statusCommand(runtime: CliRuntime, status: WebhookStatus): Command {
  return new Command(status === 'active' ? 'enable' : 'disable')
    .description(
      status === 'active' ? 'send events again, from where they stopped' : 'send nothing; events wait',
    )
    .argument(...webhookArgument)
    .addOption(tenantOption())
    .addOption(jsonOption())
    .action(
      ofWebhook(runtime, async (context, webhookId, options) => {
        await write(context, (tx, by) => setWebhookStatus(tx, { webhookId, status }, by))
        await print(context, { webhookId }, options)
      }),
    )
}

function testCommand(runtime: CliRuntime): Command {
  return new Command('test')
    .description('send a test event now, once; exits 1 unless the receiver takes it')
    .argument(...webhookArgument)
    .addOption(tenantOption())
    .addOption(jsonOption())
    .action(
      ofWebhook(runtime, async (context, webhookId, options) => {
        const box = await runtime.webhooks.box()
        const eventId = context.plinth.newId()
        const request = await write(context, (tx, by) =>
          prepareWebhookTest(tx, { webhookId, eventId }, { ...by, box }),
        )
        if (request === undefined) throw notThere(webhookId)
        const report = await sendTest(runtime.webhooks.send, request)
        if (options.json) printJson(report)
        else {
          const answered = report.responseStatus === null ? '' : ` (${report.responseStatus})`
          console.log(
            report.delivered ? `Delivered${answered}.` : `Not delivered: ${report.failure}${answered}.`,
          )
        }
        if (!report.delivered) process.exitCode = exitCodes.refused
      }),
    )
}

function deadLettersCommand(runtime: CliRuntime): Command {
  return new Command('dead-letters')
    .description('events that were given up')
    .argument(...webhookArgument)
    .option('--limit <number>', 'at most so many', parseNumber, shownMax)
    .addOption(tenantOption())
    .addOption(jsonOption())
    .action(
      ofWebhook(runtime, async (context, webhookId, options: BookOptions & { readonly limit: number }) => {
        const { plinth, tenantId } = context
        const found = await plinth.database.read(tenantId, async (tx) => {
          if ((await readWebhook(tx, webhookId)) === undefined) throw notThere(webhookId)
          return listDeliveries(tx, webhookId, {
            status: 'dead_lettered',
            order: 'asc',
            limit: options.limit,
          })
        })
        if (options.json) return printJson(found.map(renderDelivery))
        printTable(
          ['position', 'event', 'type', 'attempts', 'last', 'why'].map((title) => ({ title })),
          found.map((each) => [
            ...[String(each.position), each.eventId, each.type, String(each.attempts), each.lastAttemptAt],
            `${each.failure}${each.responseStatus === undefined ? '' : ` ${each.responseStatus}`}`,
          ]),
        )
      }),
    )
}

interface ReplayOptions extends BookOptions {
  readonly event?: string
  readonly from: number
}

function replayCommand(runtime: CliRuntime): Command {
  return new Command('replay')
    .description('send dead letters again, in their order and before newer events')
    .argument(...webhookArgument)
    .option('--event <id>', 'this event’s alone', parseEventId)
    .option('--from <position>', 'from this position on', parsePosition, 0)
    .addOption(tenantOption())
    .addOption(jsonOption())
    .action(
      ofWebhook(runtime, async (context, webhookId, options: ReplayOptions) => {
        const which = { webhookId, eventId: options.event, fromPosition: options.from }
        const replayed = await write(context, (tx, by) => replayWebhook(tx, which, by))
        if (replayed === undefined) throw notThere(webhookId)
        if (options.json) return printJson({ webhookId, replayed })
        console.log(
          replayed === 1 ? '1 dead letter is sent again.' : `${replayed} dead letters are sent again.`,
        )
      }),
    )
}

function parseEventId(text: string): string {
  const eventId = parseUuid(text.toLowerCase())
  if (eventId === undefined) throw new InvalidArgumentError('The id of an event is a UUID.')
  return eventId
}
