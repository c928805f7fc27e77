import { listRates, readRatesOfDay } from '@plinth/fx'
import { verifyBooks } from '@plinth/posting'
import { beforeEach, describe, expect, test } from 'vitest'
import { nameOfRate } from '../../packages/fx/src/domain/rate.js'
import { type Bank, useBank } from '../support/bank.js'
import { answerOf, endOf } from '../support/commands.js'
import { as, dealInCurrencies, decide, exchangeSettings, glCodes, rates, submit } from './in-bank.js'

const openBank = useBank()
const today = '2026-11-20'
let bank: Bank
beforeEach(async () => {
  bank = await openBank()
})

const stored = () =>
  bank.rows<Record<string, string>>(
    `select currency, rate_date::text as day, version::text, rate::text, status, submitted_by, decided_by
       from fx.rate where tenant_id = $1 order by 1, 2, 3`,
    [bank.tenantId],
  )
const audited = async () =>
  (
    await bank.rows<{ said: string }>(
      `select concat_ws(' ', subject, action, object, outcome, code) as said from audit.audit_event
        where tenant_id = $1 and action like '%_rate' order by occurred_at, audit_event_id`,
      [bank.tenantId],
    )
  ).map(({ said }) => said)
const inForce = async (currency: string, day: string) => {
  const asked = { currencies: [currency as never], day: day as never, baseCurrency: 'EUR' }
  const found = await bank.database.read(bank.tenantId, (tx) => readRatesOfDay(tx, asked))
  return found.rates.get(currency as never)?.rate
}

