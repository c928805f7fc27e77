import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { asAdmin } from '../support/database-admin.js'
import { canaries } from '../support/leaks.js'
import { useTestDatabase } from '../support/test-database.js'
import { type Environment, plinth, startPlinth } from './plinth-process.js'

const folder = mkdtempSync(join(tmpdir(), 'plinth-post-file-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const database = useTestDatabase()
const environment = (): Environment => ({
  PLINTH_DATABASE_URL: database().adminUrl,
  PLINTH_DATA_DIR: folder,
  PLINTH_TENANT: 'shop',
  PLINTH_STRICT_ROLES: process.env.PLINTH_STRICT_ROLES,
})

const glAccount = (code: string, type: string) => ({
  type: 'create_gl_account',
  idempotencyKey: `gl:${code}`,
  glAccount: { code, name: code, type },
})
const account = (accountId: string, glCode: string, rest: object = {}) => ({
  type: 'open_account',
  idempotencyKey: `open:${accountId}`,
  accountId,
  name: accountId,
  glCode,
  currency: 'EUR',
  ...rest,
})
const transfer = (amount: unknown, rest: object = {}, from = 'cash', to = 'alice') => ({
  type: 'post',
  transactionCode: 'TRANSFER',
  description: canaries.description,
  reference: canaries.reference,
  endToEndId: canaries.iban,
  metadata: { card: canaries.cardNumber, note: canaries.metadata },
  lines: [
    { accountId: from, side: 'debit', amount, currency: 'EUR' },
    { accountId: to, side: 'credit', amount, currency: 'EUR' },
  ],
  ...rest,
})

let files = 0
function fileOf(lines: readonly (object | string)[], ending = '.jsonl'): string {
  files += 1
  const path = join(folder, `file-${files}${ending}`)
  const text = lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line))).join('\n')
  writeFileSync(path, `${text}\n`)
  return path
}

async function post(file: string, ...parameters: string[]) {
  const ended = await plinth(['post', file, '--json', ...parameters], environment())
  return { ...ended, summary: ended.stdout === '' ? undefined : JSON.parse(ended.stdout) }
}

const rejectedOf = (file: string): readonly Record<string, unknown>[] =>
  readFileSync(`${file}.rejected.jsonl`, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))

const countEntries = async (): Promise<number> =>
  asAdmin(database().adminUrl, async (client) => {
    const { rows } = await client.query<{ entries: number }>(
      'select count(*)::int as entries from ledger.journal_entry',
    )
    return rows[0]?.entries ?? 0
  })

beforeAll(async () => {
  expect(await plinth(['tenant', 'create', 'shop'], environment())).toMatchObject({ code: 0 })
  const setUp = fileOf([
    glAccount('1000', 'asset'),
    glAccount('2000', 'liability'),
    account('cash', '1000', { unlimited: true }),
    account('alice', '2000'),
    account('bob', '2000'),
  ])
  expect((await post(setUp)).summary).toMatchObject({ posted: 5 })
})

