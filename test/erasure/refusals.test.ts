import type { EntryId } from '@plinth/kernel'
import type { Command } from '@plinth/posting'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { seal } from '../evidence/sealed-bank.js'
import { type Bank, useBank } from '../support/bank.js'
import { answerOf, endOf, posting, reverseWhole } from '../support/commands.js'
import { approve, broken, erase, erasure, propose } from './erasing-bank.js'

// Entry 1 funds Alice, 2 was proposed, approved and erased, 3 was not, and 4 reverses 3. Somebody has approved the erasure of 3 too,
// in whose place these statements are tried.

const openBank = useBank()
let bank: Bank
let client: pg.Client
const ids: string[] = []
const proposals = { ofTwo: '', erasing: '', toErase: '' }

const paying = (mark: string) =>
  posting(['debit alice 1.00', 'credit bob 1.00'], {
    description: `of ${mark}`,
    reference: mark,
    endToEndId: mark,
    metadata: { mark },
    transactionCode: 'MANUAL',
  })

beforeAll(async () => {
  bank = await openBank()
  await bank.open('alice')
  await bank.open('bob')
  await bank.fund('alice', '100.00')
  const command = paying('two')
  proposals.ofTwo = await propose(bank, command)
  const [, second] = await approve(bank, proposals.ofTwo as never, { command })
  const two = answerOf(second).journalEntryId as string
  const third = await bank.submit(paying('three'))
  const three = answerOf(third).journalEntryId as string
  const fourth = await bank.submit(reverseWhole(three))
  ids.push('', '', two, three, answerOf(fourth).journalEntryId as string)
  await seal(bank)
  await erase(bank, two)
  const [row] = await bank.rows<{ proposal_id: string }>(
    'select proposal_id from tenancy.erasure where tenant_id = $1',
    [bank.tenantId],
  )
  proposals.erasing = row?.proposal_id ?? ''
  proposals.toErase = await propose(bank, erasure(three))
  client = new pg.Client({ connectionString: bank.adminUrl })
  await client.connect()
})
afterAll(() => client?.end())

type Who = 'superuser' | 'server' | 'replica'

/** Tries statements and takes everything back: the SQLSTATE of the refusal, or how many rows the last one changed. */
async function attempt(statements: readonly string[], who: Who = 'superuser'): Promise<string | number> {
  await client.query('begin')
  try {
    if (who === 'replica') await client.query('set local session_replication_role = replica')
    if (who === 'server') await client.query('set local role plinth_serve')
    await client.query("select set_config('plinth.tenant', $1, true)", [bank.tenantId])
    let changed: number | null = null
    for (const statement of statements) changed = (await client.query(statement)).rowCount
    return changed ?? 'no row'
  } catch (error) {
    return (error as { code?: string }).code ?? String(error)
  } finally {
    await client.query('rollback')
  }
}

const basis = "'GDPR Art. 17(1)(a)'"
const at = "'2026-11-21T00:00:00Z'"
const of = (entryNo: number): string => `where tenant_id = '${bank.tenantId}' and entry_no = ${entryNo}`
const texts = "description = null, reference = null, end_to_end_id = null, metadata = '{}'"
const erasing = `${texts}, details_erased_at = ${at}, details_erased_under = ${basis}`
const approval = (): string =>
  `update tenancy.proposal set status = 'approved', decided_by = 'key:other', decided_at = made_at
    where proposal_id = '${proposals.toErase}'`
const record = ({ entry = 3, named = 3, by = proposals.toErase } = {}): string =>
  `insert into tenancy.erasure (tenant_id, entry_id, named_entry_id, legal_basis, erased_at, proposal_id)
    values ('${bank.tenantId}', '${ids[entry]}', '${ids[named]}', ${basis}, ${at}, '${by}')`
const change = (set: string, entryNo = 3): string => `update ledger.journal_entry set ${set} ${of(entryNo)}`
const key = '(select idempotency_key from posting.command c where c.tenant_id = t.tenant_id and c.entry_no = '
const command = (set: string, entryNo: number): string =>
  `update posting.command t set ${set} where tenant_id = '${bank.tenantId}' and idempotency_key = ${key}${entryNo})`

/** What the server may call, one for each table. */
const calls = {
  entry: () => `select ledger.erase_details('${bank.tenantId}', '{3}', ${at}, ${basis}) as n`,
  salt: () => `select evidence.erase_salts('${bank.tenantId}', '{3}', array[repeat('00', 32)]) as n`,
  command: () =>
    `select posting.erase_texts('${bank.tenantId}', array[idempotency_key],
        array[plinth.without_texts(request::jsonb)::text], array[answer]) as n
       from posting.command where tenant_id = '${bank.tenantId}' and entry_no = 3`,
  proposal: () => `select tenancy.erase_payload('${bank.tenantId}', '${proposals.erasing}', '{}') as n`,
  told: () => `select outbox.erase_payloads('${bank.tenantId}', '${proposals.erasing}', 'x') as n`,
}

