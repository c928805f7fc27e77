import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { asAdmin } from '../support/database-admin.js'
import { useTestDatabase } from '../support/test-database.js'
import { type Environment, plinth } from './plinth-process.js'

const folder = mkdtempSync(join(tmpdir(), 'plinth-rates-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const database = useTestDatabase()
const environment = (): Environment => ({
  PLINTH_DATABASE_URL: database().adminUrl,
  PLINTH_DATA_DIR: folder,
  PLINTH_TENANT: 'desk',
  PLINTH_STRICT_ROLES: process.env.PLINTH_STRICT_ROLES,
})
const run = (...parameters: string[]) => plinth(parameters, environment())
async function answer(...parameters: string[]) {
  const ended = await run(...parameters, '--json')
  if (ended.code !== 0) throw new Error(ended.stderr)
  return JSON.parse(ended.stdout)
}
const fileOf = (name: string, content: string): string => {
  const file = join(folder, name)
  writeFileSync(file, content)
  return file
}
const rates = 'date,currency,rate,source\n2027-01-01,USD,0.9200,ECB\n2027-01-01,JPY,0.0061,ECB\n'
/** Somebody else has submitted what is there. */
const bySomebodyElse = () =>
  asAdmin(database().adminUrl, async (admin) => {
    await admin.query('alter table fx.rate disable trigger decided_once')
    await admin.query("update fx.rate set submitted_by = 'cli:somebody-else'")
    await admin.query('alter table fx.rate enable always trigger decided_once')
  })

beforeAll(async () => {
  await answer('tenant', 'create', 'desk', '--business-date', '2027-01-01')
})

test('rates are imported from a file, and decided by somebody else', async () => {
  const file = fileOf('rates.csv', rates)
  const imported = await answer('rates', 'import', file)
  expect(imported.data).toMatchObject([
    { currency: 'USD', rate: '0.92', status: 'submitted' },
    { currency: 'JPY', rate: '0.0061', status: 'submitted' },
  ])
  expect(await answer('rates', 'import', file)).toEqual(imported)
  expect(await run('rates', 'approve', '--date', '2027-01-01')).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('self_approval'),
  })
  await bySomebodyElse()
  const approved = await answer('rates', 'approve', 'USD:2027-01-01:1')
  expect(approved.data).toMatchObject([{ currency: 'USD', status: 'approved' }])
  const rejected = await run('rates', 'reject', '--date', '2027-01-01', '--reason', 'too low')
  expect(rejected).toMatchObject({ code: 0, stdout: expect.stringMatching(/JPY +1 +0\.0061 +ECB +rejected/) })
  expect((await answer('rates', 'list', '--status', 'approved')).data).toHaveLength(1)
  expect((await run('rates', 'list')).stdout).toMatch(
    /2027-01-01 +USD +1 +0\.92 +ECB +approved +cli:somebody-else/,
  )
  expect((await run('rates', 'list', '--currency', 'GBP')).stdout).toBe('No rate.\n')
})

test('of a day the newest version of each currency is approved, and those that it corrects are left', async () => {
  const day = '2027-01-07'
  for (const rate of ['9.10', '0.91'])
    await answer(
      'rates',
      'import',
      fileOf('typed.csv', `date,currency,rate,source\n${day},CHF,${rate},desk\n`),
    )
  await bySomebodyElse()
  const approved = await answer('rates', 'approve', '--date', day)
  expect(approved.data).toMatchObject([{ currency: 'CHF', version: 2, status: 'approved' }])
  expect(await run('rates', 'approve', '--date', day)).toMatchObject({
    code: 1,
    stderr: expect.stringContaining(`No rate of ${day} waits`),
  })
})

test('a file may leave its source to the command line', async () => {
  const file = fileOf('bare.csv', 'date,currency,rate\n2027-01-02,GBP,1.1\n')
  expect(await run('rates', 'import', file)).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('rates/0/source'),
  })
  expect((await answer('rates', 'import', file, '--source', 'desk')).data).toMatchObject([{ source: 'desk' }])
})

test.each<[parameters: string[], code: number, hint: string]>([
  [['import', '/nowhere/at/all.csv'], 2, 'cannot be read: ENOENT'],
  [['approve'], 2, 'Name rates, or the day'],
  [['approve', 'USD'], 2, 'USD:2026-11-20:1'],
  [['approve', 'USD:soon:1'], 2, 'YYYY-MM-DD'],
  [['approve', 'USD:2027-01-01:7'], 1, 'no version 7'],
  [['approve', '--date', '2027-05-05'], 1, 'No rate of 2027-05-05 waits'],
  [['reject', 'USD:2027-01-01:1'], 2, '--reason'],
])('rates %j ends with %i', async (parameters, code, hint) => {
  expect(await run('rates', ...parameters)).toMatchObject({ code, stderr: expect.stringContaining(hint) })
})

test.each([
  ['nothing', 'date,currency,rate,source\n', 'holds no rates'],
  ['half a quotation', 'date,currency,rate,source\n2027-01-01,"USD,1,ECB\n', 'is not CSV'],
  ['a wrong rate', 'date,currency,rate,source\n2027-01-01,USD,0,ECB\n', 'rates/0/rate'],
])('a file with %s is refused', async (name, content, hint) => {
  const file = fileOf(`${name.replaceAll(' ', '-')}.csv`, content)
  expect(await run('rates', 'import', file)).toMatchObject({ code: 2, stderr: expect.stringContaining(hint) })
})
