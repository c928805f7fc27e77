import { readChart } from '@plinth/account'
import type { Tx } from '@plinth/db'
import { readHeadCounters } from '@plinth/ledger'
import { listSettings } from '@plinth/tenancy'
import { bookRules, Findings, type VerifyReport } from '../domain/verify-report.js'
import type { Books } from './posting-engine.js'
import { findUnopened, readStandings, verifyBalances, verifyStandings } from './verify-accounts.js'
import { verifyErasures } from './verify-erasures.js'
import { verifyHolds } from './verify-holds.js'
import { verifyJournal } from './verify-journal.js'
import { verifyLimits } from './verify-limits.js'
import { verifyLinks } from './verify-links.js'
import type { VerifyStore } from './verify-ports.js'
import { verifyProducts } from './verify-products.js'
import { verifySuspense } from './verify-suspense.js'
import { verifyTerms } from './verify-terms.js'
import { verifyTurnovers } from './verify-turnovers.js'

/**
 * Recomputes every invariant of a tenant's books from the posting lines, in the snapshot of `tx`. Each module reads its own
 * schema, in pages; what they say of each other is compared here.
 */
export const verifyBooksWith =
  (store: VerifyStore) =>
  async (tx: Tx, { currencies }: Books): Promise<VerifyReport> => {
    const findings = new Findings(bookRules)
    const head = await readHeadCounters(tx)
    const standings = await readStandings(store, tx)
    const settings = await listSettings(tx)
    const glAccounts = new Map((await readChart(tx)).map((glAccount) => [glAccount.code, glAccount]))
    const check = { currencies, settings, glAccounts, limitUnknown: standings.limitChanged, head }
    const { entries, lines, erased } = await verifyJournal(store, tx, check, findings)
    await verifyErasures(store, tx, erased, findings)
    const accounts = await verifyBalances(tx, { standings, currencies }, findings)
    await verifyTurnovers(tx, currencies, findings)
    const opened = await verifyStandings(store, tx, { standings, currencies }, findings)
    if (accounts !== opened) await findUnopened(store, tx, findings)
    const products = await verifyProducts(store, tx, findings)
    await verifyTerms(store, tx, products, findings)
    await verifyHolds(tx, findings)
    await verifyLimits(store, tx, currencies, findings)
    await verifySuspense(tx, findings)
    await verifyLinks(store, tx, head, findings)
    return findings.report({ entries, lines, accounts })
  }
