import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { CommandFailure, exitCodes } from '@plinth/cli'
import { parseTenantId, type TenantId } from '@plinth/kernel'
import { type JwtAlgorithm, type JwtSettings, jwtAlgorithms } from '@plinth/tenancy'
import { type Network, parseNetwork } from '@plinth/webhooks/domain'

/** What the environment says, validated. `plinth --help` explains each variable. */
export interface Configuration {
  /** The administrator's; undefined: the embedded PostgreSQL, or only the runtime role's URL is known. */
  readonly databaseUrl: string | undefined
  readonly serveDatabaseUrl: string | undefined
  readonly workerDatabaseUrl: string | undefined
  readonly host: string
  readonly port: number
  readonly dataDir: string
  /** Undefined: `info`, and quieter for `start` on a terminal. */
  readonly logLevel: LogLevel | undefined
  readonly strictRoles: boolean
  readonly pgBin: string | undefined
  readonly tenant: TenantId
  /** Whose JSON Web Tokens are taken; undefined: nobody's. */
  readonly jwt: JwtSettings | undefined
  /** Of one caller, in one process; undefined: the edge's own. */
  readonly requestsPerSecond: number | undefined
  /** The host in the origin of checkpoints. */
  readonly origin: string
  /** The file with the key that checkpoints are signed with; undefined: one that is made in the data directory. */
  readonly signingKey: string | undefined
  /** The NATS servers that the worker publishes events to; undefined: none. */
  readonly natsUrl: string | undefined
  /** Processes tell each other by NOTIFY that there are events; not so where a pool stands between that cannot carry it. */
  readonly notify: boolean
  /** The file or URL in which the worker keeps checkpoints outside of the database; undefined: nowhere. */
  readonly anchor: string | undefined
  /** Where a worker answers for its metrics; undefined: nowhere. */
  readonly workerMetricsPort: number | undefined
  /** What accounts and keys are hashed with in the log; undefined: what follows from the runtime role's password. */
  readonly logSecret: Buffer | undefined
  /** Whether anybody takes traces. How and which the variables of OpenTelemetry say. */
  readonly traces: boolean
  /** The file with the key that secrets of webhooks are sealed with; undefined: one that is made in the data directory. */
  readonly webhookKey: string | undefined
  /** Internal networks that webhooks may lead into. */
  readonly webhookNetworks: readonly Network[]
}

const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const
export type LogLevel = (typeof logLevels)[number]

export type Environment = Readonly<Record<string, string | undefined>>

/** `.plinth` of the repository, three folders up from here in `src` as in `dist`: the same place from every directory. */
const dataDirDefault = fileURLToPath(new URL('../../../.plinth', import.meta.url))

/** Reads PLINTH_… variables. An empty one counts as not set. All faults are reported at once. */
export function readConfiguration(environment: Environment): Configuration {
  const faults: string[] = []
  const read = <T>(name: string, parse: (text: string) => T | undefined, expected: string): T | undefined => {
    const text = environment[name]?.trim()
    if (!text) return undefined
    const value = parse(text)
    // The value itself may be a URL with a password in it, so it is not repeated.
    if (value === undefined) faults.push(`${name} must be ${expected}.`)
    return value
  }
  const url = (name: string) =>
    read(name, parseDatabaseUrl, 'a URL like postgres://user:password@host:5432/database')
  const configuration: Configuration = {
    databaseUrl: url('PLINTH_DATABASE_URL'),
    serveDatabaseUrl: url('PLINTH_SERVE_DATABASE_URL'),
    workerDatabaseUrl: url('PLINTH_WORKER_DATABASE_URL'),
    host: read('PLINTH_HOST', (text) => text, 'a host') ?? '127.0.0.1',
    port: read('PLINTH_PORT', parsePort, 'a port from 0 to 65535 (0: any that is free)') ?? 4000,
    dataDir: read('PLINTH_DATA_DIR', (text) => resolve(text), 'a directory') ?? dataDirDefault,
    logLevel: read('PLINTH_LOG_LEVEL', parseLogLevel, `one of ${logLevels.join(', ')}`),
    strictRoles: read('PLINTH_STRICT_ROLES', parseSwitch, '1 or 0') ?? false,
    pgBin: read('PLINTH_PG_BIN', (text) => resolve(text), 'a directory'),
    tenant: read('PLINTH_TENANT', parseTenantId, 'a tenant id') ?? ('demo' as TenantId),
    jwt: readJwtSettings(read, faults),
    origin:
      read('PLINTH_ORIGIN', parseOrigin, 'a host, perhaps with a path: ledger.example.com') ?? 'localhost',
    anchor: read('PLINTH_ANCHOR', parsePlace, 'a file or an http(s) URL'),
    natsUrl: read('PLINTH_NATS_URL', parseNatsUrl, 'a URL like nats://user:password@host:4222, or several'),
    notify: read('PLINTH_NOTIFY', parseSwitch, '1 or 0') ?? true,
    signingKey: read('PLINTH_SIGNING_KEY', (text) => resolve(text), 'a file'),
    webhookKey: read('PLINTH_WEBHOOK_KEY', (text) => resolve(text), 'a file'),
    webhookNetworks:
      read('PLINTH_WEBHOOK_NETWORKS', parseNetworks, 'networks such as 10.20.0.0/16, with commas between') ??
      [],
    requestsPerSecond: read('PLINTH_RATE_LIMIT', parseRate, 'a whole number of requests a second, from 1'),
    workerMetricsPort: read(
      'PLINTH_WORKER_METRICS_PORT',
      parsePort,
      'a port from 0 to 65535 (0: any that is free)',
    ),
    logSecret: read('PLINTH_LOG_SECRET', parseSecret, 'a secret of at least 16 characters'),
    traces: takesTraces(environment),
  }
  if (faults.length > 0) throw new CommandFailure(faults.join('\n'), exitCodes.usage)
  return configuration
}