test('what an erasure does is taken, in its order, from the roles of the server', async () => {
  const whole = [approval(), record(), calls.entry(), calls.salt(), calls.command()]
  expect(await attempt(whole, 'server')).toBe(1)
  const raw = [
    approval(),
    record(),
    change(erasing),
    `update evidence.sealed_entry set details_salt = null, details_commitment = leaf_hash ${of(3)}`,
    command(`request = plinth.without_texts(request::jsonb)::text, texts_erased = true`, 3),
  ]
  for (const who of ['superuser', 'replica'] as const) expect(await attempt(raw, who), who).toBe(1)
  expect(await broken(bank)).toEqual({})
})

describe('to the server is refused', () => {
  test.each<[string, () => readonly string[], string]>([
    ['an entry’s erasure without its record', () => [calls.entry()], '23000'],
    ['a salt, without it', () => [calls.salt()], '23000'],
    ['a command’s texts, without it', () => [calls.command()], '23000'],
    ['the payload of a proposal of which nothing was erased', () => [calls.proposal()], '23514'],
    ['what was told of that', () => [calls.told()], '23000'],
    ['a record of what nobody has approved', () => [record()], '23514'],
    ['any change of an entry by itself', () => [approval(), record(), change(erasing)], '42501'],
    ['of a salt', () => [`update evidence.sealed_entry set details_salt = null ${of(3)}`], '42501'],
    ['of a command', () => [command('texts_erased = true', 3)], '42501'],
    ['of a proposal', () => [`update tenancy.proposal set payload = '{}'`], '42501'],
    ['of an event', () => [`update outbox.outbox_event set data = '{}'`], '42501'],
    ['of a record', () => [`update tenancy.erasure set legal_basis = 'none'`], '42501'],
    ['the removal of a record', () => ['delete from tenancy.erasure'], '42501'],
  ])('%s', async (_, statements, code) => {
    expect(await attempt(statements(), 'server')).toBe(code)
  })
})

describe.each(['superuser', 'replica'] as const)('to the %s is refused', (who) => {
  const cases: [string, () => readonly string[], string][] = [
    ['a text taken away', () => [change('description = null')], '23000'],
    ['all of them, without a record', () => [change(erasing)], '23000'],
    ['a record of what nobody has approved', () => [record()], '23514'],
    [
      'a record of an entry that the approval does not name',
      () => [approval(), record({ named: 4 })],
      '23514',
    ],
    ['a record by the approval of another entry', () => [record({ by: proposals.erasing })], '23514'],
    [
      'another text in place of the one that was erased',
      () => [
        approval(),
        record(),
        change(`${erasing}, description = 'other'`).replace('description = null, ', ''),
      ],
      '23514',
    ],
    [
      'something else of the entry with it',
      () => [approval(), record(), change(`${erasing}, value_date = '2020-01-01'`)],
      '23000',
    ],
    [
      'another moment than the record’s',
      () => [approval(), record(), change(`${erasing.replace('2026-11-21T', '2026-11-22T')}`)],
      '23000',
    ],
    ['a text brought back', () => [change("description = 'of two'", 2)], '23000'],
    [
      'an erasure undone',
      () => [change('details_erased_at = null, details_erased_under = null', 2)],
      '23000',
    ],
    ['an erased entry removed', () => [`delete from ledger.journal_entry ${of(2)}`], '23000'],
    ['a record changed', () => [`update tenancy.erasure set legal_basis = 'none'`], '23000'],
    ['a record removed', () => ['delete from tenancy.erasure'], '23000'],
    [
      'a salt destroyed of details that are there',
      () => [`update evidence.sealed_entry set details_salt = null, details_commitment = leaf_hash ${of(3)}`],
      '23000',
    ],
    [
      'a salt brought back',
      () => [
        `update evidence.sealed_entry set details_salt = '\\x00000000000000000000000000000000', details_commitment = null ${of(2)}`,
      ],
      '23000',
    ],
    [
      'another commitment',
      () => [`update evidence.sealed_entry set details_commitment = leaf_hash ${of(2)}`],
      '23000',
    ],
    [
      'another leaf',
      () => [`update evidence.sealed_entry set leaf_hash = details_commitment ${of(2)}`],
      '23000',
    ],
    [
      'the texts of a command whose entry has them',
      () => [command(`request = plinth.without_texts(request::jsonb)::text, texts_erased = true`, 3)],
      '23000',
    ],
    [
      'another amount in a command whose entry was erased',
      () => [command(`request = replace(request, '1.00', '2.00'), texts_erased = true`, 2)],
      '23000',
    ],
    [
      'an answer to a command that has its entry',
      () => [command(`answer = '{}', texts_erased = true`, 2)],
      '23000',
    ],
    ['another outcome', () => [command(`outcome = 'rejected', texts_erased = true`, 2)], '23000'],
    [
      'another payload of a proposal whose entry was erased',
      () => [
        `update tenancy.proposal set payload = '{}', payload_hash = sha256('{}') where proposal_id = '${proposals.ofTwo}'`,
      ],
      '23514',
    ],
    [
      'the payload of another proposal',
      () => [
        `update tenancy.proposal set payload = '{}', payload_hash = sha256('{}') where proposal_id = '${proposals.erasing}'`,
      ],
      '23514',
    ],
    [
      'what was told of a proposal',
      () => [`update outbox.outbox_event set data = data - 'payload' where subject = '${proposals.ofTwo}'`],
      '23000',
    ],
    [
      'what was told of an erasure',
      () => [
        `update outbox.outbox_event set data = '{}' where type = 'plinth.journal_entry.details_erased.v1'`,
      ],
      '23000',
    ],
  ]
  test.each(cases)('%s', async (_, statements, code) => {
    expect(await attempt(statements(), who)).toBe(code)
  })
})

