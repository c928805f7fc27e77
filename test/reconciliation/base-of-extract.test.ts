import { readRatesOfDay } from '@plinth/fx'
import { inBase, renderBaseTotals } from '@plinth/fx/domain'
import { uuidV7 } from '@plinth/http'
import { readTrialBalance } from '@plinth/ledger'
import {
  listBreaks,
  type RehearsedExtract,
  readGlExtract,
  readRehearsedExtract,
  reconcile,
  verifyReconciliation,
} from '@plinth/reconciliation'
import { renderGlExtractCsv } from '@plinth/reconciliation/domain'
import { describe, expect, test } from 'vitest'
import { plinth } from '../cli/plinth-process.js'
import { day, eodAt } from '../eod/eod-bank.js'
import { accepted, dealInCurrencies, exchange, rates } from '../fx/in-bank.js'
import { type Bank, useBank } from '../support/bank.js'
import { currencies } from '../support/commands.js'
import { tamper } from './tampering.js'

const openBank = useBank()
const today = '2026-11-20'
const tomorrow = '2026-11-21'

/** Ann bought 100.01 dollars for 90.50 and 1001 yen for 6.20; a dollar is worth 0.90 tonight, a yen 0.0061. */
async function dealingBank(): Promise<Bank> {
  const bank = await openBank()
  await dealInCurrencies(bank, 1)
  await bank.open('ann')
  await bank.open('ann-usd', { currency: 'USD' })
  await bank.open('ann-yen', { currency: 'JPY' })
  await bank.fund('ann', '1000.00')
  await rates(bank, `USD ${today} 0.90`, `JPY ${today} 0.0061`)
  await accepted(bank.submit(buys('100.01 USD', 'ann-usd', '90.50')))
  await accepted(bank.submit(buys('1001 JPY', 'ann-yen', '6.20')))
  return bank
}

const buys = (bought: string, to: string, eur: string) =>
  exchange({ from: 'ann', sold: `${eur} EUR` }, { to, bought })

const extractOf = async (bank: Bank, date: string) => {
  const found = await bank.database.read(bank.tenantId, (tx) =>
    readGlExtract(tx, { businessDate: day(date), currencies }),
  )
  if (found === undefined) throw new Error(`no extract of ${date}`)
  return found
}

const inRows = async (bank: Bank, date: string) =>
  (await extractOf(bank, date)).rows.map(
    ({ glCode, currency, closing, baseClosing, rate, rateDate, rateVersion }) =>
      [glCode, currency, closing, baseClosing, rate, rateDate, rateVersion] as const,
  )

const asker = { subject: 'cli:ann', roles: [], correlationId: 'night', causationId: undefined } as const

/** What a reconciliation and `plinth verify` find of extracts. */
async function found(bank: Bank) {
  await reconcile(bank.database, { tenantId: bank.tenantId, currencies, asker, newId: uuidV7 })
  return await bank.database.read(bank.tenantId, async (tx) => {
    const breaks = await listBreaks(tx, { filter: {}, order: 'asc', limit: 100 })
    const rules = await verifyReconciliation(tx, bank.books)
    const broken = rules.filter(({ first }) => first !== undefined).map(({ rule }) => rule)
    return { broken, subjects: breaks.map(({ subject, expected, found: is }) => [subject, expected, is]) }
  })
}