const parseNatsUrl = (text: string): string | undefined =>
  text.split(',').every((each) => /^(nats|tls):\/\/\S+$/.test(each.trim()) && URL.canParse(each.trim()))
    ? text
    : undefined

// It stands in lines of signed notes, in front of a tenant and, in keys, of a plus sign.
const parseOrigin = (text: string): string | undefined =>
  /^[A-Za-z0-9.-]+(:[0-9]+)?(\/[A-Za-z0-9._~-]+)*$/.test(text) ? text : undefined

// The variables of OpenTelemetry's own specification: whoever runs other services knows them.
const takesTraces = (environment: Environment): boolean =>
  environment.OTEL_SDK_DISABLED?.trim().toLowerCase() !== 'true' &&
  environment.OTEL_TRACES_EXPORTER?.trim() !== 'none' &&
  ['OTEL_EXPORTER_OTLP_ENDPOINT', 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT'].some((name) =>
    environment[name]?.trim(),
  )

const parseSecret = (text: string): Buffer | undefined => (text.length < 16 ? undefined : Buffer.from(text))

function parsePlace(text: string): string | undefined {
  if (!/^[a-z]+:\/\//i.test(text)) return resolve(text)
  return /^https?:/.test(text) && URL.canParse(text) ? text : undefined
}

function parseNetworks(text: string): Network[] | undefined {
  const networks = text.split(',').map((each) => parseNetwork(each.trim()))
  return networks.every((network) => network !== undefined) ? networks : undefined
}

function parseRate(text: string): number | undefined {
  const rate = Number(text)
  return /^[0-9]{1,9}$/.test(text) && rate >= 1 ? rate : undefined
}

type Read = <T>(name: string, parse: (text: string) => T | undefined, expected: string) => T | undefined

/** Issuer, audience and keys come together: a token of anybody's, or for anybody, is none. */
function readJwtSettings(read: Read, faults: string[]): JwtSettings | undefined {
  const faultsBefore = faults.length
  const issuer = read('PLINTH_JWT_ISSUER', (text) => text, 'the claim iss of the tokens')
  const audience = read('PLINTH_JWT_AUDIENCE', (text) => text, 'the claim aud of the tokens')
  const internalKeys = read('PLINTH_JWT_INTERNAL_KEYS', parseSwitch, '1 or 0') ?? false
  const keys = read(
    'PLINTH_JWT_KEYS',
    (text) => parseKeySource(text, internalKeys),
    'a file, or an https URL (http with PLINTH_JWT_INTERNAL_KEYS=1)',
  )
  const algorithms = read('PLINTH_JWT_ALGORITHMS', parseAlgorithms, `a list of ${jwtAlgorithms.join(', ')}`)
  if (issuer === undefined && audience === undefined && keys === undefined) return undefined
  if (issuer === undefined || audience === undefined || keys === undefined) {
    // One that is set and wrong has been told of.
    if (faults.length === faultsBefore) {
      faults.push(
        'PLINTH_JWT_ISSUER, PLINTH_JWT_AUDIENCE and PLINTH_JWT_KEYS are set together, or none of them.',
      )
    }
    return undefined
  }
  return { issuer, audience, keys, internalKeys, algorithms: algorithms ?? jwtAlgorithms }
}

function parseKeySource(text: string, internal: boolean): URL | string | undefined {
  if (!/^[a-z][a-z0-9+.-]+:/i.test(text)) return resolve(text)
  if (!URL.canParse(text)) return undefined
  const url = new URL(text)
  return url.protocol === 'https:' || (url.protocol === 'http:' && internal) ? url : undefined
}

function parseAlgorithms(text: string): JwtAlgorithm[] | undefined {
  const named = text.split(',').map((name) => name.trim())
  const known = jwtAlgorithms.filter((algorithm) => named.includes(algorithm))
  return known.length === named.length ? known : undefined
}

/** A port as written, or undefined. */
function parsePort(text: string): number | undefined {
  const port = Number(text)
  return /^[0-9]{1,5}$/.test(text) && port <= 65_535 ? port : undefined
}

const parseLogLevel = (text: string): LogLevel | undefined =>
  logLevels.find((level) => level === text.toLowerCase())

function parseSwitch(text: string): boolean | undefined {
  if (['1', 'true', 'yes', 'on'].includes(text.toLowerCase())) return true
  return ['0', 'false', 'no', 'off'].includes(text.toLowerCase()) ? false : undefined
}

// `postgres://user@/database?host=/socket` is a URL to libpq though not to URL: the host may be left out.
const parseDatabaseUrl = (text: string): string | undefined =>
  /^postgres(ql)?:\/\/\S+$/.test(text) && URL.canParse(text.replace(/(@|:\/\/)(?=[/?]|$)/, '$1localhost'))
    ? text
    : undefined