describe('a rate', () => {
  test('holds when somebody else has approved it, from its day on and as long as it is fresh', async () => {
    const made = await submit(bank, [`USD ${today} 0.90`, `JPY ${today} 0.0061`])
    expect(made.map(({ status, version }) => [status, version])).toEqual([
      ['submitted', 1],
      ['submitted', 1],
    ])
    expect(await inForce('USD', today)).toBe(undefined)
    expect(await decide(bank, made)).toMatchObject({ outcome: 'decided' })
    expect(await inForce('USD', '2026-11-19')).toBe(undefined)
    expect(await inForce('USD', today)).toBe('0.9')
    expect(await inForce('JPY', '2026-11-27')).toBe('0.0061')
    expect(await inForce('JPY', '2026-11-28')).toBe(undefined)
    expect(await audited()).toEqual([
      `treasury submit_rate USD ${today} 1 accepted`,
      `treasury submit_rate JPY ${today} 1 accepted`,
      `risk approve_rate USD ${today} 1 accepted`,
      `risk approve_rate JPY ${today} 1 accepted`,
    ])
    expect(
      await bank.rows(
        `select subject, data from outbox.outbox_event where tenant_id = $1 and type = 'plinth.rate.approved.v1' order by position`,
        [bank.tenantId],
      ),
    ).toMatchObject([
      {
        subject: `USD ${today} 1`,
        data: { currency: 'USD', baseCurrency: 'EUR', date: today, version: 1, rate: '0.9', source: 'ECB' },
      },
      { subject: `JPY ${today} 1` },
    ])
    const { rules } = await bank.database.read(bank.tenantId, (tx) => verifyBooks(tx, bank.books))
    expect(rules.filter(({ first }) => first !== undefined)).toEqual([])
    await bank.expectBooksInOrder()
  })

  test('is decided by nobody who submitted it, or for whom it was, and the try is audited', async () => {
    const made = await submit(bank, [`USD ${today} 0.90`], as('treasury', 'ann'))
    for (const context of [as('treasury'), as('ann'), as('zoe', 'treasury'), as('zoe', 'ann')])
      expect(await decide(bank, made, { context })).toMatchObject({
        outcome: 'refused',
        rejection: { code: 'self_approval' },
      })
    expect(await inForce('USD', today)).toBe(undefined)
    expect((await audited()).slice(1)).toEqual([
      `treasury approve_rate USD ${today} 1 rejected self_approval`,
      `ann approve_rate USD ${today} 1 rejected self_approval`,
      ...Array(2).fill(`zoe approve_rate USD ${today} 1 rejected self_approval`),
    ])
  })

  test('that was wrong is corrected by the next version of its day, and both stay visible', async () => {
    await rates(bank, `USD ${today} 0.90`)
    const [second] = await submit(bank, [`USD ${today} 0.91`])
    expect(await inForce('USD', today)).toBe('0.9')
    await decide(bank, [second as never])
    expect(await inForce('USD', today)).toBe('0.91')
    const [third] = await submit(bank, [`USD ${today} 0.92`])
    await decide(bank, [third as never], { verdict: 'reject', reason: 'a slip of the pen' })
    expect(await inForce('USD', today)).toBe('0.91')
    expect((await stored()).map(({ version, status }) => [version, status])).toEqual([
      ['1', 'approved'],
      ['2', 'approved'],
      ['3', 'rejected'],
    ])
    // What was rejected is said again, and is another version.
    expect((await submit(bank, [`USD ${today} 0.92`])).map(({ version }) => version)).toEqual([4])
  })

  test('is not approved behind a newer version of its day, named together with it or at once with it', async () => {
    const [first] = await submit(bank, [`USD ${today} 0.90`])
    const [second] = await submit(bank, [`USD ${today} 0.91`])
    const both = [second as never, first as never]
    expect(await decide(bank, both)).toMatchObject({ outcome: 'refused' })
    const other = bank.elsewhere()
    const ends = await Promise.all([decide(bank, [second as never]), decide(other, [first as never])])
    expect(ends[0]).toMatchObject({ outcome: 'decided' })
    const told = await bank.rows<{ version: number }>(
      `select (data->>'version')::int as version from outbox.outbox_event
        where tenant_id = $1 and type = 'plinth.rate.approved.v1' order by position`,
      [bank.tenantId],
    )
    const expected = ends[1]?.outcome === 'decided' ? [1, 2] : [2]
    expect(told.map(({ version }) => version)).toEqual(expected)
  })

  test('said again is not submitted again, and approved again is not told again', async () => {
    await rates(bank, `USD ${today} 0.90`)
    const before = await bank.counts()
    const again = await submit(bank, [`USD ${today} 0.900`])
    expect(again.map(({ version, status }) => [version, status])).toEqual([[1, 'approved']])
    expect(await decide(bank, again)).toMatchObject({ outcome: 'decided' })
    expect(await bank.counts()).toEqual(before)
  })

  test('is decided with the others it is named with, or none is', async () => {
    const made = await submit(bank, [`USD ${today} 0.90`, `JPY ${today} 0.0061`])
    const [own] = await submit(bank, [`GBP ${today} 1.10`], as('risk'))
    expect(await decide(bank, [...made, own as never])).toMatchObject({ outcome: 'refused' })
    const nowhere = { ...(made[0] as never as object), version: 7 } as never
    expect(await decide(bank, [...made, nowhere])).toMatchObject({ outcome: 'not_there' })
    expect((await stored()).map(({ status }) => status)).toEqual(Array(3).fill('submitted'))
  })

  test('of one day submitted by two at once makes two versions, and decided by two at once is decided once', async () => {
    const other = bank.elsewhere()
    const both = await Promise.all([
      submit(bank, [`USD ${today} 0.91`]),
      submit(other, [`USD ${today} 0.92`], as('desk')),
    ])
    expect(
      both
        .flat()
        .map(({ version }) => version)
        .sort(),
    ).toEqual([1, 2])
    const newest = both.flat().filter(({ version }) => version === 2)
    const ends = await Promise.all([
      decide(bank, newest),
      decide(other, newest, { context: as('audit'), verdict: 'reject', reason: 'no' }),
    ])
    expect(ends.map(({ outcome }) => outcome).sort()).toEqual(['decided', 'refused'])
    await bank.expectBooksInOrder()
  })

  test('is listed by day, currency and version, in pages', async () => {
    await rates(bank, `USD ${today} 0.90`, 'USD 2026-11-19 0.89', `GBP ${today} 1.10`)
    await submit(bank, [`USD ${today} 0.91`])
    const named = async (page: Partial<Parameters<typeof listRates>[1]>) =>
      (
        await bank.database.read(bank.tenantId, (tx) =>
          listRates(tx, { filter: {}, order: 'asc', limit: 10, ...page }),
        )
      ).map(nameOfRate)
    const all = ['USD 2026-11-19 1', `GBP ${today} 1`, `USD ${today} 1`, `USD ${today} 2`]
    expect(await named({})).toEqual(all)
    expect(await named({ order: 'desc' })).toEqual([...all].reverse())
    const after = { currency: 'GBP', date: today, version: 1 } as never
    expect(await named({ after, limit: 1 })).toEqual([`USD ${today} 1`])
    expect(await named({ after, order: 'desc' })).toEqual(['USD 2026-11-19 1'])
    expect(await named({ filter: { status: 'submitted' } })).toEqual([`USD ${today} 2`])
    expect(await named({ filter: { currency: 'GBP' as never, dateFrom: today as never } })).toEqual([
      `GBP ${today} 1`,
    ])
    expect(await named({ filter: { dateTo: '2026-11-19' as never } })).toEqual(['USD 2026-11-19 1'])
  })
})

