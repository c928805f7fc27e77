import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import { type BalanceProof, checkBalance, parseBalances } from '@plinth/evidence/domain'
import { formatMinor } from '@plinth/kernel'
import { readTrialBalance } from '@plinth/ledger'
import { verifyBalances } from '@plinth/reconciliation'
import type pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openPool } from '../../packages/db/src/pool.js'
import { signBalances } from '../../packages/evidence/src/domain/balance-note.js'
import { commitmentOf } from '../../packages/evidence/src/domain/balance-shares.js'
import { pathNode } from '../../packages/evidence/src/domain/check-balance.js'
import { foldSums, hashOf, leafNode, type Sums, sumsOf } from '../../packages/evidence/src/domain/sum-tree.js'
import { pythonIsHere } from '../eod/by-hand.js'
import { day, eodAt } from '../eod/eod-bank.js'
import { type Bank, useBank } from '../support/bank.js'
import { opening, transferOf } from '../support/commands.js'
import { reportTampered } from '../verify/tampered-books.js'
import { balanceProofOf, brokenBalances, proveBalanceOf, signDays } from './balance-bank.js'
import { host, keyOf, newSigner, signer } from './sealed-bank.js'

const openBank = useBank()
let bank: Bank
let pool: pg.Pool
const [first, second] = ['2026-11-20', '2026-11-21']

// Ann is in credit, Bob overdrawn, Lena owes on a loan account, Zoe has nothing any more, Ken has yen; 200 more make a second block.
beforeAll(async () => {
  bank = await openBank()
  pool = openPool({
    ...{ url: bank.adminUrl, connectionsMax: 1, answerTimeoutMs: 20_000 },
    applicationName: 'tampering',
  })
  await bank.open('ann')
  await bank.open('bob', { limit: '500.00' })
  await bank.open('lena', { gl: '1300', limit: '1000.00' })
  await bank.open('zoe')
  await bank.open('ken', { currency: 'JPY' })
  const many = Array.from({ length: 200 }, (_, at) => `c-${at}`)
  await bank.batch(many.map((accountId) => opening(accountId)))
  await bank.batch(many.map((to, at) => transferOf({ from: 'cash', to, amount: `${at + 1}.25` })))
  await bank.fund('zoe', '12.00')
  await bank.transfer({ from: 'zoe', to: 'ann', amount: '12.00' })
  await bank.transfer({ from: 'bob', to: 'ann', amount: '30.01' })
  await bank.transfer({ from: 'lena', to: 'ann', amount: '400.00' })
  await bank.transfer({ from: 'yen', to: 'ken', amount: '700', currency: 'JPY' })
  const eod = eodAt(bank)
  await eod.run(first)
  await bank.open('late')
  await bank.transfer({ from: 'ann', to: 'late', amount: '100.00' })
  await eod.run(second)
  await bank.transfer({ from: 'ann', to: 'late', amount: '5.00' })
  expect(await signDays(bank)).toEqual([first, second])
})
afterAll(() => pool.end())

const check = (proof: unknown, of = keyOf(bank)) => checkBalance(JSON.stringify(proof), [of])
const minor = (text: string) => BigInt(text.replace('.', ''))
const noteOf = async (date: string) => {
  const proof = await balanceProofOf(bank, 'ann', date)
  return parseBalances(proof.note) as NonNullable<ReturnType<typeof parseBalances>>
}

