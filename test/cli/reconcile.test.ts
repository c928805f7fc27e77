import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { asAdmin } from '../support/database-admin.js'
import { useTestDatabase } from '../support/test-database.js'
import { plinth } from './plinth-process.js'

const database = useTestDatabase()
const dataDir = mkdtempSync(join(tmpdir(), 'plinth-reconcile-'))
afterAll(() => rmSync(dataDir, { recursive: true, force: true }))

const run = (...parameters: string[]) =>
  plinth(parameters, {
    PLINTH_DATABASE_URL: database().adminUrl,
    PLINTH_DATA_DIR: dataDir,
    PLINTH_TENANT: 'night',
  })

beforeAll(async () => {
  expect(await run('tenant', 'create', 'night', '--business-date', '2026-11-20')).toMatchObject({ code: 0 })
  await asAdmin(database().adminUrl, (admin) =>
    admin.query(`insert into account.gl_account (tenant_id, code, name, type, normal_side, postable, created_at)
      values ('night', '2100', 'Customers', 'liability', 'credit', true, now()), ('night', '1100', 'Cash', 'asset', 'debit', true, now())`),
  )
  const open = (...more: string[]) => run('account', 'open', '--currency', 'EUR', ...more)
  expect(await open('cash', '--name', 'Cash', '--gl', '1100', '--unlimited')).toMatchObject({
    code: 0,
  })
})

test('an operator extracts a closed day to a file and to the terminal', async () => {
  const open = await run('gl', 'extract', '--date', '2026-11-20')
  expect(open).toMatchObject({ code: 1, stderr: expect.stringContaining('2026-11-20 is not closed') })
  expect(await run('eod', 'run', '--date', '2026-11-20')).toMatchObject({ code: 0 })
  const csv = await run('gl', 'extract', '--date', '2026-11-20')
  expect(csv).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/^record,businessDate,glCode.*\r\nchecksum,2026-11-20,/s),
  })
  const file = join(dataDir, 'extract.json')
  const written = await run('gl', 'extract', '--date', '2026-11-20', '--format', 'json', '--out', file)
  const extract = JSON.parse(readFileSync(file, 'utf8'))
  expect(extract).toMatchObject({ tenantId: 'night', businessDate: '2026-11-20' })
  expect(written.stdout).toBe(`${file}: ${extract.rows.length} rows, checksum ${extract.checksum}\n`)
  expect(await run('gl', 'extract', '--date', '2026-11-20', '--json')).toMatchObject({
    stdout: `${JSON.stringify(extract)}\n`,
  })
  expect(await run('gl', 'extract', '--date', '2026-11-19')).toMatchObject({
    ...{ code: 1, stderr: expect.stringContaining('There is no extract of 2026-11-19') },
  })
})

test('an operator reconciles, explains what differs, and sees it closed', async () => {
  expect(await run('reconcile', 'run')).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('No open breaks'),
  })
  const held = (amount: number) =>
    asAdmin(database().adminUrl, async (admin) => {
      await admin.query('alter table account.balance disable trigger all')
      await admin.query(`update account.balance set held = ${amount} where account_id = 'cash'`)
      await admin.query('alter table account.balance enable trigger all')
    })
  await held(9)
  const found = await run('reconcile', 'run')
  expect(found).toMatchObject({
    code: 1,
    stdout: expect.stringMatching(/DIFFERS {2}holds_held .*1 of 1.*account cash.*1 open/s),
  })
  const [standing] = JSON.parse((await run('reconcile', 'breaks', '--json')).stdout)
  expect(standing).toMatchObject({ subject: 'account cash', found: '0.09 EUR', differenceMinor: '9' })
  const { breakId } = standing
  expect(await run('reconcile', 'explain', breakId, '--note', 'a test')).toMatchObject({ code: 0 })
  const again = await run('reconcile', 'run', '--json')
  expect(again.code).toBe(0)
  expect(JSON.parse(again.stdout)).toMatchObject({ breaks: { open: 0, explained: 1 }, openBreaks: [] })
  await held(0)
  expect(await run('reconcile', 'run')).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('1 closed'),
  })
  expect((await run('reconcile', 'show', breakId)).stdout).toMatch(
    /opened .*\n.*explained .*\(a test\)\n.*closed /,
  )
  expect(await run('reconcile', 'explain', breakId, '--note', 'late')).toMatchObject({ code: 1 })
})

test.each([
  [['reconcile', 'explain', 'x', '--note', 'y'], 2],
  [['reconcile', 'explain', '0199d9a5-0000-7000-8000-000000000000'], 2],
  [['reconcile', 'show', '0199d9a5-0000-7000-8000-000000000000'], 1],
  [['reconcile', 'breaks', '--status', 'lost'], 2],
  [['gl', 'extract'], 2],
  [['gl', 'extract', '--date', '2026-11-20', '--out', '/nowhere/at/all'], 2],
])('plinth %j ends with %i', async (parameters, code) => {
  expect(await run(...parameters)).toMatchObject({ code })
})