test('an ordinary posting is not erased as the copy of another', async () => {
  const fresh = await bank.submit(paying('five'))
  ids[5] = answerOf(fresh).journalEntryId as string
  expect(await attempt([approval(), record({ entry: 5, named: 3 }), change(erasing, 5)])).toBe('23000')
})

test('two who erase one entry at once: one does, the other finds it erased', async () => {
  const posted = await bank.submit(paying('six'))
  const command_ = erasure(answerOf(posted).journalEntryId as EntryId)
  await seal(bank)
  const two = [await propose(bank, command_), await propose(bank, command_)]
  const ends = await Promise.all(
    two.map(async (proposalId, index) => {
      const place = index === 0 ? bank : bank.elsewhere()
      return endOf((await approve(place, proposalId, { command: command_ }))[1])
    }),
  )
  expect(ends.sort()).toEqual(['accepted', 'status_transition_invalid'])
})

/** Ends what waits for `table`'s row of the tenant when all of `waiting` do. */
async function whileLocked(
  lock: string,
  waiting: number,
  begin: () => Promise<unknown>[],
): Promise<unknown[]> {
  await client.query('begin')
  await client.query(lock)
  const begun = begin()
  try {
    await expect
      .poll(async () => {
        const [row] = await bank.rows<{ n: number }>(
          `select count(*)::int as n from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()`,
        )
        return row?.n
      })
      .toBe(waiting)
  } finally {
    await client.query('commit')
  }
  return await Promise.all(begun)
}

test('a reversal that had read the details when they were erased is decided again without them', async () => {
  const posted = await bank.submit(paying('seven'))
  const entryId = answerOf(posted).journalEntryId as string
  await seal(bank)
  const lock = `select from account.balance where tenant_id = '${bank.tenantId}' and account_id = 'alice' for update`
  await client.query('begin')
  await client.query(lock)
  const reversal = bank.elsewhere().submit(reverseWhole(entryId))
  await expect
    .poll(
      async () =>
        (
          await bank.rows(
            `select 1 from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()`,
          )
        ).length,
    )
    .toBe(1)
  await erase(bank, entryId)
  await client.query('commit')
  const outcome = await reversal
  expect(endOf(outcome)).toBe('accepted')
  expect(answerOf(outcome)).toMatchObject({ description: undefined, reference: undefined })
  const [row] = await bank.rows(
    'select 1 from ledger.journal_entry where description = $1 or reference = $2',
    ['of seven', 'seven'],
  )
  expect(row).toBeUndefined()
})

test('an erasure that had not seen a reversal is decided again with it', async () => {
  const posted = await bank.submit(paying('eight'))
  const entryId = answerOf(posted).journalEntryId as string
  await seal(bank)
  const command_: Command = erasure(entryId)
  const proposalId = await propose(bank, command_ as never)
  const lock = `select from ledger.journal_head where tenant_id = '${bank.tenantId}' for update`
  const other = bank.elsewhere()
  const [reversed, approved] = (await whileLocked(lock, 2, () => [
    other.submit(reverseWhole(entryId)),
    new Promise((resolve) => setTimeout(resolve, 200)).then(() =>
      approve(bank, proposalId, { command: command_ }),
    ),
  ])) as [Awaited<ReturnType<Bank['submit']>>, Awaited<ReturnType<typeof approve>>]
  expect(endOf(reversed)).toBe('accepted')
  expect(endOf(approved[1])).toBe('condition_failed')
  await seal(bank)
  expect((await approve(bank, proposalId, { command: command_ })).map(endOf)).toEqual([
    'accepted',
    'accepted',
  ])
  expect(await bank.rows('select 1 from ledger.journal_entry where description = $1', ['of eight'])).toEqual(
    [],
  )
})
