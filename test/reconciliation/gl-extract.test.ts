import { eodSteps } from '@plinth/eod'
import { readTrialBalance } from '@plinth/ledger'
import {
  glExtractStep,
  type RehearsedExtract,
  readGlExtract,
  readRehearsedExtract,
} from '@plinth/reconciliation'
import { renderGlExtractCsv } from '@plinth/reconciliation/domain'
import { describe, expect, test } from 'vitest'
import { day, eodAt } from '../eod/eod-bank.js'
import { type Bank, useBank } from '../support/bank.js'
import { currencies, newGlAccount, transferOf } from '../support/commands.js'
import { addProductChart, approveVersion, openingUnder } from '../support/products.js'
import { tamper } from './tampering.js'

const openBank = useBank()

/** Cora (terms, 500.00 of overdraft) and Bob (without terms) have money; what Cora overdraws is to be shown under 1310. */
async function bankWithProduct(): Promise<Bank> {
  const bank = await openBank()
  await addProductChart(bank)
  await approveVersion(bank, { creditTiers: [], debitTiers: [] })
  await bank.batch([openingUnder('cora'), openingUnder('dora')])
  await bank.open('bob', { limit: '100.00' })
  await bank.fund('bob', '100.00')
  await bank.fund('dora', '10.00')
  return bank
}

const extractOf = async (bank: Bank, date: string) => {
  const businessDate = day(date)
  const found = await bank.database.read(bank.tenantId, (tx) =>
    readGlExtract(tx, { businessDate, currencies }),
  )
  if (found === undefined) throw new Error(`no extract of ${date}`)
  return found
}

const rowOf = async (bank: Bank, date: string, glCode: string) =>
  (await extractOf(bank, date)).rows.find((row) => row.glCode === glCode && row.currency === 'EUR')

