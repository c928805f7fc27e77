import { type EvidenceReport, verifyEvidence } from '@plinth/evidence'
import { originOf, parseCheckpoint, type Signer } from '@plinth/evidence/domain'
import { verifyBooks } from '@plinth/posting'
import type pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openPool } from '../../packages/db/src/pool.js'
import { openTx, settle } from '../../packages/db/src/tx.js'
import { signCheckpoint } from '../../packages/evidence/src/domain/checkpoint.js'
import { encodeVerifier, verifierOf } from '../../packages/evidence/src/domain/signed-note.js'
import { type Bank, useBank } from '../support/bank.js'
import { currencies } from '../support/commands.js'
import { brokenRules } from '../verify/tampered-books.js'
import { brokenOf, host, keyOf, newSigner, notesOf, report, seal, signer } from './sealed-bank.js'

// T01 to T10 of the list of faults: done as a superuser who has switched off every trigger, and undone afterwards.

const openBank = useBank()
let bank: Bank
let pool: pg.Pool
let anchors: string[]

// 20 entries under three checkpoints, of 8, 14 and 20, all of which were kept outside; and one that is not sealed yet.
beforeAll(async () => {
  bank = await openBank()
  await bank.open('alice')
  await bank.open('bob')
  await bank.fund('alice', '500.00')
  const pay = async (times: number): Promise<void> => {
    for (let paid = 0; paid < times; paid += 1)
      await bank.transfer({ from: 'alice', to: 'bob', amount: '1.00' })
  }
  for (const times of [7, 6, 6]) {
    await pay(times)
    await seal(bank)
  }
  await pay(1)
  anchors = await notesOf(bank)
  pool = openPool({
    url: bank.adminUrl,
    connectionsMax: 1,
    answerTimeoutMs: 20_000,
    applicationName: 'tampering',
  })
})
afterAll(() => pool.end())

const tables = [
  ...[
    'evidence.tree',
    'evidence.sealed_entry',
    'evidence.tree_node',
    'evidence.signing_key',
    'evidence.checkpoint',
  ],
  ...[
    'ledger.journal_head',
    'ledger.journal_entry',
    'ledger.posting_line',
    'account.balance',
    'posting.command',
  ],
]

interface Verified {
  readonly evidence: EvidenceReport
  readonly books: ReturnType<typeof brokenRules>
}

type Tamper = readonly string[] | ((client: pg.PoolClient) => Promise<void>)

/** What verify says of books in which a superuser did what no role of Plinth may. Undone afterwards. */
async function verifyAfter(
  tamper: Tamper,
  compared: readonly string[] | 'none' = anchors,
): Promise<Verified> {
  const client = await pool.connect()
  const { tenantId } = bank
  try {
    await client.query('begin')
    await client.query("select set_config('plinth.tenant', $1, true)", [tenantId])
    for (const table of tables) await client.query(`alter table ${table} disable trigger all`)
    if (typeof tamper === 'function') await tamper(client)
    else
      for (const statement of tamper) expect((await client.query(statement)).rowCount, statement).not.toBe(0)
    const tx = openTx({ client, strictRoles: false, tenantId })
    const request = {
      tenantId,
      currencies,
      trusted: [keyOf(bank)],
      anchors: compared === 'none' ? undefined : compared,
    }
    const evidence = await verifyEvidence(tx, request)
    const books = brokenRules(await verifyBooks(tx, bank.books))
    await settle(tx)
    return { evidence, books }
  } finally {
    await client.query('rollback')
    client.release()
  }
}

/** Seals anew all that is there, with a key of one's choice and the same sizes: what somebody does who rewrites history whole. */
async function resealAll(client: pg.PoolClient, by: Signer, sizes: readonly number[]): Promise<void> {
  const { sealEntriesWith } = await import('../../packages/evidence/src/application/seal-entries.js')
  const { evidenceStore } = await import('../../packages/evidence/src/infrastructure/evidence-store.js')
  for (const table of ['checkpoint', 'tree_node', 'sealed_entry', 'tree'])
    await client.query(`delete from evidence.${table}`)
  const tx = openTx({ client, strictRoles: false, tenantId: bank.tenantId })
  await sealEntriesWith(evidenceStore)(tx, { tenantId: bank.tenantId, currencies, signer: by, host })
  await settle(tx)
  const { rows } = await client.query('select tree_size::int, root_hash from evidence.checkpoint')
  expect(rows.map(({ tree_size: size }) => size)).toEqual([sizes.at(-1)])
}

