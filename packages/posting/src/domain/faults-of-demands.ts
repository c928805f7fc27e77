import { availableOf, formatFor, noAccount } from '@plinth/account/domain'
import { parseMinor, prevailing, type Rejection, type RiskDecision, reject } from '@plinth/kernel'
import type { Book } from './book.js'
import type { Condition, Demands } from './command.js'

/** What the caller demanded and is not so: it is too late, or an account is not as it was expected to be. */
export function faultsOfDemands(book: Book, { notAfter, conditions = [], decision }: Demands): Rejection[] {
  const late =
    notAfter !== undefined && book.now > notAfter
      ? [reject('command_expired', `The command was not to be done after ${notAfter}.`, { notAfter })]
      : []
  return [
    ...late,
    ...(decision === undefined ? [] : faultsOfDecision(book, decision)),
    ...conditions.flatMap((condition) => faultOfCondition(book, condition) ?? []),
  ]
}

/** A risk decision is acted on while it is fresh, and only if it says yes. */
function faultsOfDecision({ now }: Book, { id, expiresAt, outcome }: RiskDecision): Rejection[] {
  const faults: Rejection[] = []
  if (expiresAt <= now)
    faults.push(reject('decision_expired', `The decision ${id} expired at ${expiresAt}.`, { id }))
  if (outcome !== 'approved')
    faults.push(reject('decision_negative', `The decision ${id} is ${outcome}.`, { id }))
  return faults
}

/** The first of them and of what else was found, in the contract's order. */
export const withDemands = (book: Book, demands: Demands, found: Rejection): Rejection =>
  faultsOfDemands(book, demands).reduce((first, each) => prevailing(first, each) as Rejection, found)

function faultOfCondition(
  { accounts, settings }: Book,
  { accountId, version, availableGte }: Condition,
): Rejection | undefined {
  const state = accounts.get(accountId)
  if (state === undefined) return noAccount(accountId)
  if (version !== undefined && state.version !== version) {
    const facts = { accountId, condition: 'version', found: String(state.version) }
    return reject(
      'condition_failed',
      `Account ${accountId} is at version ${state.version}, not ${version}.`,
      facts,
    )
  }
  if (availableGte === undefined || state.unlimited) return undefined
  const least = parseMinor(availableGte, settings.currencies.decimalsOf(state.currency) as number)
  if (typeof least === 'bigint' && availableOf(state) >= least) return undefined
  const found = formatFor(state, availableOf(state), settings.currencies)
  const facts = { accountId, condition: 'available', found }
  return reject(
    'condition_failed',
    `Account ${accountId} has ${found} available, not ${availableGte}.`,
    facts,
  )
}