describe('the totals that are signed of a day', () => {
  test.each([first, second])('are those of customers’ accounts in the trial balance of %s', async (date) => {
    const trial = await bank.database.read(bank.tenantId, (tx) =>
      readTrialBalance(tx, { date: day(date), by: 'booking' }),
    )
    // All accounts on 2100 and 1300 are customers'.
    const ofCustomers = trial.rows.filter(({ glCode }) => glCode === '2100' || glCode === '1300')
    const { totals } = await noteOf(date)
    const sum = (currency: string, name: 'creditBalances' | 'debitBalances') =>
      ofCustomers.reduce((all, row) => all + (row.currency === currency ? row[name] : 0n), 0n)
    expect(
      totals.map((total) => [total.currency, minor(total.creditBalances), minor(total.debitBalances)]),
    ).toEqual(['EUR', 'JPY'].map((code) => [code, sum(code, 'creditBalances'), sum(code, 'debitBalances')]))
    expect(totals[0]).toMatchObject({ debitBalances: '430.01', accounts: date === first ? 204 : 205 })
    expect(totals[1]).toMatchObject({ creditBalances: '700', debitBalances: '0', accounts: 1 })
  })

  test('are signed once: a second worker finds the day signed', async () => {
    const before = await bank.counts()
    expect(await signDays(bank)).toEqual([])
    expect(await bank.counts()).toEqual(before)
  })

  test('are none where no customer has an account', async () => {
    const empty = await openBank()
    await eodAt(empty).run(first)
    await signDays(empty)
    const { rows } = await pool.query('select note from evidence.balance_day where tenant_id = $1', [
      empty.tenantId,
    ])
    expect(parseBalances(rows[0].note)?.totals).toEqual([])
    expect(await brokenBalances(empty)).toEqual({})
    expect(await proveBalanceOf(empty, 'cash', first)).toBe('not_found')
  })

  test('are not there while a day is closing, or open', async () => {
    const closing = await openBank()
    await closing.open('ann')
    expect(await signDays(closing)).toEqual([])
    expect(await proveBalanceOf(closing, 'ann')).toBe('not_yet_checkpointed')
    expect(await proveBalanceOf(bank, 'ann', '2026-11-22')).toBe('not_yet_checkpointed')
    expect(await proveBalanceOf(bank, 'ann', '2026-11-19')).toBe('not_found')
  })
})

