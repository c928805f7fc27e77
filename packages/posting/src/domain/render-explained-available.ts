import type { AccountState, Usage } from '@plinth/account'
import { availableOf, formatFor, postedOf } from '@plinth/account/domain'
import type { ShownHold } from '@plinth/holds'
import { renderHold } from '@plinth/holds/domain'
import { type BusinessDate, type Currencies, formatMinor, type Instant } from '@plinth/kernel'
import type { PastTurnovers } from '@plinth/ledger'
import type { TenantSettings } from '@plinth/tenancy'
import { renderLimit, type ShownLimit } from './render-limit.js'

export interface AvailableFacts {
  readonly state: AccountState
  /** All that are active, in the order of their ids. */
  readonly holds: readonly ShownHold[]
  readonly limits: readonly (ShownLimit & { readonly usage: Usage | undefined })[]
  readonly postingLimits: TenantSettings['postingLimits']
  /** What the lines come to, beside what the balance row says. */
  readonly turnovers: PastTurnovers
  /** What the terms said of the overdraft when the account was opened under a product. */
  readonly opened:
    | {
        readonly productCode: string
        readonly version: number
        readonly effectiveFrom: BusinessDate
        readonly overdraftLimit: string
      }
    | undefined
  readonly businessDate: BusinessDate
  readonly settingsVersion: number
  readonly readAt: Instant
}

export type ExplainedAvailable = ReturnType<typeof renderExplainedAvailable>

/**
 * Ready for JSON: credits − debits − held + overdraft limit = available (contract §5), with what each of them consists of.
 * `differences` is empty where the lines come to the balance row, and the holds to what it holds.
 */
export function renderExplainedAvailable(facts: AvailableFacts, currencies: Currencies) {
  const { state, holds, limits, turnovers, businessDate, settingsVersion, readAt } = facts
  const { accountId, currency, normalSide, unlimited, credits, debits, held, status } = state
  const format = (minor: bigint): string => formatFor(state, minor, currencies)
  const ofHolds = holds.reduce((sum, { remaining }) => sum + remaining, 0n)
  const differs = (what: string, expected: bigint, found: bigint) =>
    expected === found ? [] : [{ what, expected: format(expected), found: format(found) }]
  return {
    ...{ accountId, currency, normalSide, businessDate, knownAtEntryNo: turnovers.knownAtEntryNo },
    ...{
      settingsVersion,
      unlimited,
      status,
      blockDebits: state.blockDebits,
      blockCredits: state.blockCredits,
    },
    posted: format(postedOf(state)),
    credits: format(credits),
    debits: format(debits),
    held: format(held),
    holds: holds.map((hold) => ({
      ...renderHold(hold, currencies),
      /** It counts until its end is recorded. */
      timeIsOver: hold.expiresAt !== undefined && hold.expiresAt <= readAt,
    })),
    overdraftLimit: format(state.overdraftLimit),
    overdraftFrom: overdraftFrom(facts, format),
    available: unlimited ? null : format(availableOf(state)),
    refuses: refusedBy(state),
    limits: limits.map(({ usage, ...limit }) => renderLimit(limit, currencies, usage)),
    postingLimits: facts.postingLimits
      .filter((limit) => limit.currency === currency)
      .map(({ transactionCode, perPosting }) => ({
        transactionCode: transactionCode ?? null,
        perPosting: formatMinor(perPosting, currencies.decimalsOf(currency) as number),
      })),
    differences: [
      ...differs('debits of the lines', turnovers.debits, debits),
      ...differs('credits of the lines', turnovers.credits, credits),
      ...differs('what active holds have left', ofHolds, held),
    ],
  }
}

/** Terms agreed at the opening, or what was agreed with this customer, which terms of later versions leave alone. */
function overdraftFrom({ state, opened }: AvailableFacts, format: (minor: bigint) => string) {
  const own = { from: 'account' as const, terms: opened ?? null }
  if (opened === undefined) return own
  return opened.overdraftLimit === format(state.overdraftLimit)
    ? { from: 'terms' as const, terms: opened }
    : own
}

/** What is refused whatever is available, by the code that answers it (contract §5, Status). */
function refusedBy({ status, blockDebits, blockCredits }: AccountState) {
  const refused: { code: string; what: string }[] = []
  const add = (code: string, what: string): void => {
    refused.push({ code, what })
  }
  if (status === 'closed') add('account_closed', 'everything')
  if (status === 'frozen') add('account_frozen', 'debits, credits, holds and captures')
  if (status === 'dormant') add('account_dormant', "a customer's debits, and holds")
  if (blockDebits) add('account_debits_blocked', 'debits and holds')
  if (blockCredits) add('account_credits_blocked', 'credits')
  return refused
}
