import { EodRefused } from '@plinth/eod'
import type { IdempotencyKey } from '@plinth/kernel'
import { readTrialBalance } from '@plinth/ledger'
import { verifyBooks } from '@plinth/posting'
import { describe, expect, test } from 'vitest'
import { type Bank, useBank } from '../support/bank.js'
import { endOf, entryOf, transferOf } from '../support/commands.js'
import { place } from '../support/hold-commands.js'
import { day, eodAt, leftBehind } from './eod-bank.js'

const openBank = useBank()

async function bankWithCustomers(): Promise<Bank> {
  const bank = await openBank()
  await bank.open('alice')
  await bank.open('bob')
  await bank.fund('alice', '100.00')
  await bank.transfer({ from: 'alice', to: 'bob', amount: '40.00' })
  return bank
}

const events = (bank: Bank) =>
  bank.rows<{ type: string; data: object; position: number }>(
    `select type, data from outbox.outbox_event where tenant_id = $1 and type like 'plinth.business%' order by position`,
    [bank.tenantId],
  )

const expectVerified = async (bank: Bank): Promise<void> => {
  const report = await bank.database.read(bank.tenantId, (tx) => verifyBooks(tx, bank.books))
  expect(report.rules.filter(({ first }) => first !== undefined)).toEqual([])
  await bank.expectBooksInOrder()
}

describe('the end of a business day', () => {
  test('moves the business date, closes the day and tells so', async () => {
    const bank = await bankWithCustomers()
    const eod = eodAt(bank)
    const { complete, reports } = await eod.run('2026-11-20')
    expect(complete).toBe(true)
    expect(reports.map(({ run }) => run)).toMatchObject([
      { businessDate: '2026-11-20', nextDate: '2026-11-21', status: 'completed', cutOffEntryNo: 2 },
    ])
    const names = reports[0]?.steps.map(({ name }) => name)
    expect(names).toEqual([
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
    ])
    expect(reports[0]?.steps.every(({ finishedAt }) => finishedAt !== undefined)).toBe(true)
    const { runId } = reports[0]?.run ?? {}
    const told = { runId, businessDate: '2026-11-20', nextDate: '2026-11-21' }
    expect(await events(bank)).toEqual([
      { type: 'plinth.business_day.closing.v1', data: told },
      { type: 'plinth.business_day.closed.v1', data: { ...told, setAside: 0 } },
    ])
    const audited = await bank.rows(
      `select action, object, subject from audit.audit_event where tenant_id = $1 and action like '%eod' order by occurred_at`,
      [bank.tenantId],
    )
    expect(audited).toEqual([
      { action: 'run_eod', object: '2026-11-20', subject: 'key:night-shift' },
      { action: 'complete_eod', object: '2026-11-20', subject: 'key:night-shift' },
    ])
    const next = await bank.transfer({ from: 'alice', to: 'bob', amount: '1.00' })
    expect(entryOf(next)).toMatchObject({ entryNo: 3, bookingDate: '2026-11-21' })
    await expectVerified(bank)
  })

  test('run a second time does nothing', async () => {
    const bank = await bankWithCustomers()
    const eod = eodAt(bank)
    await eod.run('2026-11-20')
    const before = await bank.counts()
    expect(await eod.run('2026-11-20')).toEqual({ reports: [], complete: true })
    expect(await eod.run('2026-10-01')).toEqual({ reports: [], complete: true })
    expect(await bank.counts()).toEqual(before)
    expect(await eod.businessDate()).toBe('2026-11-21')
  })

  test('of days that were missed closes them one by one, and leaves out weekends and holidays', async () => {
    const bank = await bankWithCustomers()
    const changed = await bank.submit({
      type: 'change_settings',
      changes: { calendar: { weekend: ['saturday', 'sunday'], holidays: 'DE-BY', extra: [], working: [] } },
      reason: 'a calendar',
    })
    expect(endOf(changed)).toBe('accepted')
    const eod = eodAt(bank)
    const { reports } = await eod.run('2026-12-27')
    const days = reports.map(({ run }) => `${run.businessDate} ${run.nextDate}`)
    expect(days).toHaveLength(25)
    expect(days.slice(0, 2)).toEqual(['2026-11-20 2026-11-23', '2026-11-23 2026-11-24'])
    expect(days.slice(-2)).toEqual(['2026-12-23 2026-12-24', '2026-12-24 2026-12-28'])
    expect(await eod.businessDate()).toBe('2026-12-28')
    await expectVerified(bank)
  })

  test('is not run for a day more than a year ahead, which is a slip of the pen', async () => {
    const bank = await openBank()
    await expect(eodAt(bank).run('2036-11-20')).rejects.toThrow(EodRefused)
    expect(await eodAt(bank).businessDate()).toBe('2026-11-20')
  })
})