const amountOf = (entryNo: number, amount: number) => [
  `update ledger.posting_line set amount = ${amount} where entry_no = ${entryNo}`,
]

test('verify finds nothing in books that nobody has touched, and the anchors agree', async () => {
  expect(brokenOf(await report(bank, { anchors }))).toEqual({})
  expect(await report(bank)).toMatchObject({ sealed: 20, unsealed: 1 })
})

describe('T01 to T05: verify names the first entry', () => {
  test.each<[what: string, statements: readonly string[], entryNo: number]>([
    ['whose amount was updated (T01)', [...amountOf(11, 500), ...amountOf(17, 700)], 11],
    [
      'whose value date was updated',
      ["update ledger.journal_entry set value_date = '2020-01-01' where entry_no = 3"],
      3,
    ],
    [
      'whose description was added',
      ["update ledger.journal_entry set description = 'gift' where entry_no = 20"],
      20,
    ],
    [
      'whose account was exchanged',
      ["update ledger.posting_line set account_id = 'mallory' where entry_no = 9 and line_no = 1"],
      9,
    ],
    [
      'of a currency that there is not',
      ["update ledger.posting_line set currency = 'NONE' where entry_no = 9"],
      9,
    ],
    [
      'that was deleted from the middle (T02)',
      [
        'delete from ledger.posting_line where entry_no = 12',
        'delete from ledger.journal_entry where entry_no = 12',
      ],
      12,
    ],
    [
      'that was deleted, with the numbers behind it closed up',
      [
        'delete from ledger.posting_line where entry_no = 12',
        'delete from ledger.journal_entry where entry_no = 12',
        'update ledger.posting_line set entry_no = entry_no + 999 where entry_no > 12',
        'update ledger.journal_entry set entry_no = entry_no + 999 where entry_no > 12',
        'update ledger.posting_line set entry_no = entry_no - 1000 where entry_no > 1000',
        'update ledger.journal_entry set entry_no = entry_no - 1000 where entry_no > 1000',
      ],
      12,
    ],
    [
      'that was forged between two (T04)',
      [
        'update ledger.posting_line set entry_no = entry_no + 101 where entry_no >= 5',
        'update ledger.journal_entry set entry_no = entry_no + 101 where entry_no >= 5',
        'update ledger.posting_line set entry_no = entry_no - 100 where entry_no > 100',
        'update ledger.journal_entry set entry_no = entry_no - 100 where entry_no > 100',
        `insert into ledger.journal_entry select (jsonb_populate_record(e, jsonb_build_object('entry_no', 5, 'entry_id', gen_random_uuid()))).*
           from ledger.journal_entry e where entry_no = 4`,
        `insert into ledger.posting_line select (jsonb_populate_record(l, jsonb_build_object('entry_no', 5, 'account_version', 1000))).*
           from ledger.posting_line l where entry_no = 4`,
      ],
      5,
    ],
    [
      'of two that changed places (T05)',
      [
        'update ledger.journal_entry set entry_no = case entry_no when 6 then 1006 else 1015 end where entry_no in (6, 15)',
        'update ledger.posting_line set entry_no = case entry_no when 6 then 1006 else 1015 end where entry_no in (6, 15)',
        'update ledger.journal_entry set entry_no = case entry_no when 1006 then 15 else 6 end where entry_no > 1000',
        'update ledger.posting_line set entry_no = case entry_no when 1006 then 15 else 6 end where entry_no > 1000',
      ],
      6,
    ],
  ])('%s', async (_what, statements, entryNo) => {
    const { evidence } = await verifyAfter(statements)
    const { entries_as_sealed: first, ...others } = brokenOf(evidence)
    expect(first?.row.entryNo).toBe(entryNo)
    // Leaves, tree and checkpoints are as they were.
    expect(others).toEqual({})
  })

  test('that was forged behind the last checkpoint is found by the rules of the books, before it is sealed (T04)', async () => {
    const forged = [
      'update ledger.journal_head set next_entry_no = 23',
      `insert into ledger.journal_entry select (jsonb_populate_record(e, jsonb_build_object('entry_no', 22, 'entry_id', gen_random_uuid()))).*
         from ledger.journal_entry e where entry_no = 21`,
      `insert into ledger.posting_line select (jsonb_populate_record(l, jsonb_build_object('entry_no', 22, 'account_version', l.account_version + 1,
           'balance_after', case account_id when 'bob' then l.balance_after + l.amount else l.balance_after - l.amount end))).*
         from ledger.posting_line l where entry_no = 21`,
      `update account.balance b set debits = debits + coalesce(d.amount, 0), credits = credits + coalesce(c.amount, 0), version = version + 1
         from (select 1) one left join ledger.posting_line d on d.entry_no = 22 and d.side = 'debit'
         left join ledger.posting_line c on false where b.account_id = 'alice'`,
    ]
    const { evidence, books } = await verifyAfter(forged)
    expect(brokenOf(evidence)).toEqual({})
    expect(Object.keys(books)).toContain('commands_and_entries')
  })
})

