import { randomUUID } from 'node:crypto'
import {
  type CallContent,
  type CallPath,
  type CallResult,
  type CommandContent,
  type CommandPath,
  type CommandResult,
  fill,
  type ListItem,
  type ListPath,
  type ReadContent,
  type ReadPath,
  type ReadResult,
} from './api.js'
import { type EventsWanted, eventsOf, type PlinthEvent } from './events.js'
import { openWire, type Wire } from './exchange.js'
import type { KeptCommand, KeptCommands } from './kept-commands.js'
import { type Outcome, PlinthProblem, PlinthUnavailable } from './outcome.js'
import { type Backoff, waited, waitMs } from './patience.js'
import { abandonCommand, lookForCommand, type Pursuit, sendCommand } from './send-command.js'

export interface ClientOptions {
  /** Such as http://127.0.0.1:4000. */
  readonly url: string
  /** An API key or a JWT; a function is asked with each request, for tokens that expire. */
  readonly token: string | (() => string | Promise<string>)
  /** Where commands are kept before they are sent. */
  readonly keep: KeptCommands
  /** How long a command or a read is pursued when the call does not say (default 30 s). */
  readonly patienceMs?: number
  /** How long one attempt waits for its answer (default 15 s: longer than Plinth itself waits). */
  readonly attemptMs?: number
  /** Waits between attempts (default 100 ms, doubling up to 5 s). */
  readonly backoff?: Backoff
}

/** How a call is made, beside what it says. */
export interface CallOptions {
  readonly patienceMs?: number
  readonly signal?: AbortSignal
}

export interface CommandOptions extends CallOptions {
  /** Default: a new one. One that follows from the matter (`payment-17:capture`) makes the matter happen once. */
  readonly key?: string
  readonly correlationId?: string
  readonly causationId?: string
}

/** Plinth as a program outside sees it. Amounts are strings, as everywhere at its edge. */
export interface PlinthClient {
  /** Keeps the command, sends it until its outcome is known or patience ends, and settles what is kept. */
  command<Path extends CommandPath>(
    path: Path,
    content: CommandContent<Path>,
    options?: CommandOptions,
  ): Promise<Outcome<CommandResult<Path>>>
  /** A command made and not sent, to be kept in a transaction of the caller's own and sent after its commit. */
  prepare<Path extends CommandPath>(
    path: Path,
    content: CommandContent<Path>,
    options?: Omit<CommandOptions, keyof CallOptions>,
  ): Prepared<CommandResult<Path>>
  /** Sends a command that the caller has kept. It may have been sent before. */
  send<Result>(command: Prepared<Result>, options?: CallOptions): Promise<Outcome<Result>>
  /** Sends all kept commands without an outcome once more, after a crash say; answers what became of each. */
  recover(options?: CallOptions): AsyncIterable<Outcome>
  /** What is recorded for a key; undefined: nothing so far, though a copy may still be on its way. */
  look(key: string, options?: CallOptions): Promise<Outcome | undefined>
  /** Ends the doubt about a key: what is recorded for it, or, if nothing is, `command_abandoned` for ever. */
  abandon(key: string, options?: CallOptions): Promise<Outcome>
  /** Asks again until it is answered; fails with `PlinthProblem` or, when patience ends, `PlinthUnavailable`. */
  read<Path extends ReadPath>(
    path: Path,
    content: ReadContent<Path>,
    options?: CallOptions,
  ): Promise<ReadResult<Path>>
  /** All items of a list, page after page. */
  list<Path extends ListPath>(
    path: Path,
    content: ReadContent<Path>,
    options?: CallOptions,
  ): AsyncIterable<ListItem<Path>>
  /** A POST that is no command, sent once. `PlinthUnavailable`: it may have been done. */
  call<Path extends CallPath>(
    path: Path,
    content: CallContent<Path>,
    options?: CallOptions,
  ): Promise<CallResult<Path>>
  /** What happened, in order and without end; the caller keeps the position of the last event it has dealt with. */
  events(wanted: EventsWanted): AsyncIterable<PlinthEvent>
}

declare const result: unique symbol
/** A kept command that remembers what it will answer. */
export interface Prepared<Result> extends KeptCommand {
  readonly [result]?: Result
}