describe('the GL extract of a bank that deals in other currencies', () => {
  test('says of each row what it is worth in the base currency, and at which version of which rate', async () => {
    const bank = await dealingBank()
    await eodAt(bank).run(today)
    const usd = ['0.9', today, 1] as const
    const jpy = ['0.0061', today, 1] as const
    const eur = [null, null, null] as const
    expect(await inRows(bank, today)).toEqual([
      ['1100', 'EUR', '1000.00', '1000.00', ...eur],
      ['1990', 'JPY', '1001', '6.11', ...jpy],
      ['1990', 'USD', '100.01', '90.01', ...usd],
      // 90.50 and 6.20 were paid; 90.01 and 6.11 they are worth.
      ['1991', 'EUR', '-96.12', '-96.12', ...eur],
      ['2100', 'EUR', '-903.30', '-903.30', ...eur],
      ['2100', 'JPY', '-1001', '-6.11', ...jpy],
      ['2100', 'USD', '-100.01', '-90.01', ...usd],
      ['4990', 'EUR', '-0.58', '-0.58', ...eur],
    ])
    expect((await extractOf(bank, today)).base).toEqual({
      ...{ currency: 'EUR', debits: '1096.12', credits: '1096.12', rounding: '0.00', withoutRate: [] },
      rates: [
        { currency: 'JPY', rate: '0.0061', date: today, version: 1 },
        { currency: 'USD', rate: '0.9', date: today, version: 1 },
      ],
    })
    expect(await found(bank)).toEqual({ broken: [], subjects: [] })
  })

  test('comes to what the trial balance of the day comes to, what rounding left over included', async () => {
    const bank = await dealingBank()
    await bank.glAccount('2110', 'liability')
    await bank.open('cent', { gl: '2110', currency: 'USD' })
    await bank.transfer({ from: 'ann-usd', to: 'cent', amount: '0.05', currency: 'USD' })
    await bank.glAccount('2120', 'liability')
    await bank.open('cents', { gl: '2120', currency: 'USD' })
    await bank.transfer({ from: 'ann-usd', to: 'cents', amount: '0.05', currency: 'USD' })
    await eodAt(bank).run(today)
    const trial = await bank.database.read(bank.tenantId, async (tx) => {
      const { rows, totals } = await readTrialBalance(tx, { date: day(today), by: 'booking' })
      const known = totals.map(({ currency }) => currency)
      const ofDay = await readRatesOfDay(tx, { currencies: known, day: day(today), baseCurrency: 'EUR' })
      return inBase(rows, ofDay, currencies)
    })
    const { base } = await extractOf(bank, today)
    expect(base).toEqual(renderBaseTotals(trial.base, currencies))
    // −99.91, −0.05 and −0.05 dollars are −89.92, −0.04 and −0.04 euros, where +100.01 are 90.01.
    expect(base).toMatchObject({ debits: '1096.12', credits: '1096.11', rounding: '-0.01' })
  })

  test('says nothing rather than zero of a currency that has no rate, and then has no sums', async () => {
    const bank = await dealingBank()
    await rates(bank, 'JPY 2026-11-22 0.0062')
    await eodAt(bank).run('2026-11-22')
    // The dollar’s rate is two days old, where one is allowed.
    const rows = await inRows(bank, '2026-11-22')
    expect(rows.filter(([, currency]) => currency === 'USD')).toEqual([
      ['1990', 'USD', '100.01', null, null, null, null],
      ['2100', 'USD', '-100.01', null, null, null, null],
    ])
    const extract = await extractOf(bank, '2026-11-22')
    expect(extract.base).toEqual({
      ...{ currency: 'EUR', debits: null, credits: null, rounding: null, withoutRate: ['USD'] },
      rates: [{ currency: 'JPY', rate: '0.0062', date: '2026-11-22', version: 1 }],
    })
    expect(renderGlExtractCsv(extract)).toContain('\r\nbase,2026-11-22,,,,EUR,,,,,,,,,,,,,,,,,,,\r\n')
    expect(await found(bank)).toEqual({ broken: [], subjects: [] })
  })

  test('is the same bytes for ever, whatever becomes of its rates', async () => {
    const bank = await dealingBank()
    await eodAt(bank).run(today)
    const first = await extractOf(bank, today)
    await rates(bank, `USD ${today} 0.80`)
    await eodAt(bank).run(tomorrow)
    const again = await extractOf(bank, today)
    expect(JSON.stringify(again)).toBe(JSON.stringify(first))
    expect(renderGlExtractCsv(again)).toBe(renderGlExtractCsv(first))
    expect((await inRows(bank, tomorrow)).filter(([glCode]) => glCode === '1990')).toEqual([
      ['1990', 'JPY', '1001', '6.11', '0.0061', today, 1],
      ['1990', 'USD', '100.01', '80.01', '0.8', today, 2],
    ])
    expect(await found(bank)).toEqual({ broken: [], subjects: [] })
  })

  test('reads as CSV with the same figures', async () => {
    const bank = await dealingBank()
    await eodAt(bank).run(today)
    const lines = renderGlExtractCsv(await extractOf(bank, today)).split('\r\n')
    expect(lines[0]).toBe(
      'record,businessDate,glCode,name,type,currency,opening,debits,credits,closing,lines,debitBalances,creditBalances,movedIn,movedOut,shown,baseClosing,rate,rateDate,rateVersion,rounding,overdrawnGlCode,amount,accounts,checksum',
    )
    expect(lines.filter((line) => /,1990,|^base/.test(line))).toEqual([
      `row,${today},1990,GL 1990,asset,JPY,0,1001,0,1001,1,1001,0,0,0,1001,6.11,0.0061,${today},1,,,,,`,
      `row,${today},1990,GL 1990,asset,USD,0.00,100.01,0.00,100.01,1,100.01,0.00,0.00,0.00,100.01,90.01,0.9,${today},1,,,,,`,
      `base,${today},,,,EUR,,1096.12,1096.12,,,,,,,,,,,,0.00,,,,`,
    ])
  })

  test('is rehearsed with what revaluation would post, and what all comes to in the base currency', async () => {
    const bank = await dealingBank()
    let rehearsed: RehearsedExtract | undefined
    const before = await bank.counts()
    await eodAt(bank).rehearse(today, {
      rehearsed: async (tx) => {
        rehearsed = await readRehearsedExtract(tx, { businessDate: day(today), currencies })
      },
    })
    expect(await bank.counts()).toEqual(before)
    await eodAt(bank).run(today)
    expect(rehearsed).toEqual({ extract: await extractOf(bank, today), differences: [] })
    // And again, with accounts of gains and losses that are there by now.
    await rates(bank, `USD ${tomorrow} 0.95`, `JPY ${tomorrow} 0.0050`)
    await eodAt(bank).rehearse(tomorrow, {
      rehearsed: async (tx) => {
        rehearsed = await readRehearsedExtract(tx, { businessDate: day(tomorrow), currencies })
      },
    })
    await eodAt(bank).run(tomorrow)
    expect(rehearsed).toEqual({ extract: await extractOf(bank, tomorrow), differences: [] })
  })
})

