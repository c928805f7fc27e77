import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { asAdmin } from '../support/database-admin.js'
import { useTestDatabase } from '../support/test-database.js'
import { plinth } from './plinth-process.js'

const database = useTestDatabase()
const dataDir = mkdtempSync(join(tmpdir(), 'plinth-eod-'))
afterAll(() => rmSync(dataDir, { recursive: true, force: true }))

const run = (...parameters: string[]) =>
  plinth(parameters, {
    PLINTH_DATABASE_URL: database().adminUrl,
    PLINTH_DATA_DIR: dataDir,
    PLINTH_TENANT: 'night',
  })
const eod = (...parameters: string[]) => run('eod', ...parameters)

beforeAll(async () => {
  expect(await run('tenant', 'create', 'night', '--business-date', '2026-11-20')).toMatchObject({ code: 0 })
})

test('an operator rehearses a day, closes it and the next, and reads what came of it', async () => {
  const open = await eod('status')
  expect(open).toMatchObject({ code: 0, stdout: expect.stringContaining('the business date is 2026-11-20') })
  const rehearsal = await eod('run', '--date', '2026-11-20', '--dry-run')
  expect(rehearsal).toMatchObject({ code: 0, stdout: expect.stringContaining('nothing is kept') })
  expect(rehearsal.stdout).toMatch(/The GL extract as it would be:.*Turnover and accounts agree\./s)
  const closed = await eod('run', '--date', '2026-11-21')
  expect(closed).toMatchObject({ code: 0, stderr: '' })
  expect(closed.stdout).toMatch(/End of day 2026-11-20, followed by 2026-11-21: closed/)
  expect(closed.stdout).toMatch(/End of day 2026-11-21, followed by 2026-11-22: closed/)
  expect(await eod('run', '--date', '2026-11-21')).toMatchObject({
    code: 0,
    stdout: 'Nothing to do: the business date is 2026-11-22.\n',
  })
  expect(JSON.parse((await eod('run', '--date', '2026-11-21', '--json')).stdout)).toEqual({
    ...{ complete: true, businessDate: '2026-11-22', runs: [] },
  })
  expect(JSON.parse((await eod('status', '--date', '2026-11-20', '--json')).stdout)).toMatchObject({
    ...{ businessDate: '2026-11-20', dayStatus: 'closed', status: 'completed' },
  })
})

test.each([
  [['run'], 2, '--date'],
  [['run', '--date', '2026-02-30'], 2, 'a day of the calendar'],
  [['run', '--date', '2040-01-01'], 2, 'more than 366 days'],
])('plinth eod %j ends with %i', async (parameters, code, hint) => {
  expect(await eod(...parameters)).toMatchObject({ code, stderr: expect.stringContaining(hint) })
})

test('a second operator is told who is at it, and takes over who is gone', async () => {
  await asAdmin(database().adminUrl, async (admin) => {
    await admin.query(`insert into eod.run (tenant_id, run_id, business_date, next_date, status, cut_off_entry_no, cut_off_at,
        started_by, correlation_id, lease_owner, lease_since, lease_until, lease_epoch)
      values ('night', gen_random_uuid(), '2026-11-22', '2026-11-23', 'running', 0, now(), 'Ann', 'night', 'Ann at home',
        now(), now() + interval '30 s', 1)`)
    await admin.query(`update ledger.journal_head set closing_date = business_date, business_date = '2026-11-23'
      where tenant_id = 'night'`)
  })
  expect(await eod('status')).toMatchObject({ stdout: expect.stringContaining('Worked on by Ann at home') })
  const refused = await eod('run', '--date', '2026-11-22')
  expect(refused).toMatchObject({ code: 1, stdout: '' })
  expect(refused.stderr).toMatch(/The end of day 2026-11-22 is run by Ann at home since 2.*--take-over/)
  expect(await eod('resume')).toMatchObject({ code: 1 })
  expect(await eod('resume', '--take-over')).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('2026-11-22, followed by 2026-11-23: closed'),
  })
})

test('an account that was set aside is told of with exit code 1, until it is made up for', async () => {
  await asAdmin(database().adminUrl, (admin) =>
    admin.query(`insert into eod.set_aside (tenant_id, run_id, account_id, step, code, detail, set_aside_at, attempts, tried_at)
      select tenant_id, run_id, 'ada', 'expire_holds', 'fault', 'a fault', now(), 1, now() from eod.run
       where tenant_id = 'night' and business_date = '2026-11-22'`),
  )
  expect(await eod('status')).toMatchObject({
    stdout: expect.stringContaining('set aside  ada  in expire_holds: a fault'),
  })
  const made = await eod('resume')
  expect(made).toMatchObject({ code: 0, stdout: expect.stringContaining('made up for  ada') })
})