describe('a file of JSON Lines', () => {
  test('is posted once, however often it is run', async () => {
    const file = fileOf([
      transfer('10.00'),
      '',
      transfer('10.00'),
      transfer('5.50', { idempotencyKey: 'own' }),
    ])
    const before = await countEntries()
    expect(await post(file)).toMatchObject({ code: 0, summary: { read: 3, posted: 3, replayed: 0 } })
    expect(await post(file)).toMatchObject({ code: 0, summary: { read: 3, posted: 0, replayed: 3 } })
    expect(await countEntries()).toBe(before + 3)
    expect(existsSync(`${file}.rejected.jsonl`)).toBe(false)
  })

  test('replays where only its spelling changed, and posts a line that was edited', async () => {
    const [first, second] = [transfer('7.00'), transfer('8.00')]
    const file = fileOf([first, second])
    expect(await post(file)).toMatchObject({ summary: { posted: 2 } })
    const { lines, ...rest } = first
    writeFileSync(file, `${JSON.stringify({ lines, ...rest })}\r\n${JSON.stringify(transfer('8.01'))}`)
    expect(await post(file)).toMatchObject({ summary: { posted: 1, replayed: 1 } })
  })

  test('is posted a second time under a prefix', async () => {
    const file = fileOf([transfer('1.00')])
    expect(await post(file)).toMatchObject({ summary: { posted: 1 } })
    expect(await post(file, '--key-prefix', 'again')).toMatchObject({ summary: { posted: 1 } })
    expect(await post(file, '--key-prefix', 'again')).toMatchObject({ summary: { replayed: 1 } })
  })

  test('leaves what was refused beside it, with the reason, and does the rest', async () => {
    const refused = [
      transfer('1000000.00', {}, 'bob', 'cash'),
      transfer('1.00', {}, 'cash', 'nobody'),
      transfer(12, { surprise: true }),
      '{"type":"post"',
      '["no", "command"]',
      { ...transfer('1.00'), lines: transfer('1.00').lines.slice(0, 1) },
      '{"type":"post","type":"post"}',
      Buffer.from('22ff22', 'hex').toString('latin1'),
    ]
    const file = fileOf([transfer('3.00'), ...refused, transfer('4.00')])
    const first = await post(file)
    expect(first).toMatchObject({
      code: 1,
      summary: {
        read: 10,
        posted: 2,
        rejected: { account_not_found: 1, insufficient_funds: 1 },
        malformed: { malformed_json: 2, malformed_request: 4 },
        rejectedFile: `${file}.rejected.jsonl`,
      },
    })
    const rejected = rejectedOf(file)
    expect(rejected.map(({ line, code }) => [line, code])).toEqual([
      [2, 'insufficient_funds'],
      [3, 'account_not_found'],
      [4, 'malformed_request'],
      [5, 'malformed_json'],
      [6, 'malformed_request'],
      [7, 'malformed_request'],
      [8, 'malformed_json'],
      [9, 'malformed_request'],
    ])
    expect(rejected[2]?.errors).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ pointer: '/lines/0/amount', code: 'amount_not_a_string' }),
        expect.objectContaining({ pointer: '/surprise', code: 'unknown_field' }),
      ]),
    )
    expect(rejected[3]?.original).toBe('{"type":"post"')
    // Recorded rejections stay: the second run refuses the same lines.
    expect(await post(file)).toMatchObject({ code: 1, summary: { posted: 0, replayed: 2 } })
    expect(rejectedOf(file)).toEqual(rejected)
  })

  test('drops the rejected lines of an earlier run when there are none any more', async () => {
    const file = fileOf([transfer('nothing')])
    expect(await post(file)).toMatchObject({ code: 1 })
    expect(existsSync(`${file}.rejected.jsonl`)).toBe(true)
    writeFileSync(file, JSON.stringify(transfer('2.25')))
    expect(await post(file)).toMatchObject({ code: 0 })
    expect(existsSync(`${file}.rejected.jsonl`)).toBe(false)
  })

  test('a key of another command is refused and leaves that command alone', async () => {
    const file = fileOf([
      transfer('6.00', { idempotencyKey: 'taken' }),
      transfer('6.01', { idempotencyKey: 'taken' }),
    ])
    expect(await post(file)).toMatchObject({
      code: 1,
      summary: { posted: 1, rejected: { idempotency_key_reused: 1 } },
    })
    expect(rejectedOf(file)[0]?.detail).toContain('/lines/0/amount')
  })

  test('a group stands or falls together, also with a malformed member', async () => {
    const group = (name: string) => ({ group: name })
    const file = fileOf([
      transfer('1.10', group('sound')),
      transfer('1.20', group('sound')),
      transfer('1.30', group('poor')),
      transfer('9000000.00', group('poor'), 'bob', 'cash'),
      transfer('1.40', group('broken')),
      transfer(1, group('broken')),
    ])
    expect(await post(file)).toMatchObject({
      code: 1,
      summary: {
        posted: 2,
        rejected: { insufficient_funds: 1, linked_command_failed: 2 },
        malformed: { malformed_request: 1 },
      },
    })
  })

  test('tells of what one person may not do alone by its own name', async () => {
    const file = fileOf([
      { type: 'change_settings', approvals: ['manual_postings'], reason: 'four eyes' },
      transfer('1.50', { transactionCode: 'MANUAL' }),
    ])
    expect(await post(file)).toMatchObject({ code: 1, summary: { posted: 1, rejected: { forbidden: 1 } } })
    expect(rejectedOf(file)[0]?.detail).toContain('POST /v1/proposals')
  })

  test('is read from standard input', async () => {
    const rejected = join(folder, 'stdin.jsonl')
    const input = `\ufeff${JSON.stringify(transfer('0.99'))}\n${JSON.stringify(transfer('0.9999'))}`
    const started = startPlinth(['post', '-', '--json', '--rejected', rejected], environment(), { input })
    const { code, stdout } = await started.ended
    expect({ code, summary: JSON.parse(stdout) }).toMatchObject({
      code: 1,
      summary: { posted: 1, malformed: { malformed_request: 1 }, rejectedFile: rejected },
    })
  })
})

