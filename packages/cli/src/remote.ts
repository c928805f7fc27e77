import { keepInMemory, openClient, type PlinthClient, PlinthProblem, PlinthUnavailable } from '@plinth/client'
import type { Command } from 'commander'
import { type CliRuntime, CommandFailure, exitCodes } from './cli-runtime.js'

/** The Plinth elsewhere that this run of the program speaks to; undefined: it works on the database itself. */
export type Remote = () => PlinthClient | undefined

/** What goes by HTTP too. Everything else needs the database, the key file or this machine. */
const remoteCommands: readonly string[] = [
  'account balance',
  'account show',
  'command abandon',
  'command show',
  'journal query',
  'journal show',
  'post',
  'trial-balance',
]

/** Adds `--url` and `--token`, and refuses them plainly where a command cannot go by HTTP. */
export function addRemote(program: Command, runtime: CliRuntime): Remote {
  let remote: PlinthClient | undefined
  program
    .option(
      '--url <url>',
      'speak to the Plinth there instead of to a database (or PLINTH_URL and PLINTH_TOKEN)',
    )
    .option(
      '--token <token>',
      'an API key or JWT for it; PLINTH_TOKEN does not show in the list of processes',
    )
    .hook('preAction', (_, action) => {
      const given = program.opts<{ url?: string; token?: string }>()
      const { PLINTH_URL, PLINTH_TOKEN } = runtime.environment
      const wanted = given.url ?? given.token ?? (PLINTH_URL && PLINTH_TOKEN)
      if (!wanted) return
      const [url, token] = [given.url ?? PLINTH_URL, given.token ?? PLINTH_TOKEN]
      if (!url) throw usage('--token goes with --url, or with PLINTH_URL.')
      if (!token) throw usage('--url goes with a token: PLINTH_TOKEN, or --token.')
      if (!/^https?:\/\//.test(url) || !URL.canParse(url))
        throw usage('--url is an address like http://127.0.0.1:4000.')
      const name = nameOf(action)
      if (!remoteCommands.includes(name)) {
        const can = remoteCommands.join(', ')
        throw usage(
          `plinth ${name} works on the database itself, not by --url or PLINTH_URL. By it go: ${can}.`,
        )
      }
      if (action.opts().tenant !== undefined)
        throw usage('--tenant does not go with --url: the token says the tenant.')
      remote = openClient({ url, token, keep: keepInMemory() })
    })
  return () => remote
}

/** Work over HTTP, its failures in plain words. */
export async function remotely<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof PlinthUnavailable) throw new CommandFailure(error.message, exitCodes.unreachable)
    if (!(error instanceof PlinthProblem)) throw error
    const { problem, message, status } = error
    const faults = (problem.errors ?? []).map(({ pointer, detail }) => `${pointer.slice(1)}: ${detail}`)
    const text = faults.length > 0 ? faults.join('\n') : message
    throw new CommandFailure(text, status === 400 ? exitCodes.usage : exitCodes.refused)
  }
}

/** Undefined for what is not there. */
export async function orMissing<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work
  } catch (error) {
    if (error instanceof PlinthProblem && error.code === 'not_found') return undefined
    throw error
  }
}

const usage = (message: string): CommandFailure => new CommandFailure(message, exitCodes.usage)

const nameOf = (command: Command): string =>
  command.parent?.parent ? `${nameOf(command.parent)} ${command.name()}` : command.name()

type Said<Question> = { [Name in keyof Question]?: Exclude<Question[Name], undefined> }

/** The members that say something, for a query. */
export const said = <Question extends object>(question: Question): Said<Question> =>
  Object.fromEntries(Object.entries(question).filter(([, value]) => value !== undefined)) as Said<Question>
