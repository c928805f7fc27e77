import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { environmentOf, freePort, type PlinthProcess, startPlinth } from '../cli/plinth-process.js'
import { validateEventsAt } from '../support/event-schemas.js'
import { inspect } from '../support/leaks.js'
import { useTestDatabase } from '../support/test-database.js'

const program = fileURLToPath(new URL('../../examples/journey/journey.mjs', import.meta.url))
const database = useTestDatabase()
const dataDir = mkdtempSync(join(tmpdir(), 'plinth-journey-'))
let server: PlinthProcess
let url: string

beforeAll(async () => {
  const port = String(await freePort())
  url = `http://127.0.0.1:${port}`
  server = startPlinth(['start'], {
    PLINTH_DATABASE_URL: database().adminUrl,
    PLINTH_DATA_DIR: dataDir,
    PLINTH_PORT: port,
    PLINTH_STRICT_ROLES: process.env.PLINTH_STRICT_ROLES,
  })
  await server.waitFor(/Ctrl-C stops\./)
})
afterAll(async () => {
  server.child.kill('SIGINT')
  expect((await server.ended).code).toBe(0)
  rmSync(dataDir, { recursive: true, force: true })
})

/** Runs the example to its end, as a reader would. */
async function journey(environment: Record<string, string> = {}) {
  const child = spawn(process.execPath, [program], {
    env: environmentOf({ PLINTH_URL: url, PLINTH_DATA_DIR: dataDir, ...environment }),
  })
  let [stdout, stderr] = ['', '']
  child.stdout.on('data', (chunk: Buffer) => {
    stdout += chunk
  })
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk
  })
  const code = await new Promise((resolve) => child.once('close', resolve))
  inspect('the journey', stdout + stderr)
  return { code, stdout, stderr }
}

async function rows<Row extends pg.QueryResultRow>(sql: string, values: readonly unknown[]): Promise<Row[]> {
  const client = new pg.Client({ connectionString: database().adminUrl })
  await client.connect()
  try {
    return (await client.query<Row>(sql, [...values])).rows
  } finally {
    await client.end()
  }
}

/** What it prints, without what is new in every run. */
const withoutIds = (text: string): string =>
  text
    .replace(/sha256 [0-9a-f]{16}/g, 'sha256 #')
    .replace(/entry \d+/g, 'entry #')
    .replace(/(journey-|customer )[0-9a-f]{8}/g, '$1#')
    .replace(/EUR debits (\d+\.\d\d) = credits \1$/m, 'EUR debits = credits')

const told = ` 1. eligibility snapshot of customer #: sha256 #…
 2. account journey-#:main opened, the snapshot kept with it
 3. deposit of 500.00 is entry #: posted 500.00, held 0.00, available 500.00
 4. hold of 120.00 for payment-1: posted 500.00, held 120.00, available 380.00
 5. payment attempt of 120.00 to journey-#:payee, with what risk says of it
 6. risk decision is rejected: decision_negative, and so it stays for this key
 7. hold released: posted 500.00, held 0.00, available 500.00
 8. transfer of 120.00, approved, is entry #: posted 380.00, held 0.00, available 380.00
 9. hold of 45.00 captured for 42.50 is entry #: posted 337.50, held 0.00, available 337.50
10. events of journey-#: 8 changes to publish, 1 refusal on record
11. 3 lines of journey-#:main add up to its balance, 337.50; all 3 entries balance
12. journal total: EUR debits = credits
The journey is complete. Look back at it: GET /v1/journal-entries?correlationId=journey-#
`

