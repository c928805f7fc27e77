import { randomUUID } from 'node:crypto'
import { verifyBooks } from '@plinth/posting'
import { beforeAll, describe, expect, test } from 'vitest'
import { type Bank, useBank } from '../support/bank.js'
import { answerOf, endOf, newGlAccount, newKey, submissionOf, together } from '../support/commands.js'
import { asAdmin } from '../support/database-admin.js'
import { untilBlocked } from '../support/faults.js'
import {
  addProductChart,
  approveVersion,
  by,
  decided,
  missingGlAccounts,
  newDraft,
  newProduct,
  openingUnder,
  parametersOf,
  submitted,
} from '../support/products.js'

const openBank = useBank()
let bank: Bank
beforeAll(async () => {
  bank = await openBank()
  await addProductChart(bank)
})

const all = async (...commands: Parameters<typeof by>[1][]) => (await bank.batch(commands)).map(endOf)
const versions = (code: string) =>
  bank.rows<{ version: number; status: string; decided_by: string | null }>(
    `select version, status, decided_by from product.product_version
      where tenant_id = $1 and product_code = $2 order by version`,
    [bank.tenantId, code],
  )

describe('the catalogue', () => {
  test('is changed by commands that see what those before them in the batch did', async () => {
    const code = 'BATCH'
    const outcomes = await bank.engine.submitBatch(
      bank.books,
      [
        submissionOf(newProduct(code)),
        submissionOf(newDraft({}, { code })),
        submissionOf(submitted(1, code)),
        by('key:checker', decided('approve', 1, { code })),
        submissionOf(newDraft({ overdraftLimit: '9.00' }, { code })),
        submissionOf(openingUnder('batched', { product: code })),
      ].map((submission) => ({ submissions: [submission], broken: false })),
    )
    expect(outcomes.map(endOf)).toEqual(outcomes.map(() => 'accepted'))
    expect(await versions(code)).toEqual([
      { version: 1, status: 'approved', decided_by: 'key:checker' },
      { version: 2, status: 'draft', decided_by: null },
    ])
    expect((await bank.balance('batched')).overdraftLimit).toBe('500.00')
  })

  test('names GL accounts of the same batch, and those that are not there only in a draft', async () => {
    const other = await openBank()
    const commands = [newProduct('EARLY'), newDraft({}, { code: 'EARLY' })]
    expect((await other.batch(commands)).map(endOf)).toEqual(['accepted', 'accepted'])
    expect(endOf(await other.submit(submitted(1, 'EARLY')))).toBe('gl_account_not_found')
    const chart = missingGlAccounts.map(([code, type]) => newGlAccount(code, type))
    const outcomes = await other.batch([...chart, submitted(1, 'EARLY')])
    expect(outcomes.map(endOf)).toEqual(outcomes.map(() => 'accepted'))
  })

  test('is as it was if a part of a unit fails', async () => {
    const before = await bank.counts()
    const unit = together(
      newProduct('UNDONE'),
      newDraft({}, { code: 'UNDONE' }),
      newDraft({}, { code: 'NOWHERE' }),
    )
    // Behind it, in the same batch, the product is not there either.
    const behind = newDraft({}, { code: 'UNDONE' })
    expect((await bank.batch([unit, behind])).map(endOf)).toEqual([
      'linked_failed',
      'linked_failed',
      'product_not_found',
      'product_not_found',
    ])
    const after = await bank.counts()
    for (const table of ['product.product', 'product.product_version', 'product.version_event'])
      expect([table, after[table]]).toEqual([table, before[table]])
  })

  test('answers a key once, whatever became of the version since', async () => {
    const code = 'REPLAY'
    await bank.submit(newProduct(code))
    const key = newKey()
    const first = await bank.submit(newDraft({}, { code }), key)
    await all(submitted(1, code))
    const again = await bank.submit(newDraft({}, { code }), key)
    expect([endOf(again), answerOf(again)]).toEqual(['accepted, replayed', answerOf(first)])
    expect(endOf(await bank.submit(newDraft({ rounding: 'up' }, { code }), key))).toBe('key_reused')
    const refused = newKey()
    expect(endOf(await bank.submit(decided('approve', 1, { code }), refused))).toBe('self_approval')
    expect(endOf(await bank.submit(decided('approve', 1, { code }), refused))).toBe('self_approval, replayed')
    expect(await versions(code)).toHaveLength(1)
  })

  test('keeps each change with an audit event, an outbox event and a history', async () => {
    const code = 'TRACE'
    await approveVersion(bank, {}, { code })
    const types = await bank.rows<{ type: string; subject: string }>(
      `select type, subject from outbox.outbox_event where tenant_id = $1 and subject like 'TRACE%' order by position`,
      [bank.tenantId],
    )
    expect(types.map(({ type, subject }) => `${type} ${subject}`)).toEqual([
      'plinth.product.created.v1 TRACE',
      'plinth.product.version_drafted.v1 TRACE/1',
      'plinth.product.version_submitted.v1 TRACE/1',
      'plinth.product.version_approved.v1 TRACE/1',
    ])
    const audited = await bank.rows(
      `select subject, action from audit.audit_event where tenant_id = $1 and object = 'TRACE/1' order by occurred_at, action`,
      [bank.tenantId],
    )
    expect(audited).toHaveLength(3)
    const events = await bank.rows(
      `select change_no, change, changed_by from product.version_event where tenant_id = $1 and product_code = $2
        order by change_no`,
      [bank.tenantId, code],
    )
    expect(events).toEqual([
      { change_no: 1, change: 'drafted', changed_by: 'key:maker' },
      { change_no: 2, change: 'submitted', changed_by: 'key:maker' },
      { change_no: 3, change: 'approved', changed_by: 'key:checker' },
    ])
  })

  test('knows who acted for whom when it is decided', async () => {
    const code = 'PEOPLE'
    await bank.submit(newProduct(code))
    await bank.send(by('app:desk', newDraft({}, { code }), 'ann'))
    await bank.send(by('key:bob', submitted(1, code)))
    const ends: string[] = []
    for (const [subject, onBehalfOf] of [['ann'], ['app:web', 'ann'], ['key:bob'], ['app:desk', 'key:bob']])
      ends.push(endOf(await bank.send(by(subject as string, decided('approve', 1, { code }), onBehalfOf))))
    expect(ends).toEqual(ends.map(() => 'self_approval'))
    expect(endOf(await bank.send(by('app:desk', decided('approve', 1, { code }), 'carol')))).toBe('accepted')
  })

  test('of another tenant is another', async () => {
    const other = await openBank()
    await approveVersion(bank, {}, { code: 'MINE' })
    expect(endOf(await other.submit(newDraft({}, { code: 'MINE' })))).toBe('product_not_found')
  })

  test('is what the books verify', async () => {
    const report = await bank.database.read(bank.tenantId, (tx) => verifyBooks(tx, bank.books))
    expect(report.rules.filter(({ broken }) => broken > 0)).toEqual([])
  })
})

