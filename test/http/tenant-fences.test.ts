import { sealEntries } from '@plinth/evidence'
import { currenciesWith, type TenantId } from '@plinth/kernel'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { newSigner } from '../evidence/sealed-bank.js'
import { asAdmin } from '../support/database-admin.js'
import {
  type Answer,
  firstBusinessDate,
  newKey,
  openCustomers,
  transfer,
  useHttpBank,
} from './support/http-bank.js'
import { dealInDollars } from './support/http-fx.js'
import { launch, openProductChart } from './support/http-products.js'

// Four fences stand between tenants: the token names the tenant, every statement names it too, every key begins with it, and
// row-level security. Each is taken away here in turn, and the others hold.

const bank = useHttpBank()
const secret = 'only-alpha-knows'
let tables: string[]
let client: pg.Client
let proposalId: string
let holdId: string
let entryId: string
let suspenseItemId: string
let runId: string
let breakId: string
const journeyId = 'journey-of-alpha'
let webhookId: string
const asked = { headers: { 'x-correlation-id': journeyId } }

async function seal(): Promise<void> {
  const tenantId = 'alpha' as TenantId
  const options = { tenantId, lane: 'batch', deadlineMs: Date.now() + 10_000 } as const
  const sealed = await bank().database.transaction(options, (tx) =>
    sealEntries(tx, { tenantId, currencies: currenciesWith(), signer: newSigner(), host: secret }),
  )
  // Enough for a stored subtree.
  expect(sealed.entries).toBeGreaterThan(15)
}

/** A webhook, and what became of an event there. */
async function sendSomething(): Promise<void> {
  const asked = { url: `https://${secret}.example/`, description: secret }
  webhookId = (await bank().post('/v1/webhooks', asked)).body.webhookId
  await asAdmin(bank().adminUrl, (admin) =>
    admin.query(`insert into webhooks.delivery (tenant_id, webhook_id, position, event_id, type, status, attempts, replays,
        first_attempt_at, last_attempt_at, failure)
      select tenant_id, webhook_id, 1, gen_random_uuid(), '${secret}', 'dead_lettered', 1, 0, now(), now(), 'status'
        from webhooks.webhook`),
  )
}