test('a rehearsal at the terminal shows closings in the base currency where there are others', async () => {
  const bank = await dealingBank()
  await bank.open('ann-gbp', { currency: 'GBP' })
  const rehearsed = async () =>
    await plinth(['eod', 'run', '--date', today, '--dry-run'], {
      ...{ PLINTH_DATABASE_URL: bank.adminUrl, PLINTH_TENANT: bank.tenantId },
      PLINTH_STRICT_ROLES: process.env.PLINTH_STRICT_ROLES,
    })
  const { stdout } = await rehearsed()
  expect(stdout).toMatch(/GL account .* closing in EUR/)
  expect(stdout).toMatch(/1990 +USD +100\.01 .* 90\.01 *\n/)
  expect(stdout).toContain(
    `1 USD was 0.9 EUR on ${today}\nIn EUR: debits 1096.12, rounding 0.00, credits 1096.12`,
  )
  // Pounds come from another bank, and nobody has a rate of them.
  await bank.open('nostro', { gl: '1100', currency: 'GBP', unlimited: true })
  await bank.transfer({ from: 'nostro', to: 'ann-gbp', amount: '2.00', currency: 'GBP' })
  const without = await rehearsed()
  expect(without.stdout).toMatch(/2100 +GBP +-2\.00 .* no rate *\n/)
  expect(without.stdout).toContain('No sum in EUR: no rate of GBP.')
})

