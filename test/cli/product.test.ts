import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openDatabase } from '@plinth/db'
import type { TenantId } from '@plinth/kernel'
import { openPosting } from '@plinth/posting'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { currencies, endOf } from '../support/commands.js'
import { by, decided, glMapping, missingGlAccounts } from '../support/products.js'
import { useTestDatabase } from '../support/test-database.js'
import { type Environment, plinth } from './plinth-process.js'

const folder = mkdtempSync(join(tmpdir(), 'plinth-product-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const database = useTestDatabase()
const environment = (): Environment => ({
  PLINTH_DATABASE_URL: database().adminUrl,
  PLINTH_DATA_DIR: folder,
  PLINTH_TENANT: 'shop',
  PLINTH_STRICT_ROLES: process.env.PLINTH_STRICT_ROLES,
})
const run = (...parameters: string[]) => plinth(parameters, environment())
async function answer(...parameters: string[]) {
  const ended = await run(...parameters, '--json')
  if (ended.code !== 0) throw new Error(ended.stderr)
  return JSON.parse(ended.stdout)
}
const fileOf = (name: string, content: unknown): string => {
  const file = join(folder, name)
  writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content))
  return file
}

const draft = {
  productCode: 'SAVINGS',
  effectiveFrom: '2027-01-01',
  parameters: {
    currency: 'EUR',
    glMapping,
    creditTiers: [{ from: '0', rate: '0.06' }],
    dayCount: '30E/360',
    capitalisation: 'monthly',
    withholdingTaxRate: '0.25',
  },
}

beforeAll(async () => {
  await answer('tenant', 'create', 'shop', '--business-date', '2027-01-01')
  const chart = [...missingGlAccounts, ['2100', 'liability'], ['4100', 'income']].map(([code, type]) => ({
    type: 'create_gl_account',
    glAccount: { code, name: `GL ${code}`, type },
  }))
  const file = fileOf('chart.jsonl', chart.map((command) => JSON.stringify(command)).join('\n'))
  expect(await run('post', file)).toMatchObject({ code: 0 })
})

test('a version is drafted from a file, changed, submitted, and decided by somebody else', async () => {
  expect(await answer('product', 'create', 'SAVINGS', '--name', 'Savings')).toMatchObject({
    newestVersion: null,
  })
  const file = fileOf('draft.json', draft)
  const drafted = await answer('product', 'draft', file, '--key', 'first')
  expect(drafted).toMatchObject({ version: 1, status: 'draft', effectiveFrom: '2027-01-01' })
  // The same key drafts no second one.
  expect(await answer('product', 'draft', file, '--key', 'first')).toEqual(drafted)
  const change = fileOf('change.json', {
    productCode: 'SAVINGS',
    effectiveFrom: '2027-01-02',
    reason: 'a day later',
  })
  expect(await answer('product', 'draft', change, '--change', '1')).toMatchObject({
    effectiveFrom: '2027-01-02',
  })
  await answer('product', 'draft', fileOf('back.json', { ...draft, reason: 'back' }), '--change', '1')
  expect(await answer('product', 'submit', 'SAVINGS', '1')).toMatchObject({ status: 'submitted' })
  // Whoever sits at this terminal has made it.
  expect(await run('product', 'approve', 'SAVINGS', '1')).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('self_approval'),
  })
  expect(await run('product', 'reject', 'SAVINGS', '1')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('--reason'),
  })
  await approveElsewhere(1)
  expect(await answer('product', 'list')).toMatchObject({
    data: [{ productCode: 'SAVINGS', newestVersion: 1, versionInForce: 1 }],
  })
  const shown = await answer('product', 'show', 'SAVINGS')
  expect(shown.versions[0].history.map(({ change: done }: { change: string }) => done)).toEqual([
    ...['drafted', 'changed', 'changed', 'submitted', 'approved'],
  ])
  expect(await answer('product', 'show', 'SAVINGS', '--number', '1')).toEqual(shown.versions[0])
  const table = await run('product', 'show', 'SAVINGS')
  expect(table.stdout).toMatch(/1 +approved +2027-01-01 +EUR/)
  expect((await run('product', 'list')).stdout).toMatch(/SAVINGS +Savings +1 +1\n/)
})

