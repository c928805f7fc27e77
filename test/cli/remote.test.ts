import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { useServedBank } from '../client/served-bank.js'
import { freePort, plinth } from './plinth-process.js'

const openBank = useServedBank()
const folder = mkdtempSync(join(tmpdir(), 'plinth-remote-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** Without any database: only the address and a token. */
const remotely = (parameters: readonly string[], role = 'auditor') => {
  const { url, tokens } = openBank()
  return plinth(parameters, { PLINTH_URL: url, PLINTH_TOKEN: tokens[role], PLINTH_DATA_DIR: folder })
}
const locally = (parameters: readonly string[]) => plinth(parameters, openBank().environment)

const linesOf = (keys: readonly string[], amount: string): string =>
  keys
    .map((idempotencyKey, at) => {
      const line = { amount, currency: 'EUR' }
      const lines = [
        { ...line, accountId: 'cash', side: 'debit' },
        { ...line, accountId: 'bob', side: 'credit' },
      ]
      const group = at < 2 ? { group: 'first two' } : {}
      return `${JSON.stringify({ type: 'post', idempotencyKey, transactionCode: 'DEPOSIT', lines, ...group })}\n`
    })
    .join('')

describe('a command that goes by HTTP', () => {
  test.each([
    ['account show alice'],
    ['account show alice --json'],
    ['account balance alice'],
    ['account balance alice --known-at-entry 1 --json'],
    ['journal show 2'],
    ['journal show 2 --json'],
    ['journal query --account alice --limit 2'],
    ['journal query --order desc --limit 3 --format json'],
    ['trial-balance'],
    ['trial-balance --by value --json'],
    ['account show nobody'],
    ['account balance nobody'],
    ['journal show 999999'],
    ['journal query --account nobody'],
  ])('prints what it prints at the database: %s', async (command) => {
    const here = await locally(command.split(' '))
    expect(await remotely(command.split(' '))).toEqual(here)
    expect(here.stdout + here.stderr).not.toBe('')
  })

  test('posts a file, again without doubling, and sets aside what is rejected', async () => {
    const file = join(folder, 'file.jsonl')
    writeFileSync(file, `${linesOf(['remote-1', 'remote-2', 'remote-3'], '1.00')}{"type":"post"}\nno json\n`)
    const before = await locally(['account', 'balance', 'bob', '--json'])
    const posted = await remotely(['post', file, '--json'], 'payments')
    expect({ ...JSON.parse(posted.stdout), code: posted.code }).toMatchObject({
      ...{ code: 1, read: 5, posted: 3, replayed: 0, rejected: {}, complete: true },
      malformed: { malformed_json: 1, malformed_request: 1 },
    })
    expect(readFileSync(`${file}.rejected.jsonl`, 'utf8')).toContain('"line":5')
    const again = await remotely(['post', file, '--json'], 'payments')
    expect(JSON.parse(again.stdout)).toMatchObject({ read: 5, posted: 0, replayed: 3 })
    const changed = join(folder, 'changed.jsonl')
    writeFileSync(changed, linesOf(['remote-0', 'remote-1'], '2.00'))
    const reused = await remotely(['post', changed, '--json'], 'payments')
    expect(JSON.parse(reused.stdout)).toMatchObject({
      rejected: { idempotency_key_reused: 1, linked_command_failed: 1 },
    })
    const after = await locally(['account', 'balance', 'bob', '--json'])
    const cents = ({ stdout }: { stdout: string }) =>
      BigInt((JSON.parse(stdout) as { posted: string }).posted.replace('.', ''))
    expect(cents(after) - cents(before)).toBe(300n)
  })

  test('tells what became of a key, and gives one up', async () => {
    const file = join(folder, 'one.jsonl')
    writeFileSync(file, linesOf(['remote-told'], '1.00'))
    await remotely(['post', file], 'payments')
    expect((await remotely(['command', 'show', 'remote-told'])).stdout).toMatch(/outcome +accepted/)
    const nothing = await remotely(['command', 'show', 'remote-given-up'])
    expect(nothing).toMatchObject({ code: 1, stderr: expect.stringContaining('Nothing is recorded') })
    const abandoned = await remotely(['command', 'abandon', 'remote-given-up', '--json'], 'payments')
    expect(JSON.parse(abandoned.stdout)).toMatchObject({ status: 422, body: { code: 'command_abandoned' } })
  })

  test('says plainly what does not work', async () => {
    const { url, tokens } = openBank()
    const token = tokens.auditor as string
    const nowhere = { PLINTH_URL: `http://127.0.0.1:${await freePort()}`, PLINTH_TOKEN: token }
    const failing = [
      { run: remotely(['verify']), code: 2, says: /plinth verify works on the database itself/ },
      {
        run: remotely(['account', 'show', 'alice', '--tenant', 'demo']),
        code: 2,
        says: /the token says the tenant/,
      },
      {
        run: remotely(['journal', 'query', '--format', 'csv']),
        code: 2,
        says: /CSV is made from the database/,
      },
      { run: remotely(['command', 'abandon', 'x']), code: 1, says: /^plinth: forbidden/ },
      { run: plinth(['--url', url, 'account', 'show', 'alice'], {}), code: 2, says: /goes with a token/ },
      {
        run: plinth(['--url', 'host:4000', 'trial-balance'], { PLINTH_TOKEN: token }),
        code: 2,
        says: /an address like/,
      },
      {
        run: plinth(['--url', url, 'trial-balance'], { PLINTH_TOKEN: 'plk_demo_no_more' }),
        code: 1,
        says: /unauthenticated/,
      },
      { run: locally(['command', 'show', 'x']), code: 2, says: /asks a running Plinth/ },
      {
        run: plinth(['post', join(folder, 'one.jsonl'), '--patience', '0'], nowhere),
        code: 3,
        says: /ECONNREFUSED/,
      },
    ]
    writeFileSync(join(folder, 'one.jsonl'), linesOf(['remote-told'], '1.00'))
    for (const { run, code, says } of failing) {
      const ended = await run
      expect({ code: ended.code, stderr: ended.stderr }).toEqual({
        code,
        stderr: expect.stringMatching(says),
      })
    }
  })
})
