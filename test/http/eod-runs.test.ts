import { beforeAll, describe, expect, test } from 'vitest'
import { openCustomers, transfer, useHttpBank } from './support/http-bank.js'

const bank = useHttpBank()
beforeAll(async () => {
  await openCustomers(bank())
  expect(
    (await bank().post('/v1/postings', transfer({ from: 'alice', to: 'bob', amount: '1.00' }))).status,
  ).toBe(201)
})

const run = (date: string, options = {}) =>
  bank().post('/v1/eod-runs', { date }, { as: 'operator', ...options })
const businessDate = async () => (await bank().get('/v1/business-date', { as: 'payments' })).body.businessDate
const statement = async (to: string) =>
  (await bank().get(`/v1/accounts/bob/statement?from=${to}&to=${to}`)).body.provisional

describe('an end of day', () => {
  test('is rehearsed with nothing kept', async () => {
    const rehearsed = await run('2026-11-20', { headers: { 'plinth-dry-run': 'true' } })
    expect([rehearsed.status, rehearsed.headers.get('plinth-dry-run')]).toEqual([200, 'true'])
    expect(rehearsed.body).toMatchObject({ businessDate: '2026-11-20', nextDate: '2026-11-21' })
    expect(rehearsed.body.controlTotals.length).toBeGreaterThan(0)
    expect(rehearsed.body).toMatchObject({
      extract: { businessDate: '2026-11-20', checksum: expect.any(String) },
      differences: [],
    })
    expect((await bank().get('/v1/eod-runs')).body.data).toEqual([])
    expect(await businessDate()).toBe('2026-11-20')
  })

  test('closes the day, and the business date and statements follow', async () => {
    expect(await statement('2026-11-20')).toBe(true)
    const { status, body } = await run('2026-11-20')
    expect(status).toBe(201)
    expect(body).toMatchObject({
      ...{ businessDate: '2026-11-20', nextDate: '2026-11-21', dayStatus: 'closed', status: 'completed' },
      startedBy: expect.stringMatching(/^key:/),
      setAside: [],
    })
    expect(body.steps.map(({ name }: { name: string }) => name)).toEqual([
      ...[
        'cut_off',
        'expire_holds',
        'capture_terms',
        'accrue',
        'capitalise',
        'fees',
        'dormancy',
        'revalue',
        'control_totals',
        'gl_extract',
        'complete',
      ],
    ])
    expect(await businessDate()).toBe('2026-11-21')
    expect(await statement('2026-11-20')).toBe(false)
    expect((await bank().get(`/v1/eod-runs/${body.runId}`, { as: 'auditor' })).body).toEqual(body)
    const trial = (await bank().get('/v1/trial-balance?date=2026-11-20')).body
    const closing = Object.fromEntries(
      trial.rows
        .filter(({ postable }: { postable: boolean }) => postable)
        .map((row: Record<string, string>) => [`${row.glCode} ${row.currency}`, [row.debits, row.credits]]),
    )
    for (const { glCode, currency, debits, credits } of body.controlTotals)
      expect([debits, credits]).toEqual(closing[`${glCode} ${currency}`])
    const posted = await bank().post('/v1/postings', transfer({ from: 'alice', to: 'bob', amount: '1.00' }))
    expect(posted.body.bookingDate).toBe('2026-11-21')
  })

  test('of a day that is closed is answered as it is', async () => {
    const [first, again] = [await run('2026-11-20'), await run('2026-11-20')]
    expect([first.status, again.status, again.body]).toEqual([200, 200, first.body])
    expect(await businessDate()).toBe('2026-11-21')
  })

  test('catches up, and every day of it is listed', async () => {
    expect((await run('2026-11-23')).body).toMatchObject({ businessDate: '2026-11-21', dayStatus: 'closed' })
    expect(await businessDate()).toBe('2026-11-24')
    const { body } = await bank().get('/v1/eod-runs?order=desc&limit=2')
    expect(body.data.map((each: { businessDate: string }) => each.businessDate)).toEqual([
      '2026-11-23',
      '2026-11-22',
    ])
    const rest = await bank().get(`/v1/eod-runs?order=desc&limit=2&cursor=${body.nextCursor}`)
    expect(rest.body.data.map((each: { businessDate: string }) => each.businessDate)).toEqual([
      ...['2026-11-21', '2026-11-20'],
    ])
  })

  test('that somebody else is at is told with who and since when, and taken over', async () => {
    const begin = `insert into eod.run (tenant_id, run_id, business_date, next_date, status, cut_off_entry_no, cut_off_at,
        started_by, correlation_id, lease_owner, lease_since, lease_until, lease_epoch)
      values ('alpha', gen_random_uuid(), '2026-11-24', '2026-11-25', 'running', 0, now(), 'Ann', 'night', 'Ann at home',
        now(), now() + interval '30 s', 1)`
    const { asAdmin } = await import('../support/database-admin.js')
    await asAdmin(bank().adminUrl, async (admin) => {
      await admin.query(begin)
      await admin.query(`update ledger.journal_head set closing_date = business_date, business_date = '2026-11-25'
        where tenant_id = 'alpha'`)
    })
    const refused = await run('2026-11-24')
    expect(refused.status).toBe(409)
    expect(refused.body).toMatchObject({
      code: 'eod_running',
      worker: 'Ann at home',
      businessDate: '2026-11-24',
    })
    expect(refused.body.workerSince).toMatch(/^2/)
    const resumed = await bank().post('/v1/eod-runs/resume', { takeOver: true }, { as: 'operator' })
    expect([resumed.status, resumed.body.businessDate, resumed.body.dayStatus]).toEqual([
      200,
      '2026-11-24',
      'closed',
    ])
    expect((await bank().post('/v1/eod-runs/resume', {}, { as: 'operator' })).body).toEqual(resumed.body)
  })

  test.each([
    [{ date: '2036-01-01' }, 'date_malformed'],
    [{ date: '2020-01-01' }, 'date_malformed'],
    [{ date: '2026-02-30' }, 'date_malformed'],
    [{}, 'required'],
    [{ date: '2026-11-25', days: 3 }, 'unknown_field'],
  ])('asked for as %j is malformed', async (body, code) => {
    const refused = await bank().post('/v1/eod-runs', body, { as: 'operator' })
    expect([refused.status, refused.body.errors?.[0].code]).toEqual([400, code])
  })

  test('is unknown by another id, and to another tenant', async () => {
    const [{ runId }] = (await bank().get('/v1/eod-runs')).body.data
    for (const [id, tenant] of [
      [runId, 'beta'],
      ['01a1fef2-1ded-7000-94a6-e9a2125ed4d6', 'alpha'],
      ['x', 'alpha'],
    ] as const)
      expect((await bank().get(`/v1/eod-runs/${id}`, { tenant })).status).toBe(404)
    expect((await bank().post('/v1/eod-runs/resume', {}, { as: 'operator', tenant: 'beta' })).status).toBe(
      404,
    )
  })
})

