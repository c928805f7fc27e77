import {
  type AccountId,
  type BusinessDate,
  type CurrencyCode,
  currenciesWith,
  type EntryId,
  type GlCode,
  type Instant,
  InvariantViolation,
  type Side,
} from '@plinth/kernel'
import { describe, expect, test } from 'vitest'
import { assertBalanced } from './assert-balanced.js'
import type { JournalEntry, PostingLine } from './journal-entry.js'
import { currentRendering, renderEntry } from './render-entry.js'

const line = (side: Side, amount: bigint, currency = 'EUR'): PostingLine => ({
  accountId: `${side}-${currency}` as AccountId,
  side,
  amount,
  currency: currency as CurrencyCode,
  glCode: '2100' as GlCode,
  balanceAfter: -amount,
  accountVersion: 3,
})

describe('an entry that is about to be written', () => {
  test.each<[string, PostingLine[]]>([
    ['two lines', [line('debit', 1n), line('credit', 1n)]],
    ['several lines', [line('debit', 3n), line('credit', 1n), line('credit', 2n)]],
    [
      'two currencies',
      [line('debit', 1n), line('credit', 1n), line('debit', 7n, 'JPY'), line('credit', 7n, 'JPY')],
    ],
  ])('with %s that balance is fine', (_with, lines) => {
    expect(() => assertBalanced({ entryId: 'e' as EntryId, lines })).not.toThrow()
  })

  test.each<[string, PostingLine[], string]>([
    ['no lines', [], 'at least two lines'],
    ['one line', [line('debit', 1n)], 'at least two lines'],
    ['unequal sides', [line('debit', 2n), line('credit', 1n)], 'debits equal credits'],
    ['two debits', [line('debit', 1n), line('debit', 1n)], 'debits equal credits'],
    ['equal sides in two currencies', [line('debit', 1n), line('credit', 1n, 'JPY')], 'debits equal credits'],
    ['nothing on a line', [line('debit', 0n), line('credit', 0n)], 'above zero'],
    ['less than nothing on a line', [line('debit', -1n), line('credit', -1n)], 'above zero'],
  ])('with %s is a fault', (_with, lines, rule) => {
    const check = () => assertBalanced({ entryId: 'e' as EntryId, lines })
    expect(check).toThrow(InvariantViolation)
    expect(check).toThrow(rule)
  })
})

describe('the form of an entry', () => {
  const currencies = currenciesWith({ GOLD: 4 })
  const entry: JournalEntry = {
    entryId: '01990000-0000-7000-8000-000000000000' as EntryId,
    entryNo: 42,
    kind: 'posting',
    transactionCode: 'TRANSFER',
    description: 'rent',
    reference: undefined,
    endToEndId: 'e2e-1',
    bookingDate: '2026-11-21' as BusinessDate,
    valueDate: '2026-11-20' as BusinessDate,
    postedAt: '2026-11-21T03:10:31.123Z' as Instant,
    correlationId: 'c',
    causationId: undefined,
    metadata: { b: '2', a: '1' },
    lines: [
      line('debit', 10_000n),
      line('credit', 10_000n),
      line('debit', 15_000n, 'GOLD'),
      line('credit', 15_000n, 'GOLD'),
    ],
    rendering: 1,
  }

  test('is this, byte for byte', () => {
    expect(JSON.stringify(renderEntry(entry, currencies))).toBe(
      '{"journalEntryId":"01990000-0000-7000-8000-000000000000","entryNo":42,"status":"posted","kind":"posting",' +
        '"transactionCode":"TRANSFER","description":"rent","endToEndId":"e2e-1","bookingDate":"2026-11-21",' +
        '"valueDate":"2026-11-20","postedAt":"2026-11-21T03:10:31.123Z","lines":[' +
        '{"lineNo":1,"accountId":"debit-EUR","side":"debit","amount":"100.00","currency":"EUR","balanceAfter":"-100.00","accountVersion":3},' +
        '{"lineNo":2,"accountId":"credit-EUR","side":"credit","amount":"100.00","currency":"EUR","balanceAfter":"-100.00","accountVersion":3},' +
        '{"lineNo":3,"accountId":"debit-GOLD","side":"debit","amount":"1.5000","currency":"GOLD","balanceAfter":"-1.5000","accountVersion":3},' +
        '{"lineNo":4,"accountId":"credit-GOLD","side":"credit","amount":"1.5000","currency":"GOLD","balanceAfter":"-1.5000","accountVersion":3}],' +
        '"correlationId":"c","metadata":{"a":"1","b":"2"}}',
    )
  })

  test('does not hang on the order in which the metadata came', () => {
    const other = { ...entry, metadata: { a: '1', b: '2' } }
    expect(JSON.stringify(renderEntry(other, currencies))).toBe(
      JSON.stringify(renderEntry(entry, currencies)),
    )
  })

  test('that no release knows is a fault', () => {
    expect(() => renderEntry({ ...entry, rendering: currentRendering + 1 }, currencies)).toThrow(
      InvariantViolation,
    )
  })

  test('needs the currency of every line', () => {
    expect(() => renderEntry(entry, currenciesWith())).toThrow('stays known')
  })
})
