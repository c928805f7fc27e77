import { type AccountState, formatFor, postedOf } from '@plinth/account/domain'
import type { Currencies } from '@plinth/kernel'
import { addedUp, type CountedLine, type ExplainedBalance, type LineTotals } from './explained-balance.js'
import type { PastQuestion } from './past-balance.js'

/**
 * An explained balance ready for JSON, on the account's normal side. `differences` is empty where the lines come to what the
 * balance row says (asked of now) and what a balance of the past answers.
 */
export function renderExplainedBalance(
  { state, question }: { state: AccountState; question: Omit<PastQuestion, 'accountId'> },
  explained: ExplainedBalance,
  currencies: Currencies,
) {
  const { accountId, currency, normalSide } = state
  const { carried, lines, total, answered } = explained
  const format = (minor: bigint): string => formatFor(state, minor, currencies)
  const totals = ({ lines: count, debits, credits }: LineTotals) => ({
    lines: count,
    debits: format(debits),
    credits: format(credits),
    balance: format(postedOf({ normalSide, debits, credits })),
  })
  const differs = (from: string, other: { debits: bigint; credits: bigint }) =>
    other.debits === total.debits && other.credits === total.credits
      ? []
      : [{ from, debits: format(other.debits), credits: format(other.credits) }]
  const ofNow = Object.values(question).every((each) => each === undefined)
  return {
    accountId,
    currency,
    normalSide,
    valueDate: question.valueDate ?? null,
    bookingDate: question.bookingDate ?? null,
    knownAtEntryNo: answered.knownAtEntryNo,
    carried: totals(carried),
    lines: withBalances(carried, lines).map(({ line, after }) => ({
      ...line,
      amount: format(line.amount),
      description: line.description ?? null,
      balance: totals(after).balance,
    })),
    total: totals(total),
    leftOut: { bookedLater: totals(explained.bookedLater), valuedLater: totals(explained.valuedLater) },
    differences: [
      ...(ofNow ? differs('the balance row of the account', state) : []),
      ...differs('the balance of the past', answered),
    ],
  }
}

/** Each line with the totals behind it. */
function withBalances(carried: LineTotals, lines: readonly CountedLine[]) {
  let after = carried
  return lines.map((line) => {
    after = addedUp(after, [line])
    return { line, after }
  })
}
