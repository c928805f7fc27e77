import { captureEffectiveTerms, readTermsSnapshots } from '@plinth/account'
import { renderTermsSnapshot, termsOn } from '@plinth/account/domain'
import type { AccountId, BusinessDate } from '@plinth/kernel'
import { type Command, verifyBooks } from '@plinth/posting'
import { describe, expect, test } from 'vitest'
import { type Bank, useBank } from '../support/bank.js'
import { answerOf, endOf, newKey, opening, transferOf } from '../support/commands.js'
import {
  addProductChart,
  approveVersion,
  by,
  decided,
  newDraft,
  openingUnder,
  parametersOf,
  submitted,
} from '../support/products.js'

const openBank = useBank()

async function bankWithSavings(parameters: Parameters<typeof approveVersion>[1] = {}): Promise<Bank> {
  const bank = await openBank()
  await addProductChart(bank)
  await approveVersion(bank, parameters)
  return bank
}

const snapshotsOf = (bank: Bank, ...accountIds: string[]) =>
  bank.database.read(bank.tenantId, (tx) => readTermsSnapshots(tx, accountIds as AccountId[]))

const capture = (bank: Bank, date: string, ...accountIds: string[]) =>
  bank.database.transaction(
    { tenantId: bank.tenantId, lane: 'batch', deadlineMs: Date.now() + 10_000 },
    async (tx) => captureEffectiveTerms(tx, accountIds as AccountId[], date as BusinessDate),
  )

const inShort = (snapshots: Awaited<ReturnType<typeof snapshotsOf>>): string[] =>
  snapshots.map(
    ({ accountId, snapshotNo, version, effectiveFrom }) =>
      `${accountId} ${snapshotNo}: ${version} from ${effectiveFrom}`,
  )

async function expectVerified(bank: Bank): Promise<void> {
  const report = await bank.database.read(bank.tenantId, (tx) => verifyBooks(tx, bank.books))
  expect(report.rules.filter(({ broken }) => broken > 0)).toEqual([])
}

