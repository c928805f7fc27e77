import { currenciesWith } from '@plinth/kernel'
import { type Command, canonicalRequest } from '@plinth/posting'
import { expect, test } from 'vitest'
import { isMalformed } from './malformed.js'
import { readCommand } from './read-command.js'

const currencies = currenciesWith()
const debit = { accountId: 'alice', side: 'debit', amount: '1.00', currency: 'EUR' }
const credit = { accountId: 'bob', side: 'credit', amount: '1.00', currency: 'EUR' }
const read = (lines: readonly object[], type: 'post' | 'capture_hold' = 'post') =>
  readCommand(
    type,
    { transactionCode: 'T', lines, ...(type === 'capture_hold' && { amount: '1.00' }) },
    { currencies },
  )
const faultsOf = (value: ReturnType<typeof read>): string[] => {
  if (!isMalformed(value)) return []
  return value.code === 'malformed_request'
    ? value.errors.map(({ pointer, code }) => `${pointer} ${code}`)
    : [value.code]
}

test('lines that ask for what is available, for a later day and for a fallback are read as they are meant', () => {
  const special = { ...credit, availableFrom: '2026-12-01', fallbackAccountId: 'suspense', amount: 'all' }
  const command = read([{ ...debit, amount: { upTo: '2.5' } }, special])
  expect(command).toMatchObject({
    lines: [
      { amount: { upTo: 250n } },
      { amount: 'all', availableFrom: '2026-12-01', fallbackAccountId: 'suspense' },
    ],
  })
  expect(canonicalRequest(command as Command, currencies)).toContain('"amount":{"upTo":"2.50"}')
})

test('a line that asks for nothing of it has no member for it: the same command as before there was such a thing', () => {
  const { lines } = read([debit, credit]) as unknown as { lines: object[] }
  expect(lines.map((line) => Object.keys(line))).toEqual(
    [debit, credit].map(() => ['accountId', 'side', 'amount', 'currency']),
  )
})

test.each<[what: string, lines: readonly object[], faults: string[]]>([
  ['a debit of all and nobody to take it', [{ ...debit, amount: 'all' }, credit], ['entry_unbalanced']],
  ['a credit of all and nothing to take', [debit, { ...credit, amount: 'all' }], ['entry_unbalanced']],
  [
    'two credits of all',
    [
      { ...debit, amount: 'all' },
      { ...credit, amount: 'all' },
      { ...credit, amount: 'all' },
    ],
    ['entry_unbalanced'],
  ],
  [
    'all in one currency, and the rest in another',
    [
      { ...debit, amount: 'all' },
      { ...credit, amount: 'all', currency: 'USD' },
    ],
    ['entry_unbalanced'],
  ],
  [
    'a credit of up to an amount',
    [
      { ...debit, amount: 'all' },
      { ...credit, amount: { upTo: '1.00' } },
    ],
    ['/lines/1/amount wrong_type'],
  ],
  ['up to nothing', [{ ...debit, amount: { upTo: '0' } }, credit], ['/lines/0/amount/upTo amount_zero']],
  [
    'up to too many decimals',
    [{ ...debit, amount: { upTo: '0.001' } }, credit],
    ['/lines/0/amount/upTo amount_too_many_decimals'],
  ],
  ['up to a number', [{ ...debit, amount: { upTo: 1 } }, credit], ['/lines/0/amount amount_not_a_string']],
  ['a number', [{ ...debit, amount: 1 }, credit], ['/lines/0/amount amount_not_a_string']],
  ['another word', [{ ...debit, amount: 'everything' }, credit], ['/lines/0/amount amount_malformed']],
  [
    'a debit that is available later',
    [{ ...debit, availableFrom: '2026-12-01' }, credit],
    ['/lines/0/availableFrom unknown_field'],
  ],
  [
    'a debit with a fallback',
    [{ ...debit, fallbackAccountId: 'suspense' }, credit],
    ['/lines/0/fallbackAccountId unknown_field'],
  ],
  [
    'a day that is none',
    [debit, { ...credit, availableFrom: '2026-02-30' }],
    ['/lines/1/availableFrom date_malformed'],
  ],
])('%s is refused', (_, lines, faults) => {
  expect(faultsOf(read(lines))).toEqual(faults)
})

test('a capture says how much it moves', () => {
  const all = [
    { ...debit, amount: 'all' },
    { ...credit, amount: 'all' },
  ]
  expect(faultsOf(read(all, 'capture_hold'))).toEqual([
    '/lines/0/amount amount_malformed',
    '/lines/1/amount amount_malformed',
  ])
  const upTo = [{ ...debit, amount: { upTo: '1.00' } }, credit]
  expect(faultsOf(read(upTo, 'capture_hold'))).toEqual(['/lines/0/amount amount_not_a_string'])
})
