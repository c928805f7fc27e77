import { verifyEvidence } from '@plinth/evidence'
import type { EntryId } from '@plinth/kernel'
import { verifyBooks } from '@plinth/posting'
import type pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openPool } from '../../packages/db/src/pool.js'
import { brokenOf, keyOf, seal } from '../evidence/sealed-bank.js'
import { type Bank, useBank } from '../support/bank.js'
import { answerOf, currencies, posting } from '../support/commands.js'
import { brokenRules, reportTampered } from '../verify/tampered-books.js'
import { broken, erase } from './erasing-bank.js'

// Done as a superuser who has switched off every trigger and constraint, and undone afterwards. Entry 1 funds Alice, the details of
// 2 were erased, those of 3 were not.

const openBank = useBank()
let bank: Bank
let pool: pg.Pool
const ids: EntryId[] = []

beforeAll(async () => {
  bank = await openBank()
  await bank.open('alice')
  await bank.open('bob')
  await bank.fund('alice', '100.00')
  for (const mark of ['two', 'three']) {
    const details = { description: mark, reference: mark, metadata: { mark } }
    const posted = await bank.submit(posting(['debit alice 1.00', 'credit bob 1.00'], details))
    ids.push(answerOf(posted).journalEntryId as EntryId)
  }
  await seal(bank)
  await erase(bank, ids[0] as EntryId)
  pool = openPool({
    url: bank.adminUrl,
    connectionsMax: 1,
    answerTimeoutMs: 20_000,
    applicationName: 'tampering',
  })
})
afterAll(() => pool.end())

/** Each broken rule with what it says of its first finding. */
async function found(statements: readonly string[]): Promise<Record<string, unknown>> {
  const loose = ['alter table ledger.journal_entry drop constraint nothing_is_left_of_erased_details']
  return await reportTampered(pool, bank.books, {
    statements: [...loose, ...statements],
    verify: async (tx, books) => ({
      ...brokenRules(await verifyBooks(tx, books)),
      ...brokenOf(
        await verifyEvidence(tx, {
          tenantId: bank.tenantId,
          currencies,
          trusted: [keyOf(bank)],
          anchors: undefined,
        }),
      ),
    }),
  })
}

const blank = "description = null, reference = null, metadata = '{}'"
const erased = `${blank}, details_erased_at = '2026-11-21T00:00:00Z', details_erased_under = 'none'`
// In the canonical form, as somebody would who knows it.
const without = ['"description":"three",', '"reference":"three",', '"mark":"three"'].reduce(
  (text, said) => `replace(${text}, '${said}', '')`,
  'request',
)
const blankCommand = `update posting.command set request = ${without}, texts_erased = true where entry_no = 3`
const noSalt =
  'update evidence.sealed_entry set details_salt = null, details_commitment = leaf_hash where entry_no = 3'
const record = (): string =>
  `insert into tenancy.erasure select tenant_id, '${ids[1]}', '${ids[1]}', 'none', '2026-11-21T00:00:00Z', proposal_id
     from tenancy.erasure`

test('nothing is found where nothing was done', async () => {
  expect(await broken(bank)).toEqual({})
  expect(await found([])).toEqual({})
})

const cases: [string, () => readonly string[], Record<string, unknown>][] = [
  [
    'texts that were taken away without a word',
    () => [`update ledger.journal_entry set ${blank} where entry_no = 3`],
    { decided_again: { row: { entryNo: 3 } }, entries_as_sealed: { row: { entryNo: 3 } } },
  ],
  [
    'texts that were taken away from the command too',
    () => [`update ledger.journal_entry set ${blank} where entry_no = 3`, blankCommand],
    { details_erased: { row: { entryNo: 3 } }, entries_as_sealed: { row: { entryNo: 3 } } },
  ],
  [
    'an entry marked as erased, without a record',
    () => [`update ledger.journal_entry set ${erased} where entry_no = 3`, blankCommand],
    {
      details_erased: { row: { entryNo: 3 }, expected: 'the record of an erasure' },
      entries_as_sealed: { row: { entryNo: 3 }, expected: 'a destroyed salt' },
    },
  ],
  [
    'one with a forged record as well, under the proposal of another entry',
    () => [`update ledger.journal_entry set ${erased} where entry_no = 3`, blankCommand, noSalt, record()],
    { details_erased: { found: 'nothing' }, entries_as_sealed: { row: { entryNo: 3 } } },
  ],
  [
    'a text put in place of one that was erased',
    () => ["update ledger.journal_entry set description = 'never said' where entry_no = 2"],
    { details_erased: { row: { entryNo: 2 }, found: 'some' } },
  ],
  [
    'an erasure without its record',
    () => ['delete from tenancy.erasure'],
    { details_erased: { row: { entryNo: 2 } } },
  ],
  [
    'a record of another moment than the command’s',
    () => ["update tenancy.erasure set erased_at = erased_at + interval '1 day'"],
    { details_erased: {} },
  ],
  [
    'an erasure whose proposal nobody else approved',
    () => [
      'alter table tenancy.proposal drop constraint nobody_decides_their_own',
      "update tenancy.proposal set decided_by = made_by where action = 'erase_details'",
    ],
    { details_erased: { found: 'one that its maker approved' } },
  ],
  [
    'an erasure whose command is gone',
    () => ["delete from posting.command where type = 'erase_details'"],
    { details_erased: { found: 'nothing' }, commands_are_audited: {}, commands_are_told: {} },
  ],
  [
    'a text put back into the command',
    () => [
      `update posting.command set request = replace(request, '"lines"', '"description":"two","lines"') where entry_no = 2`,
    ],
    { details_erased: { row: { entryNo: 2 } } },
  ],
  ['a salt destroyed', () => [noSalt], { entries_as_sealed: { row: { entryNo: 3 } } }],
  [
    'another commitment of what was erased',
    () => ['update evidence.sealed_entry set details_commitment = leaf_hash where entry_no = 2'],
    { entries_as_sealed: { row: { entryNo: 2 } } },
  ],
]
test.each(cases)('verify finds %s', async (_, statements, rules) => {
  expect(await found(statements())).toMatchObject(rules)
})
