import { spawnSync } from 'node:child_process'
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, describe, expect, test } from 'vitest'
import { environmentOf, freePort, type PlinthProcess, plinth, startPlinth } from './plinth-process.js'

const roleNames = ['payments', 'operator', 'auditor', 'product_manager', 'approver', 'admin']
// What Debian calls nobody and nogroup.
const nobody = { uid: 65_534, gid: 65_534 }

const places: string[] = []
const running = new Set<PlinthProcess>()

afterEach(async () => {
  // A test that failed half-way leaves its server behind.
  for (const started of running) started.child.kill('SIGTERM')
  await Promise.all([...running].map(({ ended }) => ended))
  running.clear()
})
afterAll(() => {
  for (const place of places) rmSync(place, { recursive: true, force: true })
})

function newDataDir(): string {
  const place = mkdtempSync(join(tmpdir(), 'plinth-start-'))
  chmodSync(place, 0o777)
  places.push(place)
  return join(place, 'data')
}

/** `plinth start`, ready. */
async function start(environment: { PLINTH_DATA_DIR: string; PLINTH_PORT: string }, as?: typeof nobody) {
  const started = startPlinth(['start'], environment, as && { as })
  running.add(started)
  await started.waitFor(/Ctrl-C stops\./)
  const curl = /^curl [\s\S]*?'\n(?=\n)/m.exec(started.said())?.[0] ?? ''
  return { started, curl, url: `http://127.0.0.1:${environment.PLINTH_PORT}` }
}

async function stop(started: PlinthProcess, signal: 'SIGINT' | 'SIGTERM'): Promise<number | null> {
  started.child.kill(signal)
  const { code } = await started.ended
  running.delete(started)
  return code
}

/** As a person would paste it. */
function paste(curl: string) {
  const { stdout, stderr } = spawnSync('sh', ['-c', curl], { encoding: 'utf8', env: environmentOf({}) })
  const [head = '', body = ''] = stdout.split('\r\n\r\n')
  return { head, body: body === '' ? undefined : JSON.parse(body), stderr }
}

const postmasterRuns = (dataDir: string): boolean => existsSync(join(dataDir, 'cluster', 'postmaster.pid'))

async function newEnvironment() {
  return { PLINTH_DATA_DIR: newDataDir(), PLINTH_PORT: String(await freePort()) }
}

describe('plinth start', () => {
  test('sets everything up, its curl posts a transfer, Ctrl-C stops it all, and a second start keeps the data', async () => {
    const environment = await newEnvironment()
    const first = await start(environment)
    expect((await fetch(`${first.url}/health/ready`)).status).toBe(200)

    const pasted = paste(first.curl)
    expect(pasted.stderr).toBe('')
    expect(pasted.head).toMatch(/^HTTP\/1\.1 201 /)
    expect(pasted.body.lines).toMatchObject([
      { accountId: 'alice', side: 'debit', amount: '25.00', balanceAfter: '475.00' },
      { accountId: 'bob', side: 'credit', amount: '25.00', balanceAfter: '25.00' },
    ])
    const replay = paste(first.curl)
    expect(replay.head).toMatch(/^HTTP\/1\.1 201 /)
    expect(replay.head).toMatch(/idempotency-replayed: true/i)
    expect(replay.body).toEqual(pasted.body)

    const tokensFile = join(environment.PLINTH_DATA_DIR, 'tokens.json')
    const tokens = readFileSync(tokensFile, 'utf8')
    expect(Object.keys(JSON.parse(tokens))).toEqual(roleNames)
    expect(statSync(tokensFile).mode & 0o777).toBe(0o600)

    // The command line joins the server that runs.
    const balance = await plinth(['account', 'balance', 'bob', '--json'], environment)
    expect(JSON.parse(balance.stdout)).toMatchObject({ posted: '25.00' })
    expect(postmasterRuns(environment.PLINTH_DATA_DIR)).toBe(true)

    expect(await stop(first.started, 'SIGINT')).toBe(0)
    expect(postmasterRuns(environment.PLINTH_DATA_DIR)).toBe(false)

    const second = await start(environment)
    expect(second.started.said()).toContain('Demo tenant is there')
    expect(readFileSync(tokensFile, 'utf8')).toBe(tokens)
    expect(paste(second.curl).body.lines[0]).toMatchObject({ accountId: 'alice', balanceAfter: '450.00' })
    expect(await stop(second.started, 'SIGTERM')).toBe(0)
    expect(postmasterRuns(environment.PLINTH_DATA_DIR)).toBe(false)
  })

  test('a port that is taken is named, with what to do, and nothing is left running', async () => {
    const environment = await newEnvironment()
    const { started } = await start(environment)
    const elsewhere = newDataDir()
    const second = await plinth(['start'], { ...environment, PLINTH_DATA_DIR: elsewhere })
    expect(second.code).toBe(1)
    expect(second.stderr).toContain('A Plinth answers at')
    expect(second.stderr).toContain(`PLINTH_PORT=${Number(environment.PLINTH_PORT) + 1} make start`)
    expect(existsSync(elsewhere)).toBe(false)
    expect(await stop(started, 'SIGINT')).toBe(0)
  })

  test('lost tokens are made again, and tokens that others can read become private', async () => {
    const environment = await newEnvironment()
    const tokensFile = join(environment.PLINTH_DATA_DIR, 'tokens.json')
    expect(await plinth(['demo'], environment)).toMatchObject({ code: 0 })
    const before = JSON.parse(readFileSync(tokensFile, 'utf8'))
    chmodSync(tokensFile, 0o644)
    expect(await plinth(['demo'], environment)).toMatchObject({ code: 0 })
    expect(statSync(tokensFile).mode & 0o777).toBe(0o600)
    expect(JSON.parse(readFileSync(tokensFile, 'utf8'))).toEqual(before)
    await plinth(['token', 'revoke', before.auditor], environment)
    expect(await plinth(['demo'], environment)).toMatchObject({ code: 0 })
    const after = JSON.parse(readFileSync(tokensFile, 'utf8'))
    expect(after).toEqual({ ...before, auditor: expect.not.stringMatching(before.auditor) })
    expect(postmasterRuns(environment.PLINTH_DATA_DIR)).toBe(false)
  })

  // Only root can become somebody else; run as somebody else, the tests above say the same.
  test.skipIf(process.getuid?.() !== 0)('runs as a user without a home of its own', async () => {
    const environment = await newEnvironment()
    const { started, curl } = await start(environment, nobody)
    expect(paste(curl).head).toMatch(/^HTTP\/1\.1 201 /)
    expect(statSync(join(environment.PLINTH_DATA_DIR, 'tokens.json')).uid).toBe(nobody.uid)
    expect(await stop(started, 'SIGINT')).toBe(0)
  })
})