describe('two at once', () => {
  test('one drafts the second version on what the other has just made the first', async () => {
    const code = 'RACE'
    await bank.submit(newProduct(code))
    const others = [bank, bank.elsewhere(), bank.elsewhere()]
    const drafts = await Promise.all(
      Array.from({ length: 30 }, (_, at) => (others[at % 3] as Bank).submit(newDraft({}, { code }))),
    )
    const numbers = drafts.map((outcome) => answerOf(outcome).version as number).sort((a, b) => a - b)
    expect(numbers).toEqual(Array.from({ length: 30 }, (_, at) => at + 1))
  })

  test('an opening that was decided on a version waits no longer for it than it is in force', async () => {
    // Decided with version 1 while somebody else approves version 2: it is decided again, and gets the newer limit.
    const code = 'OVERTAKEN'
    await approveVersion(bank, { overdraftLimit: '1.00' }, { code })
    await bank.submit(newDraft({ overdraftLimit: '2.00' }, { code }))
    await bank.submit(submitted(2, code))
    const elsewhere = bank.elsewhere()
    const [approved, opened] = await asAdmin(bank.adminUrl, async (admin) => {
      await admin.query('begin')
      await admin.query('select from ledger.journal_head where tenant_id = $1 for update', [bank.tenantId])
      const approval = bank.send(by('key:checker', decided('approve', 2, { code })))
      await untilBlocked(bank, 1)
      const opening = elsewhere.submit(openingUnder('overtaken', { product: code }))
      await untilBlocked(bank, 2)
      await admin.query('rollback')
      return await Promise.all([approval, opening])
    })
    expect([endOf(approved), endOf(opened)]).toEqual(['accepted', 'accepted'])
    expect(answerOf(opened)).toMatchObject({ overdraftLimit: '2.00', productVersion: 2 })
  })
})

