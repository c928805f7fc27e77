import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import pg from 'pg'
import { environmentOf } from '../cli/plinth-process.js'
import { asAdmin, urlOf } from '../support/database-admin.js'
import { learn, watch } from '../support/leaks.js'

const folder = new URL('../../examples/payment-service/dist/', import.meta.url)

/** A running program of the example. */
export interface ExampleProcess {
  readonly child: ChildProcess
  readonly said: () => string
  readonly ended: Promise<{ code: number | null; stdout: string }>
}

/** Starts `main.js` or `fake-rail.js` of the payment service, compiled, and waits for the words, if any. */
export async function startExample(
  program: 'main.js' | 'fake-rail.js',
  parameters: readonly string[],
  environment: Readonly<Record<string, string>>,
  words?: RegExp,
): Promise<ExampleProcess> {
  const file = fileURLToPath(new URL(program, folder))
  if (!existsSync(file)) throw new Error(`${file} is missing: \`make build\` first`)
  const child = spawn(process.execPath, [file, ...parameters], { env: environmentOf(environment) })
  let [stdout, stderr] = ['', '']
  const said = () => stdout + stderr
  watch(`examples/payment-service ${program}`, said)
  const started = new Promise<void>((resolve, reject) => {
    const look = (): void => {
      if (words?.test(said())) resolve()
    }
    child.stdout.on('data', (chunk: Buffer) => {
      stdout += chunk
      look()
    })
    child.stderr.on('data', (chunk: Buffer) => {
      stderr += chunk
      look()
    })
    child.once('close', () => reject(new Error(`${program} ended without saying ${words}:\n${said()}`)))
  })
  const ended = new Promise<{ code: number | null; stdout: string }>((resolve) => {
    child.once('close', (code) => resolve({ code, stdout }))
  })
  if (words !== undefined) await started
  else started.catch(() => {})
  return { child, said, ended }
}

/** A database of the service's own, on Plinth's server, under a role of its own. */
export interface PaymentDatabase {
  readonly url: string
  readonly role: string
  /** Plinth's database, as this role would reach it. */
  readonly plinthUrl: string
  drop(): Promise<void>
}

export async function createPaymentDatabase(adminUrl: string): Promise<PaymentDatabase> {
  const role = `payment_${randomBytes(4).toString('hex')}`
  const password = randomBytes(18).toString('base64url')
  learn('secret', password)
  const as = (url: string): string => {
    const own = new URL(url)
    own.username = role
    own.password = password
    return own.href
  }
  await asAdmin(adminUrl, async (client) => {
    await client.query(`create role ${role} login password '${password}'`)
    await client.query(`create database ${role} owner ${role}`)
  })
  return {
    url: as(urlOf(adminUrl, role)),
    role,
    plinthUrl: as(adminUrl),
    drop: () =>
      asAdmin(adminUrl, async (client) => {
        await client.query(`drop database if exists ${role} with (force)`)
        await client.query(`drop role if exists ${role}`)
      }),
  }
}

/** Rows of a statement that a test asks itself. */
export async function rowsOf<Row extends pg.QueryResultRow>(url: string, sql: string): Promise<Row[]> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    return (await client.query<Row>(sql)).rows
  } finally {
    await client.end()
  }
}