beforeAll(async () => {
  await openCustomers(bank(), 'alpha')
  await bank().post('/v1/accounts', { accountId: secret, name: secret, glCode: '2000', currency: 'EUR' })
  const body = { ...transfer({ from: 'alice', to: secret }), description: secret, reference: secret }
  await bank().post('/v1/postings', { ...body, metadata: { secret } }, { key: secret })
  await bank().post('/v1/api-keys', { name: secret, roles: ['auditor'] })
  await bank().post('/v1/transaction-codes', { code: 'SECRET', name: secret })
  const limit = { accountId: secret, currency: 'EUR', perDay: { amount: '500.00' }, reason: secret }
  expect((await bank().post('/v1/limits', limit)).status).toBe(200)
  const hold = { accountId: secret, amount: '1.00', currency: 'EUR', reference: secret }
  holdId = (await bank().post('/v1/holds', hold, asked)).body.holdId
  entryId = (await bank().post('/v1/postings', transfer({ from: 'alice', to: secret }))).body.journalEntryId
  await bank().post(`/v1/journal-entries/${entryId}/reversals`, { reason: secret })
  // So many lines that their sums are kept for balances of the past.
  const [toSecret, back] = [
    transfer({ from: 'alice', to: secret, amount: '0.01' }).lines,
    transfer({ from: secret, to: 'alice', amount: '0.01' }).lines,
  ]
  const often = Array.from({ length: 8 }, () => [...toSecret, ...back]).flat()
  const old = { transactionCode: 'TRANSFER', valueDate: '2026-11-19', lines: [...often, ...often] }
  expect((await bank().post('/v1/postings', old)).status).toBe(201)
  const astray = transfer({ from: 'alice', to: 'nobody' })
  const [debit, credit] = astray.lines
  const diverted = { ...astray, lines: [debit, { ...credit, fallbackAccountId: secret }] }
  expect((await bank().post('/v1/postings', diverted)).status).toBe(201)
  suspenseItemId = (await bank().get('/v1/suspense-items')).body.data[0].suspenseItemId
  await openProductChart(bank())
  await launch(bank(), secret)
  const termed = { accountId: 'termed', name: secret, productCode: secret, eligibility: { residence: 'DE' } }
  expect((await bank().post('/v1/accounts', termed)).status).toBe(201)
  expect(
    (await bank().post('/v1/postings', transfer({ from: 'cash', to: 'termed', amount: '365.00' }))).status,
  ).toBe(201)
  const command = { type: 'post', ...transfer({ from: 'alice', to: secret }) }
  proposalId = (await bank().post('/v1/proposals', { command, reason: secret })).body.proposalId
  await dealInDollars(bank(), secret)
  // To the end of a month, so that interest is capitalised.
  expect((await bank().post('/v1/eod-runs', { date: '2026-11-30' })).status).toBe(201)
  const to = firstBusinessDate
  expect((await bank().post(`/v1/accounts/${secret}/statements`, { to })).status).toBe(200)
  await asAdmin(bank().adminUrl, async (admin) => {
    await admin.query(`insert into eod.set_aside (tenant_id, run_id, account_id, step, code, detail, set_aside_at, attempts, tried_at)
      select tenant_id, run_id, '${secret}', 'expire_holds', 'fault', 'x', now(), 1, now() from eod.run`)
    await admin.query(`insert into interest.adjustment (tenant_id, account_id, entry_id, reason, value_date, credit, debit)
      select tenant_id, account_id, gen_random_uuid(), 'instructed', now(), 1, 0 from interest.accrued`)
    await admin.query(`insert into eod.year_end (tenant_id, year, status, retained_earnings_gl_code, begun_at, begun_by, correlation_id,
        begun_entry_no, partitions) values ('alpha', 2025, 'closing', '${secret}', now(), '${secret}', '${secret}', 0, 1)`)
    await admin.query(`insert into eod.year_end_partition (tenant_id, year, partition_no, currency, account_ids)
      values ('alpha', 2025, 1, 'EUR', '{${secret}}')`)
    runId = (await admin.query('select run_id from eod.run')).rows[0].run_id
    await admin.query(`insert into reconciliation.gl_extract_move
      select tenant_id, business_date, '${secret}', 'elsewhere', 'EUR', 1, 1 from reconciliation.gl_extract
       where business_date <> '${firstBusinessDate}'`)
    await admin.query(`insert into reconciliation.run
      select tenant_id, gen_random_uuid(), 1, now(), now(), '${secret}', 'night', '[]' from tenancy.tenant where tenant_id = 'alpha'`)
    await admin.query(`insert into reconciliation.reconciliation_break
      select tenant_id, gen_random_uuid(), 'holds_held', '${secret}', '1', '2', 1, 'open', run_id, now(), run_id, now(), null, null,
             null, 1 from reconciliation.run`)
    await admin.query(`insert into reconciliation.break_event (tenant_id, break_id, event_no, what, at, by, run_id, expected, found)
      select tenant_id, break_id, 1, 'opened', now(), 'x', first_run_id, '1', '2' from reconciliation.reconciliation_break`)
    breakId = (await admin.query('select break_id from reconciliation.reconciliation_break')).rows[0].break_id
    const { rows } = await admin.query<{ name: string }>(
      `select table_schema || '.' || table_name as name from information_schema.columns
        where column_name = 'tenant_id' and table_schema not in ('information_schema', 'pg_catalog') order by 1`,
    )
    tables = rows.map(({ name }) => name)
  })
  client = new pg.Client({ connectionString: bank().serveUrl })
  await client.connect()
})
/** What customers had, as it was signed. */
async function signBalances(): Promise<void> {
  await asAdmin(bank().adminUrl, async (admin) => {
    await admin.query(`insert into evidence.balance_day (tenant_id, business_date, secret, note, verifier_key, made_at)
      select tenant_id, '2026-11-20', decode(repeat('00', 32), 'hex'), '${secret}', verifier_key, now() from evidence.signing_key`)
    await admin.query(`insert into evidence.balance_tree
      select tenant_id, business_date, 'EUR', 1, 1, 0, decode(repeat('00', 32), 'hex') from evidence.balance_day`)
    await admin.query(`insert into evidence.balance_block
      select tenant_id, business_date, currency, 0, 0, decode(repeat('00', 64), 'hex'), decode(repeat('00', 64), 'hex')
        from evidence.balance_tree`)
  })
}

beforeAll(seal)
beforeAll(signBalances)
beforeAll(async () => {
  const asked = { reason: secret, legalBasis: secret }
  const { body } = await bank().post(`/v1/journal-entries/${entryId}/erasures`, asked, { as: 'operator' })
  const approved = await bank().post(`/v1/proposals/${body.proposalId}/approve`, {}, { as: 'approver' })
  expect(approved.status).toBe(200)
})
beforeAll(sendSomething)
beforeAll(() =>
  asAdmin(bank().adminUrl, (admin) =>
    admin.query(
      `insert into outbox.consumer (tenant_id, consumer, position, epoch, moved_at) values ('alpha', 'x', 0, 1, now())`,
    ),
  ),
)
afterAll(() => client?.end())

