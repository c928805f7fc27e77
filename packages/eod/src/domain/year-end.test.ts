import type { AccountId, GlCode } from '@plinth/kernel'
import { expect, test } from 'vitest'
import { closingLines, resultOf } from './year-end.js'

const retained = { accountId: 'GL:3200:EUR' as AccountId, glCode: '3200' as GlCode }
const balances = (...of: readonly (readonly [string, bigint])[]) =>
  of.map(([accountId, balance]) => ({ accountId: accountId as AccountId, glCode: '4100' as GlCode, balance }))
const told = (lines: ReturnType<typeof closingLines>) =>
  lines.map(({ accountId, side, amount }) => `${side} ${accountId} ${amount}`)

test.each([
  [
    'a profit',
    [
      ['fees', 500n],
      ['costs', -200n],
    ],
    ['debit fees 500', 'credit costs 200', 'credit GL:3200:EUR 300'],
    300n,
  ],
  [
    'a loss',
    [
      ['fees', 100n],
      ['costs', -200n],
    ],
    ['debit fees 100', 'credit costs 200', 'debit GL:3200:EUR 100'],
    -100n,
  ],
  [
    'neither',
    [
      ['fees', 200n],
      ['costs', -200n],
    ],
    ['debit fees 200', 'credit costs 200'],
    0n,
  ],
  [
    'one account alone, behind others without any',
    [
      ['none', 0n],
      ['fees', 7n],
    ],
    ['debit fees 7', 'credit GL:3200:EUR 7'],
    7n,
  ],
  ['income that was taken back too far', [['fees', -7n]], ['credit fees 7', 'debit GL:3200:EUR 7'], -7n],
  ['nothing at all', [['fees', 0n]], [], 0n],
] as const)('%s goes to the retained earnings and leaves zero', (_what, of, lines, result) => {
  expect(told(closingLines(balances(...of), retained))).toEqual(lines)
  expect(resultOf(balances(...of))).toBe(result)
})
