import { beforeAll, describe, expect, test } from 'vitest'
import { asAdmin } from '../support/database-admin.js'
import { firstBusinessDate, openCustomers, transfer, useHttpBank } from './support/http-bank.js'

const bank = useHttpBank()
const statements = '/v1/accounts/alice/statements'

/** The business date of Alpha moves on, and the day that it leaves has closed. */
const nextDay = () =>
  asAdmin(bank().adminUrl, (admin) =>
    admin.query(
      "update ledger.journal_head set business_date = business_date + 1, closing_date = null where tenant_id = 'alpha'",
    ),
  )

beforeAll(async () => {
  await openCustomers(bank(), 'alpha')
  const rent = {
    ...transfer({ from: 'alice', to: 'bob', amount: '12.50' }),
    description: 'Rent, <"November">',
  }
  expect((await bank().post('/v1/postings', rent)).status).toBe(201)
  await nextDay()
})

describe('making a statement', () => {
  test('numbers it, and asked again answers the same one', async () => {
    const first = await bank().post(statements, { to: firstBusinessDate })
    expect(first).toMatchObject({
      status: 200,
      body: {
        ...{ accountId: 'alice', statementNo: 1, from: firstBusinessDate, to: firstBusinessDate },
        ...{ opening: '0.00', debits: { count: 1, amount: '12.50' }, provisional: false },
        checksum: expect.stringMatching(/^[0-9a-f]{64}$/),
      },
    })
    const again = await bank().post(statements, { to: firstBusinessDate }, { as: 'operator' })
    expect([again.status, again.text]).toEqual([200, first.text])
  })

  test.each([
    ['of a day that is not closed', { to: '2026-11-21' }, '/to', 'date_malformed'],
    ['before the account was there', { to: '2026-11-19' }, '/to', 'date_malformed'],
    ['of a day that is none', { to: '2026-02-30' }, '/to', 'date_malformed'],
    ['of no day', {}, '/to', 'required'],
    ['of chosen days', { to: firstBusinessDate, from: firstBusinessDate }, '/from', 'unknown_field'],
  ])('%s is refused', async (_what, body, pointer, code) => {
    const { status, body: told } = await bank().post(statements, body)
    expect([status, told.code, told.errors[0].pointer, told.errors[0].code]).toEqual([
      ...[400, 'malformed_request'],
      ...[pointer, code],
    ])
  })

  test('of an account that is not there is refused', async () => {
    const { status, body } = await bank().post('/v1/accounts/nobody/statements', { to: firstBusinessDate })
    expect([status, body.code]).toEqual([404, 'not_found'])
  })
})

describe('reading statements', () => {
  beforeAll(async () => {
    await bank().post(statements, { to: firstBusinessDate })
    await nextDay()
    expect((await bank().post(statements, { to: '2026-11-21' })).body.statementNo).toBe(2)
  })

  test('a list has them by number, in pages', async () => {
    const { body } = await bank().get(`${statements}?limit=1&order=desc`)
    expect(body.data.map((each: { statementNo: number }) => each.statementNo)).toEqual([2])
    const next = await bank().get(`${statements}?limit=1&order=desc&cursor=${body.nextCursor}`)
    expect(next.body).toMatchObject({ data: [{ statementNo: 1 }], nextCursor: null })
    expect((await bank().get('/v1/accounts/nobody/statements')).status).toBe(404)
  })

  test.each([
    [undefined, 'application/json', /^\{"accountId":"alice","statementNo":1,/],
    ['*/*', 'application/json', /^\{"accountId":"alice"/],
    ['image/png', 'application/json', /^\{"accountId":"alice"/],
    ['text/plain', 'text/plain; charset=utf-8', /^Statement 1\n/],
    ['text/csv, application/json;q=0.5', 'text/csv; charset=utf-8', /"Rent, <""November"">"/],
    [
      'application/xml',
      'application/xml; charset=utf-8',
      /<Ustrd>Rent, &lt;&quot;November&quot;&gt;<\/Ustrd>/,
    ],
  ])('whoever accepts %s gets %s, the same bytes each time', async (accept, type, says) => {
    const headers = accept === undefined ? {} : { accept }
    const answer = await bank().get(`${statements}/1`, { headers })
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, type])
    expect(answer.text).toMatch(says)
    await bank().post('/v1/postings', transfer({ from: 'alice', to: 'bob', amount: '1.00' }))
    expect((await bank().get(`${statements}/1`, { headers })).text).toBe(answer.text)
  })

  test.each(['0', '3', 'one', '1?page=2', '99999999999'])('there is no %s', async (which) => {
    expect((await bank().get(`${statements}/${which}`)).status).toBe(404)
  })

  test('what camt.053 has no room for is said', async () => {
    const long = 'a'.repeat(35)
    const body = { accountId: long, name: 'long', glCode: '2000', currency: 'EUR' }
    expect((await bank().post('/v1/accounts', body)).status).toBe(201)
    const [{ to }] = (await asAdmin(bank().adminUrl, async (admin) => {
      const { rows } = await admin.query(
        "select business_date::text as to from ledger.journal_head where tenant_id = 'alpha'",
      )
      return rows
    })) as [{ to: string }]
    await nextDay()
    expect((await bank().post(`/v1/accounts/${long}/statements`, { to })).status).toBe(200)
    const headers = { accept: 'application/xml' }
    const refused = await bank().get(`/v1/accounts/${long}/statements/1`, { headers })
    expect([refused.status, refused.body.errors]).toMatchObject([
      400,
      [{ pointer: '/Accept', code: 'too_long', detail: expect.stringContaining('34 characters') }],
    ])
    expect((await bank().get(`/v1/accounts/${long}/statements/1`)).status).toBe(200)
  })

  test('a statement that is not what it was is not answered', async () => {
    await asAdmin(bank().adminUrl, async (admin) => {
      await admin.query('alter table ledger.journal_entry disable trigger all')
      await admin.query("update ledger.journal_entry set description = 'gift' where description like 'Rent%'")
      await admin.query('alter table ledger.journal_entry enable trigger all')
    })
    const answer = await bank().get(`${statements}/1`)
    expect([answer.status, answer.body.code]).toEqual([500, 'internal_error'])
    expect((await bank().get(`${statements}/2`)).status).toBe(200)
  })
})
