import type { Malformed } from '@plinth/http'
import { type IdempotencyKey, idempotencyKeyPattern, type TenantId } from '@plinth/kernel'
import type { Books, Command, Outcome } from '@plinth/posting'
import { InvalidArgumentError, Option } from 'commander'
import { type CliRuntime, CommandFailure, exitCodes, type Plinth } from './cli-runtime.js'
import { printFields, printJson, tenantOf } from './output.js'

export interface BookOptions {
  readonly tenant?: TenantId
  readonly json?: true
}

/** Work on the books of the tenant that the options or the environment name. */
export async function inBooks<T>(
  runtime: CliRuntime,
  options: BookOptions,
  work: (plinth: Plinth, books: Books) => Promise<T>,
): Promise<T> {
  const tenantId = tenantOf(runtime, options)
  return await runtime.withPlinth(async (plinth) => work(plinth, await plinth.books(tenantId)))
}

/** Runs a command on the books and answers what an HTTP call would answer. A key is made and printed unless one is given. */
export async function runOnBooks(
  runtime: CliRuntime,
  options: BookOptions & { readonly key?: string },
  read: (books: Books, key: IdempotencyKey) => Command | Malformed,
): Promise<object> {
  return await inBooks(runtime, options, async (plinth, books) => {
    const key = (options.key ?? `cli-${plinth.newId()}`) as IdempotencyKey
    const command = accepted(read(books, key))
    // Before it is used: whoever loses the answer can ask again with the same key.
    if (options.key === undefined) console.error(`Idempotency key: ${key}`)
    return bodyOf(await plinth.posting.submit(books, plinth.submission(books, command, key)))
  })
}

/** What was read, or the end of the command with all that is wrong with it. */
export function accepted<Read extends object>(read: Read | Malformed): Read {
  if (!isRefused(read)) return read
  const faults = read.errors.map(({ pointer, detail }) => `${pointer.slice(1)}: ${detail}`)
  throw new CommandFailure(faults.length > 0 ? faults.join('\n') : read.detail, exitCodes.usage)
}

const isRefused = (read: object): read is Malformed => 'kind' in read && read.kind === 'malformed'

function bodyOf(outcome: Outcome): object {
  switch (outcome.kind) {
    case 'answered':
      if (outcome.replayed) console.error('This key was used before: that is the answer it got then.')
      if (outcome.answer.outcome === 'accepted') return outcome.answer.body
      throw new CommandFailure(`${outcome.answer.rejection.code}: ${outcome.answer.rejection.detail}`)
    case 'key_reused':
      throw new CommandFailure(
        `idempotency_key_reused: this key belongs to another command, which differs at ${outcome.firstDifference || '/'}.`,
      )
    case 'linked_failed':
      throw new CommandFailure('linked_command_failed')
    case 'malformed':
      throw new CommandFailure(`${outcome.code}: ${outcome.detail}`)
    case 'approval_needed':
      throw new CommandFailure(
        `forbidden: the tenant's settings demand a second person here (${outcome.matter}). Propose it: POST /v1/proposals.`,
      )
    case 'failed':
      throw outcome.error
  }
}

/** The members of an answer one a line, or all of it as JSON. */
export function printAnswer({ json }: BookOptions, body: object): void {
  if (json) printJson(body)
  else printFields(Object.fromEntries(Object.entries(body).map(([name, value]) => [name, inWords(value)])))
}

/** A member of an answer on one line; undefined where there is nothing to show. */
function inWords(value: unknown): string | undefined {
  if (value === null) return '–'
  if (typeof value !== 'object') return value === undefined ? undefined : String(value)
  return Object.keys(value).length === 0 ? undefined : JSON.stringify(value)
}

export const keyOption = (): Option =>
  new Option(
    '--key <key>',
    'idempotency key: the same key and command take effect once (default: a new one)',
  ).argParser((text) => {
    if (idempotencyKeyPattern.test(text)) return text
    throw new InvalidArgumentError('A key has 1 to 255 visible ASCII characters.')
  })

/** Collects the values of an option such as `--metadata name=value` that may be repeated. */
export function addNamed(
  text: string,
  before: Readonly<Record<string, string>> = {},
): Record<string, string> {
  const at = text.indexOf('=')
  if (at < 1) throw new InvalidArgumentError('Write it as name=value.')
  return { ...before, [text.slice(0, at)]: text.slice(at + 1) }
}
