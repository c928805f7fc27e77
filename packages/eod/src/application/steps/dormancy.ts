import {
  lockBalances,
  readStandings,
  readTermsOfMany,
  type Standing,
  type TermsOfMany,
} from '@plinth/account'
import { termsOn } from '@plinth/account/domain'
import type { Tx } from '@plinth/db'
import { type AccountId, addDays, type BusinessDate } from '@plinth/kernel'
import { readHead, readLastCustomerLines } from '@plinth/ledger'
import type { Command } from '@plinth/posting'
import { readSettingsVersion } from '@plinth/tenancy'
import { StatusRefused } from '../reason.js'
import type { AccountStep, Closing } from '../step.js'
import { accountsWithTerms } from './interest.js'

/**
 * Accounts whose terms say after how many days, and that no customer has posted to for so long, become dormant: by an ordinary
 * command of the bank's, recorded, audited and told as any. Counted from the last posting of a customer's, from the opening, or from
 * the last change of the status, whichever is the latest, so an account that was woken up has its days again.
 */
export const makeDormant: AccountStep = {
  of: 'accounts',
  name: 'dormancy',
  accounts: accountsWithTerms,
  work: async (tx, closing, accountIds) => {
    const found = await quietOnes(tx, await openOnes(tx, closing, accountIds))
    if (closing.rehearsal || found.length === 0) return { dormant: found.length }
    // Whoever posts meanwhile comes before or behind: what was found is looked at again behind the locks.
    const ids = found.map(({ accountId }) => accountId).sort()
    await lockBalances(tx, ids)
    const quiet = await quietOnes(tx, await openOnes(tx, closing, ids))
    if (quiet.length === 0) return { dormant: 0 }
    const commands = quiet.map((each) => commandOf(closing, each))
    const outcomes = await closing.post(tx, commands)
    for (const [at, outcome] of outcomes.entries())
      if (outcome.kind !== 'answered' || outcome.answer.outcome === 'rejected')
        throw new StatusRefused((quiet[at] as Quiet).accountId)
    return { dormant: quiet.length }
  },
}

/** An open account that becomes dormant unless somebody has posted to it on `since` or later. */
interface Quiet {
  readonly accountId: AccountId
  readonly days: number
  readonly since: BusinessDate
}

/** Those that are open, and have been for so long, by the terms of the day. */
async function openOnes(
  tx: Tx,
  { businessDate }: Closing,
  accountIds: readonly AccountId[],
): Promise<Quiet[]> {
  const [snapshots, standings] = await Promise.all([
    readTermsOfMany(tx, accountIds),
    readStandings(tx, accountIds),
  ])
  const bySnapshot = new Map<AccountId, typeof snapshots>()
  for (const snapshot of snapshots) {
    const own = bySnapshot.get(snapshot.accountId)
    if (own === undefined) bySnapshot.set(snapshot.accountId, [snapshot])
    else own.push(snapshot)
  }
  const dormancyDaysOf = readingOnce()
  return standings.flatMap((standing): Quiet[] => {
    const own = bySnapshot.get(standing.accountId) ?? []
    const days = dormancyDaysOf(termsOn(own, businessDate))
    const opened = own[0]?.effectiveFrom
    if (standing.status !== 'open' || days === undefined || opened === undefined) return []
    // A posting on the first of these days is so many days ago.
    const since = addDays(businessDate, 1 - days)
    return latestOf(standing, opened) >= since ? [] : [{ accountId: standing.accountId, days, since }]
  })
}

const latestOf = ({ since }: Standing, opened: BusinessDate): BusinessDate =>
  since === undefined || since < opened ? opened : since

/** Accounts of one version of a product share their text. */
function readingOnce(): (
  terms: Pick<TermsOfMany, 'checksum' | 'parameters'> | undefined,
) => number | undefined {
  const read = new Map<string, number | undefined>()
  return (terms) => {
    if (terms === undefined) return undefined
    const { checksum, parameters } = terms
    if (!read.has(checksum))
      read.set(checksum, (JSON.parse(parameters) as { dormancyDays?: number }).dormancyDays)
    return read.get(checksum)
  }
}

/** Those of them that no customer has posted to since. */
async function quietOnes(tx: Tx, open: readonly Quiet[]): Promise<readonly Quiet[]> {
  if (open.length === 0) return []
  const { settingsVersion } = await readHead(tx)
  const { transactionCodes } = await readSettingsVersion(tx, settingsVersion)
  const bankCodes = [...transactionCodes.values()]
    .filter(({ customerInitiated }) => !customerInitiated)
    .map(({ code }) => code)
  const last = await readLastCustomerLines(tx, open, bankCodes)
  return open.filter(({ accountId, since }) => {
    const posted = last.get(accountId)
    return posted === undefined || posted < since
  })
}

function commandOf({ businessDate, newId }: Closing, { accountId, days }: Quiet) {
  const command: Command = {
    ...{ type: 'set_status', accountId, status: 'dormant', blockDebits: undefined, blockCredits: undefined },
    reason: `no customer posting for ${days} days`,
  }
  // Keys are anybody's to choose: what nobody can foresee nobody has used.
  return { key: `eod:dormant:${businessDate}:${accountId}:${newId()}`.slice(0, 255), command }
}
