import { constants } from 'node:fs'
import { access, readFile, stat, statfs } from 'node:fs/promises'
import { join } from 'node:path'
import { describeServer, findUnsafe, pendingMigrations } from '@plinth/db'
import { isRole, roles } from '@plinth/tenancy'
import { Command } from 'commander'
import { type CliRuntime, type DatabaseUrls, exitCodes } from '../cli-runtime.js'
import { coloured, jsonOption, printJson } from '../output.js'

type State = 'ok' | 'warn' | 'fail'

/** One line of the report. */
interface Finding {
  readonly check: string
  readonly state: State
  readonly detail: string
  /** What to do about it. */
  readonly advice?: string
}

interface Diagnosis {
  readonly findings: readonly Finding[]
  /** What could not be looked at, because the database does not answer. */
  readonly unreachable?: true
}

export function doctorCommand(runtime: CliRuntime): Command {
  return new Command('doctor')
    .description('what is wrong with this set-up, in plain words')
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
Changes nothing. Ends with 0 when nothing failed (warnings are allowed), 1 when a check failed, and 3 when the database
cannot be reached; the checks that do not need it are made all the same.`,
    )
    .action(async ({ json }: { json?: true }) => {
      const database = await checkDatabase(runtime)
      const findings = [
        checkNode(),
        ...checkVariables(runtime),
        ...(await checkDataDir(runtime)),
        ...database.findings,
        await checkPort(runtime),
        await checkTokens(runtime),
      ]
      const failed = findings.filter(({ state }) => state === 'fail').length
      if (json) printJson({ ok: failed === 0, checks: findings })
      else printFindings(findings)
      if (database.unreachable) process.exitCode = exitCodes.unreachable
      else if (failed > 0) process.exitCode = exitCodes.refused
    })
}

function printFindings(findings: readonly Finding[]): void {
  const colours = { ok: 'green', warn: 'yellow', fail: 'red' } as const
  const width = Math.max(...findings.map(({ check }) => check.length))
  for (const { check, state, detail, advice } of findings) {
    console.log(`${coloured(state.padEnd(4), colours[state])}  ${check.padEnd(width)}  ${detail}`)
    if (advice !== undefined) console.log(`${' '.repeat(width + 8)}→ ${advice}`)
  }
  const count = (wanted: State) => findings.filter(({ state }) => state === wanted).length
  console.log(`\n${count('ok')} ok, ${count('warn')} to look at, ${count('fail')} failed`)
}

function checkNode(): Finding {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
  const detail = `version ${process.versions.node}`
  if (major > 20 || (major === 20 && minor >= 11)) return { check: 'Node.js', state: 'ok', detail }
  return {
    check: 'Node.js',
    state: 'fail',
    detail,
    advice: 'Install Node.js 20.11 or newer: https://nodejs.org',
  }
}

const knownVariables = new Set([
  ...['DATABASE_URL', 'SERVE_DATABASE_URL', 'WORKER_DATABASE_URL', 'PORT', 'HOST', 'DATA_DIR', 'TENANT'],
  ...['LOG_LEVEL', 'PG_BIN', 'STRICT_ROLES', 'TEST_DATABASE_URL', 'TEST_DATA'],
  ...['JWT_ISSUER', 'JWT_AUDIENCE', 'JWT_KEYS', 'JWT_ALGORITHMS', 'JWT_INTERNAL_KEYS', 'RATE_LIMIT'],
  ...['SIGNING_KEY', 'ORIGIN', 'ANCHOR'],
])

/** A variable with a slip in its name is not there, and nothing else says so. */
function checkVariables({ environment }: CliRuntime): Finding[] {
  const given = Object.keys(environment).filter((name) => name.startsWith('PLINTH_') && environment[name])
  const unknown = given.filter((name) => !knownVariables.has(name.slice('PLINTH_'.length)))
  const check = 'environment'
  if (unknown.length > 0) {
    const advice = '`plinth --help` lists the variables.'
    return [{ check, state: 'warn', detail: `Plinth does not know ${unknown.join(', ')}`, advice }]
  }
  return [
    { check, state: 'ok', detail: given.length === 0 ? 'defaults only' : `set: ${given.sort().join(', ')}` },
  ]
}

// A day of brisk posting with its write-ahead log; below the second PostgreSQL itself gets into trouble.
const freeBytesWarn = 2_000_000_000
const freeBytesMin = 200_000_000

async function checkDataDir({ dataDir, settings }: CliRuntime): Promise<Finding[]> {
  const check = 'data directory'
  const embedded = settings.databaseUrl === undefined && settings.serveDatabaseUrl === undefined
  const found = await stat(dataDir).catch(() => undefined)
  if (found === undefined) {
    return embedded ? [{ check, state: 'ok', detail: `${dataDir} will be made by the first start` }] : []
  }
  if (!found.isDirectory()) {
    return [
      {
        check,
        state: 'fail',
        detail: `${dataDir} is no directory`,
        advice: 'Remove it, or correct PLINTH_DATA_DIR.',
      },
    ]
  }
  const writable = await access(dataDir, constants.W_OK | constants.X_OK).then(
    () => true,
    () => false,
  )
  if (!writable) {
    const advice = 'Run as the user that owns it, or name another directory in PLINTH_DATA_DIR.'
    return [{ check, state: 'fail', detail: `this user may not write to ${dataDir}`, advice }]
  }
  if (!embedded) return [{ check, state: 'ok', detail: dataDir }]
  const home = (await clusterOf(dataDir)) ?? dataDir
  const { bavail, bsize } = await statfs(home).catch(() => statfs(dataDir))
  const freeBytes = bavail * bsize
  const detail = `${home}, ${(freeBytes / 1e9).toFixed(1)} GB free`
  if (freeBytes >= freeBytesWarn) return [{ check, state: 'ok', detail }]
  const state = freeBytes < freeBytesMin ? 'fail' : 'warn'
  return [{ check, state, detail, advice: 'Make room: PostgreSQL stops when its disk is full.' }]
}

/** Where the embedded cluster is, as the server noted it down. */
async function clusterOf(dataDir: string): Promise<string | undefined> {
  const where = await readFile(join(dataDir, 'WHERE'), 'utf8').catch(() => '')
  return /^cluster: (.+)$/m.exec(where)?.[1]
}

async function checkDatabase(runtime: CliRuntime): Promise<Diagnosis> {
  const { databaseUrl, serveDatabaseUrl } = runtime.settings
  const embedded = databaseUrl === undefined && serveDatabaseUrl === undefined
  if (embedded && (await clusterOf(runtime.dataDir)) === undefined) {
    const advice = '`make start` makes one, or PLINTH_DATABASE_URL names a server that runs already.'
    return { findings: [{ check: 'database', state: 'warn', detail: 'there is none yet', advice }] }
  }
  const kind = embedded ? 'embedded' : 'yours'
  try {
    return await runtime.withUrls(async (urls) => ({ findings: await checkServer(runtime, urls, kind) }))
  } catch (error) {
    return { findings: [failureOf(runtime, 'database', error)], unreachable: true }
  }
}

function failureOf(runtime: CliRuntime, check: string, error: unknown): Finding {
  const { message } = runtime.explain(error) ?? (error as Error)
  return { check, state: 'fail', detail: message }
}

async function checkServer(runtime: CliRuntime, urls: DatabaseUrls, kind: string): Promise<Finding[]> {
  const url = urls.adminUrl ?? urls.serveUrl
  const server = await describeServer(url)
  const findings = [
    {
      check: 'database',
      state: 'ok',
      detail: `${server.database} answers to ${server.role} (${kind})`,
    } as const,
    checkVersion(server.version, server.versionNumber),
    checkClock(server.clockAheadMs),
  ]
  let pending: readonly string[]
  try {
    pending = await pendingMigrations(url)
  } catch (error) {
    return [...findings, failureOf(runtime, 'migrations', error)]
  }
  if (pending.length > 0) {
    const detail = `${pending.length} have not run: ${pending.join(', ')}`
    return [...findings, { check: 'migrations', state: 'fail', detail, advice: 'Run `plinth migrate`.' }]
  }
  return [
    ...findings,
    { check: 'migrations', state: 'ok', detail: 'all have run' },
    ...(await checkSafety(runtime, urls.serveUrl)),
    ...(await checkAnchor(runtime)),
  ]
}

function checkVersion(version: string, versionNumber: number): Finding {
  const check = 'PostgreSQL'
  const detail = `version ${version}`
  if (versionNumber >= 150_000 && versionNumber < 190_000) return { check, state: 'ok', detail }
  if (versionNumber < 150_000)
    return { check, state: 'fail', detail, advice: 'Plinth needs PostgreSQL 15 to 18.' }
  return { check, state: 'warn', detail, advice: 'Plinth is tested on PostgreSQL 15 to 18.' }
}

// Tokens and logs are stamped here, entries there: a second apart is confusing, a minute refuses valid tokens.
const clockWarnMs = 1_000
const clockFailMs = 60_000

function checkClock(aheadMs: number): Finding {
  const check = 'clocks'
  const apart = Math.abs(aheadMs)
  if (apart < clockWarnMs) return { check, state: 'ok', detail: `${apart} ms apart` }
  const detail = `the database is ${(apart / 1000).toFixed(1)} s ${aheadMs > 0 ? 'ahead of' : 'behind'} this machine`
  const advice = 'Synchronise both with NTP (timedatectl status).'
  return { check, state: apart < clockFailMs ? 'warn' : 'fail', detail, advice }
}

async function checkSafety(runtime: CliRuntime, serveUrl: string): Promise<Finding[]> {
  try {
    const { role } = await describeServer(serveUrl)
    const unsafe = await findUnsafe(serveUrl)
    if (unsafe.length === 0)
      return [{ check: 'safety', state: 'ok', detail: `nothing keeps ${role} from serving` }]
    return unsafe.map((detail) => ({ check: 'safety', state: 'fail', detail }))
  } catch (error) {
    return [failureOf(runtime, 'runtime role', error)]
  }
}

/** Whether the books have what was kept of them outside. Where nothing is kept, that is said of nobody. */
async function checkAnchor(runtime: CliRuntime): Promise<Finding[]> {
  const check = 'anchor'
  try {
    const reports = (await runtime.compareAnchor()) ?? []
    const fallen = reports.filter(({ state }) => state === 'behind' || state === 'differs')
    if (reports.length > 0 && fallen.length === 0)
      return [{ check, state: 'ok', detail: 'the books have all that was kept of them outside' }]
    return fallen.map(({ tenantId, anchored, sealed }) => ({
      check,
      state: 'fail',
      detail: `${tenantId}: ${anchored} entries were anchored, and ${sealed} are sealed`,
      advice: '`plinth anchor compare` says more; ops/runbooks/restore-from-backup.md what to do.',
    }))
  } catch (error) {
    return [failureOf(runtime, check, error)]
  }
}

async function checkPort({ settings: { host, port } }: CliRuntime): Promise<Finding> {
  const check = 'port'
  const reachable = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host
  const url = `http://${reachable.includes(':') ? `[${reachable}]` : reachable}:${port}`
  try {
    const answer = await fetch(`${url}/health/ready`, { signal: AbortSignal.timeout(2_000) })
    if (answer.ok) return { check, state: 'ok', detail: `${url} is served and ready` }
    const advice =
      'If that is Plinth, its database is down or it is stopping; else choose another PLINTH_PORT.'
    return { check, state: 'warn', detail: `${url}/health/ready answers ${answer.status}`, advice }
  } catch (error) {
    const { cause } = error as { cause?: { code?: string } }
    if (cause?.code === 'ECONNREFUSED')
      return { check, state: 'ok', detail: `${port} is free: nothing is served now` }
    const detail = `something holds ${url} and does not answer HTTP`
    return { check, state: 'warn', detail, advice: `\`ss -ltnp 'sport = :${port}'\` names it.` }
  }
}

async function checkTokens({ dataDir }: CliRuntime): Promise<Finding> {
  const check = 'demo tokens'
  const file = join(dataDir, 'tokens.json')
  const found = await stat(file).catch(() => undefined)
  if (found === undefined) return { check, state: 'ok', detail: 'none (`plinth demo` makes them)' }
  if ((found.mode & 0o077) !== 0) {
    return { check, state: 'fail', detail: `others may read ${file}`, advice: `chmod 600 ${file}` }
  }
  const held = await readFile(file, 'utf8')
    .then(JSON.parse)
    .catch(() => undefined)
  const named = Object.keys(typeof held === 'object' && held !== null ? held : {}).filter(isRole)
  if (named.length === roles.length) return { check, state: 'ok', detail: file }
  return {
    check,
    state: 'warn',
    detail: `${file} does not hold a token for each role`,
    advice: 'Run `plinth demo`.',
  }
}