describe('a customer’s proof', () => {
  test.each([
    ['ann', first, '442.01', '0.00'],
    ['ann', second, '342.01', '0.00'],
    ['bob', first, '0.00', '30.01'],
    ['lena', first, '0.00', '400.00'],
    ['zoe', second, '0.00', '0.00'],
    ['late', second, '100.00', '0.00'],
    ['ken', first, '700', '0'],
    ['c-7', first, '8.25', '0.00'],
    ['c-199', second, '200.25', '0.00'],
  ])('of %s on %s shows what they had', async (accountId, date, creditBalance, debitBalance) => {
    const proof = await balanceProofOf(bank, accountId, date)
    expect(proof).toMatchObject({ accountId, businessDate: date, creditBalance, debitBalance })
    expect(check(proof)).toMatchObject({ sound: true, origin: `${host}/${bank.tenantId}` })
  })

  test('is of the last day that was signed where none is asked for', async () => {
    expect(await balanceProofOf(bank, 'ann')).toMatchObject({ businessDate: second })
  })

  test('is there of every account, and each has leaves of its own', async () => {
    const seen = new Set<number>()
    const { rows } = await pool.query(
      `select account_id from account.balance where tenant_id = $1 and not unlimited and currency = 'EUR' and account_id <> 'late'`,
      [bank.tenantId],
    )
    for (const { account_id: accountId } of rows) {
      const proof = await balanceProofOf(bank, accountId, first)
      expect(check(proof).sound).toBe(true)
      for (const { leafIndex } of proof.shares) seen.add(leafIndex)
    }
    expect(seen.size).toBe(2 * rows.length)
  })

  test('is not there of the bank’s own accounts, nor of one that was opened later', async () => {
    for (const accountId of ['cash', 'nobody'])
      expect(await proveBalanceOf(bank, accountId, first)).toBe('not_found')
    expect(await proveBalanceOf(bank, 'late', first)).toBe('not_found')
  })

  test('names nobody else, and stands elsewhere each day', async () => {
    const proofs = [await balanceProofOf(bank, 'c-3', first), await balanceProofOf(bank, 'c-3', second)]
    const places = proofs.map(({ shares }) => shares.map(({ leafIndex }) => leafIndex))
    expect(places[0]).not.toEqual(places[1])
    // Base64 has neither a quote nor a hyphen.
    for (const proof of proofs) expect(JSON.stringify(proof)).not.toMatch(/"(ann|bob|lena)"|c-[^3]/)
  })

  const altered: readonly [string, (proof: BalanceProof) => unknown][] = [
    ['another balance', (proof) => ({ ...proof, creditBalance: '443.01' })],
    ['another account', (proof) => ({ ...proof, accountId: 'bob' })],
    ['another day', (proof) => ({ ...proof, businessDate: second })],
    ['another tenant', (proof) => ({ ...proof, tenantId: 'bank-999' })],
    ['another currency', (proof) => ({ ...proof, currency: 'JPY' })],
    ['another schema', (proof) => ({ ...proof, schema: 'plinth.balance/2' })],
    ['a larger tree', (proof) => ({ ...proof, treeSize: proof.treeSize + 2 })],
    [
      'one share twice',
      (proof) => ({ ...proof, shares: [proof.shares[0], { ...proof.shares[0], share: 2 }] }),
    ],
    ['one share', (proof) => ({ ...proof, shares: [proof.shares[0]] })],
    ['shares exchanged', (proof) => ({ ...proof, shares: [...proof.shares].reverse() })],
    ['another note', (proof) => ({ ...proof, note: proof.note.replace('430.01', '430.00') })],
    ['no note', (proof) => ({ ...proof, note: 'x' })],
  ]
  const inShare = (change: (share: BalanceProof['shares'][number]) => object) => (proof: BalanceProof) => ({
    ...proof,
    shares: [
      { ...proof.shares[0], ...change(proof.shares[0] as BalanceProof['shares'][number]) },
      proof.shares[1],
    ],
  })
  const inPath = (change: object) =>
    inShare(({ path }) => ({ path: [{ ...path[0], ...change }, ...path.slice(1)] }))
  test.each([
    ...altered,
    ['another salt', inShare(() => ({ salt: Buffer.alloc(16).toString('base64') }))],
    ['a long salt', inShare(() => ({ salt: Buffer.alloc(17).toString('base64') }))],
    ['another place', inShare(({ leafIndex }) => ({ leafIndex: leafIndex ^ 1 }))],
    ['a place beyond', inShare(() => ({ leafIndex: 100_000 }))],
    ['more in a share', inShare(() => ({ creditBalance: '999.00' }))],
    ['less than nothing in a share', inShare(() => ({ debitBalance: '-1.00' }))],
    ['a shorter path', inShare(({ path }) => ({ path: path.slice(1) }))],
    ['a longer path', inShare(({ path }) => ({ path: [...path, path[0]] }))],
    ['another sum beside it', inPath({ creditBalances: '0.00' })],
    ['a sum below nothing beside it', inPath({ debitBalances: '-1.00' })],
    ['a sum of other decimals beside it', inPath({ debitBalances: '0' })],
    ['a sum beyond 128 bits beside it', inPath({ creditBalances: `${2n ** 128n}.00` })],
    ['another hash beside it', inPath({ hash: Buffer.alloc(32).toString('base64') })],
    ['a short hash beside it', inPath({ hash: '' })],
  ] as typeof altered)('is refused with %s', async (_what, alter) => {
    const proof = await balanceProofOf(bank, 'ann', first)
    expect(check(proof)).toMatchObject({ sound: true })
    expect(check(alter(proof))).toMatchObject({ sound: false, fault: expect.stringMatching(/\.$/) })
  })

  test('is refused under totals that a stranger has signed, or that the bank has signed of others', async () => {
    const proof = await balanceProofOf(bank, 'ann', first)
    const said = await noteOf(first)
    const signed = (by: typeof signer, change: object = {}) => ({
      ...proof,
      note: signBalances({ ...said, ...change }, by),
    })
    expect(check(signed(signer)).sound).toBe(true)
    expect(check(signed(newSigner())).sound).toBe(false)
    const totals = said.totals.map((total) => ({ ...total, creditBalances: '1.00' }))
    expect(check(signed(signer, { totals }))).toMatchObject({
      sound: false,
      fault: 'Share 1 is not in the sums that were signed.',
    })
    expect(check(proof, keyOf(bank, newSigner())).sound).toBe(false)
  })
})