describe('a CSV file', () => {
  const header =
    'type,idempotencyKey,transactionCode,description,valueDate,debitAccountId,creditAccountId,amount,currency'

  test('is posted by the names of its columns', async () => {
    const file = fileOf(
      [
        `${header},accountId,name,glCode,overdraftLimit,unlimited,metadata.orderId`,
        'open_account,csv:carol,,,,,,,EUR,carol,Carol,2000,50.00,,',
        'open_account,csv:till,,,,,,,EUR,till,Till,1000,,true,',
        ',csv:1,TRANSFER,"rent, November",2020-01-31,cash,carol,100.00,EUR,,,,,,A-17',
        'post,,TRANSFER,,,carol,bob,120.00,EUR,,,,,,',
      ],
      '.csv',
    )
    expect(await post(file)).toMatchObject({ code: 0, summary: { read: 4, posted: 4 } })
    expect(await post(file)).toMatchObject({ code: 0, summary: { read: 4, replayed: 4 } })
    const found = await plinth(['journal', 'query', '--account', 'carol', '--format', 'json'], environment())
    const [first, second] = found.stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(first).toMatchObject({
      description: 'rent, November',
      valueDate: '2020-01-31',
      metadata: { orderId: 'A-17' },
      lines: [{ accountId: 'cash', side: 'debit', amount: '100.00' }, { accountId: 'carol' }],
    })
    expect(second.lines).toMatchObject([{ accountId: 'carol', balanceAfter: '-20.00' }, { accountId: 'bob' }])
  })

  test('tells what is wrong with a record', async () => {
    const file = fileOf(
      [header, 'post,,T,,,cash,alice,1.00', 'post,,T,,,cash,alice,"1,00",EUR', 'post,,T,,,cash,,1.00,EUR'],
      '.csv',
    )
    expect(await post(file)).toMatchObject({ code: 1, summary: { malformed: { malformed_request: 3 } } })
    const rejected = rejectedOf(file)
    expect(rejected.map(({ line }) => line)).toEqual([2, 3, 4])
    expect(rejected[0]?.detail).toBe('The header has 9 columns and this record 8.')
    expect(rejected[1]?.errors).toMatchObject([
      { pointer: '/lines/0/amount', code: 'amount_malformed' },
      { pointer: '/lines/1/amount', code: 'amount_malformed' },
    ])
    expect(rejected[2]).toMatchObject({ original: 'post,,T,,,cash,,1.00,EUR' })
  })

  test.each([
    ['a column it does not know', `${header},colour`, 'There is no column "colour"'],
    ['a column twice', `${header},amount`, 'The column "amount" stands twice'],
    ['a quotation mark without an end', `${header}\n"post,,`, 'The file is not CSV'],
  ])('with %s is refused whole, as wrong usage', async (_, text, hint) => {
    const before = await countEntries()
    const ended = await post(fileOf([text, ',,T,,,cash,alice,1.00,EUR'], '.csv'))
    expect(ended.code).toBe(2)
    expect(ended.stderr).toContain(hint)
    expect(await countEntries()).toBe(before)
  })
})

describe('a run that cannot go on', () => {
  test('ends with 2 without a file, and with a directory', async () => {
    expect(await post(join(folder, 'missing.jsonl'))).toMatchObject({ code: 2, stdout: '' })
    expect((await post(folder)).stderr).toContain('is a directory')
  })

  test('ends with 3 without a database', async () => {
    const nowhere = { ...environment(), PLINTH_DATABASE_URL: 'postgres://plinth:x@127.0.0.1:1/plinth' }
    expect(await plinth(['post', fileOf([transfer('1.00')])], nowhere)).toMatchObject({ code: 3 })
  })

  test('stops at an interrupt, and goes on where it was', async () => {
    const count = 30_000
    const file = fileOf(
      Array.from({ length: count }, (_, index) => transfer('0.01', { reference: String(index) })),
    )
    const before = await countEntries()
    const running = startPlinth(['post', file, '--json'], environment())
    while ((await countEntries()) < before + 2_000) await new Promise((resolve) => setTimeout(resolve, 20))
    running.child.kill('SIGINT')
    const stopped = await running.ended
    const { posted, complete } = JSON.parse(stopped.stdout)
    expect(stopped.code).toBe(1)
    expect(stopped.stderr).toMatch(/Stopped after line [0-9]+\. Run the same command again/)
    expect(complete).toBe(false)
    expect(posted).toBeLessThan(count)
    expect(await countEntries()).toBe(before + posted)
    const resumed = await post(file)
    expect(resumed).toMatchObject({ code: 0, summary: { posted: count - posted, replayed: posted } })
    expect(await countEntries()).toBe(before + count)
  })

  test('is killed, and goes on where it was', async () => {
    const count = 30_000
    const file = fileOf(
      Array.from({ length: count }, (_, index) => transfer('0.02', { reference: String(index) })),
    )
    const before = await countEntries()
    const running = startPlinth(['post', file, '--json'], environment())
    while ((await countEntries()) < before + 2_000) await new Promise((resolve) => setTimeout(resolve, 20))
    running.child.kill('SIGKILL')
    await running.ended
    const { summary } = await post(file)
    expect(summary.posted).toBeGreaterThan(0)
    expect(summary.posted + summary.replayed).toBe(count)
    expect(await countEntries()).toBe(before + count)
    expect((await plinth(['verify'], environment())).code).toBe(0)
  })
})
