import { canonicalJson, currenciesWith, formatMinor } from '@plinth/kernel'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { canonicalRequest } from './canonical-request.js'
import type { Post } from './command.js'

const currencies = currenciesWith({ GOLD: 4 })
const text = fc.string({ unit: 'binary', maxLength: 20 })
const optional = fc.option(text, { nil: undefined })
const amount = fc.bigInt({ min: 1n, max: 10n ** 28n })
const post: fc.Arbitrary<Post> = fc.record({
  type: fc.constant('post' as const),
  transactionCode: text,
  description: optional,
  valueDate: optional as fc.Arbitrary<never>,
  reference: optional,
  endToEndId: optional,
  // Names that are numbers: an object would put them before all others.
  metadata: fc.dictionary(fc.oneof(text, fc.nat().map(String)), text),
  lines: fc.array(
    fc.record({
      accountId: text as fc.Arbitrary<never>,
      side: fc.constantFrom('debit' as const, 'credit' as const),
      amount: fc.oneof(amount, fc.constant('all' as const), fc.record({ upTo: amount })),
      currency: fc.constantFrom('EUR', 'JPY', 'GOLD') as fc.Arbitrary<never>,
      availableFrom: optional as fc.Arbitrary<never>,
      fallbackAccountId: optional as fc.Arbitrary<never>,
    }),
  ),
})

test('the canonical request of a posting is its canonical JSON, with amounts in their currency’s decimals', () => {
  fc.assert(
    fc.property(post, (command) => {
      const lines = command.lines.map((line) => {
        const inDecimals = (minor: bigint) =>
          formatMinor(minor, currencies.decimalsOf(line.currency) as number)
        if (typeof line.amount === 'bigint') return { ...line, amount: inDecimals(line.amount) }
        return line.amount === 'all' ? line : { ...line, amount: { upTo: inDecimals(line.amount.upTo) } }
      })
      expect(canonicalRequest(command, currencies)).toBe(canonicalJson({ ...command, lines }))
    }),
    { verbose: 1 },
  )
})