describe('an opening', () => {
  test('captures the terms of the version in force, which stay when the catalogue changes', async () => {
    const bank = await bankWithSavings()
    expect(endOf(await bank.submit(openingUnder('alice')))).toBe('accepted')
    const before = await snapshotsOf(bank, 'alice')
    expect(before.map(renderTermsSnapshot)).toMatchObject([
      {
        ...{
          accountId: 'alice',
          snapshotNo: 1,
          productCode: 'SAVINGS',
          version: 1,
          effectiveFrom: '2026-11-20',
        },
        parameters: parametersOf(),
      },
    ])
    await approveVersion(bank, { overdraftLimit: '9.00', creditTiers: [] })
    expect(await snapshotsOf(bank, 'alice')).toEqual(before)
    expect((await bank.balance('alice')).overdraftLimit).toBe('500.00')
    expect(answerOf(await bank.submit(openingUnder('bob')))).toMatchObject({
      productVersion: 2,
      overdraftLimit: '9.00',
    })
    await expectVerified(bank)
  })

  test('needs a version that is in force', async () => {
    const bank = await openBank()
    await addProductChart(bank)
    await approveVersion(bank, {}, { from: '2026-11-21' })
    expect(answerOf(await bank.submit(openingUnder('alice')))).toMatchObject({ code: 'product_not_found' })
    // Of all terms only those in force count: whoever says everything themselves is refused as well.
    expect(endOf(await bank.submit(openingUnder('alice', { glCode: '2100', currency: 'EUR' })))).toBe(
      'product_not_found',
    )
    await bank.submit(newDraft())
    await bank.submit(submitted(2))
    expect(endOf(await bank.submit(openingUnder('alice')))).toBe('product_not_found')
    await bank.send(by('key:checker', decided('approve', 2)))
    expect(answerOf(await bank.submit(openingUnder('alice')))).toMatchObject({ productVersion: 2 })
  })

  test('keeps what the eligibility rules were tested on, with its checksum, and the refusal keeps nothing of it', async () => {
    const rules = [
      { attribute: 'residence', in: ['AT', 'DE'] },
      { attribute: 'birthDate', max: '2008-11-20' },
    ]
    const bank = await bankWithSavings({ eligibility: rules })
    const open = (accountId: string, eligibility?: Record<string, string>) =>
      bank.submit(openingUnder(accountId, { ...(eligibility && { eligibility }) }))
    const refused = await open('young', { residence: 'DE', birthDate: '2010-01-01' })
    expect(answerOf(refused)).toMatchObject({
      code: 'condition_failed',
      facts: { condition: 'eligibility', attribute: 'birthDate' },
    })
    expect(JSON.stringify(answerOf(refused))).not.toContain('2010')
    expect(endOf(await open('silent'))).toBe('condition_failed')
    const known = { residence: 'DE', birthDate: '1980-01-01', employer: 'Miller & Daughters' }
    expect(endOf(await open('alice', known))).toBe('accepted')
    const [snapshot] = await bank.rows<{ eligibility: string; matches: boolean }>(
      `select eligibility, eligibility_checksum = sha256(convert_to(eligibility, 'UTF8')) as matches
         from account.terms_snapshot where tenant_id = $1`,
      [bank.tenantId],
    )
    expect(JSON.parse(snapshot?.eligibility ?? '')).toEqual(known)
    expect(snapshot?.matches).toBe(true)
    await expectVerified(bank)
  })

  test('says which of two faults comes first', async () => {
    const bank = await bankWithSavings()
    await bank.submit(openingUnder('alice'))
    const ends = await Promise.all(
      [
        openingUnder('alice', { product: 'NONE', glCode: '9999', currency: 'EUR' }),
        openingUnder('alice', { product: 'NONE', eligibility: {}, glCode: '2100', currency: 'EUR' }),
        openingUnder('alice', { currency: 'USD' }),
        openingUnder('bob', { currency: 'USD' }),
        openingUnder('bob', { glCode: '9999' }),
        openingUnder('bob', { glCode: '1000' }),
      ].map(async (command) => endOf(await bank.submit(command))),
    )
    expect(ends).toEqual([
      'gl_account_not_found',
      'product_not_found',
      'account_exists',
      'condition_failed',
      'gl_account_not_found',
      'gl_account_not_found',
    ])
  })

  test('with a product’s limit needs no second person: two have agreed to it', async () => {
    const bank = await openBank({ approvals: ['limit_increases'] })
    await addProductChart(bank)
    await approveVersion(bank)
    expect(endOf(await bank.submit(opening('bob', { limit: '500.00' })))).toBe('approval_needed')
    const stated = { ...openingUnder('alice', { currency: 'EUR' }), overdraftLimit: 500_00n } as Command
    expect(endOf(await bank.submit(stated))).toBe('accepted')
  })

  test('is answered once for a key, whatever became of the product since', async () => {
    const bank = await bankWithSavings()
    const key = newKey()
    const first = await bank.submit(openingUnder('alice'), key)
    await approveVersion(bank, { overdraftLimit: '9.00' })
    const again = await bank.submit(openingUnder('alice'), key)
    expect([endOf(again), answerOf(again)]).toEqual(['accepted, replayed', answerOf(first)])
  })
})

