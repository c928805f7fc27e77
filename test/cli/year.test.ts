import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { useTestDatabase } from '../support/test-database.js'
import { plinth } from './plinth-process.js'

const database = useTestDatabase()
const dataDir = mkdtempSync(join(tmpdir(), 'plinth-year-'))
afterAll(() => rmSync(dataDir, { recursive: true, force: true }))

const run = (...parameters: string[]) =>
  plinth(parameters, {
    ...{ PLINTH_DATABASE_URL: database().adminUrl, PLINTH_DATA_DIR: dataDir, PLINTH_TENANT: 'shop' },
  })
const json = async (...parameters: string[]) => JSON.parse((await run(...parameters, '--json')).stdout)

const post = async (name: string, text: string) => {
  const file = join(dataDir, name)
  writeFileSync(file, text)
  return await run('post', file)
}
const gl = (code: string, type: string) =>
  JSON.stringify({
    ...{ type: 'create_gl_account', idempotencyKey: `gl-${code}` },
    glAccount: { code, name: `GL ${code}`, type },
  })
const account = (accountId: string, glCode: string) =>
  JSON.stringify({
    ...{
      type: 'open_account',
      idempotencyKey: accountId,
      accountId,
      name: accountId,
      glCode,
      currency: 'EUR',
    },
    unlimited: true,
  })

beforeAll(async () => {
  expect(await run('tenant', 'create', 'shop', '--business-date', '2026-12-31')).toMatchObject({ code: 0 })
  const chart = [gl('1100', 'asset'), gl('4100', 'income'), gl('3200', 'equity')]
  const settings = JSON.stringify({
    ...{
      type: 'change_settings',
      idempotencyKey: 'settings',
      retainedEarningsGlCode: '3200',
      reason: 'year end',
    },
  })
  const lines = [...chart, account('cash', '1100'), account('fees', '4100'), settings]
  expect(await post('chart.jsonl', `${lines.join('\n')}\n`)).toMatchObject({ code: 0 })
  const header = 'idempotencyKey,transactionCode,debitAccountId,creditAccountId,amount,currency,period'
  expect(await post('fees.csv', `${header}\na,FEE,cash,fees,30.00,EUR,\n`)).toMatchObject({ code: 0 })
  expect(await run('eod', 'run', '--date', '2027-01-01')).toMatchObject({ code: 0 })
  expect(await post('adjusted.csv', `${header}\nb,FEE,cash,fees,2.00,EUR,2026-13\n`)).toMatchObject({
    code: 0,
  })
})

test('an accountant looks at a year, rehearses its end, closes it, and reads what came of it', async () => {
  expect(await run('year', 'status')).toMatchObject({ code: 0, stdout: '2026: open\n' })
  const rehearsal = await run('year', 'close', '2026', '--dry-run')
  expect(rehearsal).toMatchObject({ code: 0, stderr: '' })
  expect(rehearsal.stdout).toMatch(/nothing is kept[\s\S]*income less expense 32\.00[\s\S]*4100 +EUR +32\.00/)
  const closed = await run('year', 'close', '2026')
  expect(closed).toMatchObject({ code: 0, stderr: '' })
  expect(closed.stdout).toMatch(
    /^2026: final\nInto 3200, begun at .*\nEUR: income less expense 32\.00, 1 entries\n$/,
  )
  const again = await json('year', 'close', '2026')
  expect(again).toEqual(await json('year', 'status', '2026'))
  expect(again).toMatchObject({ status: 'final', results: [{ currency: 'EUR', result: '32.00' }] })
  const late = await post(
    'late.csv',
    'idempotencyKey,transactionCode,debitAccountId,creditAccountId,amount,currency,period\nc,FEE,cash,fees,2.00,EUR,2026-13\n',
  )
  expect([late.code, `${late.stdout}${late.stderr}`]).toEqual([1, expect.stringContaining('period_closed')])
  expect(await run('verify')).toMatchObject({ code: 0 })
})

test.each([
  [['close', 'soon'], 2, 'A year is written YYYY'],
  [['close', '2027'], 1, '2027 is not over'],
])('plinth year %j ends with %i', async (parameters, code, hint) => {
  expect(await run('year', ...parameters)).toMatchObject({ code, stderr: expect.stringContaining(hint) })
})

test('the trial balance shows a year with and without its closing entries', async () => {
  const nets = async (...options: string[]) => {
    const { rows } = await json('trial-balance', ...options)
    return rows.map(({ glCode, net }: Record<string, string>) => `${glCode} ${net}`)
  }
  expect(await nets('--period', '2026-12')).toEqual(['1100 30.00', '4100 30.00'])
  expect(await nets('--period', '2026-13')).toEqual(['1100 32.00', '3200 32.00', '4100 0.00'])
  expect(await nets('--period', '2026-13', '--without-year-end-close')).toEqual(['1100 32.00', '4100 32.00'])
  expect(await run('trial-balance', '--period', '2026-13', '--without-year-end-close')).toMatchObject({
    ...{
      code: 0,
      stdout: expect.stringContaining('up to period 2026-13, without the entries that close the year'),
    },
  })
  expect(await run('trial-balance', '--period', '2026-13', '--date', '2026-12-31')).toMatchObject({ code: 2 })
  expect(await run('trial-balance', '--period', '2026-14')).toMatchObject({ code: 2 })
})

test('the journal is queried and exported by period', async () => {
  const numbers = (text: string) =>
    text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line).entryNo)
  expect(numbers((await run('journal', 'query', '--period', '2026-13', '--json')).stdout)).toEqual([2, 3])
  expect(numbers((await run('journal', 'export', '--format', 'json', '--period', '2026-12')).stdout)).toEqual(
    [1],
  )
  const exported = async (format: string) =>
    (await run('journal', 'export', '--format', format, '--period', '2026-13')).stdout
  expect(
    (await exported('csv'))
      .trim()
      .split('\n')
      .map((line) => line.split(',').at(-1)),
  ).toEqual([...['period', '2026-13', '2026-13', '2026-13', '2026-13']])
  expect(await exported('hledger')).toMatch(/; kind:year_end_close\n +; period:2026-13\n/)
  expect(await exported('beancount')).toMatch(/kind: "year_end_close"\n +period: "2026-13"\n/)
})