describe('the GL extract of a closed day', () => {
  test('says of each GL account what the trial balance says', async () => {
    const bank = await bankWithProduct()
    await bank.transfer({ from: 'bob', to: 'cora', amount: '30.00' })
    await bank.submit(transferOf({ from: 'yen', to: 'yen', amount: '7', currency: 'JPY' }))
    const eod = eodAt(bank)
    await eod.run('2026-11-20')
    await bank.transfer({ from: 'dora', to: 'cora', amount: '4.00' })
    await eod.run('2026-11-21')
    for (const date of ['2026-11-20', '2026-11-21']) {
      const { rows, totals } = await extractOf(bank, date)
      const trial = await bank.database.read(bank.tenantId, (tx) =>
        readTrialBalance(tx, { date: day(date), by: 'booking' }),
      )
      const minor = (text: string) => BigInt(text.replace('.', ''))
      expect(
        rows.map((row) => [
          ...[row.glCode, row.currency, minor(row.closing)],
          ...[minor(row.debitBalances), minor(row.creditBalances)],
        ]),
      ).toEqual(
        trial.rows
          .filter(({ postable }) => postable)
          .map((row) => [
            ...[row.glCode, row.currency, row.debits - row.credits],
            ...[row.debitBalances, row.creditBalances],
          ]),
      )
      for (const total of totals) {
        expect(total.debits).toBe(total.credits)
        expect(minor(total.closing)).toBe(0n)
      }
    }
    expect(await rowOf(bank, '2026-11-21', '2100')).toMatchObject({
      ...{
        name: 'GL 2100',
        type: 'liability',
        opening: '-110.00',
        debits: '4.00',
        credits: '4.00',
        lines: 2,
      },
      closing: '-110.00',
    })
  })

  test('shows overdrawn accounts under the GL account that their terms name, and says what moved', async () => {
    const bank = await bankWithProduct()
    await bank.transfer({ from: 'cora', to: 'cash', amount: '70.00' })
    // Bob is overdrawn too, but no terms say where he is to be shown.
    await bank.transfer({ from: 'bob', to: 'cash', amount: '105.00' })
    await eodAt(bank).run('2026-11-20')
    expect(await rowOf(bank, '2026-11-20', '2100')).toMatchObject({
      ...{ closing: '65.00', debitBalances: '75.00', creditBalances: '10.00' },
      ...{ movedIn: '0.00', movedOut: '70.00', shown: '-5.00' },
    })
    expect(await rowOf(bank, '2026-11-20', '1310')).toMatchObject({
      ...{ type: 'asset', closing: '0.00', lines: 0, movedIn: '70.00', movedOut: '0.00', shown: '70.00' },
    })
    const { moves, totals } = await extractOf(bank, '2026-11-20')
    expect(moves).toEqual([
      { glCode: '2100', overdrawnGlCode: '1310', currency: 'EUR', amount: '70.00', accounts: 1 },
    ])
    expect(totals).toMatchObject([{ currency: 'EUR', closing: '0.00', shown: '0.00', moved: '70.00' }])
  })

  test('takes accounts as they ended the day, whatever was posted on them before it was closed', async () => {
    const bank = await bankWithProduct()
    await bank.transfer({ from: 'cora', to: 'cash', amount: '70.00' })
    // While the day is closing: many lines on Bob, who is busy, some on Cora, and an account that is new.
    const busy = {
      ...{ of: 'day' as const, name: 'busy' },
      work: async () => {
        for (let at = 0; at < 40; at += 1) await bank.transfer({ from: 'bob', to: 'cora', amount: '0.50' })
        await bank.open('newcomer')
        await bank.transfer({ from: 'bob', to: 'newcomer', amount: '1.00' })
        return {}
      },
    }
    await eodAt(bank, { steps: [busy, ...eodSteps(undefined, [glExtractStep])] }).run('2026-11-20')
    expect(await rowOf(bank, '2026-11-20', '2100')).toMatchObject({
      ...{ closing: '-40.00', debitBalances: '70.00', creditBalances: '110.00', movedOut: '70.00' },
    })
    await eodAt(bank).run('2026-11-21')
    expect(await rowOf(bank, '2026-11-21', '2100')).toMatchObject({
      debitBalances: '50.00',
      creditBalances: '90.00',
    })
  })

  test('takes in what the end of day itself booked into the day', async () => {
    const bank = await openBank()
    await addProductChart(bank)
    await approveVersion(bank, {
      ...{ creditTiers: [{ from: '0.00', rate: '0.1' }], debitTiers: [{ from: '0.00', rate: '0.1' }] },
      capitalisation: 'monthly',
    })
    await bank.batch([openingUnder('cora'), openingUnder('dora')])
    await bank.fund('dora', '36500.00')
    await bank.transfer({ from: 'cora', to: 'cash', amount: '365.00' })
    await eodAt(bank).run('2026-11-30')
    // Eleven days at 10.00 and −0.10, capitalised on the last one, which is still closing.
    expect(await rowOf(bank, '2026-11-30', '2100')).toMatchObject({
      ...{ debitBalances: '366.10', creditBalances: '36610.00', movedOut: '366.10' },
    })
    expect(await rowOf(bank, '2026-11-29', '2100')).toMatchObject({
      ...{ debitBalances: '365.00', creditBalances: '36500.00' },
    })
    expect(await rowOf(bank, '2026-11-29', '2900')).toMatchObject({ creditBalances: '100.00' })
  })

  test('is the same bytes for ever, whatever is booked, corrected or added to the chart later', async () => {
    const bank = await bankWithProduct()
    await bank.transfer({ from: 'cora', to: 'cash', amount: '70.00' })
    const eod = eodAt(bank)
    await eod.run('2026-11-20')
    const first = await extractOf(bank, '2026-11-20')
    await bank.submit(newGlAccount('1500', 'asset'))
    await bank.transfer({ from: 'cash', to: 'cora', amount: '90.00', valueDate: '2026-11-20' })
    await bank.batch([{ type: 'change_terms', accountId: 'cora', name: 'Cora the new' } as never])
    await eod.run('2026-11-21')
    await eod.run('2026-11-20')
    const again = await extractOf(bank, '2026-11-20')
    expect(JSON.stringify(again)).toBe(JSON.stringify(first))
    expect(renderGlExtractCsv(again)).toBe(renderGlExtractCsv(first))
  })

  test('reads as CSV with a checksum that the JSON has too', async () => {
    const bank = await bankWithProduct()
    await bank.transfer({ from: 'cora', to: 'cash', amount: '70.00' })
    await eodAt(bank).run('2026-11-20')
    const extract = await extractOf(bank, '2026-11-20')
    expect(renderGlExtractCsv(extract)).toBe(
      [
        'record,businessDate,glCode,name,type,currency,opening,debits,credits,closing,lines,debitBalances,creditBalances,movedIn,movedOut,shown,baseClosing,rate,rateDate,rateVersion,rounding,overdrawnGlCode,amount,accounts,checksum',
        'row,2026-11-20,1100,GL 1100,asset,EUR,0.00,110.00,70.00,40.00,3,40.00,0.00,0.00,0.00,40.00,40.00,,,,,,,,',
        'row,2026-11-20,1310,GL 1310,asset,EUR,0.00,0.00,0.00,0.00,0,0.00,0.00,70.00,0.00,70.00,0.00,,,,,,,,',
        'row,2026-11-20,2100,GL 2100,liability,EUR,0.00,70.00,110.00,-40.00,3,70.00,110.00,0.00,70.00,-110.00,-40.00,,,,,,,,',
        'move,2026-11-20,2100,,,EUR,,,,,,,,,,,,,,,,1310,70.00,1,',
        'total,2026-11-20,,,,EUR,0.00,180.00,180.00,0.00,6,110.00,110.00,70.00,70.00,0.00,,,,,,,,,',
        'base,2026-11-20,,,,EUR,,40.00,40.00,,,,,,,,,,,,0.00,,,,',
        `checksum,2026-11-20,,,,,,,,,,,,,,,,,,,,,,,${extract.checksum}`,
        '',
      ].join('\r\n'),
    )
    const { createHash } = await import('node:crypto')
    const { canonicalJson } = await import('@plinth/kernel')
    const { checksum, rows, moves, totals, base, ...head } = extract
    const content = [...rows, ...moves, ...totals, base, head]
      .map((part) => `${canonicalJson(part)}\n`)
      .join('')
    expect(createHash('sha256').update(content).digest('hex')).toBe(checksum)
  })
})

