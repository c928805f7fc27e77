import {
  type Currencies,
  type CurrencyCode,
  canonicalJson,
  formatMinor,
  type RiskDecision,
} from '@plinth/kernel'
import type { Command, Condition, LineRequest, OpenAccountCommand, Post } from './command.js'

/**
 * The validated content of a command as one text: amounts normalised to their currency's decimals, members in name order,
 * nothing that depends on time, route, caller or headers (contract §3, "same command").
 */
export function canonicalRequest(command: Command, currencies: Currencies): string {
  const amount: AmountText = (minor, currency) =>
    formatMinor(minor, currencies.decimalsOf(currency) as number)
  switch (command.type) {
    case 'post':
      return canonicalPost(command, amount)
    case 'open_account':
      return canonicalJson({ ...command, overdraftLimit: limitText(command, amount) })
    case 'place_hold':
      return canonicalJson({ ...command, amount: amount(command.amount, command.currency) })
    case 'capture_hold':
      return canonicalJson({ ...command, lines: command.lines.map((line) => canonicalLine(line, amount)) })
    case 'correct': {
      const { posting } = command
      const lines = posting.lines.map((line) => canonicalLine(line, amount))
      return canonicalJson({ ...command, posting: { ...posting, lines } })
    }
    case 'propose':
      // Text within text: the canonical form of what is proposed is what will be compared when it is run.
      return canonicalJson({ ...command, proposed: canonicalRequest(command.proposed, currencies) })
    default:
      return canonicalJson(command)
  }
}

/** Without a currency there is no limit to speak of: it is the product's. */
const limitText = (
  { overdraftLimit, currency }: OpenAccountCommand,
  textOf: AmountText,
): string | undefined => (currency === undefined ? undefined : textOf(overdraftLimit, currency))

const inOrder = ({ accountId, availableGte, version }: Condition): Condition => ({
  accountId,
  availableGte,
  version,
})

const decisionInOrder = ({
  checksum,
  decidedAt,
  expiresAt,
  id,
  outcome,
  source,
}: RiskDecision): RiskDecision => ({
  checksum,
  decidedAt,
  expiresAt,
  id,
  outcome,
  source,
})

type AmountText = (minor: bigint, currency: CurrencyCode) => string

/** A line with its members in name order. */
function canonicalLine(
  { accountId, accruesFor, side, amount, currency, availableFrom, fallbackAccountId }: LineRequest,
  textOf: AmountText,
) {
  const text =
    typeof amount === 'bigint'
      ? textOf(amount, currency)
      : amount === 'all'
        ? amount
        : { upTo: textOf(amount.upTo, currency) }
  return { accountId, accruesFor, amount: text, availableFrom, currency, fallbackAccountId, side }
}

// What `canonicalJson` would say, at a fifth of its cost: JSON.stringify keeps the order in which the members are written here.
function canonicalPost(post: Post, amountOf: AmountText): string {
  const { type, transactionCode, description, valueDate, reference, endToEndId, metadata } = post
  const { adviceReason, notAfter, conditions, decision, kind, period } = post
  const lines = post.lines.map((line) => canonicalLine(line, amountOf))
  const before = JSON.stringify({
    adviceReason,
    conditions: conditions?.map(inOrder),
    decision: decision && decisionInOrder(decision),
    description,
    endToEndId,
    kind,
    lines,
  })
  const behind = JSON.stringify({ notAfter, period, reference, transactionCode, type, valueDate })
  return `${before.slice(0, -1)},"metadata":${canonicalJson(metadata)},${behind.slice(1)}`
}
