import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Bank, useBank } from '../support/bank.js'
import { posting } from '../support/commands.js'
import { entry, head, line, lines, withLines } from '../support/raw-entries.js'

const openBank = useBank()
let bank: Bank
let other: Bank
let client: pg.Client

// What the rows below are written for: entry 1 funds Alice, entry 2 pays Bob, entry 3 is the next. Carol is closed.

beforeAll(async () => {
  bank = await openBank()
  other = await openBank()
  for (const each of [bank, other]) {
    await each.open('alice')
    await each.open('bob', { limit: '50.00' })
    await each.open('carol')
    await each.fund('alice', '100.00')
    await each.transfer({ from: 'alice', to: 'bob', amount: '40.00' })
    await each.status('carol', 'closed')
    await each.submit({ type: 'change_settings', changes: {}, reason: 'a second version' })
    const proposed = posting(['debit cash 1.00', 'credit cash 1.00'])
    await each.submit({ type: 'propose', proposed, reason: 'x', expiresAt: undefined })
  }
  // Bob drew 50.00 that he may not draw any more.
  await bank.transfer({ from: 'bob', to: 'cash', amount: '90.00' })
  await bank.terms('bob', { limit: '0' })
  client = new pg.Client({ connectionString: bank.adminUrl })
  await client.connect()
})
afterAll(() => client?.end())

type Who = 'superuser' | 'server' | 'replica'

/** Tries statements to the end of the transaction and takes everything back. The SQLSTATE of the refusal, or `accepted`. */
async function attempt(
  statements: readonly string[],
  {
    who = 'superuser',
    tenant = bank.tenantId,
    without = [],
  }: { who?: Who; tenant?: string; without?: readonly string[] } = {},
): Promise<string> {
  await client.query('begin')
  try {
    for (const guard of without) await client.query(guard)
    if (who === 'replica') await client.query('set local session_replication_role = replica')
    if (who === 'server') await client.query('set local role plinth_serve')
    await client.query("select set_config('plinth.tenant', $1, true)", [tenant])
    let last: pg.QueryResult | undefined
    for (const statement of statements) last = await client.query(filledIn(statement))
    await client.query('set constraints all immediate')
    return last?.rowCount === 0 ? 'no row' : 'accepted'
  } catch (error) {
    return (error as { code?: string }).code ?? String(error)
  } finally {
    await client.query('rollback')
  }
}

/** `:t` and `:other` are the tenants, `:next` the next entry number. */
const filledIn = (statement: string): string =>
  statement.replaceAll(':t', `'${bank.tenantId}'`).replaceAll(':other', `'${other.tenantId}'`)

const balance = (account: string, change: string) =>
  `update account.balance set row_version = row_version + 1, ${change} where tenant_id = :t and account_id = '${account}'`

// Versions: cash has lines 1 and 2, Alice 1 and 2, Bob 1 and 2; entry 4 is the next.
const good = [head(1), withLines(entry(4, 2), lines(line('1 debit cash 5 v3'), line('2 credit alice 5 v3')))]
const off = (table: string, ...triggers: string[]) =>
  triggers.map((name) => `alter table ${table} disable trigger ${name}`)
const drop = (table: string, ...constraints: string[]) =>
  constraints.map((name) => `alter table ${table} drop constraint ${name}`)
const whole = off('ledger.posting_line', 'entries_are_whole')
const dense = off('ledger.journal_entry', 'entry_numbers_are_dense')
const limit = off('account.balance', 'within_limit')
const versions = off('account.balance', 'versions_rise')
const lined = off('ledger.journal_entry', 'entry_has_its_lines')

test('a sound entry is accepted, so what is refused below is refused for its fault', async () => {
  expect(await attempt(good)).toBe('accepted')
  expect(await attempt([balance('alice', 'debits = debits + 1, version = version + 1')])).toBe('accepted')
})

