import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createServer } from 'node:net'
import { fileURLToPath } from 'node:url'

const repository = fileURLToPath(new URL('../..', import.meta.url))
const program = fileURLToPath(new URL('../../packages/app/bin/plinth.js', import.meta.url))

export type Environment = Readonly<Record<string, string | undefined>>

/** The variables a test gives, and of this process only those that are not Plinth's. */
export function environmentOf(given: Environment): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(
    ([name]) => !name.startsWith('PLINTH_') || name === 'PLINTH_PG_BIN',
  )
  return { ...Object.fromEntries(inherited), NO_COLOR: '1', ...given }
}

/** What became of a command of the command line. */
export interface Ended {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** A running `plinth`, what it said so far, and its end. */
export interface PlinthProcess {
  readonly child: ChildProcess
  readonly said: () => string
  readonly ended: Promise<Ended>
  /** Waits for words on standard output or error; fails with all that was said when it ends without them. */
  waitFor(words: RegExp): Promise<RegExpExecArray>
}

/** Starts the compiled program, as people run it. `as` runs it as another user, which needs root. */
export function startPlinth(
  parameters: readonly string[],
  environment: Environment,
  as?: { uid: number; gid: number },
): PlinthProcess {
  if (!existsSync(fileURLToPath(new URL('../../packages/app/dist/main.js', import.meta.url)))) {
    throw new Error(
      'These tests run the compiled program, and packages/app/dist/main.js is missing: `make build` first',
    )
  }
  const child = spawn(process.execPath, [program, ...parameters], {
    cwd: repository,
    env: environmentOf(environment),
    stdio: ['ignore', 'pipe', 'pipe'],
    ...as,
  })
  const output = { stdout: '', stderr: '' }
  const listeners = new Set<() => void>()
  for (const name of ['stdout', 'stderr'] as const) {
    child[name]?.on('data', (chunk: Buffer) => {
      output[name] += chunk.toString()
      for (const listener of listeners) listener()
    })
  }
  const said = () => output.stdout + output.stderr
  const ended = new Promise<Ended>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code) => resolve({ code, ...output }))
  })
  return {
    child,
    said,
    ended,
    waitFor: (words) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          const found = words.exec(said())
          if (found === null) return
          listeners.delete(look)
          resolve(found)
        }
        listeners.add(look)
        ended.then(() => reject(new Error(`plinth ended without saying ${words}:\n${said()}`)), reject)
        look()
      }),
  }
}

/** Runs a command to its end. */
export const plinth = (parameters: readonly string[], environment: Environment): Promise<Ended> =>
  startPlinth(parameters, environment).ended

/** A port that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  await new Promise((resolve) => server.close(resolve))
  return port
}
