import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { IdempotencyKey } from '@plinth/kernel'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { differencesByHand, pythonIsHere } from '../eod/by-hand.js'
import { eodAt } from '../eod/eod-bank.js'
import { type Bank, useBank } from '../support/bank.js'
import { endOf, newKey, newTerms, posting, transferOf } from '../support/commands.js'
import { place } from '../support/hold-commands.js'
import { addProductChart, approveVersion, openingUnder } from '../support/products.js'
import { plinth } from './plinth-process.js'

const folder = mkdtempSync(join(tmpdir(), 'plinth-explain-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const openBank = useBank()
let bank: Bank

const explain = (...parameters: string[]) =>
  plinth(['explain', ...parameters], {
    PLINTH_DATABASE_URL: bank.adminUrl,
    PLINTH_DATA_DIR: folder,
    PLINTH_TENANT: bank.tenantId,
    PLINTH_STRICT_ROLES: process.env.PLINTH_STRICT_ROLES,
    COLUMNS: '80',
  })
async function answer(...parameters: string[]) {
  const ended = await explain(...parameters, '--json')
  expect(ended).toMatchObject({ code: 0, stderr: '' })
  return JSON.parse(ended.stdout)
}
const accepted = async (...commands: Parameters<Bank['submit']>[0][]) => {
  for (const command of commands) expect(endOf(await bank.submit(command))).toBe('accepted')
}

// ada: 36 500.00 at 1 % and then 2 %, a line of ten days ago over the end of a month; bob: 365.00 owed at 10 %.
beforeAll(async () => {
  bank = await openBank()
  await addProductChart(bank)
  const rates = {
    creditTiers: [
      { from: '0.00', rate: '0.01' },
      { from: '50000.00', rate: '0.005' },
    ],
    withholdingTaxRate: '0.25',
  }
  await approveVersion(bank, rates)
  await accepted(openingUnder('ada'), openingUnder('bob'))
  await bank.fund('ada', '36500.00')
  await accepted(transferOf({ from: 'bob', to: 'cash', amount: '365.00' }))
  await eodAt(bank).run('2026-12-04')
  await accepted(transferOf({ from: 'cash', to: 'ada', amount: '36500.00', valueDate: '2026-11-25' }))
  await accepted(transferOf({ from: 'ada', to: 'cash', amount: '0.10', valueDate: '2026-12-10' }))
  await approveVersion(
    bank,
    { ...rates, creditTiers: [{ from: '0.00', rate: '0.02' }] },
    { from: '2026-12-06' },
  )
  await eodAt(bank).run('2026-12-11')
}, 120_000)

describe('explain balance', () => {
  test('shows the lines, line by line and by side, and how they come to the balance', async () => {
    const all = await answer('balance', 'ada')
    expect(all).toMatchObject({ carried: { lines: 0 }, differences: [], normalSide: 'credit' })
    expect(all.lines.map((line: { kind: string }) => line.kind)).toEqual([
      ...['posting', 'capitalisation', 'posting', 'posting'],
    ])
    const { posted } = await bank.balance('ada')
    expect([all.total.balance, all.lines.at(-1).balance]).toEqual([posted, posted])
    const text = await explain('balance', 'ada', '--last', '2')
    expect(text).toMatchObject({ code: 0, stderr: '' })
    expect(text.stdout).toMatchSnapshot()
  })

  test('of the last lines only, carries the sum of those before: the page adds up', async () => {
    const { carried, lines, total } = await answer('balance', 'ada', '--last', '2')
    expect([carried.lines, lines.length, total.lines]).toEqual([2, 2, 4])
    expect([carried.balance, lines[0].balance, lines[1].balance]).toEqual([
      '36508.25',
      '73008.25',
      '73008.15',
    ])
  })

  test('says of a past balance which lines count and what is left out, by value, booking and knowledge', async () => {
    const [byValue, both, known, never] = await Promise.all([
      answer('balance', 'ada', '--value-date', '2026-11-30'),
      answer('balance', 'ada', '--booking-date', '2026-12-01', '--value-date', '2026-11-30'),
      answer('balance', 'ada', '--known-at-entry', '1'),
      explain('balance', 'ada', '--known-at-entry', '999'),
    ])
    expect(byValue).toMatchObject({
      total: { lines: 2, balance: '73000.00' },
      leftOut: { valuedLater: { lines: 2, balance: '8.15' }, bookedLater: { lines: 0 } },
    })
    expect(both).toMatchObject({
      total: { lines: 1, balance: '36500.00' },
      leftOut: { bookedLater: { lines: 2 }, valuedLater: { lines: 1, balance: '8.25' } },
    })
    expect(known).toMatchObject({ knownAtEntryNo: 1, total: { lines: 1, balance: '36500.00' } })
    expect(never).toMatchObject({ code: 2, stderr: expect.stringContaining('There is no such entry yet') })
  })

  test('ends with 1 where the balance row says something else than the lines', async () => {
    const change = (amount: string) =>
      asOwner(
        'account.balance',
        `update account.balance set credits = credits + ${amount}, row_version = row_version + 1
          where tenant_id = '${bank.tenantId}' and account_id = 'bob'`,
      )
    await change('1')
    const { code, stdout } = await explain('balance', 'bob')
    await change('-1')
    expect([code, stdout]).toEqual([1, expect.stringContaining('DIFFERS: the balance row of the account')])
  })
})

/** As a superuser who switches a table's triggers off. */
async function asOwner(table: string, statement: string): Promise<void> {
  await bank.rows(`alter table ${table} disable trigger user`)
  await bank.rows(statement)
  await bank.rows(`alter table ${table} enable trigger user`)
}

describe('explain available', () => {
  test('is a sum of what is posted, of every hold, and of the limit and where it is from', async () => {
    await accepted(place('ada', 100_00n), place('ada', 20_50n))
    const explained = await answer('available', 'ada')
    expect(explained).toMatchObject({
      overdraftLimit: '500.00',
      overdraftFrom: { from: 'terms', terms: { productCode: 'SAVINGS', version: 1 } },
      held: '120.50',
      // 73 008.15 − 120.50 + 500.00
      available: '73387.65',
      refuses: [],
      differences: [],
    })
    expect(explained.holds.map(({ remaining }: { remaining: string }) => remaining).sort()).toEqual([
      '100.00',
      '20.50',
    ])
    const text = await explain('available', 'ada')
    expect(text.stdout).toMatch(/less hold +-20\.50/)
    expect(text.stdout).toMatch(/overdraft limit +500\.00 +by its terms, SAVINGS version 1/)
    expect(text.stdout).toMatch(/available +73387\.65/)
  })

  test('says which limit is not that of the terms, what was spent of limits, and what a status refuses', async () => {
    await accepted(newTerms('bob', { limit: '700.00' }))
    await accepted({
      ...{ type: 'set_limit', accountId: 'bob', productCode: undefined, transactionCode: undefined },
      currency: 'EUR',
      ...{ perPosting: undefined, perDay: { amount: '50.00', count: 3 }, perMonth: undefined },
      reason: 'a test',
    } as never)
    await accepted(transferOf({ from: 'bob', to: 'cash', amount: '12.00' }))
    await bank.status('bob', 'open', { debits: true })
    const explained = await answer('available', 'bob')
    expect(explained).toMatchObject({
      overdraftFrom: { from: 'account', terms: { overdraftLimit: '500.00' } },
      refuses: [{ code: 'account_debits_blocked' }],
      limits: [
        {
          scope: 'account',
          perDay: {
            amount: '50.00',
            used: { amount: '12.00', count: 1 },
            left: { amount: '38.00', count: 2 },
          },
        },
      ],
    })
    const text = await explain('available', 'bob')
    expect(text.stdout).toContain('agreed with the account; its terms, SAVINGS version 1, said 500.00')
    expect(text.stdout).toMatch(/account +all +day +50\.00 +12\.00 +38\.00/)
    expect(text.stdout).toMatch(/account +all +day +3× +1× +2×/)
  })
})

describe('explain interest', () => {
  test('is enough for somebody else to come to the same', async () => {
    for (const account of ['ada', 'bob']) {
      const explained = await answer('interest', account)
      expect(explained.differences).toEqual([])
      if (pythonIsHere) expect(differencesByHand([explained])).toBe('')
      // And is not enough if it says something else.
      explained.lines[0].amount = '36500.01'
      if (pythonIsHere) expect(differencesByHand([explained])).toContain('by hand')
    }
  })

  test('folds days that are alike, and says what a late line changed', async () => {
    const { code, stdout } = await explain('interest', 'ada')
    expect(code).toBe(0)
    expect(stdout).toMatchSnapshot()
  })

  test('of some days shows the runs that accrued them, with what was carried and what was revised later', async () => {
    const { stdout } = await explain('interest', 'ada', '--from', '2026-11-29', '--to', '2026-12-01')
    expect(stdout).toMatchSnapshot()
    const later = await answer('interest', 'ada', '--from', '2027-01-01')
    expect(later).toMatchObject({ from: null, to: null, steps: [] })
  })

  test('ends with 1 where what is stored is not what lines and terms come to', async () => {
    const change = (amount: string) =>
      asOwner(
        'interest.accrual',
        `update interest.accrual set credit_exact = credit_exact + ${amount}
          where tenant_id = '${bank.tenantId}' and account_id = 'ada' and day = '2026-11-22' and revision = 0`,
      )
    await change('7')
    const { code, stdout } = await explain('interest', 'ada')
    await change('-7')
    expect([code, stdout]).toEqual([1, expect.stringContaining('DIFFERS: 2026-11-22, revision 0')])
  })

  test('says why there is nothing to explain', async () => {
    const { code, stderr } = await explain('interest', 'cash')
    expect([code, stderr]).toEqual([1, expect.stringContaining('has not accrued')])
    expect((await explain('interest', 'nobody')).stderr).toContain('There is no account nobody')
  })
})

describe('explain rejection', () => {
  const rejectedAs = async (key: IdempotencyKey, command: Parameters<Bank['submit']>[0]): Promise<string> =>
    endOf(await bank.submit(command, key))

  test('says what was asked, what was found, and what would have had to hold', async () => {
    const key = newKey()
    const command = transferOf({ from: 'ada', to: 'bob', amount: '80000.00' })
    await bank.status('bob', 'open', { debits: false })
    expect(await rejectedAs(key, command)).toBe('insufficient_funds')
    expect(await answer('rejection', key)).toMatchObject({
      ...{ outcome: 'rejected', type: 'post', code: 'insufficient_funds', businessDate: '2026-12-12' },
      facts: { accountId: 'ada', available: '73387.65', required: '80000.00', currency: 'EUR' },
      precedence: { place: 34, of: 35 },
      required: 'required ≤ available on account ada: 80000.00 ≤ 73387.65, 6612.35 more than there was',
      settings: { version: 1 },
    })
    const { code, stdout } = await explain('rejection', key)
    expect(code).toBe(0)
    expect(stdout).toContain('asked     debit ada 80000.00 EUR\n          credit bob 80000.00 EUR\n')
    expect(stdout).toContain('34 of 35 in the contract')
  })

  test('of value dates and limits says the window and the limit', async () => {
    const [ahead, over] = [newKey(), newKey()]
    const tooFar = transferOf({ from: 'cash', to: 'ada', amount: '1.00', valueDate: '2027-03-01' })
    expect(await rejectedAs(ahead, tooFar)).toBe('value_date_out_of_window')
    const wider = { valueDateDaysAhead: 200 }
    await accepted({ type: 'change_settings', changes: wider, reason: 'too narrow' } as never)
    // It was decided with what was in force then.
    expect(await answer('rejection', ahead)).toMatchObject({
      settings: { version: 1 },
      required: 'its value date was 2027-01-11 or earlier (30 days ahead of 2026-12-12)',
    })
    expect(await rejectedAs(over, transferOf({ from: 'bob', to: 'cash', amount: '38.01' }))).toBe(
      'limit_exceeded',
    )
    expect(await answer('rejection', over)).toMatchObject({
      settings: { version: 2 },
      required: 'used + required ≤ limit in the day: 12.00 + 38.01 ≤ 50.00, so required was 38.00 or less',
    })
  })

  test('of a command with two faults it claims the first only', async () => {
    const key = newKey()
    const both = posting(['debit nobody 1.00', 'credit ada 1.00'], { valueDate: '2027-09-01' as never })
    expect(await rejectedAs(key, both)).toBe('account_not_found')
    const { stdout } = await explain('rejection', key)
    expect(stdout).toContain('account nobody was there')
    expect(stdout.replace(/\s+/g, ' ')).toContain('what stands behind it was not reached')
    expect(stdout).not.toContain('window')
  })

  test('of a key that is unknown or succeeded says so, and ends with 1', async () => {
    expect(await explain('rejection', 'never-sent')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('Nothing is recorded'),
    })
    const key = newKey()
    expect(await rejectedAs(key, transferOf({ from: 'cash', to: 'ada', amount: '1.00' }))).toBe('accepted')
    expect(await explain('rejection', key)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('post succeeded at'),
    })
  })
})
