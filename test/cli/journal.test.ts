import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  beancountComponent,
  beancountComponentToId,
} from '../../packages/cli/src/journal-export/beancount.js'
import { escapeHledgerName, hledgerNameToId } from '../../packages/cli/src/journal-export/hledger.js'
import { useTestDatabase } from '../support/test-database.js'
import { type Environment, plinth } from './plinth-process.js'

const folder = mkdtempSync(join(tmpdir(), 'plinth-journal-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const database = useTestDatabase()
const environment = (): Environment => ({
  PLINTH_DATABASE_URL: database().adminUrl,
  PLINTH_DATA_DIR: folder,
  PLINTH_TENANT: 'odd',
  PLINTH_STRICT_ROLES: process.env.PLINTH_STRICT_ROLES,
})

// Neither is installed everywhere.
const hledger = process.env.HLEDGER || 'hledger'
const beanCheck = process.env.BEAN_CHECK || 'bean-check'
const isHere = (program: string, question: string): boolean => {
  const here = spawnSync(program, [question]).status === 0
  if (!here) console.log(`${program} is not installed, so it does not check the export here.`)
  return here
}
const hledgerIsHere = isHere(hledger, '--version')
const beanCheckIsHere = isHere(beanCheck, '--help')

const glAccount = (code: string, type: string) => ({
  type: 'create_gl_account',
  idempotencyKey: `gl:${code}`,
  glAccount: { code, name: `GL ${code}`, type },
})
const account = (accountId: string, glCode: string, currency: string, name = accountId) => ({
  type: 'open_account',
  idempotencyKey: `open:${accountId}`,
  ...{ accountId, name, glCode, currency, unlimited: true },
})
const line = (accountId: string, side: string, amount: string, currency: string) => ({
  ...{ accountId, side, amount, currency },
})

// Whatever a caller may write, and a format may stumble over.
const commands = [
  glAccount('1000', 'asset'),
  glAccount('eq:3000', 'equity'),
  glAccount('4000', 'income'),
  glAccount('5000.1', 'expense'),
  glAccount('2000', 'liability'),
  account('CUST-42:main_1', '2000', 'EUR', 'type: Asset; "Müller" | Söhne'),
  account('9.b', '1000', 'EUR'),
  account('cash', '1000', 'JPY'),
  account('capital', 'eq:3000', 'JPY'),
  account('dinar-out', '5000.1', 'BHD'),
  account('dinar-in', '4000', 'BHD'),
  account('tokens:a', '1000', '1INCH'),
  account('tokens:b', '2000', '1INCH'),
  {
    type: 'post',
    transactionCode: 'TRANSFER',
    description: '* 50% off; "rent" | (code)\n2026-01-01 back\\slash = ž',
    valueDate: '2026-10-31',
    reference: 'a,b: c',
    endToEndId: 'E2E;1',
    lines: [line('9.b', 'debit', '1234.5', 'EUR'), line('CUST-42:main_1', 'credit', '1234.50', 'EUR')],
    metadata: { 'order id: 7': 'x, date:2026-02-30\n', orderId: 'A-17' },
  },
  {
    type: 'post',
    transactionCode: 'FX',
    lines: [
      line('cash', 'debit', '1234567', 'JPY'),
      line('capital', 'credit', '1234567', 'JPY'),
      line('dinar-out', 'debit', '1.500', 'BHD'),
      line('dinar-in', 'credit', '1.5', 'BHD'),
      line('tokens:a', 'debit', '0.000000000000000001', '1INCH'),
      line('tokens:b', 'credit', '0.000000000000000001', '1INCH'),
    ],
  },
  {
    type: 'post',
    transactionCode: 'TRANSFER',
    description: '',
    lines: [
      line('CUST-42:main_1', 'debit', '99999999999999999999999999.99', 'EUR'),
      line('9.b', 'credit', '99999999999999999999999999.99', 'EUR'),
    ],
  },
]

beforeAll(async () => {
  const create = ['tenant', 'create', 'odd', '--currency', '1INCH:18', '--business-date', '2026-11-20']
  expect(await plinth(create, environment())).toMatchObject({ code: 0 })
  const file = join(folder, 'odd.jsonl')
  writeFileSync(file, commands.map((command) => JSON.stringify(command)).join('\n'))
  expect(await plinth(['post', file, '--json'], environment())).toMatchObject({ code: 0 })
})

async function journal(...parameters: string[]): Promise<string> {
  const ended = await plinth(['journal', ...parameters], environment())
  expect(ended).toMatchObject({ code: 0, stderr: '' })
  return ended.stdout
}

/** Ids and times are new in every run. */
function settled(text: string): string {
  const ids: string[] = []
  return text
    .replace(/[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}/g, (id) => {
      if (!ids.includes(id)) ids.push(id)
      return `<id ${ids.indexOf(id) + 1}>`
    })
    .replace(/[0-9-]{10}T[0-9:.]{12}Z/g, '<instant>')
}

describe('an export', () => {
  test.each(['json', 'csv', 'hledger', 'beancount'])(
    'in the format %s reads as it always did',
    async (format) => {
      await expect(settled(await journal('export', '--format', format))).toMatchFileSnapshot(
        `journal-golden/export.${format}`,
      )
    },
  )

  // hledger is not installed everywhere.
  test.skipIf(!hledgerIsHere)('passes the strict check of hledger', async () => {
    const file = join(folder, 'odd.journal')
    await journal('export', '--format', 'hledger', '--output', file)
    const { status, stderr } = spawnSync(hledger, ['-f', file, 'check', '--strict'], { encoding: 'utf8' })
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
    const balances = spawnSync(hledger, ['-f', file, 'balance', '--flat', '--no-total'], {
      encoding: 'utf8',
    })
    expect(balances.stdout).toContain('-99999999999999999999998765.49 EUR  assets:1000:9.b\n')
    expect(balances.stdout).toContain('0.000000000000000001 "1INCH"  assets:1000:tokens%3Aa\n')
    expect(balances.stdout).toContain('-1234567 JPY  equity:eq%3A3000:capital\n')
  })

  // bean-check is not installed everywhere.
  test.skipIf(!beanCheckIsHere)('passes bean-check', async () => {
    const file = join(folder, 'odd.beancount')
    await journal('export', '--format', 'beancount', '--output', file)
    const { status, stderr } = spawnSync(beanCheck, [file], { encoding: 'utf8' })
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
  })

  test('takes the booking dates it was asked for', async () => {
    expect(await journal('export', '--format', 'json', '--from', '2026-11-21')).toBe('')
    const both = ['--from', '2026-11-20', '--to', '2026-11-20']
    expect((await journal('export', '--format', 'json', ...both)).split('\n')).toHaveLength(4)
  })

  test('goes to a file, or says why it cannot', async () => {
    const file = join(folder, 'out.json')
    expect(await journal('export', '--format', 'json', '--output', file)).toBe('')
    expect(readFileSync(file, 'utf8')).toBe(await journal('export', '--format', 'json'))
    const missing = join(folder, 'no', 'such', 'folder.json')
    const failed = await plinth(['journal', 'export', '--format', 'json', '--output', missing], environment())
    expect(failed.code).toBe(2)
    expect(failed.stderr).toContain('cannot be written')
  })

  test.each([
    'alice',
    'CUST-42:main_1',
    '9.b',
    'a-D',
    'X-Lx',
    'x-Lx',
    'Z',
    'a.b:c_d-e',
    '1--',
    'DE89:37.04_0044-05',
  ])('names the account %s so that its name can be read back', (id) => {
    expect(beancountComponentToId(beancountComponent(id))).toBe(id)
    expect(beancountComponent(id)).toMatch(/^[A-Z0-9][A-Za-z0-9-]*$/)
    expect(hledgerNameToId(escapeHledgerName(id))).toBe(id)
  })
})

describe('a query', () => {
  test('lists entries in a table, newest first when asked', async () => {
    const text = settled(await journal('query', '--order', 'desc', '--limit', '2'))
    await expect(text).toMatchFileSnapshot('journal-golden/query.table')
  })

  test.each([
    [['--account', 'cash'], [2]],
    [
      ['--transaction-code', 'TRANSFER'],
      [1, 3],
    ],
    [['--reference', 'a,b: c'], [1]],
    [['--end-to-end-id', 'E2E;1'], [1]],
    [['--value-date-to', '2026-10-31'], [1]],
    [
      ['--entry-no-from', '2', '--entry-no-to', '3'],
      [2, 3],
    ],
    [['--kind', 'eod'], []],
    [['--booking-date-from', '2026-11-20', '--limit', '1'], [1]],
  ])('by %j finds the entries %j', async (filter, expected) => {
    const found = await journal('query', ...filter, '--format', 'json')
    const entries = found.split('\n').filter((text) => text !== '')
    expect(entries.map((text) => JSON.parse(text).entryNo)).toEqual(expected)
  })

  test.each([[['--limit', '0']], [['--booking-date-to', '2026-02-30']], [['--order', 'up']]])(
    'with %j is wrong usage',
    async (parameters) => {
      expect(await plinth(['journal', 'query', ...parameters], environment())).toMatchObject({ code: 2 })
    },
  )
})

describe('an entry', () => {
  test('is shown by its number and by its id', async () => {
    const byNumber = await journal('show', '2', '--json')
    const { journalEntryId, entryNo } = JSON.parse(byNumber)
    expect(entryNo).toBe(2)
    expect(await journal('show', journalEntryId, '--json')).toBe(byNumber)
    await expect(settled(await journal('show', '1'))).toMatchFileSnapshot('journal-golden/show.text')
  })

  test('that is not there is a plain sentence and 1', async () => {
    const ended = await plinth(['journal', 'show', '99'], environment())
    expect(ended).toMatchObject({ code: 1, stdout: '' })
    expect(ended.stderr).toContain('There is no entry 99.')
  })

  test('that is neither a number nor an id is wrong usage', async () => {
    const ended = await plinth(['journal', 'show', 'x'], environment())
    expect(ended).toMatchObject({ code: 2, stdout: '' })
    expect(ended.stderr).toContain('Write the id of an entry, a UUID, or its number.')
  })
})

test('the trial balance adds up in each currency', async () => {
  const ended = await plinth(['trial-balance'], environment())
  expect(ended).toMatchObject({ code: 0, stderr: '' })
  await expect(ended.stdout).toMatchFileSnapshot('journal-golden/trial-balance.text')
  const asJson = await plinth(
    ['trial-balance', '--date', '2026-10-31', '--by', 'value', '--json'],
    environment(),
  )
  expect(JSON.parse(asJson.stdout).totals).toEqual([
    { currency: 'EUR', debits: '1234.50', credits: '1234.50' },
  ])
})