describe('control totals', () => {
  const asMinor = (totals: readonly { glCode: string; currency: string; closing: bigint }[]) =>
    totals.map(({ glCode, currency, closing }) => [glCode, currency, closing])

  test('open with what the day before closed with, and close with what the trial balance has', async () => {
    const bank = await bankWithCustomers()
    const eod = eodAt(bank)
    const first = (await eod.run('2026-11-20')).reports[0]
    expect(first?.controlTotals).toEqual([
      {
        glCode: '1100',
        currency: 'EUR',
        opening: 0n,
        debits: 10000n,
        credits: 0n,
        closing: 10000n,
        lines: 1,
      },
      {
        glCode: '2100',
        currency: 'EUR',
        opening: 0n,
        debits: 4000n,
        credits: 14000n,
        closing: -10000n,
        lines: 3,
      },
    ])
    await bank.transfer({ from: 'cash', to: 'bob', amount: '5.00' })
    await bank.submit(transferOf({ from: 'yen', to: 'yen', amount: '7', currency: 'JPY' }))
    const second = (await eod.run('2026-11-21')).reports[0]
    expect(second?.controlTotals).toMatchObject([
      {
        glCode: '1100',
        currency: 'EUR',
        opening: 10000n,
        debits: 500n,
        credits: 0n,
        closing: 10500n,
        lines: 1,
      },
      { glCode: '1100', currency: 'JPY', opening: 0n, debits: 7n, credits: 7n, closing: 0n, lines: 2 },
      { glCode: '2100', currency: 'EUR', opening: -10000n, debits: 0n, credits: 500n, closing: -10500n },
    ])
    // A day without postings carries everything on.
    const third = (await eod.run('2026-11-22')).reports[0]
    expect(asMinor(third?.controlTotals ?? [])).toEqual(asMinor(second?.controlTotals ?? []))
    expect(third?.controlTotals.every(({ lines }) => lines === 0)).toBe(true)
    const trial = await bank.database.read(bank.tenantId, (tx) =>
      readTrialBalance(tx, { date: day('2026-11-22'), by: 'booking' }),
    )
    const postable = trial.rows.filter((row) => row.postable)
    expect(
      postable.map(({ glCode, currency, debits, credits }) => [glCode, currency, debits - credits]),
    ).toEqual(asMinor(third?.controlTotals ?? []))
  })

  test('of a tenant that had books before its first end of day open with what was booked before the day', async () => {
    const bank = await bankWithCustomers()
    await bank.rows(`update ledger.journal_head set business_date = '2026-11-25' where tenant_id = $1`, [
      bank.tenantId,
    ])
    await bank.fund('bob', '1.00')
    const { reports } = await eodAt(bank).run('2026-11-25')
    expect(reports[0]?.controlTotals).toMatchObject([
      { glCode: '1100', opening: 10000n, debits: 100n, closing: 10100n, lines: 1 },
      { glCode: '2100', opening: -10000n, credits: 100n, closing: -10100n, lines: 1 },
    ])
  })

  test('stay as they are, and take none that do not balance', async () => {
    const bank = await bankWithCustomers()
    await eodAt(bank).run('2026-11-20')
    await expect(bank.rows('update eod.control_total set lines = 0')).rejects.toThrow(
      'never changed or removed',
    )
    const insert = (values: string) =>
      bank.rows(
        `insert into eod.control_total values ('${bank.tenantId}', '2026-11-20', '9', 'EUR', ${values})`,
      )
    await expect(insert('0, 1, 0, 1, 1')).rejects.toThrow('do not balance')
    await expect(insert('0, 1, 1, 1, 2')).rejects.toThrow('opening_and_turnover_make_closing')
  })
})