describe('terms of a newer version', () => {
  test('are taken on from its date, once, by those that have terms of the product', async () => {
    const bank = await bankWithSavings()
    await approveVersion(bank, {}, { code: 'OTHER' })
    for (const command of [
      openingUnder('alice'),
      openingUnder('bob'),
      openingUnder('zoe', { product: 'OTHER' }),
    ])
      expect(endOf(await bank.submit(command))).toBe('accepted')
    await bank.open('plain')
    await approveVersion(bank, { overdraftLimit: '9.00' }, { from: '2026-11-25' })
    const everybody = ['alice', 'bob', 'zoe', 'plain', 'nobody']
    expect(await capture(bank, '2026-11-24', ...everybody)).toEqual([])
    expect(await capture(bank, '2026-11-25', ...everybody)).toHaveLength(2)
    expect(await capture(bank, '2026-11-25', ...everybody)).toEqual([])
    expect(inShort(await snapshotsOf(bank, ...everybody))).toEqual([
      'alice 1: 1 from 2026-11-20',
      'alice 2: 2 from 2026-11-25',
      'bob 1: 1 from 2026-11-20',
      'bob 2: 2 from 2026-11-25',
      'zoe 1: 1 from 2026-11-20',
    ])
    const ofAlice = await snapshotsOf(bank, 'alice')
    const on = (day: string) => termsOn(ofAlice, day as BusinessDate)?.version
    expect(['2026-11-19', '2026-11-24', '2026-11-25', '2027-11-25'].map(on)).toEqual([undefined, 1, 2, 2])
    await expectVerified(bank)
  })

  test('are taken on one by one where days were missed', async () => {
    const bank = await bankWithSavings()
    await bank.submit(openingUnder('alice'))
    await approveVersion(bank, { rounding: 'up' }, { from: '2026-11-22' })
    await approveVersion(bank, { rounding: 'down' }, { from: '2026-11-24' })
    await capture(bank, '2026-11-30', 'alice')
    expect(inShort(await snapshotsOf(bank, 'alice'))).toEqual([
      'alice 1: 1 from 2026-11-20',
      'alice 2: 2 from 2026-11-22',
      'alice 3: 3 from 2026-11-24',
    ])
    await expectVerified(bank)
  })

  test('move no limit: what was agreed with the customer stays until it is changed with them', async () => {
    const bank = await bankWithSavings()
    await bank.submit(openingUnder('alice'))
    await approveVersion(bank, { overdraftLimit: '9.00' })
    await capture(bank, '2026-11-20', 'alice')
    expect(endOf(await bank.submit(transferOf({ from: 'alice', to: 'cash', amount: '500.00' })))).toBe(
      'accepted',
    )
    await expectVerified(bank)
  })

  test('are captured for a partition of accounts at once', async () => {
    const bank = await bankWithSavings()
    const names = Array.from({ length: 1_000 }, (_, at) => `c${at}`)
    const opened = await bank.batch(names.map((name) => openingUnder(name)))
    expect(new Set(opened.map(endOf))).toEqual(new Set(['accepted']))
    await approveVersion(bank, { rounding: 'up' })
    expect(await capture(bank, '2026-11-20', ...names)).toHaveLength(1_000)
    expect(await snapshotsOf(bank, ...names)).toHaveLength(2_000)
    await expectVerified(bank)
  })
})

describe('the database, whoever asks', () => {
  test('keeps terms as they were captured, without gaps, and lets them only move on', async () => {
    const bank = await bankWithSavings()
    await bank.submit(openingUnder('alice'))
    await approveVersion(bank, {}, { from: '2026-11-25' })
    await approveVersion(bank, {}, { code: 'OTHER' })
    const copy = (change: Record<string, string>) => {
      const columns = [
        'snapshot_no',
        'product_code',
        'product_version',
        'product_version_id',
        'parameters',
        'checksum',
      ]
      const all = [...columns, 'effective_from', 'eligibility', 'eligibility_checksum']
      const version = `(select version_id from product.product_version where tenant_id = $1 and product_code = 'SAVINGS' and version = 2)`
      const values: Record<string, string> = {
        ...{
          snapshot_no: '2',
          product_version: '2',
          product_version_id: version,
          effective_from: "'2026-11-25'",
        },
        ...change,
      }
      return `insert into account.terms_snapshot (tenant_id, account_id, captured_at, ${all.join(', ')})
        select tenant_id, account_id, captured_at, ${all.map((name) => values[name] ?? name).join(', ')}
          from account.terms_snapshot where tenant_id = $1 and snapshot_no = 1`
    }
    const attempts: [statement: string, refusal: string][] = [
      ["update account.terms_snapshot set effective_from = '2020-01-01' where tenant_id = $1", '23000'],
      ['delete from account.terms_snapshot where tenant_id = $1', '23000'],
      [copy({ snapshot_no: '1' }), '23505'],
      [copy({ snapshot_no: '3' }), '23503'],
      [copy({ product_version: '1', product_version_id: 'product_version_id' }), '23514'],
      [copy({ effective_from: "'2026-11-19'" }), '23514'],
      [copy({ product_code: "'OTHER'", product_version: '1' }), '23514'],
      [copy({ product_version: '7' }), '23503'],
      [copy({ parameters: "'{}'" }), '23514'],
      [copy({ eligibility: "'{}'" }), '23514'],
      [copy({ eligibility: "'{}'", eligibility_checksum: "sha256('{}')" }), '23514'],
    ]
    for (const [statement, refusal] of attempts) {
      const end = await bank.rows(statement, [bank.tenantId]).catch(({ code }: { code: string }) => code)
      expect([statement, end]).toEqual([statement, refusal])
    }
    await bank.rows(copy({}), [bank.tenantId])
    expect(inShort(await snapshotsOf(bank, 'alice'))).toHaveLength(2)
  })
})