const everyTable = (change: string): Promise<unknown> =>
  asAdmin(bank().adminUrl, (admin) =>
    admin.query(tables.map((table) => `alter table ${table} ${change}`).join('; ')),
  )

/** How many rows of a statement the server's role sees, of the tenant or of none. */
async function seen(statement: string, tenant?: string): Promise<number> {
  await client.query('begin')
  try {
    if (tenant !== undefined) await client.query("select set_config('plinth.tenant', $1, true)", [tenant])
    return (await client.query(statement)).rows.length
  } finally {
    await client.query('rollback')
  }
}

/** Everything of Alpha's that Beta may ask for by name or in a list. */
const questions = () => [
  '/v1/accounts?limit=1000',
  '/v1/accounts?glCode=2000',
  '/v1/gl-accounts',
  '/v1/journal-entries?limit=1000',
  `/v1/journal-entries?accountId=${secret}`,
  `/v1/journal-entries/${entryId}/proof?open=all`,
  '/v1/checkpoints/latest',
  '/v1/checkpoints/key',
  '/v1/checkpoints/consistency?from=1',
  `/v1/journal-entries?reference=${secret}`,
  '/v1/journal-entries?transactionCode=TRANSFER',
  '/v1/audit-events?limit=1000',
  `/v1/journeys/${journeyId}`,
  '/v1/api-keys',
  '/v1/webhooks',
  `/v1/webhooks/${webhookId}`,
  `/v1/webhooks/${webhookId}/deliveries`,
  '/v1/trial-balance',
  `/v1/accounts/${secret}`,
  `/v1/accounts/${secret}/balance`,
  `/v1/accounts/${secret}/statement`,
  `/v1/accounts/${secret}/statements`,
  `/v1/accounts/${secret}/statements/1`,
  `/v1/commands/${secret}`,
  '/v1/suspense-items',
  `/v1/suspense-items?intendedAccountId=nobody`,
  `/v1/suspense-items/${suspenseItemId}`,
  '/v1/settings/versions',
  '/v1/transaction-codes',
  '/v1/proposals',
  `/v1/proposals/${proposalId}`,
  '/v1/holds',
  `/v1/holds?accountId=${secret}`,
  '/v1/holds?status=active',
  `/v1/holds/${holdId}`,
  `/v1/journal-entries/${entryId}`,
  `/v1/journal-entries/${entryId}/reversals`,
  '/v1/journal-entries?kind=reversal',
  '/v1/year-ends',
  '/v1/year-ends/2025',
  '/v1/products',
  `/v1/products/${secret}`,
  '/v1/accounts/termed/terms',
  '/v1/rates',
  '/v1/rates?currency=USD',
  '/v1/eod-runs',
  `/v1/eod-runs/${runId}`,
  '/v1/gl-extracts',
  `/v1/gl-extracts/${firstBusinessDate}`,
  '/v1/reconciliation-breaks',
  `/v1/reconciliation-breaks/${breakId}`,
  '/v1/reconciliation-runs',
  '/v1/events?limit=1000',
]

const telling = ({ text }: Answer): boolean => text.includes(secret) || text.includes('alice')
async function expectNothingTold(): Promise<void> {
  for (const path of questions()) {
    // The one that answers for Alpha shows that the question was a good one.
    const [mine, theirs] = [await bank().get(path), await bank().get(path, { tenant: 'beta' })]
    expect([path, mine.status]).toEqual([path, 200])
    expect([path, telling(theirs)]).toEqual([path, false])
    expect([path, [200, 404]]).toEqual([path, expect.arrayContaining([theirs.status])])
  }
  const stolen = transfer({ from: secret, to: 'alice' })
  const refused = await bank().post('/v1/postings', stolen, { tenant: 'beta' })
  expect([refused.status, refused.body.code]).toEqual([422, 'account_not_found'])
  const approval = await bank().post(
    `/v1/proposals/${proposalId}/approve`,
    {},
    { tenant: 'beta', as: 'approver' },
  )
  expect([approval.status, approval.body.code]).toEqual([404, 'not_found'])
  const commands: [path: string, body: object, code: string][] = [
    [`holds/${holdId}/release`, {}, 'hold_not_found'],
    [`holds/${holdId}/extend`, { expiresAt: null }, 'hold_not_found'],
    [`journal-entries/${entryId}/reversals`, { reason: 'x' }, 'entry_not_found'],
    [`journal-entries/${entryId}/erasures`, { reason: 'x', legalBasis: 'x' }, 'entry_not_found'],
    [`products/${secret}/versions/1/approve`, {}, 'product_not_found'],
    ['accounts', { name: 'x', productCode: secret }, 'product_not_found'],
  ]
  for (const [path, body, code] of commands) {
    const { status, body: told } = await bank().post(`/v1/${path}`, body, { tenant: 'beta' })
    expect([path, status, told.code]).toEqual([path, 422, code])
  }
  const own = { type: 'post', idempotencyKey: newKey(), ...stolen }
  const batch = await bank().post(
    '/v1/batches',
    { atomicity: 'independent', commands: [own] },
    { tenant: 'beta' },
  )
  expect(batch.body.results[0].body.code).toBe('account_not_found')
  // Another tenant's key is no key of one's own: neither a replay nor reused.
  const key = newKey()
  expect((await bank().post('/v1/postings', transfer({ from: 'alice', to: secret }), { key })).status).toBe(
    201,
  )
  const again = await bank().post('/v1/postings', stolen, { tenant: 'beta', key })
  expect(again.body.code).toBe('account_not_found')
}

