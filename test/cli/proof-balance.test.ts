import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { BalanceProof } from '@plinth/evidence/domain'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { type Bank, useBank } from '../support/bank.js'
import { learn } from '../support/leaks.js'
import { type PlinthProcess, plinth, startPlinth } from './plinth-process.js'

const folder = mkdtempSync(join(tmpdir(), 'plinth-balances-'))
const file = (name: string): string => join(folder, name)
const openBank = useBank()
let bank: Bank
let key: string
const workers: PlinthProcess[] = []
const environment = () => ({
  PLINTH_DATABASE_URL: bank.adminUrl,
  PLINTH_DATA_DIR: folder,
  PLINTH_TENANT: bank.tenantId,
  PLINTH_STRICT_ROLES: process.env.PLINTH_STRICT_ROLES,
})
const run = (...parameters: string[]) => plinth(parameters, environment())

const signedDays = async (): Promise<string[]> =>
  (
    await bank.rows<{ day: string }>(
      'select business_date::text as day from evidence.balance_day where tenant_id = $1 order by 1',
      [bank.tenantId],
    )
  ).map((row) => row.day)

const stopWorkers = async (): Promise<void> => {
  for (const { child } of workers) child.kill('SIGTERM')
  await Promise.all(workers.splice(0).map(({ ended }) => ended))
}

// Two workers sign the first day; the second day is closed and not signed.
beforeAll(async () => {
  bank = await openBank()
  await bank.open('alice')
  await bank.open('bob', { limit: '50.00' })
  await bank.fund('alice', '500.00')
  await bank.transfer({ from: 'bob', to: 'alice', amount: '20.50' })
  for (const name of ['one', 'two'] as const) {
    const worker = startPlinth(['worker'], environment())
    workers.push(worker)
    await worker.waitFor(/"msg":"working"/)
    if (name === 'one') key = (await run('proof', 'key')).stdout.trim()
  }
  learn('secret', readFileSync(file('signing-key.pem'), 'utf8').split('\n')[1] ?? '')
  expect(await run('eod', 'run', '--date', '2026-11-20')).toMatchObject({ code: 0 })
  await vi.waitFor(async () => expect(await signedDays()).toEqual(['2026-11-20']), { timeout: 20_000 })
  await stopWorkers()
  expect(await run('eod', 'run', '--date', '2026-11-21')).toMatchObject({ code: 0 })
}, 120_000)
afterAll(async () => {
  await stopWorkers()
  rmSync(folder, { recursive: true, force: true })
})

describe('a proof of a balance', () => {
  test('is written to a file and checked with the key alone, where there is no database', async () => {
    const written = await run('proof', 'balance', 'bob', '--date', '2026-11-20', '--out', file('bob.json'))
    expect([written.code, written.stderr]).toEqual([0, ''])
    const checked = await plinth(['proof', 'check', file('bob.json'), '--key', key], {
      PLINTH_DATABASE_URL: 'postgres://nobody@127.0.0.1:1/none',
    })
    expect([checked.code, checked.stderr]).toEqual([0, ''])
    expect(checked.stdout).toMatch(/The proof is sound[\s\S]*bob[\s\S]*2026-11-20[\s\S]*20\.50/)
    const json = await run('proof', 'check', file('bob.json'), '--key', key, '--json')
    expect(JSON.parse(json.stdout)).toEqual({
      ...{ sound: true, origin: `localhost/${bank.tenantId}`, accountId: 'bob', businessDate: '2026-11-20' },
      ...{ currency: 'EUR', creditBalance: '0.00', debitBalance: '20.50' },
    })
  })

  test('is of the totals that are printed to be published', async () => {
    const { stdout } = await run('proof', 'totals', '--tenant', bank.tenantId)
    const [origin, date, total] = stdout.split('\n')
    expect([origin, date]).toEqual([`localhost/${bank.tenantId}/customer-balances`, '2026-11-20'])
    expect(total).toMatch(/^EUR 2 520\.50 20\.50 /)
    const proof: BalanceProof = JSON.parse((await run('proof', 'balance', 'alice')).stdout)
    expect(proof.note).toBe(stdout)
  })

  test('that was changed is refused', async () => {
    writeFileSync(file('changed.json'), readFileSync(file('bob.json'), 'utf8').replace('"20.50"', '"19.50"'))
    const checked = await run('proof', 'check', file('changed.json'), '--key', key)
    expect([checked.code, checked.stderr]).toEqual([1, expect.stringContaining('The proof is false.')])
    const json = await run('proof', 'check', file('changed.json'), '--key', key, '--json')
    expect([json.code, JSON.parse(json.stdout)]).toEqual([1, { sound: false, fault: expect.any(String) }])
  })

  test.each([
    [['proof', 'balance', 'bob', '--date', '2026-11-21'], 1, 'were not signed yet'],
    [['proof', 'balance', 'cash'], 1, 'There is no customer account cash'],
    [['proof', 'balance', 'bob', '--date', 'soon'], 2, 'A date is a day of the calendar'],
    [['proof', 'totals', '--date', '2026-11-21'], 1, 'were not signed yet'],
    [['proof', 'totals', '--tenant', 'nowhere'], 1, 'nowhere'],
    [['proof', 'key', '--tenant', 'A bank'], 2, 'tenant'],
  ])('%j ends with %i', async (parameters, code, words) => {
    const ended = await run(...parameters)
    expect([ended.code, ended.stderr]).toEqual([code, expect.stringContaining(words)])
  })

  test('stands in what plinth verify makes again', async () => {
    const { code, stdout } = await run('verify', '--key', key)
    expect([code, stdout]).toEqual([
      0,
      expect.stringMatching(/ok +balances_as_signed[\s\S]*ok +balances_in_totals/),
    ])
  })
})

