import type { HoldId } from '@plinth/holds'
import { currenciesWith, type EntryId } from '@plinth/kernel'
import { type Command, canonicalRequest } from '@plinth/posting'
import { describe, expect, test } from 'vitest'
import { isMalformed, type Malformed } from './malformed.js'
import { readBatchCommand, readCommand } from './read-command.js'

const currencies = currenciesWith({ GOLD: 4 })
const line = { accountId: 'alice', side: 'debit', amount: '1.00', currency: 'EUR' }
const posting = {
  transactionCode: 'TRANSFER',
  lines: [line, { ...line, accountId: 'bob', side: 'credit' }],
}
const faultsOf = (read: object): string[] => {
  if (!isMalformed(read)) throw new Error('the body was read')
  return read.errors.map(({ pointer, code }) => `${pointer} ${code}`)
}

describe('holds and reversals', () => {
  const holdId = '01999999-89ab-7def-8123-456789abcdef' as HoldId
  const journalEntryId = '01999999-89ab-7def-8123-456789abcde0' as EntryId
  const reading = (type: Parameters<typeof readCommand>[0], body: unknown) =>
    readCommand(type, body, { currencies, holdId, journalEntryId })
  const hold = { accountId: 'alice', amount: '1.50', currency: 'EUR' }
  const capture = (change: object = {}) => ({ ...posting, amount: '1.00', ...change })
  const part = (amount: unknown) => [
    { lineNo: 1, amount },
    { lineNo: 2, amount: '1.00' },
  ]

  test('are read with their amounts and defaults', () => {
    expect(reading('place_hold', { ...hold, expiresAt: '2999-01-01T00:00:00Z' })).toEqual({
      type: 'place_hold',
      accountId: 'alice',
      amount: 150n,
      currency: 'EUR',
      expiresAt: '2999-01-01T00:00:00.000Z',
      reference: undefined,
    })
    expect(reading('capture_hold', capture({ amount: '1.50' }))).toMatchObject({
      type: 'capture_hold',
      holdId,
      amount: '1.5',
      final: true,
      lines: [{ amount: 100n }, { amount: 100n }],
    })
    expect(reading('release_hold', {})).toEqual({ type: 'release_hold', holdId })
    expect(reading('extend_hold', { expiresAt: null })).toEqual({
      type: 'extend_hold',
      holdId,
      expiresAt: undefined,
    })
    expect(reading('reverse', { reason: 'r', lines: part('2.00'), valueDate: 'original' })).toEqual({
      type: 'reverse',
      entryId: journalEntryId,
      reason: 'r',
      valueDate: 'original',
      lines: [
        { lineNo: 1, amount: '2' },
        { lineNo: 2, amount: '1' },
      ],
    })
  })

  test.each<[type: Parameters<typeof readCommand>[0], what: string, body: object, faults: string[]]>([
    ['place_hold', 'an amount as a number', { ...hold, amount: 1 }, ['/amount amount_not_a_string']],
    ['place_hold', 'nothing', {}, ['/accountId required', '/amount required', '/currency required']],
    ['place_hold', 'zero gold', { ...hold, amount: '0.0000', currency: 'GOLD' }, ['/amount amount_zero']],
    ['place_hold', 'an unknown currency', { ...hold, currency: 'XYZ' }, ['/currency currency_unknown']],
    [
      'place_hold',
      'a local time',
      { ...hold, expiresAt: '2999-01-01T00:00:00+02:00' },
      ['/expiresAt date_malformed'],
    ],
    [
      'place_hold',
      'a leap second',
      { ...hold, expiresAt: '2999-12-31T23:59:60Z' },
      ['/expiresAt date_malformed'],
    ],
    ['capture_hold', 'no amount', posting, ['/amount required']],
    ['capture_hold', 'an amount of zero', capture({ amount: '0.0' }), ['/amount amount_zero']],
    [
      'capture_hold',
      'a fault in a line',
      capture({ lines: [{ ...line, amount: '0' }, line] }),
      ['/lines/0/amount amount_zero'],
    ],
    ['release_hold', 'an amount', { amount: '1.00' }, ['/amount unknown_field']],
    ['extend_hold', 'no end', {}, ['/expiresAt required']],
    ['reverse', 'no reason', {}, ['/reason required']],
    ['reverse', 'an empty reason', { reason: '' }, ['/reason required']],
    ['reverse', 'one line', { reason: 'r', lines: part('1').slice(1) }, ['/lines too_few_lines']],
    ['reverse', 'a number', { reason: 'r', lines: part(1) }, ['/lines/0/amount amount_not_a_string']],
    ['reverse', 'zero', { reason: 'r', lines: part('0.00') }, ['/lines/0/amount amount_zero']],
    [
      'reverse',
      'a null line',
      { reason: 'r', lines: [null, null] },
      ['/lines/0 wrong_type', '/lines/1 wrong_type'],
    ],
    ['correct', 'no posting', { reason: 'r' }, ['/posting required']],
    [
      'correct',
      'one line',
      { reason: 'r', posting: { ...posting, lines: [line] } },
      ['/posting/lines too_few_lines'],
    ],
    [
      'correct',
      'a fault in a line',
      { reason: 'r', posting: { ...posting, lines: [line, { ...line, amount: '0' }] } },
      ['/posting/lines/1/amount amount_zero'],
    ],
    [
      'correct',
      'conditions of its posting',
      { reason: 'r', posting: { ...posting, conditions: [] } },
      ['/posting/conditions unknown_field'],
    ],
    [
      'reverse',
      'another word for a date',
      { reason: 'r', valueDate: 'today' },
      ['/valueDate date_malformed'],
    ],
  ])('%s with %s is refused', (type, _, body, faults) => {
    expect(faultsOf(reading(type, body))).toEqual(faults)
  })

  const turned = (body: object) => Object.fromEntries(Object.entries(body).reverse())
  test.each<[type: Parameters<typeof readCommand>[0], one: object, other: object]>([
    ['place_hold', hold, { ...hold, amount: '1.5' }],
    [
      'place_hold',
      { ...hold, expiresAt: '2999-01-01T00:00:00Z' },
      { ...hold, expiresAt: '2999-01-01T00:00:00.0004Z' },
    ],
    ['capture_hold', capture({ amount: '1.50' }), capture({ amount: '1.5', final: true })],
    ['extend_hold', { expiresAt: '2999-01-01T00:00:00Z' }, { expiresAt: '2999-01-01T00:00:00.000Z' }],
    ['reverse', { reason: 'r', lines: part('1.50') }, { lines: part('1.5').map(turned), reason: 'r' }],
  ])(
    '%s is one command however its amounts and instants are written and its fields ordered',
    (type, one, other) => {
      const text = (body: object) => canonicalRequest(reading(type, body) as Command, currencies)
      expect(text(other)).toBe(text(one))
      expect(text(turned(one))).toBe(text(one))
    },
  )

  test.each<[type: Parameters<typeof readCommand>[0], one: object, other: object]>([
    ['place_hold', hold, { ...hold, reference: 'r' }],
    ['capture_hold', capture(), capture({ final: false })],
    ['capture_hold', capture(), capture({ amount: '1.01' })],
    ['extend_hold', { expiresAt: null }, { expiresAt: '2999-01-01T00:00:00Z' }],
    ['reverse', { reason: 'r' }, { reason: 'r', valueDate: 'original' }],
    ['reverse', { reason: 'r', lines: part('1.00') }, { reason: 'r', lines: part('1.00').reverse() }],
  ])('%s with something else in it is another command', (type, one, other) => {
    const text = (body: object) => canonicalRequest(reading(type, body) as Command, currencies)
    expect(text(other)).not.toBe(text(one))
  })

  test('are the commands of a batch that names what the single call has in its path', () => {
    const text = (command: Command | Malformed) => canonicalRequest(command as Command, currencies)
    const items: [Parameters<typeof readCommand>[0], object, object][] = [
      ['place_hold', hold, {}],
      ['capture_hold', capture(), { holdId }],
      ['release_hold', {}, { holdId }],
      ['extend_hold', { expiresAt: null }, { holdId }],
      ['reverse', { reason: 'r' }, { journalEntryId }],
    ]
    for (const [type, body, named] of items) {
      const item = readBatchCommand({ type, idempotencyKey: 'k', ...named, ...body }, currencies)
      expect(text((item as { command: Command }).command)).toBe(text(reading(type, body) as Command))
    }
    const nameless = readBatchCommand({ type: 'release_hold', idempotencyKey: 'k' }, currencies)
    expect(faultsOf(nameless)).toEqual(['/holdId required'])
  })
})
