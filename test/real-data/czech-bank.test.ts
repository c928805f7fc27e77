import { execFile, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Environment, plinth } from '../cli/plinth-process.js'
import { asAdmin } from '../support/database-admin.js'
import { useTestDatabase } from '../support/test-database.js'
import { counterAccount, customerAccountId, isCredit, writeCommandFiles } from './convert.js'
import { bankTransactions, czechBankFile } from './czech-bank.js'

const run = promisify(execFile)
const folder = mkdtempSync(join(tmpdir(), 'plinth-real-data-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const source = czechBankFile()
const hledger = process.env.HLEDGER || 'hledger'
const hledgerIsHere = spawnSync(hledger, ['--version']).status === 0
const postingsCount = 28_205
const paths = { setUp: join(folder, 'set-up.jsonl'), postings: join(folder, 'postings.jsonl') }

const database = useTestDatabase()
const environment = (): Environment => ({
  PLINTH_DATABASE_URL: database().adminUrl,
  PLINTH_DATA_DIR: folder,
  PLINTH_TENANT: 'bank',
  PLINTH_STRICT_ROLES: process.env.PLINTH_STRICT_ROLES,
})

beforeAll(async () => {
  const found =
    source === undefined ? 'generated data of the same size; the file of 1993 is not here' : source
  console.log(`The bank's transactions are ${found}.`)
  if (!hledgerIsHere) console.log(`${hledger} is not installed, so its balances are not compared here.`)
  expect(await writeCommandFiles(source, paths)).toBe(postingsCount)
  const create = ['tenant', 'create', 'bank', '--base-currency', 'CZK', '--business-date', '1994-01-01']
  expect(await plinth(create, environment())).toMatchObject({ code: 0 })
}, 120_000)

describe('the transactions of a bank in 1993', () => {
  test('all of them are posted by one command', { timeout: 300_000 }, async () => {
    const setUp = await plinth(['post', paths.setUp, '--json'], environment())
    expect(setUp).toMatchObject({ code: 0, stderr: '' })
    const posted = await plinth(['post', paths.postings, '--json'], environment())
    expect(posted).toMatchObject({ code: 0, stderr: '' })
    expect(JSON.parse(posted.stdout)).toMatchObject({
      read: postingsCount,
      posted: postingsCount,
      replayed: 0,
      rejected: {},
      malformed: {},
      complete: true,
    })
  })

  test('a second run replays all of them', { timeout: 300_000 }, async () => {
    const again = await plinth(['post', paths.postings, '--json'], environment())
    expect(again.code).toBe(0)
    expect(JSON.parse(again.stdout)).toMatchObject({
      read: postingsCount,
      posted: 0,
      replayed: postingsCount,
    })
  })

  test('every balance is the sum of the bank’s own numbers', { timeout: 120_000 }, async () => {
    const expected = await sumsOfSource()
    const rows = await asAdmin(database().adminUrl, (client) =>
      client.query<{ account_id: string; net: string }>(
        "select account_id, credits - debits as net from account.balance where tenant_id = 'bank'",
      ),
    )
    const found = new Map(rows.rows.map((row) => [row.account_id, BigInt(row.net)]))
    for (const [accountId, net] of found) if (net === 0n && !expected.has(accountId)) found.delete(accountId)
    expect(found).toEqual(expected)
  })

  test('the books are sound', { timeout: 120_000 }, async () => {
    const verified = await plinth(['verify', '--json'], environment())
    expect(verified).toMatchObject({ code: 0, stderr: '' })
    expect(JSON.parse(verified.stdout)).toMatchObject({ sound: true, entries: postingsCount })
    expect((await plinth(['trial-balance'], environment())).code).toBe(0)
  })

  // hledger is not installed everywhere; what its export looks like is held by test/cli/journal.test.ts.
  test.skipIf(!hledgerIsHere)('hledger reads the same balances', { timeout: 120_000 }, async () => {
    const file = join(folder, 'books.journal')
    const exported = await plinth(
      ['journal', 'export', '--format', 'hledger', '--output', file],
      environment(),
    )
    expect(exported).toMatchObject({ code: 0, stderr: '' })
    await run(hledger, ['-f', file, 'check', '--strict'])
    const balances = ['-f', file, 'balance', '--flat', '--no-total', '--output-format', 'csv']
    const { stdout } = await run(hledger, balances, { maxBuffer: 16 * 1024 * 1024 })
    const found = new Map<string, bigint>()
    for (const [, name = '', amount = ''] of stdout.matchAll(/^"([^"]+)","(-?[0-9.]+) CZK"$/gm)) {
      const accountId = (name.split(':').at(-1) ?? '').replaceAll('%3A', ':')
      // hledger's credits are below zero, the sums' above.
      found.set(accountId, -hellersOf(amount))
    }
    const expected = await sumsOfSource()
    expect(found).toEqual(new Map([...expected].filter(([, net]) => net !== 0n)))
  })
})

/** Credits less debits of every account in hellers, from the source alone. */
async function sumsOfSource(): Promise<Map<string, bigint>> {
  const sums = new Map<string, bigint>()
  const add = (accountId: string, hellers: bigint) =>
    sums.set(accountId, (sums.get(accountId) ?? 0n) + hellers)
  for await (const transaction of bankTransactions(source)) {
    const hellers = isCredit(transaction) ? hellersOf(transaction.amount) : -hellersOf(transaction.amount)
    add(customerAccountId(transaction), hellers)
    add(counterAccount(transaction), -hellers)
  }
  return sums
}

function hellersOf(text: string): bigint {
  const [whole = '', fraction = ''] = text.replace('-', '').split('.')
  const hellers = BigInt(whole + fraction.padEnd(2, '0'))
  return text.startsWith('-') ? -hellers : hellers
}
