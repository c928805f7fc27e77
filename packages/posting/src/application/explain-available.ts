import { readAccount, readTermsSnapshots, type TermsSnapshot } from '@plinth/account'
import type { Tx } from '@plinth/db'
import { readActiveHoldsOf } from '@plinth/holds'
import { type AccountId, invariant } from '@plinth/kernel'
import { readHead, readPastTurnovers } from '@plinth/ledger'
import type { ProductParameters } from '@plinth/product'
import { readSettings } from '@plinth/tenancy'
import { type ExplainedAvailable, renderExplainedAvailable } from '../domain/render-explained-available.js'
import { listLimits } from './list-limits.js'
import type { Books } from './posting-engine.js'

// More than one account, its product and the tenant can have together.
const limitsMax = 1_000

/**
 * What is available on an account: what is posted, every hold, the overdraft limit and where it comes from; what its status
 * refuses; and what limits leave of it. Undefined if there is no such account. Wants a transaction that reads one snapshot.
 */
export async function explainAvailable(
  tx: Tx,
  { currencies }: Books,
  accountId: AccountId,
): Promise<ExplainedAvailable | undefined> {
  const account = await readAccount(tx, accountId)
  if (account === undefined) return undefined
  const [head, holds, snapshots, { limits }, settings, turnovers] = await Promise.all([
    readHead(tx),
    readActiveHoldsOf(tx, accountId),
    readTermsSnapshots(tx, [accountId]),
    listLimits(tx, { accountId, order: 'asc', limit: limitsMax }),
    readSettings(tx),
    readPastTurnovers(tx, { accountId }),
  ])
  invariant(settings !== undefined && 'debits' in turnovers, 'of now the books can tell', { accountId })
  return renderExplainedAvailable(
    {
      ...{
        state: account.state,
        holds,
        limits,
        turnovers,
        opened: snapshots[0] && openedUnder(snapshots[0]),
      },
      postingLimits: settings.postingLimits,
      ...{ businessDate: head.businessDate, settingsVersion: settings.version, readAt: head.now },
    },
    currencies,
  )
}

/** What the terms at an opening said of the overdraft. Later ones move no limit (ADR 0016). */
function openedUnder({ productCode, version, effectiveFrom, parameters }: TermsSnapshot) {
  const { overdraftLimit } = JSON.parse(parameters) as ProductParameters
  return { productCode, version, effectiveFrom, overdraftLimit }
}
