import { setImmediate } from 'node:timers/promises'
import { DatabaseUnavailable, OutcomeUnknown } from '@plinth/db'
import type { CommandContext, Outcome, Submission, Unit } from '@plinth/posting'
import type { Principal } from '@plinth/tenancy'
import { z } from 'zod'
import { batchAnswer } from '../answer-schemas.js'
import { refusalOf } from '../command-permission.js'
import { batchCommands, commandsMax } from '../command-schemas.js'
import type { Exchange, Reply } from '../exchange.js'
import { isMalformed } from '../malformed.js'
import { batchOperation } from '../operations.js'
import { refuse, refuseMalformed } from '../problem.js'
import { batchBytesMax, readJsonBody } from '../read-body.js'
import { type BatchCommand, readBatchCommand } from '../read-command.js'
import { malformedBySchema } from '../read-fields.js'
import { type Denied, recordDenied } from '../record-denied.js'
import { isDryRun, requireCorrelation } from '../request-headers.js'
import type { Route } from '../route.js'
import { answerOf, type CommandReply, contextOf, countOutcome, replyOf, stamp } from '../run-command.js'

const atomicity = z.enum(['independent', 'all_or_nothing'], { error: 'wrong_type' })
// The commands are read one by one: a malformed one is an answer of its own, and the others take effect.
const envelope = z.strictObject(
  {
    atomicity,
    commands: z.array(z.unknown(), { error: 'wrong_type' }).max(commandsMax, { error: 'too_long' }),
  },
  { error: 'wrong_type' },
)
const described = z
  .object({
    atomicity,
    commands: z
      .array(z.discriminatedUnion('type', Object.values(batchCommands) as never))
      .max(commandsMax)
      .meta({ description: 'Take effect in order. A malformed one is a 400 of that command.' }),
  })
  .meta({ id: 'BatchRequest' })

export const batchRoutes: readonly Route[] = [
  {
    method: 'post',
    path: '/v1/batches',
    permission: 'post',
    operation: batchOperation({
      operationId: 'runBatch',
      summary: 'Several commands in one request',
      body: described,
      answer: batchAnswer,
    }),
    handle: runBatch,
  },
]

async function runBatch(exchange: Exchange, principal: Principal): Promise<Reply> {
  const { edge, request, correlation } = exchange
  requireCorrelation(correlation)
  if (isDryRun(request.headers))
    throw refuse('malformed_request', 'A batch cannot be rehearsed; its commands can, one by one.')
  const value = await readJsonBody(request, batchBytesMax)
  const parsed = envelope.safeParse(value)
  if (!parsed.success) throw refuseMalformed(malformedBySchema(parsed.error, value))
  const { atomicity, commands } = parsed.data
  const items = await readItems(exchange, principal, commands)
  const units = unitsOf(items, atomicity)
  await recordDenied(exchange, items.flatMap(denialOf))
  const outcomes = units.length > 0 ? await edge.posting.submitBatch(principal, units) : []
  const commandsRun = items.filter(isCommand)
  await recordDenied(
    exchange,
    outcomes.flatMap(({ kind }, at) =>
      kind === 'approval_needed'
        ? [
            {
              action: (commandsRun[at] as { command: BatchCommand }).command.command.type,
              code: 'forbidden' as const,
            },
          ]
        : [],
    ),
  )
  return answerBatch(exchange, items, outcomes)
}

/** A command that may be run, or the answer of one that may not. */
type Item =
  | { readonly command: BatchCommand; readonly submission: Submission }
  | {
      readonly reply: CommandReply
      readonly group: unknown
      /** The type of a command that the caller may not run. */
      readonly denied?: string
    }

const isCommand = (item: Item): item is Extract<Item, { command: BatchCommand }> => 'command' in item

// About a millisecond's work. Between them the process serves others, and feeds the database what it waits for.
const commandsAtOnce = 64

async function readItems(
  exchange: Exchange,
  principal: Principal,
  commands: readonly unknown[],
): Promise<Item[]> {
  const context = contextOf(exchange, principal)
  const items: Item[] = []
  for (const [at, command] of commands.entries()) {
    if (at > 0 && at % commandsAtOnce === 0) await setImmediate()
    items.push(readItem(principal, context, command))
  }
  return items
}

function readItem(principal: Principal, context: CommandContext, value: unknown): Item {
  const { correlationId } = context
  const command = readBatchCommand(value, principal.currencies)
  if (isMalformed(command)) {
    const { group } = (value ?? {}) as { group?: unknown }
    return { reply: replyOf(command, correlationId), group }
  }
  const refusal = refusalOf(principal, command.command)
  if (refusal === undefined) return { command, submission: stamp(command, principal, context) }
  const reply = replyOf(refusal.fault, correlationId)
  return { reply, group: command.group, denied: command.command.type }
}

const denialOf = (item: Item): Denied[] =>
  !isCommand(item) && item.denied !== undefined ? [{ action: item.denied, code: 'forbidden' }] : []

/** What stands or falls together: all of it, runs of one group, or each command alone. */
function unitsOf(items: readonly Item[], atomicity: 'independent' | 'all_or_nothing'): Unit[] {
  const runs: Item[][] = []
  let group: unknown
  for (const item of items) {
    const next = isCommand(item) ? item.command.group : item.group
    const continues = atomicity === 'all_or_nothing' || (next !== undefined && next === group)
    if (continues && runs.length > 0) runs.at(-1)?.push(item)
    else runs.push([item])
    group = next
  }
  return runs
    .filter((run) => run.some(isCommand))
    .map((run) => ({
      submissions: run.filter(isCommand).map(({ submission }) => submission),
      broken: !run.every(isCommand),
    }))
}

function answerBatch(exchange: Exchange, items: readonly Item[], outcomes: readonly Outcome[]): Reply {
  const { edge, correlation } = exchange
  const outage = outageOf(outcomes)
  if (outage !== undefined) throw outage
  let next = 0
  const summary = { succeeded: 0, replayed: 0, rejected: 0 }
  const results = items.map((item) => {
    const reply = isCommand(item)
      ? answerOf(edge, outcomes[next++] as Outcome, correlation.correlationId)
      : item.reply
    if (isCommand(item)) countOutcome(edge, item.command.command, reply)
    if (reply.replayed) summary.replayed += 1
    else if (reply.outcome === 'accepted') summary.succeeded += 1
    else summary.rejected += 1
    return { status: reply.status, replayed: reply.replayed, body: reply.body }
  })
  exchange.summary = summary
  return { status: 200, body: { results, summary } }
}

/** The outage that kept every command from being run: the caller is better told once than ten thousand times. */
function outageOf(outcomes: readonly Outcome[]): unknown {
  const errors = outcomes.map((outcome) => (outcome.kind === 'failed' ? outcome.error : undefined))
  const isOutage = (error: unknown) => error instanceof DatabaseUnavailable || error instanceof OutcomeUnknown
  return errors.length > 0 && errors.every(isOutage)
    ? (errors.find((error) => error instanceof OutcomeUnknown) ?? errors[0])
    : undefined
}