describe('verify and reconcile find', () => {
  const changed = async (...[table, statement]: readonly [string, string]) => {
    const bank = await dealingBank()
    await eodAt(bank).run(today)
    await tamper(bank, [table], statement)
    return await found(bank)
  }

  test('a value that is not what the rate makes of the closing', async () => {
    const { broken, subjects } = await changed(
      'reconciliation.gl_extract_row',
      `update reconciliation.gl_extract_row set base_closing = 9002 where $tenant and gl_code = '1990' and currency = 'USD'`,
    )
    expect(broken).toEqual(['extracts_stand'])
    expect(subjects).toContainEqual([
      `extract ${today} 1990 USD base`,
      `90.01 EUR at 0.9, version 1 of ${today}`,
      `90.02 EUR at 0.9, version 1 of ${today}`,
    ])
  })

  test('a value that was taken away, and a rate of somebody’s own', async () => {
    const taken = await changed(
      'reconciliation.gl_extract_row',
      `update reconciliation.gl_extract_row set base_closing = null, rate = null, rate_date = null, rate_version = null
        where $tenant and gl_code = '1990' and currency = 'USD'`,
    )
    expect(taken.subjects).toContainEqual([
      `extract ${today} 1990 USD base`,
      `90.01 EUR at 0.9, version 1 of ${today}`,
      'no value',
    ])
    const own = await changed(
      'reconciliation.gl_extract_row',
      `update reconciliation.gl_extract_row set rate = 0.91 where $tenant and currency = 'USD'`,
    )
    expect(own.subjects).toContainEqual([
      `extract ${today} 2100 USD base`,
      `-90.01 EUR at 0.9, version 1 of ${today}`,
      `-90.01 EUR at 0.91, version 1 of ${today}`,
    ])
  })

  test('a closed day on which a position was not valued, and none where it was set aside and said so', async () => {
    const bank = await dealingBank()
    await eodAt(bank).run('2026-11-22')
    // The rates are too old for the last day, which said so.
    expect((await found(bank)).broken).toEqual([])
    await rates(bank, 'USD 2026-11-22 0.91', 'JPY 2026-11-22 0.0062')
    await eodAt(bank).run('2026-11-23')
    expect((await eodAt(bank).resume()).complete).toBe(true)
    expect((await found(bank)).broken).toEqual([])
    await tamper(
      bank,
      ['fx.revaluation'],
      `delete from fx.revaluation where $tenant and business_date = '${tomorrow}' and currency = 'JPY'`,
    )
    const rules = await bank.database.read(bank.tenantId, (tx) => verifyReconciliation(tx, bank.books))
    expect(rules.filter(({ first }) => first !== undefined)).toMatchObject([
      {
        ...{ rule: 'positions_valued_daily', broken: 1 },
        first: { row: { businessDate: tomorrow, accountId: 'FX:POSITION:JPY' } },
      },
    ])
  })

  test('nothing of days before the settings spoke of other currencies', async () => {
    const bank = await openBank()
    await bank.glAccount('1990', 'asset')
    await bank.open('FX:POSITION:USD', { gl: '1990', currency: 'USD', unlimited: true })
    await bank.open('ann-usd', { currency: 'USD' })
    await bank.transfer({ from: 'FX:POSITION:USD', to: 'ann-usd', amount: '1.00', currency: 'USD' })
    await eodAt(bank).run(today)
    expect((await found(bank)).broken).toEqual([])
  })

  test('a rate that was changed behind extracts, or was never approved', async () => {
    const other = await changed('fx.rate', `update fx.rate set rate = 0.5 where $tenant and currency = 'USD'`)
    expect(other.broken).toEqual(['extracts_stand'])
    expect(other.subjects).toEqual([
      [
        `extract ${today} 1990 USD base`,
        `50.00 EUR at 0.5, version 1 of ${today}`,
        `90.01 EUR at 0.9, version 1 of ${today}`,
      ],
      [
        `extract ${today} 2100 USD base`,
        `-50.00 EUR at 0.5, version 1 of ${today}`,
        `-90.01 EUR at 0.9, version 1 of ${today}`,
      ],
    ])
    const rejected = await changed(
      'fx.rate',
      `update fx.rate set status = 'rejected', reason = 'x' where $tenant and currency = 'JPY'`,
    )
    expect(rejected.subjects.map(([subject]) => subject)).toEqual([
      `extract ${today} 1990 JPY base`,
      `extract ${today} 2100 JPY base`,
    ])
  })
})

test('the database takes no value without its rate, and no zero that is none', async () => {
  const bank = await dealingBank()
  await eodAt(bank).run(today)
  const refused = (values: string) =>
    expect(
      bank.rows(
        `insert into reconciliation.gl_extract_row select tenant_id, business_date, '9', 'USD', 'x', 'asset', 0, 5, 0, 5, 1, 5, 0, 0,
           0, 5, business_date, ${values} from reconciliation.gl_extract where tenant_id = '${bank.tenantId}'`,
      ),
    ).rejects
  await refused(`4, 0.9, null, 1`).toThrow('converted_at_a_version')
  await refused(`null, 0.9, '${today}', 1`).toThrow('no_value_without_a_rate')
  await refused(`4, 0.9, '${tomorrow}', 1`).toThrow('at_a_rate_of_the_day_or_before')
})