describe('the accounts of a currency', () => {
  test('come with an approval behind the settings, also of a rate that holds already', async () => {
    await rates(bank, `USD ${today} 0.90`)
    await expect(bank.state('FX:POSITION:USD')).rejects.toThrow('no account')
    await dealInCurrencies(bank)
    await decide(bank, await submit(bank, [`USD ${today} 0.90`]))
    expect(await bank.state('FX:POSITION:USD')).toMatchObject({ currency: 'USD', glCode: '1990' })
    await bank.expectBooksInOrder()
  })

  test('that cannot be opened leave the rate undecided', async () => {
    await dealInCurrencies(bank)
    // Nothing but a superuser makes a heading of a GL account that the settings name.
    for (const statement of [
      'alter table account.gl_account disable trigger all',
      `update account.gl_account set postable = false where tenant_id = '${bank.tenantId}' and code = '1990'`,
      'alter table account.gl_account enable always trigger append_only',
    ])
      await bank.rows(statement)
    const made = await submit(bank, [`USD ${today} 0.90`])
    await expect(decide(bank, made)).rejects.toMatchObject({
      name: 'FxRefused',
      rejection: { code: 'gl_account_not_found' },
    })
    expect((await stored()).map(({ status }) => status)).toEqual(['submitted'])
  })
})

describe('the settings', () => {
  const change = async (names: object) => {
    const { changes, ...command } = exchangeSettings()
    const foreignExchange = { ...changes.foreignExchange, ...names }
    return await bank.submit({ ...command, changes: { foreignExchange } })
  }

  test.each([
    [{ positionGlCode: '8888' }, 'gl_account_not_found'],
    [{ counterValueGlCode: '1000' }, 'condition_failed'],
    [{ positionGlCode: '4990' }, 'condition_failed'],
    [{ gainGlCode: '1990' }, 'condition_failed'],
    [{ lossGlCode: '2100', gainGlCode: '8888' }, 'gl_account_not_found'],
  ])('that name %j are refused: %s', async (names, code) => {
    await dealInCurrencies(bank)
    expect(endOf(await change(names))).toBe(code)
  })

  test('may be proposed and taken back', async () => {
    await dealInCurrencies(bank)
    expect(answerOf(await change({ rateDaysMax: 5 }))).toMatchObject({
      foreignExchange: { ...glCodes, rateDaysMax: 5 },
    })
    const none = { type: 'change_settings', changes: { foreignExchange: null }, reason: 'no more' } as const
    expect(answerOf(await bank.submit(none))).toMatchObject({ foreignExchange: null })
  })
})