/** Each is refused, and accepted as soon as the named guard is taken away: nothing else stands in for it. */
describe('the database refuses an entry', () => {
  test.each<[what: string, statements: string[], state: string, guard: string[]]>([
    [
      'that does not balance',
      [head(1), withLines(entry(4, 2), lines(line('1 debit cash 5 v3'), line('2 credit alice 6 v3')))],
      '23514',
      whole,
    ],
    [
      'that balances only across currencies',
      [
        head(1),
        withLines(
          entry(4, 2),
          lines(line('1 debit cash 5 v3'), line('2 credit yen 5 v1', { currency: 'JPY', gl: '1100' })),
        ),
      ],
      '23514',
      whole,
    ],
    ['without its lines', [head(1), entry(4, 2)], '23514', lined],
    [
      'of one line',
      [head(1), entry(4, 1)],
      '23514',
      [...lined, ...drop('ledger.journal_entry', 'journal_entry_line_count_check')],
    ],
    [
      'with fewer lines than it states',
      [head(1), withLines(entry(4, 3), lines(line('1 debit cash 5 v3'), line('2 credit alice 5 v3')))],
      '23514',
      whole,
    ],
    [
      'whose lines come one by one',
      [head(1), withLines(entry(4, 2), lines(line('1 debit cash 5 v3'))), lines(line('2 credit alice 5 v3'))],
      '23514',
      whole,
    ],
    [
      'that is old, with balanced lines added',
      [lines(line('3 debit cash 5 v3', { no: 1 }), line('4 credit alice 5 v3', { no: 1 }))],
      '23514',
      whole,
    ],
    [
      'that nobody made, with lines',
      [lines(line('1 debit cash 5 v3', { no: 9 }), line('2 credit alice 5 v3', { no: 9 }))],
      '23514',
      whole,
    ],
    [
      'whose line numbers have a gap',
      [head(1), withLines(entry(4, 2), lines(line('1 debit cash 5 v3'), line('3 credit alice 5 v3')))],
      '23514',
      whole,
    ],
    [
      'with an amount of zero',
      [head(1), withLines(entry(4, 2), lines(line('1 debit cash 0 v3'), line('2 credit alice 0 v3')))],
      '23514',
      drop('ledger.posting_line', 'posting_line_amount_check'),
    ],
    [
      'with an amount below zero',
      [head(1), withLines(entry(4, 2), lines(line('1 debit cash -5 v3'), line('2 credit alice -5 v3')))],
      '23514',
      drop('ledger.posting_line', 'posting_line_amount_check'),
    ],
    [
      'with an amount that is not a number',
      [head(1), withLines(entry(4, 2), lines(line('1 debit cash NaN v3'), line('2 credit alice NaN v3')))],
      '23514',
      [...whole, ...drop('ledger.posting_line', 'posting_line_amount_check')],
    ],
    [
      'with a side that is neither',
      [head(1), withLines(entry(4, 2), lines(line('1 debit cash 5 v3'), line('2 kredit alice 5 v3')))],
      '23514',
      drop('ledger.posting_line', 'posting_line_side_check'),
    ],
    [
      'in another currency than its account’s',
      [
        head(1),
        withLines(
          entry(4, 2),
          lines(
            line('1 debit cash 5 v3', { currency: 'USD' }),
            line('2 credit alice 5 v3', { currency: 'USD' }),
          ),
        ),
      ],
      '23514',
      whole,
    ],
    [
      'under another GL account than its account’s',
      [
        head(1),
        withLines(entry(4, 2), lines(line('1 debit cash 5 v3', { gl: '1300' }), line('2 credit alice 5 v3'))),
      ],
      '23514',
      whole,
    ],
    [
      'whose first line on an account copies another currency',
      [
        head(1),
        withLines(entry(4, 2), lines(line('1 debit yen 5 v1', { gl: '1100' }), line('2 credit alice 5 v3'))),
      ],
      '23514',
      whole,
    ],
    [
      'on an account that is not there',
      [head(1), withLines(entry(4, 2), lines(line('1 debit cash 5 v3'), line('2 credit nobody 5 v1')))],
      '23514',
      whole,
    ],
    [
      'that leaves a gap in the versions of an account',
      [head(1), withLines(entry(4, 2), lines(line('1 debit cash 5 v4'), line('2 credit alice 5 v3')))],
      '23514',
      whole,
    ],
    [
      'that leaves a gap within its own lines',
      [
        head(1),
        withLines(
          entry(4, 3),
          lines(line('1 debit cash 5 v3'), line('2 credit alice 2 v3'), line('3 credit alice 3 v5')),
        ),
      ],
      '23514',
      whole,
    ],
    [
      'that uses a version twice',
      [head(1), withLines(entry(4, 2), lines(line('1 debit cash 5 v2'), line('2 credit alice 5 v3')))],
      '23505',
      [...drop('ledger.posting_line', 'account_version_is_unique')],
    ],
    [
      'whose lines carry another date',
      [
        head(1),
        withLines(
          entry(4, 2),
          lines(line('1 debit cash 5 v3', { date: '2026-11-19' }), line('2 credit alice 5 v3')),
        ),
      ],
      '23514',
      whole,
    ],
    [
      'whose number leaves a gap',
      [
        head(2),
        withLines(
          entry(5, 2),
          lines(line('1 debit cash 5 v3', { no: 5 }), line('2 credit alice 5 v3', { no: 5 })),
        ),
      ],
      '23514',
      dense,
    ],
    [
      'whose number was not taken from the head',
      [withLines(entry(4, 2), lines(line('1 debit cash 5 v3'), line('2 credit alice 5 v3')))],
      '23514',
      dense,
    ],
  ])('%s', async (_what, statements, state, guard) => {
    expect(await attempt(statements)).toBe(state)
    expect(await attempt(statements, { without: guard })).toBe('accepted')
  })

  test('whose number is taken', async () => {
    expect(await attempt([entry(3, 2)])).toMatch(/^23(505|514)$/)
  })
})