describe('the journey of a customer', () => {
  test('goes from the snapshot to the reconciliation, tells each step, and can be gone again', async () => {
    for (const _ of ['first', 'again']) {
      const { code, stdout, stderr } = await journey()
      expect({ code, stderr, told: withoutIds(stdout) }).toEqual({ code: 0, stderr: '', told })
    }
  })

  test('leaves one event in the outbox for each change, in order, and none for the refusal', async () => {
    const { stdout } = await journey()
    const [correlationId] = /journey-[0-9a-f]{8}/.exec(stdout) as RegExpExecArray
    const events = await rows<{ type: string; position: string; subject: string; correlation_id: string }>(
      'select type, position, subject, correlation_id from outbox.outbox_event where correlation_id = $1 order by position',
      [correlationId],
    )
    expect(events.map(({ type }) => type)).toEqual([
      'plinth.account.opened.v1',
      'plinth.account.opened.v1',
      'plinth.journal_entry.posted.v1',
      'plinth.hold.placed.v1',
      'plinth.hold.released.v1',
      'plinth.journal_entry.posted.v1',
      'plinth.hold.placed.v1',
      'plinth.journal_entry.posted.v1',
    ])
    const positions = events.map(({ position }) => BigInt(position))
    expect(positions).toEqual(positions.map((_, at) => (positions[0] as bigint) + BigInt(at)))
    const entries = await rows<{ entry_id: string; decision: { outcome: string } | null }>(
      'select entry_id, decision from ledger.journal_entry where correlation_id = $1 order by entry_no',
      [correlationId],
    )
    const told = events.filter(({ type }) => type.startsWith('plinth.journal_entry'))
    expect(told.map(({ subject }) => subject)).toEqual(entries.map(({ entry_id: entryId }) => entryId))
    await validateEventsAt(database().serveUrl)
    // Only the transfer was decided on, and the decision stays with it.
    expect(entries.map(({ decision }) => decision?.outcome)).toEqual([undefined, 'approved', undefined])
  })
})

/** A server in front of Plinth that changes what one path answers, so that the journey has something to find. */
async function altering(
  path: RegExp,
  alter: (text: string) => string,
): Promise<{ url: string; server: Server }> {
  const front = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', async () => {
      const { host: _, connection: __, 'content-length': ___, ...headers } = request.headers
      const answer = await fetch(url + request.url, {
        method: request.method as string,
        headers: headers as Record<string, string>,
        ...(request.method === 'POST' && { body: Buffer.concat(chunks) }),
      })
      const text = await answer.text()
      const told = ['content-type', 'idempotency-replayed'].flatMap((name) => {
        const value = answer.headers.get(name)
        return value === null ? [] : [[name, value]]
      })
      response.writeHead(answer.status, Object.fromEntries(told))
      response.end(path.test(request.url ?? '') ? alter(text) : text)
    })
  })
  await new Promise<void>((resolve) => front.listen(0, '127.0.0.1', resolve))
  return { url: `http://127.0.0.1:${(front.address() as { port: number }).port}`, server: front }
}

describe('the journey stops with exit code 1 and says why', () => {
  test.each<[what: string, path: RegExp, alter: (text: string) => string, said: RegExp]>([
    [
      'a balance is not what it should be',
      /\/balance$/,
      (text) => text.replace('"held":"0.00"', '"held":"0.01"'),
      /The balance of journey-\w+:main: \["500\.00","0\.01","500\.00"\], and should be \["500\.00","0\.00","500\.00"\]/,
    ],
    [
      'a line is not the balance’s',
      /\/journal-entries\?/,
      (text) => text.replace('"amount":"42.50"', '"amount":"42.51"'),
      /The sum of the lines of journey-\w+:main, in cents: "33749", and should be "33750"/,
    ],
    [
      'the trial balance is none',
      /\/trial-balance$/,
      (text) => text.replace(/"totals":.*?"credits":"/, (found) => `${found}9`),
      /The trial balance in EUR: "\d+\.\d\d", and should be "\d+\.\d\d"/,
    ],
    [
      'an answer is none',
      /\/audit-events\?/,
      () => '<html>',
      /GET \/v1\/audit-events\S+ is answered with what is no JSON\./,
    ],
    [
      'an event is missing',
      /\/audit-events\?/,
      (text) => text.replace('"action":"release_hold"', '"action":"nothing"'),
      /What was done: .*"nothing"/,
    ],
  ])('where %s', async (_, path, alter, said) => {
    const front = await altering(path, alter)
    const { code, stdout, stderr } = await journey({ PLINTH_URL: front.url })
    front.server.close()
    expect(stderr).toMatch(said)
    expect([code, stdout.includes('The journey is complete')]).toEqual([1, false])
  })

  test('where no Plinth answers', async () => {
    const nobody = `http://127.0.0.1:${await freePort()}`
    const { code, stderr } = await journey({ PLINTH_URL: nobody })
    expect([code, stderr]).toEqual([
      1,
      expect.stringContaining(`No Plinth answers at ${nobody}: \`make start\``),
    ])
  })

  test('where there are no tokens', async () => {
    const { code, stderr } = await journey({ PLINTH_DATA_DIR: join(dataDir, 'none') })
    expect([code, stderr]).toEqual([1, expect.stringContaining('There are no tokens in ')])
  })
})
