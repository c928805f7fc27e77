import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { asAdmin } from '../support/database-admin.js'
import { validateEventsAt } from '../support/event-schemas.js'
import { useTestDatabase } from '../support/test-database.js'
import { plinth } from './plinth-process.js'

const database = useTestDatabase()
const dataDir = mkdtempSync(join(tmpdir(), 'plinth-demo-'))
afterAll(() => rmSync(dataDir, { recursive: true, force: true }))

const run = (...parameters: string[]) =>
  plinth(parameters, { PLINTH_DATABASE_URL: database().adminUrl, PLINTH_DATA_DIR: dataDir })

const counts = async (): Promise<Record<string, string>> => {
  const { rows } = await asAdmin(database().adminUrl, (client) =>
    client.query(`select (select count(*) from eod.run where status = 'completed') as days,
      (select count(*) from interest.accrual) as accruals, (select count(*) from interest.capitalisation) as capitalisations,
      (select count(*) from reconciliation.statement) as statements,
      (select count(*) from ledger.journal_entry where kind = 'reversal') as reversals,
      (select count(*) from ledger.journal_entry where kind = 'capture') as captures`),
  )
  return rows[0]
}

test('a demo bank that lives for a while has products, customers, interest, statements, and books that are sound', async () => {
  const made = await run('demo', '--days', '25', '--json')
  expect(made).toMatchObject({ code: 0, stderr: '' })
  const { changed, lived, businessDate } = JSON.parse(made.stdout)
  expect([changed, lived.days, lived.businessDate]).toEqual([true, 25, businessDate])
  expect(lived.postings).toBeGreaterThan(500)
  const after = await counts()
  expect(after.days).toBe('25')
  for (const [what, count] of Object.entries(after)) expect([what, Number(count) > 0]).toEqual([what, true])
  expect(await run('verify')).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('The books are sound'),
  })
  expect(await run('reconcile', 'run')).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('No open breaks'),
  })
  // Whatever happened in its days is told as the schemas say.
  const told = await validateEventsAt(database().serveUrl)
  expect([...told]).toEqual(
    expect.arrayContaining(['plinth.business_day.closed.v1', 'plinth.product.version_approved.v1']),
  )

  const more = await run('demo', '--days', '2')
  expect(more).toMatchObject({ code: 0, stderr: '' })
  expect(more.stdout).toContain(`It lived for 2 business days from ${businessDate} on`)
  expect(await counts()).toMatchObject({ days: '27' })
})

test.each(['0', 'ten', '2001', '-1'])('%s is no number of days to live', async (days) => {
  const ended = await run('demo', '--days', days)
  expect(ended).toMatchObject({ code: 2, stdout: '' })
  expect(ended.stderr).toContain('Write a number of days, 1 to 2000.')
})