describe('the database refuses', () => {
  const insertion = (columns: string, values: string) =>
    `insert into fx.rate (tenant_id, rate_date, currency, version, rate, source, status, submitted_by, submitted_at${columns})
     values ('${bank.tenantId}', '${today}', ${values})`
  const values = `'GBP', 1, 1.1, 'ECB', 'submitted', 'ann', now()`

  test.each<[what: string, constraint: string, statement: () => string]>([
    ['a gap of versions', 'versions_are_dense', () => insertion('', values.replace('1, 1.1', '2, 1.1'))],
    ['a rate of nothing', 'rate_rate_check', () => insertion('', values.replace('1.1', '0'))],
    ['a rate that is no number', 'rate_rate_check', () => insertion('', values.replace('1.1', `'NaN'`))],
    [
      'a rate that begins as approved',
      'begins as submitted',
      () =>
        insertion(', decided_by, decided_at', `${values.replace(`'submitted'`, `'approved'`)}, 'ben', now()`),
    ],
    ['another rate', 'decided once', () => `update fx.rate set rate = 2`],
    ['a decision that is taken back', 'decided once', () => `update fx.rate set status = 'submitted'`],
    [
      'a decision by its maker',
      'nobody_decides_their_own',
      () =>
        `update fx.rate set status = 'approved', decided_by = 'treasury', decided_at = now() where version = 2`,
    ],
    [
      'a decision for its maker',
      'nobody_decides_their_own',
      () =>
        `update fx.rate set status = 'approved', decided_by = 'ben', decided_on_behalf_of = 'treasury', decided_at = now() where version = 2`,
    ],
    [
      'a decision by nobody',
      'decided_by_somebody',
      () => `update fx.rate set status = 'approved' where version = 2`,
    ],
    [
      'a rejection without a reason',
      'rejected_for_a_reason',
      () =>
        `update fx.rate set status = 'rejected', decided_by = 'ben', decided_at = now() where version = 2`,
    ],
    ['a removal', 'fx.rate', () => 'delete from fx.rate'],
    ['an emptying', 'fx.rate', () => 'truncate fx.rate cascade'],
    [
      'a revaluation at a rate that nobody approved',
      'not an approved rate',
      () => revaluation(`'${today}', 2, -900, gen_random_uuid()`),
    ],
    [
      'a revaluation at no rate',
      'a_position_has_its_rate',
      () => revaluation(`null, null, 0, gen_random_uuid()`),
    ],
    [
      'a revaluation at a rate to come',
      'not an approved rate',
      () =>
        revaluation(`'${today}', 1, -900, gen_random_uuid()`).replace(
          `'${today}', 'USD'`,
          `'2026-11-19', 'USD'`,
        ),
    ],
    ['a gain that is not posted', 'differences_are_posted', () => revaluation(`'${today}', 1, -900, null`)],
  ])('%s', async (_what, constraint, statement) => {
    await rates(bank, `USD ${today} 0.90`)
    await submit(bank, [`USD ${today} 0.91`])
    await expect(bank.rows(statement())).rejects.toThrow(constraint)
  })

  const revaluation = (rest: string) =>
    `insert into fx.revaluation (tenant_id, business_date, currency, position, counter_value, rate_date, rate_version, base_value, entry_id)
     values ('${bank.tenantId}', '${today}', 'USD', -1000, 800, ${rest})`

  test('a revaluation that is changed or made twice', async () => {
    await rates(bank, `USD ${today} 0.90`)
    await bank.rows(revaluation(`'${today}', 1, -900, gen_random_uuid()`))
    await expect(bank.rows(revaluation(`'${today}', 1, -900, gen_random_uuid()`))).rejects.toThrow(
      'revaluation_pkey',
    )
    for (const statement of [
      'update fx.revaluation set position = 0',
      'delete from fx.revaluation',
      'truncate fx.revaluation',
    ])
      await expect(bank.rows(statement)).rejects.toThrow('fx.revaluation')
  })
})