test('an account is opened with its terms', async () => {
  const opened = await answer('account', 'open', 'zoe', '--name', 'Zoe', '--product', 'SAVINGS')
  expect(opened).toMatchObject({ glCode: '2100', currency: 'EUR', productVersion: 1 })
  expect(await answer('account', 'show', 'zoe')).toMatchObject({ productVersion: 1 })
  expect(await answer('account', 'terms', 'zoe')).toMatchObject({
    data: [{ snapshotNo: 1, version: 1, parameters: { dayCount: '30E/360' } }],
  })
  expect((await run('account', 'terms', 'zoe')).stdout).toMatch(/SAVINGS +1 +2027-01-01/)
})

test('a simulation is answered as a table and as JSON', async () => {
  const asked = ['product', 'simulate', 'SAVINGS', '--from', '2027-01-01', '--to', '2027-02-15']
  const balances = ['--balance', '2027-01-01=1200', '--balance', '2027-02-01=-1200.00']
  const simulated = await answer(...asked, ...balances, '--days')
  expect(simulated).toMatchObject({ version: 1, totals: { credit: '6.00', tax: '1.50' } })
  expect(simulated.days).toHaveLength(46)
  const table = (await run(...asked, ...balances)).stdout
  expect(table).toMatch(/2027-01-01 +2027-01-31 +6\.00 +1\.50 +0\.00\n/)
  expect(table).toMatch(/capitalised +6\.00 +1\.50 +0\.00\n/)
})

test.each<[parameters: string[], code: number, hint: string]>([
  [['show', 'NOWHERE'], 1, 'There is no product NOWHERE'],
  [['show', 'SAVINGS', '--number', '9'], 1, 'has no version 9'],
  [['simulate', 'SAVINGS', '--from', '2027-01-01', '--to', '2027-01-02', '--number', '9'], 1, 'no version 9'],
  [['simulate', 'SAVINGS', '--from', '2027-01-02', '--to', '2027-01-01'], 2, 'to: The last day'],
  [
    ['simulate', 'SAVINGS', '--from', '2027-01-01', '--to', '2027-01-02', '--balance', '2027-01-01=x'],
    2,
    'balances/0',
  ],
  [['simulate', 'SAVINGS', '--from', 'soon', '--to', '2027-01-01'], 2, 'YYYY-MM-DD'],
  [['submit', 'SAVINGS', '0'], 2, 'from 1'],
  [['submit', 'SAVINGS', '9'], 1, 'product_not_found'],
  [['draft', '/nowhere/at/all.json'], 2, 'cannot be read: ENOENT'],
])('%j ends with %i', async (parameters, code, hint) => {
  expect(await run('product', ...parameters)).toMatchObject({ code, stderr: expect.stringContaining(hint) })
})

test('a file that says nothing sensible is refused with all that is wrong with it', async () => {
  const wrong = fileOf('wrong.json', {
    ...draft,
    parameters: { ...draft.parameters, dayCount: 'x', currency: 'QQQ' },
  })
  const ended = await run('product', 'draft', wrong)
  expect(ended.code).toBe(2)
  expect(ended.stderr).toContain('parameters/dayCount')
  expect(ended.stderr).toContain('parameters/currency')
  expect((await run('product', 'draft', fileOf('list.json', '[]'))).stderr).toContain('holds a JSON object')
  expect((await run('product', 'draft', fileOf('none.json', '{}'))).stderr).toContain('productCode')
  expect((await run('product', 'draft', fileOf('cut.json', '{'))).code).toBe(2)
})

/** A decision by somebody who does not sit at this terminal. */
async function approveElsewhere(version: number): Promise<void> {
  const serving = openDatabase({ url: database().serveUrl, applicationName: 'test', strictRoles: false })
  try {
    const tenant = { tenantId: 'shop' as TenantId }
    const books = { tenant: { ...tenant, name: 'shop' }, currencies } as never
    const outcome = await openPosting(serving).submit(books, by('key:checker', decided('approve', version)))
    expect(endOf(outcome)).toBe('accepted')
  } finally {
    await serving.close()
  }
}