test('a bank that signs what it likes is found out by salts, shares and sides', () => {
  const { tenantId } = bank
  const said = {
    ...{ schema: 'plinth.balance/1', tenantId, businessDate: first, accountId: 'ann', currency: 'EUR' },
    ...{ creditBalance: '3.00', debitBalance: '0.00' },
  }
  const madeUp = (salt: Buffer, amounts: readonly [Sums, Sums], balance: object = {}) => {
    const statement = { ...said, ...balance }
    const nodes = amounts.map((sums, at) => leafNode(commitmentOf(salt, statement, at + 1), sums))
    const root = foldSums(Buffer.concat(nodes))
    const text = (minor: bigint) => formatMinor(minor, 2)
    const textOf = ({ credit, debit }: Sums) => [text(credit), text(debit)] as const
    const [creditBalances, debitBalances] = textOf(sumsOf(root))
    const total = { currency: 'EUR', accounts: 1, creditBalances, debitBalances, root: hashOf(root) }
    const signed = { origin: `${host}/${tenantId}`, businessDate: first, totals: [total] }
    const shares = amounts.map((sums, at) => ({
      ...{ share: at + 1, salt: salt.toString('base64'), leafIndex: at },
      ...{ creditBalance: textOf(sums)[0], debitBalance: textOf(sums)[1] },
      path: [pathNode(nodes[1 - at] as Buffer, text)],
    }))
    return check({ ...statement, shares, treeSize: 2, note: signBalances(signed, signer) })
  }
  const [one, two] = [
    { credit: 100n, debit: 0n },
    { credit: 200n, debit: 0n },
  ]
  const salt = Buffer.alloc(16, 1)
  expect(madeUp(salt, [one, two])).toMatchObject({ sound: true })
  expect(madeUp(Buffer.alloc(17, 1), [one, two])).toMatchObject({ sound: false })
  expect(madeUp(salt, [one, one])).toMatchObject({ fault: 'The shares are not the balance.' })
  const both = { creditBalance: '3.00', debitBalance: '1.00' }
  expect(madeUp(salt, [one, { credit: 200n, debit: 100n }], both)).toMatchObject({
    fault: 'A balance stands on one side.',
  })
})

describe.runIf(pythonIsHere)('an independent computation', () => {
  test.each([1, 2, 3, 4, 7, 8, 9, 255, 256, 257, 600])('makes the same root of %i leaves', (size) => {
    const made = Array.from({ length: size }, (_, at) => ({
      commitment: createHash('sha256').update(`leaf ${at}`).digest(),
      sums: { credit: BigInt(at % 3) * 10n ** 27n + BigInt(at), debit: at % 5 === 0 ? 7n ** 40n : 0n },
    }))
    const input = JSON.stringify(
      made.map(({ commitment, sums }) => [commitment.toString('hex'), `${sums.credit}`, `${sums.debit}`]),
    )
    const script = fileURLToPath(new URL('sum_tree.py', import.meta.url))
    const { stdout } = spawnSync('python3', [script], { input, encoding: 'utf8' })
    const root = foldSums(Buffer.concat(made.map(({ commitment, sums }) => leafNode(commitment, sums))))
    const { credit, debit } = sumsOf(root)
    expect(stdout.trim()).toBe(`${root.toString('hex', 0, 32)} ${credit} ${debit}`)
  })
})