describe('holds', () => {
  test('that were over at the cut-off, or wait for the next business date, have ended when the day is closed', async () => {
    const bank = await bankWithCustomers()
    const clearing = await bank.submit({
      ...transferOf({ from: 'cash', to: 'bob', amount: '9.00' }),
      lines: [
        { accountId: 'cash', side: 'debit', amount: 900n, currency: 'EUR' },
        { accountId: 'bob', side: 'credit', amount: 900n, currency: 'EUR', availableFrom: '2026-11-21' },
      ],
    } as never)
    expect(endOf(clearing)).toBe('accepted')
    expect(await bank.balance('bob')).toMatchObject({ held: '9.00' })
    const { reports } = await eodAt(bank).run('2026-11-20')
    expect(reports[0]?.steps[1]).toMatchObject({ name: 'expire_holds', counts: { holds: 1 } })
    expect(await bank.balance('bob')).toMatchObject({ held: '0.00', available: '49.00' })
    await expectVerified(bank)
  })

  test('whose key somebody has used for something else end all the same', async () => {
    const bank = await bankWithCustomers()
    const placed = await bank.submit(place('alice', 500n, soon(300)))
    expect(endOf(placed)).toBe('accepted')
    const [hold] = await bank.rows<{ hold_id: string; ends: string }>(
      `select hold_id, to_char(expires_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as ends
         from holds.account_hold where tenant_id = $1`,
      [bank.tenantId],
    )
    const key = `expire:${hold?.hold_id}:${hold?.ends}` as IdempotencyKey
    expect(endOf(await bank.transfer({ from: 'cash', to: 'bob', amount: '1.00', key }))).toBe('accepted')
    await new Promise((resolve) => setTimeout(resolve, 400))
    const { reports } = await eodAt(bank).run('2026-11-20')
    expect(reports[0]?.steps[1]).toMatchObject({ counts: { holds: 1 } })
    await expectVerified(bank)
  })
})

const soon = (ms: number) => new Date(Date.now() + ms).toISOString()

describe('a rehearsal', () => {
  test('tells what the day would come to and keeps nothing', async () => {
    const bank = await bankWithCustomers()
    const eod = eodAt(bank)
    const before = [await bank.counts(), await leftBehind(bank)]
    const rehearsed = await eod.rehearse()
    expect([await bank.counts(), await leftBehind(bank)]).toEqual(before)
    expect(await eod.businessDate()).toBe('2026-11-20')
    const { reports } = await eod.run('2026-11-20')
    expect(rehearsed.controlTotals).toEqual(reports[0]?.controlTotals)
    expect(rehearsed.run).toMatchObject({
      businessDate: '2026-11-20',
      nextDate: '2026-11-21',
      cutOffEntryNo: 2,
    })
  })

  test('keeps nobody from posting', async () => {
    const bank = await bankWithCustomers()
    let posted: unknown
    const slow = {
      of: 'day' as const,
      name: 'slow',
      work: async () => {
        posted = endOf(await bank.transfer({ from: 'alice', to: 'bob', amount: '1.00' }))
        return {}
      },
    }
    await eodAt(bank, { steps: [slow] }).rehearse()
    expect(posted).toBe('accepted')
  })
})

test('a cut-off that meets a change of the settings finds the next day by the new calendar', async () => {
  const bank = await openBank()
  const eod = eodAt(bank)
  const weekend = {
    calendar: { weekend: ['saturday', 'sunday'] as const, holidays: null, extra: [], working: [] },
  }
  const [, ended] = await Promise.all([
    bank.submit({ type: 'change_settings', changes: weekend, reason: 'x' }),
    eod.run('2026-11-20'),
  ])
  const [run] = ended.reports
  const [first] = await bank.rows<{ type: string }>(
    `select type from outbox.outbox_event where tenant_id = $1
        and type in ('plinth.settings.changed.v1', 'plinth.business_day.closing.v1') order by position`,
    [bank.tenantId],
  )
  const byCalendar = first?.type === 'plinth.settings.changed.v1'
  expect(run?.run.nextDate).toBe(byCalendar ? '2026-11-23' : '2026-11-21')
})
