import { openDatabase } from '@plinth/db'
import { uuidV7 } from '@plinth/http'
import type { TenantId } from '@plinth/kernel'
import { reconcile } from '@plinth/reconciliation'
import { beforeAll, describe, expect, test } from 'vitest'
import { currencies } from '../support/commands.js'
import { asAdmin } from '../support/database-admin.js'
import { firstBusinessDate, openCustomers, transfer, useHttpBank } from './support/http-bank.js'

const bank = useHttpBank()

beforeAll(async () => {
  await openCustomers(bank(), 'alpha')
  expect(
    (await bank().post('/v1/postings', transfer({ from: 'alice', to: 'bob', amount: '12.50' }))).status,
  ).toBe(201)
  expect((await bank().post('/v1/eod-runs', { date: '2026-11-21' })).status).toBe(201)
})

describe('GL extracts', () => {
  test('are listed by day', async () => {
    const { status, body } = await bank().get('/v1/gl-extracts?order=desc&limit=1', { as: 'auditor' })
    expect(status).toBe(200)
    expect(body.data).toEqual([
      {
        ...{ businessDate: '2026-11-21', form: 1, rows: expect.any(Number) },
        ...{ checksum: expect.stringMatching(/^[0-9a-f]{64}$/), madeAt: expect.stringMatching(/Z$/) },
      },
    ])
    const rest = await bank().get(`/v1/gl-extracts?order=desc&limit=1&cursor=${body.nextCursor}`)
    expect(rest.body.data.map((head: { businessDate: string }) => head.businessDate)).toEqual([
      firstBusinessDate,
    ])
  })

  test('are answered as JSON or as CSV, the same bytes again', async () => {
    const path = `/v1/gl-extracts/${firstBusinessDate}`
    const json = await bank().get(path)
    expect(json).toMatchObject({ status: 200, body: { schema: 'plinth.gl-extract/1', tenantId: 'alpha' } })
    expect(json.headers.get('vary')).toContain('Accept')
    const csv = await bank().get(path, { headers: { accept: 'text/csv' } })
    expect(csv.headers.get('content-type')).toBe('text/csv; charset=utf-8')
    expect(csv.text.split('\r\n').at(-2)).toMatch(new RegExp(`^checksum,.*,${json.body.checksum}$`))
    await bank().post('/v1/postings', transfer({ from: 'bob', to: 'alice', amount: '1.00' }))
    await bank().post('/v1/eod-runs', { date: '2026-11-22' })
    expect((await bank().get(path)).text).toBe(json.text)
    expect((await bank().get(path, { headers: { accept: 'text/csv' } })).text).toBe(csv.text)
  })

  test.each(['2026-11-25', '2026-02-30', 'x'])('there is none of %s', async (day) => {
    expect((await bank().get(`/v1/gl-extracts/${day}`)).status).toBe(404)
  })
})

describe('breaks', () => {
  const run = async () => {
    const database = openDatabase({ url: bank().serveUrl, applicationName: 'reconciling' })
    const asker = { subject: 'cli:ann', roles: [], correlationId: 'night', causationId: undefined }
    const tenantId = 'alpha' as TenantId
    return await reconcile(database, { tenantId, currencies, newId: uuidV7, asker }).finally(() =>
      database.close(),
    )
  }

  test('are listed, explained by who may, and tell what became of them', async () => {
    await asAdmin(bank().adminUrl, async (admin) => {
      await admin.query('alter table account.balance disable trigger all')
      await admin.query(
        `update account.balance set held = 7 where tenant_id = 'alpha' and account_id = 'bob'`,
      )
      await admin.query('alter table account.balance enable trigger all')
    })
    const { runId } = await run()
    const runs = await bank().get('/v1/reconciliation-runs')
    expect(runs.body.data).toMatchObject([{ runId, startedBy: 'cli:ann' }])
    const { body } = await bank().get('/v1/reconciliation-breaks?status=open&comparison=holds_held', {
      as: 'auditor',
    })
    expect(body.data).toMatchObject([
      {
        ...{ subject: 'account bob', expected: '0.00 EUR', found: '0.07 EUR', differenceMinor: '7' },
        ...{ status: 'open', firstRunId: runId, closedByRunId: null, note: null },
      },
    ])
    const path = `/v1/reconciliation-breaks/${body.data[0].breakId}`
    const explained = await bank().post(`${path}/explain`, { note: 'restored' }, { as: 'operator' })
    expect(explained).toMatchObject({ status: 200, body: { status: 'explained', note: 'restored' } })
    expect((await bank().get('/v1/reconciliation-breaks?status=open')).body.data).toEqual([])
    const { body: told } = await bank().get(path)
    expect(told).toMatchObject({
      ...explained.body,
      events: [{ what: 'opened' }, { what: 'explained', note: 'restored' }],
    })
    const audited = await bank().get('/v1/audit-events?action=explain_break')
    expect(audited.body.data).toMatchObject([{ object: told.breakId, outcome: 'accepted' }])
    await asAdmin(bank().adminUrl, (admin) =>
      admin.query(
        `update account.balance set held = 0, row_version = row_version + 1 where tenant_id = 'alpha' and account_id = 'bob'`,
      ),
    )
    await run()
    expect((await bank().get(path)).body.status).toBe('closed')
    expect(await bank().post(`${path}/explain`, { note: 'late' })).toMatchObject({
      status: 422,
      body: { code: 'status_transition_invalid' },
    })
  })

  test.each([
    ['/v1/reconciliation-breaks/0199d9a5-0000-7000-8000-000000000000', undefined, 404],
    ['/v1/reconciliation-breaks/x', undefined, 404],
    ['/v1/reconciliation-breaks?status=lost', undefined, 400],
    ['/v1/reconciliation-breaks?comparison=none', undefined, 400],
    ['/v1/reconciliation-breaks/0199d9a5-0000-7000-8000-000000000000/explain', { note: 'x' }, 404],
    ['/v1/reconciliation-breaks/0199d9a5-0000-7000-8000-000000000000/explain', { note: '' }, 400],
    ['/v1/reconciliation-breaks/0199d9a5-0000-7000-8000-000000000000/explain', {}, 400],
  ])('%s with %j is answered %i', async (path, body, status) => {
    expect((await (body ? bank().post(path, body) : bank().get(path))).status).toBe(status)
  })
})