describe('a rehearsal', () => {
  const rehearsed = async (bank: Bank, date: string): Promise<RehearsedExtract | undefined> => {
    let found: RehearsedExtract | undefined
    await eodAt(bank).rehearse(date, {
      rehearsed: async (tx) => {
        found = await readRehearsedExtract(tx, { businessDate: day(date), currencies })
      },
    })
    return found
  }

  test.each(['2026-11-20', '2026-11-29', '2026-11-30'])(
    'of %s has the extract that the day gets, with its interest, and keeps nothing',
    async (date) => {
      const bank = await openBank()
      await addProductChart(bank)
      await approveVersion(bank, {
        creditTiers: [{ from: '0.00', rate: '0.1' }],
        debitTiers: [{ from: '0.00', rate: '0.1' }],
      })
      await bank.batch([openingUnder('cora'), openingUnder('dora')])
      await bank.fund('dora', '36500.00')
      await bank.transfer({ from: 'cora', to: 'cash', amount: '365.00' })
      if (date > '2026-11-20') await eodAt(bank).run(date === '2026-11-30' ? '2026-11-29' : '2026-11-28')
      const before = await bank.counts()
      const found = await rehearsed(bank, date)
      expect(await bank.counts()).toEqual(before)
      expect(found?.differences).toEqual([])
      const payable = found?.extract.rows.find(({ glCode }) => glCode === '2900')
      expect(payable?.lines).toBeGreaterThan(0)
      await eodAt(bank).run(date)
      expect(found?.extract).toEqual(await extractOf(bank, date))
    },
  )

  test('leaves out what is posted while it is going on, and keeps nobody from posting', async () => {
    const bank = await bankWithProduct()
    await bank.transfer({ from: 'cora', to: 'cash', amount: '70.00' })
    const first = await rehearsed(bank, '2026-11-20')
    const busy = {
      ...{ of: 'day' as const, name: 'busy' },
      work: async () => {
        for (let at = 0; at < 40; at += 1)
          await bank.transfer({ from: 'bob', to: at < 3 ? 'dora' : 'cora', amount: '0.50' })
        return {}
      },
    }
    let second: RehearsedExtract | undefined
    await eodAt(bank, { steps: [busy, ...eodSteps(undefined, [glExtractStep])] }).rehearse('2026-11-20', {
      rehearsed: async (tx) => {
        second = await readRehearsedExtract(tx, { businessDate: day('2026-11-20'), currencies })
      },
    })
    expect(second).toEqual(first)
  })

  test('tells where turnover and accounts differ', async () => {
    const bank = await bankWithProduct()
    await tamper(
      bank,
      ['ledger.posting_line'],
      `update ledger.posting_line set balance_after = balance_after + 3 where $tenant and account_id = 'bob'`,
    )
    expect((await rehearsed(bank, '2026-11-20'))?.differences).toEqual([
      { subject: 'extract 2026-11-20 2100 EUR balances', expected: '-110.00', found: '-110.03' },
    ])
    // A day is closed all the same, and what differs is a break.
    expect((await eodAt(bank).run('2026-11-20')).complete).toBe(true)
  })
})

describe('the database', () => {
  test('takes an extract whole and balanced, and never changes it', async () => {
    const bank = await bankWithProduct()
    await eodAt(bank).run('2026-11-20')
    const refused = (sql: string) => expect(bank.rows(sql)).rejects
    const row = (values: string) =>
      `insert into reconciliation.gl_extract_row select tenant_id, business_date, ${values} from reconciliation.gl_extract
        where tenant_id = '${bank.tenantId}'`
    await refused(
      row("'9', 'EUR', 'x', 'asset', 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, null, 0, null, null, null"),
    ).toThrow('1 rows where it states 2')
    await refused(
      row("'9', 'EUR', 'x', 'asset', 0, 1, 0, 1, 0, 0, 0, 0, 0, 1, null, 1, null, null, null"),
    ).toThrow('nothing_without_a_total')
    await refused(
      row("'9', 'EUR', 'x', 'asset', 0, 0, 0, 0, 0, 0, 0, 5, 0, 0, null, 0, null, null, null"),
    ).toThrow('closing_and_moves_make_what_is_shown')
    await refused(
      row("'9', 'EUR', 'x', 'asset', 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, business_date, 0, null, null, null"),
    ).toThrow('foreign key')
    await refused('update reconciliation.gl_extract_row set lines = 0').toThrow('never changed or removed')
    await refused("update reconciliation.gl_extract set checksum = repeat('0', 64)").toThrow(
      'never changed or removed',
    )
    await refused('delete from reconciliation.gl_extract_move').toThrow('never changed or removed')
  })
})