describe('the database, whoever asks', () => {
  const code = 'STONE'
  beforeAll(async () => {
    await approveVersion(bank, {}, { code })
    await bank.submit(newDraft({}, { code }))
    await bank.submit(newDraft({}, { code }))
    await bank.submit(submitted(3, code))
  })
  const of = (version: number) => `tenant_id = $1 and product_code = '${code}' and version = ${version}`
  const set = (version: number, change: string) =>
    `update product.product_version set ${change} where ${of(version)}`
  const other = JSON.stringify(parametersOf({ overdraftLimit: '1.00' }))
  const parameters = `parameters = '${other}', checksum = sha256('${other}')`
  const approval = "status = 'approved', decided_by = "

  test.each<[what: string, statement: string, refusal: string]>([
    ['changes no parameters of an approved version', set(1, parameters), '23514'],
    ['moves no date of an approved version', set(1, "effective_from = '2030-01-01'"), '23514'],
    ['takes no approval back', set(1, "status = 'draft', decided_by = null"), '23514'],
    ['puts no other name to a decision', set(1, "decided_by = 'mallory'"), '23514'],
    ['removes no version', `delete from product.product_version where ${of(2)}`, '23000'],
    ['truncates no versions', 'truncate product.product_version cascade', '23000'],
    ['approves no draft', set(2, `${approval}'key:checker'`), '23514'],
    ['approves nothing without a name', set(3, "status = 'approved'"), '23514'],
    ['lets no maker decide', set(3, `${approval}'key:test'`), '23514'],
    [
      'lets nobody decide for a maker',
      set(3, `${approval}'app', decided_on_behalf_of = 'key:test'`),
      '23514',
    ],
    [
      'lets no maker decide for somebody else',
      set(3, `${approval}'key:test', decided_on_behalf_of = 'bob'`),
      '23514',
    ],
    [
      'forgets no maker',
      set(3, `maker_subjects = '{x}', maker_persons = '{x}', ${approval}'key:test'`),
      '23514',
    ],
    ['forgets no maker of a draft', set(2, "maker_subjects = '{x}'"), '23514'],
    ['forgets nobody that a draft was made for', set(2, "maker_persons = '{x}'"), '23514'],
    ['changes nothing while it is decided', set(3, `${approval}'key:checker', ${parameters}`), '23514'],
    ['keeps no other checksum than the parameters have', set(2, `checksum = sha256('x')`), '23514'],
    ['renames no product', `update product.product set name = 'x' where tenant_id = $1`, '23514'],
    ['removes no product', `delete from product.product where tenant_id = $1`, '23000'],
    ['changes no history', `update product.version_event set changed_by = 'x' where tenant_id = $1`, '23000'],
    ['removes no history', `delete from product.version_event where tenant_id = $1`, '23000'],
    [
      'takes no version that begins approved',
      `insert into product.product_version (tenant_id, product_code, version, version_id, status, effective_from, parameters,
         checksum, maker_subjects, maker_persons, decided_by)
       values ($1, '${code}', 4, '${randomUUID()}', 'approved', '2027-01-01', '{}', sha256('{}'), '{x}', '{x}', 'y')`,
      '23514',
    ],
    [
      'leaves no gap between versions',
      `insert into product.product_version (tenant_id, product_code, version, version_id, status, effective_from, parameters,
         checksum, maker_subjects, maker_persons)
       values ($1, '${code}', 5, '${randomUUID()}', 'draft', '2027-01-01', '{}', sha256('{}'), '{x}', '{x}')`,
      '23503',
    ],
  ])('%s', async (_, statement, refusal) => {
    const values = statement.includes('$1') ? [bank.tenantId] : []
    await expect(bank.rows(statement, values)).rejects.toMatchObject({ code: refusal })
  })

  test('takes what the code does', async () => {
    await bank.rows(`${set(3, `${approval}'key:checker'`)}`, [bank.tenantId])
    expect((await versions(code))[2]).toMatchObject({ status: 'approved', decided_by: 'key:checker' })
  })
})