/** A client of the Plinth at `url`. Opens nothing and needs no closing. */
export function openClient(options: ClientOptions): PlinthClient {
  const { keep, patienceMs = 30_000, attemptMs = 15_000 } = options
  const { backoff = { firstMs: 100, mostMs: 5_000 } } = options
  const wire = openWire(options.url, options.token)
  const pursuit = (call: CallOptions = {}): Pursuit => ({
    wire,
    backoff,
    attemptMs,
    deadlineMs: Date.now() + (call.patienceMs ?? patienceMs),
    signal: call.signal,
  })
  const settled = async <Result>(outcome: Outcome): Promise<Outcome<Result>> => {
    if (outcome.kind !== 'unknown') await keep.settle(outcome)
    return outcome as Outcome<Result>
  }
  const prepare = (path: string, content: object, more: CommandOptions = {}): Prepared<never> => ({
    key: more.key ?? randomUUID(),
    path: fill(path, content),
    body: (content as { body?: unknown }).body,
    correlationId: more.correlationId ?? randomUUID(),
    ...(more.causationId !== undefined && { causationId: more.causationId }),
  })
  return {
    prepare,
    command: async (path, content, more) => {
      const command = prepare(path, content, more)
      const known = (await keep.keep(command)) === 'known'
      return await settled(await sendCommand(command, pursuit(more), known))
    },
    send: async (command, call) => await settled(await sendCommand(command, pursuit(call), true)),
    recover: async function* (call) {
      for (const command of await keep.open())
        yield await settled(await sendCommand(command, pursuit(call), true))
    },
    look: async (key, call) => {
      const outcome = await lookForCommand(key, pursuit(call))
      return outcome && (await settled(outcome))
    },
    abandon: async (key, call) => await settled(await abandonCommand(key, pursuit(call))),
    read: async (path, content, call) => (await ask(fill(path, content), pursuit(call))) as never,
    list: (path, content, call) => pages(path, content, () => pursuit(call)) as AsyncIterable<never>,
    call: async (path, content, call) =>
      (await callOnce(wire, fill(path, content), content, pursuit(call))) as never,
    events: (wanted) => eventsOf(options.url, options.token, { backoff, ...wanted }),
  }
}

async function ask(
  path: string,
  { wire, backoff, deadlineMs, attemptMs, signal }: Pursuit,
): Promise<unknown> {
  for (let attempts = 1; ; attempts += 1) {
    const timeoutMs = Math.max(50, Math.min(attemptMs, deadlineMs - Date.now()))
    const exchange = await wire({ method: 'GET', path, timeoutMs, signal })
    if (exchange.kind === 'result') return exchange.body
    if (exchange.kind === 'problem' && exchange.problem.status < 500 && exchange.problem.status !== 429)
      throw new PlinthProblem(exchange.problem)
    if (!(await waited(waitMs(attempts, exchange.retryAfterMs, backoff), { deadlineMs, signal }))) {
      const reason = exchange.kind === 'lost' ? exchange.reason : exchange.problem.detail
      throw new PlinthUnavailable(`Plinth does not answer GET ${path}: ${reason}`)
    }
  }
}

async function* pages(path: string, content: object, pursuit: () => Pursuit): AsyncGenerator<unknown> {
  const { ids, query } = content as { ids?: object; query?: object }
  let cursor: string | null | undefined
  do {
    const asked = fill(path, { ids, query: { ...query, ...(cursor && { cursor }) } })
    const page = (await ask(asked, pursuit())) as { data: readonly unknown[]; nextCursor: string | null }
    yield* page.data
    cursor = page.nextCursor
  } while (cursor !== null)
}

async function callOnce(wire: Wire, path: string, content: object, pursuit: Pursuit): Promise<unknown> {
  const { body } = content as { body?: unknown }
  const timeoutMs = Math.max(1, pursuit.deadlineMs - Date.now())
  const exchange = await wire({ method: 'POST', path, body, timeoutMs, signal: pursuit.signal })
  if (exchange.kind === 'result') return exchange.body
  if (exchange.kind === 'problem') throw new PlinthProblem(exchange.problem)
  throw new PlinthUnavailable(`POST ${path} may have been done: ${exchange.reason}`)
}
