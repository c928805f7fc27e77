import { captureEffectiveTerms } from '@plinth/account'
import type { AccountId, BusinessDate } from '@plinth/kernel'
import { verifyBooks } from '@plinth/posting'
import type pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openPool } from '../../packages/db/src/pool.js'
import { type Bank, useBank } from '../support/bank.js'
import { addProductChart, approveVersion, newDraft, openingUnder } from '../support/products.js'
import { brokenRules, verifyTampered } from './tampered-books.js'

const openBank = useBank()
let bank: Bank
let pool: pg.Pool

// Alice was opened with version 1 and has taken on version 2 since; version 3 is a draft. Bob has no terms.
beforeAll(async () => {
  bank = await openBank()
  await addProductChart(bank)
  await approveVersion(bank)
  await bank.submit(openingUnder('alice', { eligibility: { residence: 'DE' } }))
  await bank.open('bob')
  await approveVersion(bank, { overdraftLimit: '9.00' }, { from: '2026-11-25' })
  await bank.submit(newDraft())
  const write = { tenantId: bank.tenantId, lane: 'batch', deadlineMs: Date.now() + 10_000 } as const
  await bank.database.transaction(write, (tx) =>
    captureEffectiveTerms(tx, ['alice' as AccountId], '2026-11-25' as BusinessDate),
  )
  pool = openPool({
    url: bank.adminUrl,
    connectionsMax: 1,
    answerTimeoutMs: 20_000,
    applicationName: 'tampering',
  })
})
afterAll(() => pool.end())

const unchecked = (table: string, ...constraints: string[]) =>
  constraints.map((name) => `alter table ${table} drop constraint ${name}`)
const anyParameters = unchecked('product.product_version', 'parameters_are_what_was_hashed')
const anyDecider = unchecked('product.product_version', 'nobody_decides_their_own')
const anyTerms = unchecked(
  'account.terms_snapshot',
  'terms_are_what_was_hashed',
  'eligibility_is_what_was_hashed',
)
const version = (number: number, change: string) =>
  `update product.product_version set ${change} where version = ${number}`
const snapshot = (number: number, change: string) =>
  `update account.terms_snapshot set ${change} where snapshot_no = ${number}`
const cheaper = `replace(parameters, '"rate":"0.1"', '"rate":"0.01"')`

describe('verify', () => {
  test('finds nothing where catalogue and terms are as they were commanded', async () => {
    const report = await bank.database.read(bank.tenantId, (tx) => verifyBooks(tx, bank.books))
    expect(brokenRules(report)).toEqual({})
  })

  test.each<[what: string, statements: string[], rules: string[], row: object]>([
    [
      'a rate that was edited in the catalogue',
      [...anyParameters, version(2, `parameters = ${cheaper}`)],
      ['catalogue_as_commanded', 'terms_as_captured'],
      { productCode: 'SAVINGS', version: 2 },
    ],
    [
      'a rate that was edited with its checksum, in the catalogue and in the terms',
      [
        version(1, `parameters = ${cheaper}, checksum = sha256(convert_to(${cheaper}, 'UTF8'))`),
        snapshot(1, `parameters = ${cheaper}, checksum = sha256(convert_to(${cheaper}, 'UTF8'))`),
      ],
      ['catalogue_as_commanded'],
      { productCode: 'SAVINGS', version: 1, at: '/checksum' },
    ],
    [
      'a draft that was approved by nobody’s command',
      [version(3, "status = 'approved', decided_by = 'mallory'")],
      ['catalogue_as_commanded'],
      { version: 3, at: '/status' },
    ],
    [
      'a version whose date was moved',
      [version(2, "effective_from = '2026-11-21'")],
      ['catalogue_as_commanded', 'terms_as_captured'],
      { version: 2, at: '/effectiveFrom' },
    ],
    [
      'a decision by a maker',
      [
        ...anyDecider,
        "update product.version_event set changed_by = 'key:maker' where change = 'approved' and version = 2",
      ],
      ['catalogue_as_commanded'],
      { version: 2 },
    ],
    [
      'a maker that was forgotten',
      [...anyDecider, version(2, "maker_subjects = '{x}', maker_persons = '{x}'")],
      ['catalogue_as_commanded'],
      { version: 2 },
    ],
    [
      'a product that was renamed',
      ["update product.product set name = 'x'"],
      ['catalogue_as_commanded'],
      { productCode: 'SAVINGS', at: '/name' },
    ],
    [
      'a draft that was removed',
      [
        'delete from product.version_event where version = 3',
        'delete from product.product_version where version = 3',
      ],
      ['catalogue_as_commanded'],
      { productCode: 'SAVINGS' },
    ],
    [
      'a product that nobody commanded',
      [
        `insert into product.product (tenant_id, product_code, name, created_at, row_version)
           select tenant_id, 'FORGED', 'x', now(), 1 from product.product`,
      ],
      ['catalogue_as_commanded'],
      { productCode: 'FORGED' },
    ],
    [
      'terms that were edited',
      [...anyTerms, snapshot(1, `parameters = ${cheaper}`)],
      ['terms_as_captured'],
      { accountId: 'alice', snapshotNo: 1 },
    ],
    [
      'terms that were edited with their checksum',
      [snapshot(2, `parameters = ${cheaper}, checksum = sha256(convert_to(${cheaper}, 'UTF8'))`)],
      ['terms_as_captured'],
      { accountId: 'alice', snapshotNo: 2 },
    ],
    [
      'eligibility that was edited',
      [...anyTerms, snapshot(1, `eligibility = '{"residence":"AT"}'`)],
      ['terms_as_captured'],
      { accountId: 'alice', snapshotNo: 1 },
    ],
    [
      'terms that were moved to another day',
      [snapshot(2, "effective_from = '2026-12-01'")],
      ['terms_as_captured'],
      { accountId: 'alice', snapshotNo: 2 },
    ],
    [
      'terms that were removed',
      ['delete from account.terms_snapshot'],
      ['terms_as_captured'],
      { accountId: 'alice' },
    ],
    [
      'first terms that were removed',
      ['delete from account.terms_snapshot where snapshot_no = 1'],
      ['terms_as_captured'],
      { accountId: 'alice' },
    ],
    [
      'terms that were given to somebody who was opened without',
      [
        `insert into account.terms_snapshot (tenant_id, account_id, snapshot_no, product_code, product_version,
             product_version_id, parameters, checksum, effective_from, captured_at)
           select tenant_id, 'bob', 1, product_code, product_version, product_version_id, parameters, checksum,
                  effective_from, captured_at from account.terms_snapshot where snapshot_no = 1`,
      ],
      ['terms_as_captured'],
      { accountId: 'bob' },
    ],
    [
      'terms of a version that is no approved one',
      [
        `update account.terms_snapshot s set product_version = 3, product_version_id = v.version_id
           from product.product_version v where v.version = 3 and s.snapshot_no = 2`,
      ],
      ['terms_as_captured'],
      { accountId: 'alice', snapshotNo: 2 },
    ],
  ])('finds %s', async (_, statements, rules, row) => {
    const broken = brokenRules(await verifyTampered(pool, bank.books, statements))
    expect(Object.keys(broken)).toEqual(rules)
    expect(broken[rules[0] as string]?.row).toMatchObject(row)
  })

  test('and tells nothing of the customer when eligibility was edited', async () => {
    const report = await verifyTampered(pool, bank.books, [
      ...anyTerms,
      snapshot(1, `eligibility = '{"residence":"Atlantis"}'`),
    ])
    expect(JSON.stringify(report.rules)).not.toContain('Atlantis')
  })
})