test('with all fences nothing of another tenant is told', expectNothingTold)

describe('without the predicate in a statement', () => {
  test('row-level security shows the tenant’s own rows and no others', async () => {
    for (const table of tables) {
      const all = `select from ${table}`
      const others = `select from ${table} where tenant_id <> 'alpha'`
      expect([table, await seen(others, 'alpha')]).toEqual([table, 0])
      // That there are some, the superuser sees.
      const hidden = await asAdmin(bank().adminUrl, (admin) => admin.query(others))
      const mine = await seen(all, 'alpha')
      expect([table, (hidden.rowCount ?? 0) + mine > 0]).toEqual([table, true])
    }
  })

  test('row-level security takes no row for another tenant', async () => {
    await client.query('begin')
    try {
      await client.query("select set_config('plinth.tenant', 'alpha', true)")
      const insert = `insert into account.gl_account (tenant_id, code, name, type, normal_side, postable, created_at)
        values ('beta', '9', 'x', 'asset', 'debit', true, now())`
      await expect(client.query(insert)).rejects.toMatchObject({ code: '42501' })
    } finally {
      await client.query('rollback')
    }
  })
})

describe('without a tenant in the transaction', () => {
  test('nothing is seen but the list of tenants', async () => {
    const counts: [string, number][] = []
    for (const table of tables) counts.push([table, await seen(`select from ${table}`)])
    expect(counts.filter(([, rows]) => rows > 0)).toEqual([['tenancy.tenant', 2]])
  })
})

test('without row-level security the predicates tell nothing of another tenant', async () => {
  await everyTable('disable row level security')
  try {
    expect(await seen(`select from account.account where account_id = '${secret}'`, 'beta')).toBe(1)
    await expectNothingTold()
  } finally {
    await everyTable('enable row level security')
  }
  expect(await seen(`select from account.account where account_id = '${secret}'`, 'beta')).toBe(0)
})

test('without the tenant at the head of the keys two tenants could not have one account of one name', async () => {
  const name = 'of-both'
  for (const tenant of ['alpha', 'beta']) {
    if (tenant === 'beta') await openCustomers(bank(), 'beta')
    const body = { accountId: name, name: tenant, glCode: '2000', currency: 'EUR' }
    expect((await bank().post('/v1/accounts', body, { tenant, key: name })).status).toBe(201)
  }
  for (const tenant of ['alpha', 'beta'])
    expect((await bank().get(`/v1/accounts/${name}`, { tenant })).body.name).toBe(tenant)
  // Every unique index of a table with tenants begins with the tenant.
  const { rows } = await asAdmin(bank().adminUrl, (admin) =>
    admin.query(
      `select i.indexrelid::regclass::text as index from pg_index i
         join pg_attribute a on a.attrelid = i.indrelid and a.attnum = i.indkey[0]
        where i.indrelid = any ($1::regclass[]) and i.indisunique and a.attname <> 'tenant_id'`,
      [tables],
    ),
  )
  expect(rows).toEqual([])
})

test('without the header that names it the token’s tenant is the one, and with it too', async () => {
  for (const headers of [{}, { 'x-tenant-id': 'beta' }])
    expect((await bank().get(`/v1/accounts/${secret}`, { tenant: 'beta', headers })).status).toBe(404)
  const named = await bank().get(`/v1/accounts/${secret}`, {
    tenant: 'beta',
    headers: { 'x-tenant-id': 'alpha' },
  })
  expect(named.body.code).toBe('tenant_mismatch')
})