describe('what only an anchor outside shows', () => {
  const cutTail = async (client: pg.PoolClient): Promise<void> => {
    for (const [table, column] of [
      ['checkpoint', 'tree_size'],
      ['sealed_entry', 'entry_no'],
    ])
      await client.query(`delete from evidence.${table} where ${column} > 14`)
    for (const table of ['posting_line', 'journal_entry'])
      await client.query(`delete from ledger.${table} where entry_no > 14`)
    await client.query('delete from evidence.tree_node where (node_index + 1) * 16 > 14')
    await client.query('update evidence.tree set tree_size = 14')
    await client.query('update ledger.journal_head set next_entry_no = 15')
  }

  test('a tail that was cut off, with its seals (T03)', async () => {
    const without = await verifyAfter(cutTail, anchors.slice(0, 2))
    expect(brokenOf(without.evidence)).toEqual({})
    const { evidence } = await verifyAfter(cutTail)
    expect(brokenOf(evidence)).toEqual({
      anchors_agree: {
        row: { treeSize: 20 },
        expected: 'at least 20 entries',
        found: '14 are sealed: those behind were removed',
      },
    })
  })

  test('a tail of which only the entries were cut off is found without one', async () => {
    const { evidence } = await verifyAfter(
      [
        'delete from ledger.posting_line where entry_no > 18',
        'delete from ledger.journal_entry where entry_no > 18',
      ],
      'none',
    )
    expect(brokenOf(evidence).entries_as_sealed?.row).toEqual({ entryNo: 19 })
  })

  test('a history that was rewritten whole by somebody who has the key (T07)', async () => {
    const rewrite = async (client: pg.PoolClient): Promise<void> => {
      await client.query('update ledger.posting_line set amount = 900 where entry_no = 10')
      await resealAll(client, signer, [21])
    }
    expect(brokenOf((await verifyAfter(rewrite, 'none')).evidence)).toEqual({})
    const { evidence } = await verifyAfter(rewrite)
    // Salts are new too, so the first anchor differs already.
    expect(brokenOf(evidence)).toMatchObject({ anchors_agree: { row: { treeSize: 8 } } })
  })

  test('and without the key the signatures are missing', async () => {
    const rewrite = async (client: pg.PoolClient): Promise<void> => {
      await client.query('update ledger.posting_line set amount = 900 where entry_no = 10')
      await resealAll(client, newSigner(), [21])
    }
    const { evidence } = await verifyAfter(rewrite, 'none')
    expect(brokenOf(evidence)).toMatchObject({
      checkpoints_stand: { expected: 'the signature of a trusted key', found: 'none' },
    })
  })

  test.each<[what: string, kept: () => string[], found: string]>([
    [
      'that is of another tenant',
      () => [signCheckpoint({ origin: `${host}/other`, treeSize: 8, root: Buffer.alloc(32) }, signer)],
      'none',
    ],
    ['that nobody has signed', () => [(anchors[0] as string).replace(/\n— .*\n/, '\n')], 'something else'],
    [
      'that a stranger has signed',
      () => [
        signCheckpoint(
          { origin: originOf(host, bank.tenantId), treeSize: 8, root: Buffer.alloc(32) },
          newSigner(),
        ),
      ],
      'none',
    ],
  ])('an anchor %s is told of', async (_what, kept, found) => {
    expect(brokenOf(await report(bank, { anchors: kept() }))).toMatchObject({ anchors_agree: { found } })
  })
})