describe('the database refuses a balance', () => {
  test.each<[what: string, change: [account: string, change: string], guard: string[]]>([
    ['beyond the limit', ['alice', 'debits = debits + 6001, version = version + 1'], limit],
    ['that falls further below the limit', ['bob', 'debits = debits + 1, version = version + 1'], limit],
    ['that holds more than is available', ['alice', 'held = held + 6001'], limit],
    [
      'beyond the limit, with the mark of an older change',
      ['alice', 'debits = debits + 6001, forced_row_version = row_version'],
      limit,
    ],
    ['whose version falls', ['alice', 'version = version - 1'], versions],
    ['whose debits fall', ['alice', 'debits = debits - 1'], versions],
    ['whose credits fall', ['alice', 'credits = credits - 1'], versions],
    ['of a closed account', ['carol', 'debits = debits + 1, credits = credits + 1'], versions],
    ['of a closed account that would open again', ['carol', "status = 'open'"], versions],
    [
      'that is closed with money on it',
      ['alice', "status = 'closed'"],
      drop('account.balance', 'closed_is_empty'),
    ],
    [
      'with a status there is none of',
      ['alice', "status = 'gone'"],
      drop('account.balance', 'balance_status_check'),
    ],
    [
      'with a limit below zero',
      ['alice', 'overdraft_limit = -1'],
      drop('account.balance', 'balance_overdraft_limit_check'),
    ],
    ['with a hold below zero', ['alice', 'held = -1'], drop('account.balance', 'balance_held_check')],
    ['that is not a number', ['alice', "credits = 'NaN'"], drop('account.balance', 'numbers_not_nan')],
  ])('%s', async (_what, [account, change], guard) => {
    const statement = balance(account, change)
    expect(await attempt([statement])).toBe('23514')
    expect(await attempt([statement], { without: guard })).toBe('accepted')
  })

  test.each(['row_version', 'row_version + 2', 'row_version - 1'])(
    'whose row version does not rise by one: %s',
    async (version) => {
      const statement = `update account.balance set credits = credits + 1, row_version = ${version}
        where tenant_id = :t and account_id = 'alice'`
      expect(await attempt([statement])).toBe('23514')
      expect(await attempt([statement], { without: versions })).toBe('accepted')
    },
  )

  test.each([
    ['a credit that mends an account below its limit', 'bob', 'credits = credits + 1, version = version + 1'],
    ['a debit up to the limit', 'alice', 'debits = debits + 6000, version = version + 1'],
    [
      'an advice, marked as forced',
      'alice',
      'debits = debits + 6001, version = version + 1, forced_row_version = row_version + 1',
    ],
    ['a limit lowered below what is drawn', 'bob', 'overdraft_limit = 0'],
    ['anything on an unlimited account', 'cash', 'debits = debits + 999999, version = version + 1'],
  ])('but takes %s', async (_what, account, change) => {
    expect(await attempt([balance(account, change)])).toBe('accepted')
  })

  test('that does not start at zero', async () => {
    const start = (credits: number) =>
      `insert into account.account (tenant_id, account_id, name, gl_code, currency, metadata, opened_at, opened_on)
         values (:t, 'dora', '', '2100', 'EUR', '{}', now(), now());
       insert into account.balance (tenant_id, account_id, gl_code, currency, normal_side, unlimited, status, block_debits,
         block_credits, overdraft_limit, debits, credits, held, version, row_version)
         values (:t, 'dora', '2100', 'EUR', 'credit', false, 'open', false, false, 0, 0, ${credits}, 0, 0, 0)`
    expect(await attempt([start(0)])).toBe('accepted')
    expect(await attempt([start(1)])).toBe('23514')
    expect(await attempt([start(1)], { without: off('account.balance', 'starts_at_zero') })).toBe('accepted')
  })
})