describe('plinth verify', () => {
  const verifyAfter = async (...statements: readonly string[]) => {
    const rules = await reportTampered(pool, bank.books, {
      statements,
      verify: (tx, books) => verifyBalances(tx, { ...books, trusted: [keyOf(bank)] }),
    })
    return Object.fromEntries(
      rules.flatMap(({ rule, first: found }) => (found === undefined ? [] : [[rule, found]])),
    )
  }

  test('finds nothing in books that nobody has touched', async () => {
    expect(await brokenBalances(bank)).toEqual({})
  })

  test('names the account whose lines come to another balance', async () => {
    // The last line of Ann on the first day, and what stands against it.
    const found = await verifyAfter(
      `update ledger.posting_line set amount = amount + 1 where account_id in ('ann', 'lena') and booking_date = '${first}' and amount = 40000`,
    )
    expect(found).toMatchObject({
      balances_as_signed: { row: { businessDate: first, currency: 'EUR', accountId: 'ann' } },
      balances_in_totals: { row: { businessDate: first, glCode: '1300', currency: 'EUR' } },
    })
  })

  test.each([
    [
      'the sums of a tree',
      `update evidence.balance_tree set credit_balances = credit_balances + 1 where business_date = '${first}'`,
    ],
    [
      'a root',
      `update evidence.balance_tree set root_hash = decode(repeat('ab', 32), 'hex') where business_date = '${first}'`,
    ],
    [
      'a secret',
      `update evidence.balance_day set secret = decode(repeat('ab', 32), 'hex') where business_date = '${first}'`,
    ],
    [
      'a note',
      `update evidence.balance_day set note = replace(note, '430.01', '1.00') where business_date = '${first}'`,
    ],
    [
      'a signature',
      `update evidence.balance_day set note = regexp_replace(note, ' [^ ]+$', ' AAAAAAAAAA==' || chr(10)) where business_date = '${first}'`,
    ],
    [
      'leaves',
      `update evidence.balance_block set leaves = set_byte(leaves, 70, 255 - get_byte(leaves, 70)) where business_date = '${first}' and block_no = 1`,
    ],
    [
      'the place of leaves',
      `update evidence.balance_block set first_place = first_place + 1 where business_date = '${first}' and block_no = 1`,
    ],
    [
      'leaves removed',
      `delete from evidence.balance_block where business_date = '${first}' and block_no = 1`,
    ],
    [
      'trees removed',
      `delete from evidence.balance_tree where business_date = '${first}' and currency = 'JPY'`,
    ],
    ['a day removed', `delete from evidence.balance_day where business_date = '${first}'`],
    [
      'a day too many',
      `insert into evidence.balance_day select tenant_id, '2026-11-19', secret, note, verifier_key, made_at
         from evidence.balance_day where business_date = '${first}'`,
    ],
  ])('finds %s', async (_what, statement) => {
    const found = await verifyAfter(statement)
    expect(Object.keys(found)).toEqual(['balances_as_signed'])
    expect(found.balances_as_signed?.row.businessDate).toMatch(/^2026-11-(19|20|21)$/)
  })

  test('finds sums of the extract in which an overdrawn account hides behind one in credit', async () => {
    const found = await verifyAfter(
      `update reconciliation.gl_extract_row set debit_balances = debit_balances - 100, credit_balances = credit_balances - 100
        where business_date = '${second}' and gl_code = '2100' and currency = 'EUR'`,
    )
    expect(found).toMatchObject({ balances_in_totals: { row: { businessDate: second, glCode: '2100' } } })
  })

  test('trusts the given keys alone', async () => {
    const found = await brokenBalances(bank, [keyOf(bank, newSigner())])
    expect(found.balances_as_signed).toMatchObject({
      expected: 'the signature of a trusted key',
      found: 'none',
    })
  })

  test('the database refuses even a superuser', async () => {
    for (const table of ['balance_day', 'balance_tree', 'balance_block'])
      for (const change of [
        `update evidence.${table} set tenant_id = tenant_id`,
        `delete from evidence.${table}`,
      ])
        await expect(bank.rows(change)).rejects.toMatchObject({ code: '23000' })
  })
})

test('nothing is proved from a balance that is not the one that was signed', async () => {
  const other = await openBank()
  await other.open('ann')
  await other.fund('ann', '10.00')
  await eodAt(other).run(first)
  await signDays(other)
  const { rows } = await pool.query(
    'select count(*)::int as n from evidence.balance_block where tenant_id = $1',
    [other.tenantId],
  )
  expect(rows).toEqual([{ n: 1 }])
  expect(check(await balanceProofOf(other, 'ann', first), keyOf(other)).sound).toBe(true)
  await pool.query('alter table ledger.posting_line disable trigger all')
  await pool.query(
    "update ledger.posting_line set balance_after = balance_after + 1 where tenant_id = $1 and account_id = 'ann'",
    [other.tenantId],
  )
  await expect(proveBalanceOf(other, 'ann', first)).rejects.toThrow('a balance is what was signed')
  await pool.query('alter table ledger.posting_line enable trigger all')
})