test('balances that were edited alone are found by the rules of the books (T06)', async () => {
  const { evidence, books } = await verifyAfter([
    "update account.balance set credits = credits + 100 where account_id = 'bob'",
  ])
  expect(brokenOf(evidence)).toEqual({})
  expect(Object.keys(books)).toContain('balances_add_up')
})

test('an entry that was edited before it was sealed is found by the rules of the books (T08)', async () => {
  const edit = async (client: pg.PoolClient): Promise<void> => {
    await client.query('update ledger.posting_line set amount = 700 where entry_no = 21')
    await resealAll(client, signer, [21])
  }
  const { evidence, books } = await verifyAfter(edit, 'none')
  expect(brokenOf(evidence)).toEqual({})
  expect(Object.keys(books)).toEqual(expect.arrayContaining(['decided_again', 'running_balances']))
})

describe('T09: seals that were replaced', () => {
  const [rubbish, salt] = ["decode(repeat('ab', 32), 'hex')", "decode(repeat('ab', 16), 'hex')"]
  const rewritten = (by: Signer) => async (client: pg.PoolClient) => {
    const origin = originOf(host, bank.tenantId)
    const root = Buffer.alloc(32, 7)
    const key = encodeVerifier(verifierOf(origin, by.publicKey))
    await client.query('insert into evidence.signing_key values ($1, $2, now()) on conflict do nothing', [
      bank.tenantId,
      key,
    ])
    await client.query(
      'update evidence.checkpoint set root_hash = $1, note = $2, verifier_key = $3 where tree_size = 14',
      [root, signCheckpoint({ origin, treeSize: 14, root }, by), key],
    )
  }

  test.each<[what: string, tamper: Tamper, broken: object]>([
    [
      'a leaf, with its entry: an entry between two checkpoints',
      [...amountOf(11, 500), `update evidence.sealed_entry set leaf_hash = ${rubbish} where entry_no = 11`],
      {
        entries_as_sealed: { row: { entryNo: 11 } },
        checkpoints_stand: { row: { treeSize: 14 }, found: expect.stringContaining('among entries 9 to 14') },
      },
    ],
    [
      'a salt',
      [`update evidence.sealed_entry set details_salt = ${salt} where entry_no = 4`],
      { entries_as_sealed: { row: { entryNo: 4 } } },
    ],
    [
      'salts of lines',
      ['update evidence.sealed_entry set line_salts = line_salts || line_salts where entry_no = 4'],
      { entries_as_sealed: { found: '2 lines' } },
    ],
    [
      'a hash of a subtree',
      [`update evidence.tree_node set hash = ${rubbish}`],
      { tree_as_sealed: { row: { level: 4, entryNoFrom: 1, entryNoTo: 16 } } },
    ],
    ['a subtree removed', ['delete from evidence.tree_node'], { tree_as_sealed: { found: 'none' } }],
    [
      'a subtree too many',
      ['insert into evidence.tree_node select tenant_id, 8, 0, hash from evidence.tree_node'],
      { tree_as_sealed: { expected: '1 stored hashes', found: '2' } },
    ],
    [
      'a sealed entry removed',
      [
        'delete from evidence.checkpoint where tree_size = 8',
        'delete from evidence.sealed_entry where entry_no = 5',
      ],
      { tree_as_sealed: { row: { entryNo: 5 }, found: 'the next is 6' } },
    ],
    [
      'the size of the tree',
      ['update evidence.tree set tree_size = 19'],
      { tree_as_sealed: { row: { treeSize: 19 }, found: '20' } },
    ],
    [
      'the last checkpoint removed',
      ['delete from evidence.checkpoint where tree_size = 20'],
      { checkpoints_stand: { row: { treeSize: 20 }, found: 'none' } },
    ],
    [
      'a note',
      ["update evidence.checkpoint set note = replace(note, E'\\n14\\n', E'\\n13\\n') where tree_size = 14"],
      { checkpoints_stand: { row: { treeSize: 14 }, found: 'a note that says others' } },
    ],
    [
      'a note by nonsense',
      ["update evidence.checkpoint set note = 'x' where tree_size = 14"],
      { checkpoints_stand: { row: { treeSize: 14 }, expected: 'a signed note' } },
    ],
    [
      'a checkpoint, signed with a key of one’s own that is made known',
      rewritten(newSigner()),
      { checkpoints_stand: { row: { treeSize: 14 }, expected: 'the signature of a trusted key' } },
    ],
    [
      'a checkpoint, signed with a stolen key',
      rewritten(signer),
      { checkpoints_stand: { row: { treeSize: 14 }, expected: expect.stringContaining('root Bwc') } },
    ],
  ])('%s', async (_what, tamper, broken) => {
    expect(brokenOf((await verifyAfter(tamper, 'none')).evidence)).toMatchObject(broken)
  })

  test('all of them removed is what only an anchor shows', async () => {
    const wipe = async (client: pg.PoolClient): Promise<void> => {
      for (const table of ['checkpoint', 'tree_node', 'sealed_entry', 'tree', 'signing_key'])
        await client.query(`delete from evidence.${table}`)
    }
    expect(brokenOf((await verifyAfter(wipe, 'none')).evidence)).toEqual({})
    const { evidence } = await verifyAfter(wipe)
    expect(evidence).toMatchObject({ sealed: 0, unsealed: 21 })
    expect(brokenOf(evidence)).toMatchObject({ anchors_agree: { row: { treeSize: 8 } } })
  })
})