describe('the database refuses the head', () => {
  test.each([
    ...['next_entry_no = next_entry_no - 1', 'next_event_position = next_event_position - 1'],
    ...["last_posted_at = last_posted_at - interval '1 ms'", 'business_date = business_date - 1'],
    'settings_version = settings_version - 1',
  ])('to go back: %s', async (change) => {
    const statement = `update ledger.journal_head set ${change} where tenant_id = :t`
    expect(await attempt([statement])).toBe('23514')
    expect(await attempt([statement], { without: off('ledger.journal_head', 'never_back') })).toBe('accepted')
  })
})

const appendOnly = [
  'tenancy.settings',
  'audit.audit_event',
  'outbox.outbox_event',
  'account.gl_account',
  'ledger.journal_entry',
  'ledger.posting_line',
  'posting.command',
]
const kept = ['tenancy.proposal', 'account.account', 'account.balance', 'ledger.journal_head']

describe('the database keeps what was written', () => {
  test.each(appendOnly)(
    '%s is never changed, removed or emptied, not even by a superuser who replicates',
    async (table) => {
      const attempts: [string, string][] = [
        [`update ${table} set tenant_id = tenant_id`, 'append_only'],
        [`delete from ${table} where tenant_id = :t`, 'append_only'],
        [`truncate ${table} cascade`, 'never_truncated'],
      ]
      for (const [statement, trigger] of attempts) {
        for (const who of ['superuser', 'replica'] as const)
          expect([who, await attempt([statement], { who })]).toEqual([who, '23000'])
        expect(await attempt([statement], { who: 'server' })).toBe('42501')
        const guards = statement.startsWith('truncate') ? allTruncations : off(table, trigger)
        // Foreign keys may still stand in the way of a removal; the trigger's own refusal is gone.
        expect(await attempt([statement], { without: guards })).not.toBe('23000')
      }
    },
  )

  test.each(kept)('%s is never removed or emptied', async (table) => {
    for (const who of ['superuser', 'replica'] as const) {
      expect(await attempt([`delete from ${table}`], { who })).toBe('23000')
      expect(await attempt([`truncate ${table} cascade`], { who })).toBe('23000')
    }
    expect(await attempt([`delete from ${table}`], { who: 'server' })).toBe('42501')
    expect(await attempt([`delete from ${table}`], { without: off(table, 'never_removed') })).not.toBe(
      '23000',
    )
  })

  const onAccounts = [
    'interest.accrual',
    'interest.accrued',
    'interest.capitalisation',
    'interest.adjustment',
    'interest.fee',
    'reconciliation.statement',
  ]
  // `truncate … cascade` empties what refers to the table too, and is refused for each.
  const allTruncations = [
    ...appendOnly,
    ...kept,
    'account.spending',
    'account.terms_snapshot',
    'webhooks.delivery',
    ...onAccounts,
  ].flatMap((table) => off(table, 'never_truncated'))

  test.each([
    ['ledger.journal_entry', "description = 'x'"],
    ['ledger.posting_line', 'amount = 1'],
    ['posting.command', "answer = '{}'"],
    ['account.account', "currency = 'USD'"],
    ['account.account', "gl_code = '1100'"],
    ['account.balance', 'unlimited = true'],
    ['account.balance', "normal_side = 'debit'"],
    ['account.gl_account', "name = 'x'"],
    ['tenancy.tenant', "base_currency = 'USD'"],
    ['tenancy.api_key', "secret_hash = ''"],
    ['tenancy.proposal', "payload = '{}'"],
  ])('the server may not change %s: %s', async (table, change) => {
    expect(await attempt([`update ${table} set ${change}`], { who: 'server' })).toBe('42501')
  })
})

