import { type ChildProcess, spawn } from 'node:child_process'
import { createHmac } from 'node:crypto'
import { existsSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { runtimeUrl } from '../../packages/db/src/migrate.js'
import { inspect, type Kind, learn, learnPasswords, learnTokensIn, watch } from '../support/leaks.js'

const repository = fileURLToPath(new URL('../..', import.meta.url))
const program = fileURLToPath(new URL('../../packages/app/bin/plinth.js', import.meta.url))

export type Environment = Readonly<Record<string, string | undefined>>

/**
 * Where commands keep their files when a test names no folder: never `.plinth` of this checkout, whose keys would then be found by
 * the tests that come later.
 */
const dataDirOfTest = join(tmpdir(), `plinth-test-${process.pid}`)
process.once('exit', () => rmSync(dataDirOfTest, { recursive: true, force: true }))

/** The variables a test gives, and of this process only those that are not Plinth's. */
export function environmentOf(given: Environment): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(
    ([name]) => !name.startsWith('PLINTH_') || name === 'PLINTH_PG_BIN',
  )
  return { ...Object.fromEntries(inherited), NO_COLOR: '1', PLINTH_DATA_DIR: dataDirOfTest, ...given }
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

/** Starts the compiled program, as people run it. `as` runs it as another user, which needs root; `input` is what it reads. */
export function startPlinth(
  parameters: readonly string[],
  environment: Environment,
  { input, as }: { input?: string; as?: { uid: number; gid: number } } = {},
): PlinthProcess {
  if (!existsSync(fileURLToPath(new URL('../../packages/app/dist/main.js', import.meta.url)))) {
    throw new Error(
      'These tests run the compiled program, and packages/app/dist/main.js is missing: `make build` first',
    )
  }
  const child = spawn(process.execPath, [program, ...parameters], {
    cwd: repository,
    env: environmentOf(environment),
    stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
    ...as,
  })
  child.stdin?.end(input)
  const output = { stdout: '', stderr: '' }
  watchForLeaks(child, { parameters, environment, output })
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

/**
 * What commands print on standard output because it is what they are for. Standard error shows nothing of it, nor does a line
 * of the log, whatever the command.
 */
const shownBy: readonly (readonly [command: RegExp, shows: readonly Kind[]])[] = [
  [/^(tenant create|token issue|webhooks (add|rotate)) /, ['token']],
  // Its greeting has a request to paste.
  [/^start\b/, ['token']],
  [/^demo (--days \d+ )?--json$/, ['token']],
  // What is in the books, for an operator who asks for it.
  [/^(account|journal|events|explain|proof) /, ['body']],
]

const logLine = /^\{"level":\d+,.*$/gm

function watchForLeaks(
  child: ChildProcess,
  {
    parameters,
    environment,
    output,
  }: {
    parameters: readonly string[]
    environment: Environment
    output: { readonly stdout: string; readonly stderr: string }
  },
): void {
  const command = parameters.join(' ')
  const shows = shownBy.find(([form]) => form.test(command))?.[1] ?? []
  const { PLINTH_DATABASE_URL: adminUrl, PLINTH_SERVE_DATABASE_URL } = environment
  learnPasswords(PLINTH_SERVE_DATABASE_URL)
  if (adminUrl !== undefined && URL.canParse(adminUrl)) learnRuntimeSecrets(adminUrl)
  const name = `plinth ${command}`
  watch(`standard error of ${name}`, () => output.stderr)
  watch(`the log of ${name}`, () => [...output.stdout.matchAll(logLine)].join('\n'))
  watch(`standard output of ${name}`, () => output.stdout, shows)
  // While its files are there: tests remove them before anything is looked through.
  child.once('close', () => {
    if (shows.includes('token')) learnTokensIn(output.stdout)
    learnFromFiles(environment)
  })
}

/** What the program wrote for its people: tokens, the embedded server's password, and that server's log, which shows nothing. */
function learnFromFiles({ PLINTH_DATA_DIR: dataDir }: Environment): void {
  if (dataDir === undefined) return
  learnTokensIn(contentOf(join(dataDir, 'tokens.json')))
  const cluster = /^cluster: (.+)$/m.exec(contentOf(join(dataDir, 'WHERE')))?.[1]
  if (cluster === undefined) return
  const password = contentOf(join(cluster, 'plinth.password')).trim()
  learnRuntimeSecrets(`postgres://plinth:${encodeURIComponent(password)}@localhost/plinth`)
  inspect(`PostgreSQL's log in ${dataDir}`, contentOf(join(dataDir, 'postgres.log')))
}

const contentOf = (path: string): string => (existsSync(path) ? readFileSync(path, 'utf8') : '')

/** The runtime roles' passwords, and the key of cursors as packages/app/src/compose.ts derives it. */
function learnRuntimeSecrets(adminUrl: string): void {
  learnPasswords(adminUrl)
  const urls = (['plinth_serve', 'plinth_worker'] as const).map((role) => runtimeUrl(adminUrl, role))
  learnPasswords(...urls)
  for (const url of urls) {
    const password = decodeURIComponent(new URL(url).password)
    if (password !== '') learn('secret', createHmac('sha256', password).update('plinth cursor').digest())
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