describe('the calendar of a tenant', () => {
  const set = (calendar: unknown) =>
    bank().post('/v1/settings', { reason: 'a test', calendar }, { tenant: 'beta' })
  const weekend = ['sunday', 'saturday', 'sunday']

  test('is a setting, in one form, by which the next business date is found', async () => {
    const { status, body } = await set({
      weekend,
      holidays: 'DE-BY',
      extra: ['2026-11-24', '2026-11-23', '2026-11-23'],
    })
    expect([status, body.calendar]).toEqual([
      200,
      {
        weekend: ['sunday', 'saturday'],
        holidays: 'DE-BY',
        extra: ['2026-11-23', '2026-11-24'],
        working: [],
      },
    ])
    expect((await run('2026-11-20', { tenant: 'beta' })).body.nextDate).toBe('2026-11-25')
    expect((await set(null)).body.calendar).toBe(null)
  })

  test.each([
    [{ weekend: [], holidays: 'XX' }, 'id_malformed', '/calendar/holidays'],
    [{ weekend: ['caturday'], holidays: null }, 'wrong_type', '/calendar/weekend/0'],
    [{ weekend: [], holidays: null, extra: ['2026-02-30'] }, 'date_malformed', '/calendar/extra/0'],
    [{ weekend: [] }, 'required', '/calendar/holidays'],
    [
      {
        weekend: ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'],
        holidays: null,
      },
      'too_long',
      '/calendar/weekend',
    ],
  ])('%j is malformed', async (calendar, code, pointer) => {
    const refused = await set(calendar)
    expect([refused.status, refused.body.errors]).toMatchObject([400, [{ code, pointer }]])
  })
})