describe('a tenant', () => {
  const tables = [...appendOnly, ...kept]

  test.each(tables)('sees of %s its own rows only, and none without a name', async (table) => {
    const foreign = `select from ${table} where tenant_id <> :t`
    expect(await attempt([`select from ${table}`], { who: 'server' })).toBe('accepted')
    expect(await attempt([foreign], { who: 'server' })).toBe('no row')
    for (const tenant of ['', 'no-such-bank']) {
      expect(await attempt([`select from ${table}`], { who: 'server', tenant })).toBe('no row')
    }
    const open = [`alter table ${table} disable row level security`]
    expect(await attempt([foreign], { who: 'server', without: open })).toBe('accepted')
  })

  test('changes nothing of another', async () => {
    const change =
      "update account.balance set row_version = row_version + 1 where tenant_id = :other and status = 'open'"
    expect(await attempt([change], { who: 'server' })).toBe('no row')
    expect(await attempt([change])).toBe('accepted')
    expect(
      await attempt([`update ledger.journal_head set next_entry_no = 99 where tenant_id = :other`], {
        who: 'server',
      }),
    ).toBe('no row')
  })

  test.each([
    ['an entry', head(0), entry(4, 2, ':other')],
    ['a line', head(0), lines(line('1 debit cash 5 v3', { tenant: ':other' }))],
    [
      'a command',
      head(0),
      `insert into posting.command values (:other, 'k', 'post', '{}', 'rejected', null, '{}', now(), now(), 'c')`,
    ],
    [
      'an account',
      head(0),
      `insert into account.account values (:other, 'x', '', '2100', 'EUR', null, null, '{}', now(), now())`,
    ],
  ])('writes %s for itself only', async (_what, ...statements) => {
    expect(await attempt(statements, { who: 'server' })).toBe('42501')
    const own = statements.map((statement) => statement.replaceAll(':other', ':t'))
    expect(await attempt(own, { who: 'server' })).not.toBe('42501')
  })

  test('that is not named may list the tenants, and nothing else', async () => {
    expect(await attempt(['select tenant_id from tenancy.tenant'], { who: 'server', tenant: '' })).toBe(
      'accepted',
    )
    const seen = async (tenant: string) => {
      await client.query('begin')
      await client.query('set local role plinth_serve')
      await client.query("select set_config('plinth.tenant', $1, true)", [tenant])
      const { rows } = await client.query('select tenant_id from tenancy.tenant order by 1')
      await client.query('rollback')
      return rows.map((row: { tenant_id: string }) => row.tenant_id)
    }
    expect(await seen('')).toEqual([bank.tenantId, other.tenantId].sort())
    expect(await seen(bank.tenantId)).toEqual([bank.tenantId])
  })
})
