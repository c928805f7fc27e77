import { currenciesWith, type EntryId } from '@plinth/kernel'
import { describe, expect, test } from 'vitest'
import { canonicalRequest } from './canonical-request.js'
import type { CorrectCommand, Post, ProposableCommand } from './command.js'
import { commandOfRequest } from './recorded-request.js'
import { withoutTexts } from './without-texts.js'

const currencies = currenciesWith({})
const texts = {
  description: 'rent "May"',
  reference: 'R-1',
  endToEndId: 'E-1',
  metadata: { note: 'for Zoë', '1': 'one' },
}
const none = { description: undefined, reference: undefined, endToEndId: undefined, metadata: {} }
const lines = (['debit', 'credit'] as const).map((side) => ({
  accountId: side as never,
  side,
  amount: 1000n,
  currency: 'EUR' as never,
}))
const post = (said: typeof texts | typeof none): Post => ({
  ...{ type: 'post', transactionCode: 'TRANSFER', valueDate: undefined, lines },
  ...said,
  adviceReason: 'late',
  notAfter: '2026-11-21T00:00:00.000Z' as never,
})
const correct = (said: typeof texts | typeof none): CorrectCommand => {
  const { type: _, adviceReason: __, notAfter: ___, ...posting } = post(said)
  return { type: 'correct', entryId: 'x' as EntryId, reason: 'wrong', valueDate: undefined, posting }
}
const capture = (said: typeof texts | typeof none): ProposableCommand => ({
  ...(post(said) as object as Extract<ProposableCommand, { type: 'capture_hold' }>),
  ...{ type: 'capture_hold', holdId: 'h' as never, amount: '10.00', final: true },
})

describe('a canonical request without texts', () => {
  test.each([
    ['of a posting', post],
    ['of a correction', correct],
    ['of a capture', capture],
  ])('%s is that of the same command which never had any', (_, command) => {
    const left = withoutTexts(canonicalRequest(command(texts), currencies))
    expect(left).toBe(canonicalRequest(command(none), currencies))
    expect(commandOfRequest(left, currencies)).toBeDefined()
    expect(withoutTexts(left)).toBe(left)
  })

  test('of a proposal has the payload without them', () => {
    const propose = (said: typeof texts | typeof none) =>
      canonicalRequest(
        { type: 'propose', proposed: post(said), reason: 'x', expiresAt: undefined },
        currencies,
      )
    expect(withoutTexts(propose(texts))).toBe(propose(none))
  })

  test('of a decision does not name the hash of the payload', () => {
    const decide = (payloadHash: string | undefined) =>
      canonicalRequest(
        {
          type: 'decide_proposal',
          proposalId: 'p' as never,
          verdict: 'approve',
          payloadHash,
          comment: 'seen',
        },
        currencies,
      )
    expect(withoutTexts(decide('a'.repeat(64)))).toBe(decide(undefined))
  })

  test('is the same where a command has no texts of an entry', () => {
    const request = canonicalRequest(
      { type: 'reverse', entryId: 'x' as EntryId, reason: 'rent', valueDate: undefined, lines: undefined },
      currencies,
    )
    expect(withoutTexts(request)).toBe(request)
  })
})