// A bare machine has neither; CI has both.
const programsAreHere =
  spawnSync('python3', ['--version']).status === 0 && spawnSync('openssl', ['version']).status === 0

describe.skipIf(!programsAreHere)('the checker in examples/', () => {
  const checker = fileURLToPath(new URL('../../examples/check-proof/check_balance.py', import.meta.url))
  const check = (proof: object): string => {
    writeFileSync(file('checked.json'), JSON.stringify(proof))
    const { status, stdout, stderr } = spawnSync('python3', [checker, file('checked.json'), key], {
      encoding: 'utf8',
    })
    return `${status} ${stdout}${stderr}`
  }
  const bobs = (): BalanceProof => JSON.parse(readFileSync(file('bob.json'), 'utf8'))

  test('is short enough to be read', () => {
    expect(readFileSync(checker, 'utf8').trimEnd().split('\n').length).toBeLessThanOrEqual(80)
  })

  test('finds a proof true', () => {
    expect(check(bobs())).toMatch(
      /^0 true: bob had 0\.00 EUR and owed 20\.50 on 2026-11-20; all 2 accounts of .* had 520\.50 and owed 20\.50\n$/,
    )
  })

  const inShare = (change: (share: BalanceProof['shares'][number]) => object) => {
    const { shares, ...proof } = bobs()
    const [one, two] = shares as [BalanceProof['shares'][number], BalanceProof['shares'][number]]
    return { ...proof, shares: [{ ...one, ...change(one) }, two] }
  }
  const inPath = (change: object) =>
    inShare(({ path }) => ({ path: [{ ...path[0], ...change }, ...path.slice(1)] }))
  test.each<[what: string, change: () => object]>([
    ['the balance', () => ({ ...bobs(), debitBalance: '20.51' })],
    ['the account', () => ({ ...bobs(), accountId: 'alice' })],
    ['the day', () => ({ ...bobs(), businessDate: '2026-11-21' })],
    ['the note', () => ({ ...bobs(), note: bobs().note.replace('520.50', '20.50') })],
    ['a salt', () => inShare(() => ({ salt: Buffer.alloc(16).toString('base64') }))],
    ['a place', () => inShare(({ leafIndex }) => ({ leafIndex: leafIndex ^ 1 }))],
    ['an amount', () => inShare(() => ({ debitBalance: '0.01' }))],
    ['a sum beside it', () => inPath({ creditBalances: '9999.00' })],
    ['a sum below nothing', () => inPath({ creditBalances: '-1.00' })],
    ['the length of a path', () => inShare(({ path }) => ({ path: path.slice(1) }))],
    ['the second share, for the first', () => ({ ...bobs(), shares: [bobs().shares[0], bobs().shares[0]] })],
  ])('finds one false in which %s was changed', (_what, change) => {
    expect(check(change())).toMatch(/^1 false: /)
  })
})