describe('T10: without switching anything off', () => {
  test.each([
    'update evidence.sealed_entry set leaf_hash = leaf_hash',
    'delete from evidence.sealed_entry',
    'delete from evidence.tree_node',
    'update evidence.checkpoint set made_at = now()',
    'delete from evidence.checkpoint',
    'delete from evidence.signing_key',
    'delete from evidence.tree',
    'truncate evidence.tree_node',
    'truncate evidence.tree',
    'truncate evidence.sealed_entry, evidence.checkpoint',
  ])('the database refuses even a superuser: %s', async (statement) => {
    await expect(bank.rows(statement)).rejects.toMatchObject({ code: '23000' })
  })

  test('the tree does not shrink, gaps are not sealed, and checkpoints grow', async () => {
    const { tenantId } = bank
    const refused = { code: '23514' }
    await expect(bank.rows('update evidence.tree set tree_size = tree_size - 1')).rejects.toMatchObject(
      refused,
    )
    const seals = (entryNo: number) =>
      bank.rows(
        `insert into evidence.sealed_entry select tenant_id, $2, leaf_hash, details_salt, line_salts
           from evidence.sealed_entry where tenant_id = $1 and entry_no = 1`,
        [tenantId, entryNo],
      )
    await expect(seals(22)).rejects.toMatchObject(refused)
    await expect(seals(3)).rejects.toMatchObject({ code: '23505' })
    const checkpoint = (size: number) =>
      bank.rows(
        `insert into evidence.checkpoint select tenant_id, $2, root_hash, note, verifier_key, made_at
           from evidence.checkpoint where tenant_id = $1 and tree_size = 8`,
        [tenantId, size],
      )
    await expect(checkpoint(19)).rejects.toMatchObject(refused)
    await expect(checkpoint(21)).rejects.toMatchObject({
      code: '23503',
      constraint: 'its_last_entry_is_sealed',
    })
  })
})

test('the anchors of this file are those of its three checkpoints', () => {
  expect(anchors.map((note) => parseCheckpoint(note)?.treeSize)).toEqual([8, 14, 20])
})
