import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { asAdmin } from '../support/database-admin.js'
import { useTestDatabase } from '../support/test-database.js'
import { plinth } from './plinth-process.js'

const folder = mkdtempSync(join(tmpdir(), 'plinth-statement-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const database = useTestDatabase()
const run = (...parameters: string[]) =>
  plinth(parameters, {
    PLINTH_DATABASE_URL: database().adminUrl,
    PLINTH_DATA_DIR: folder,
    PLINTH_TENANT: 'shop',
    PLINTH_STRICT_ROLES: process.env.PLINTH_STRICT_ROLES,
  })
const statement = (...parameters: string[]) => run('account', 'statement', 'alice', ...parameters)

// alice has 12.50 of the first day, which is closed, and 1.00 of the second.
beforeAll(async () => {
  expect(await run('tenant', 'create', 'shop', '--business-date', '2027-01-01')).toMatchObject({ code: 0 })
  const account = (accountId: string, more: object) => ({
    ...{ type: 'open_account', accountId, name: accountId, currency: 'EUR' },
    ...more,
  })
  const pay = (amount: string) => ({
    type: 'post',
    transactionCode: 'TRANSFER',
    lines: [
      { accountId: 'cash', side: 'debit', amount, currency: 'EUR' },
      { accountId: 'alice', side: 'credit', amount, currency: 'EUR' },
    ],
  })
  const post = async (...commands: object[]) => {
    const file = join(folder, 'commands.jsonl')
    writeFileSync(file, commands.map((command) => JSON.stringify(command)).join('\n'))
    expect(await run('post', file)).toMatchObject({ code: 0 })
  }
  const glAccount = (code: string, type: string) => ({
    type: 'create_gl_account',
    glAccount: { code, name: code, type },
  })
  await post(
    glAccount('1100', 'asset'),
    glAccount('2100', 'liability'),
    account('cash', { glCode: '1100', unlimited: true }),
    account('alice', { glCode: '2100' }),
    pay('12.50'),
  )
  expect(await run('eod', 'run', '--date', '2027-01-01')).toMatchObject({ code: 0 })
  await post(pay('1.00'))
})

test('the next statement is made, numbered and printed, and made again it is the same', async () => {
  const made = await statement('--make', '--to', '2027-01-01', '--format', 'camt053')
  expect(made).toMatchObject({ code: 0, stderr: '' })
  expect(made.stdout).toContain('<LglSeqNb>1</LglSeqNb>')
  const again = await statement('--make', '--to', '2027-01-01', '--format', 'camt053')
  expect(again.stdout).toBe(made.stdout)
  expect(again.stderr).toContain('It was there already: statement 1.')
  const file = join(folder, 'statement.xml')
  expect((await statement('--number', '1', '--format', 'camt053', '--output', file)).code).toBe(0)
  expect(readFileSync(file, 'utf8')).toBe(made.stdout)
})

test('days that are open have a statement without a number, in every form', async () => {
  const text = await statement('--from', '2027-01-02')
  expect(text.stdout).toContain('Statement without a number, provisional')
  const csv = await statement('--to', '2027-01-02', '--format', 'csv')
  expect(csv.stdout.split('\r\n').map((row) => row.split(',').at(-3))).toEqual([
    ...['runningBalance', '0.00', '12.50', '13.50', '13.50'],
    undefined,
  ])
  const json = await statement('--json')
  expect(JSON.parse(json.stdout)).toMatchObject({ provisional: true, opening: '0.00', closing: '13.50' })
})

test.each([
  ['a day that is not closed', ['--make', '--to', '2027-01-02'], 1, 'not closed'],
  ['no last day', ['--make'], 2, '--make needs --to'],
  ['a number that is not there', ['--number', '9'], 1, 'has no statement 9'],
  ['a number and days', ['--number', '1', '--to', '2027-01-01'], 2, 'cannot be used with'],
  ['a page that is not there', ['--page', '2'], 1, 'no page 2'],
  ['days the wrong way round', ['--from', '2027-01-02', '--to', '2027-01-01'], 2, 'is after the last'],
])('%s is refused', async (_what, parameters, code, says) => {
  const ended = await statement(...parameters)
  expect(ended).toMatchObject({ code, stdout: '' })
  expect(ended.stderr).toContain(says)
})

test('verify looks at the statements too', async () => {
  await statement('--make', '--to', '2027-01-01')
  const report = async () => {
    const ended = await run('verify', '--json')
    const { sound, rules } = JSON.parse(ended.stdout)
    const ofStatements = rules.find(({ rule }: { rule: string }) => rule === 'statements_stand')
    return { code: ended.code, sound, ofStatements }
  }
  expect(await report()).toMatchObject({
    code: 0,
    sound: true,
    ofStatements: { broken: 0 },
  })
  await asAdmin(database().adminUrl, async (admin) => {
    await admin.query('alter table reconciliation.statement disable trigger all')
    await admin.query("update reconciliation.statement set account_name = 'x' where tenant_id = 'shop'")
    await admin.query('alter table reconciliation.statement enable always trigger append_only')
  })
  expect(await report()).toMatchObject({ code: 1, sound: false, ofStatements: { broken: 1 } })
})
