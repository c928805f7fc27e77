import { listTermsHolders } from '@plinth/account'
import { accruePartitionWith } from './application/accrue-partition.js'
import { readAccruedOnGlWith } from './application/accrued-by-gl.js'
import { capitalisePartitionWith } from './application/capitalise-partition.js'
import { chargeFeesWith } from './application/charge-fees.js'
import { explainInterestWith } from './application/explain-interest.js'
import { interestDeskWith } from './application/interest-desk.js'
import { settleAccountsWith } from './application/settle-accounts.js'
import { settlingFirstWith } from './application/settling-first.js'
import { verifyInterestWith } from './application/verify-interest.js'
import { explainStore } from './infrastructure/explain-store.js'
import { feeStore } from './infrastructure/fee-store.js'
import { interestStore } from './infrastructure/interest-store.js'
import { verifyStore } from './infrastructure/verify-store.js'

export type { AccrualCounts } from './application/accrue-partition.js'
export type { AccruedOnGl } from './application/accrued-by-gl.js'
export type { CapitalisationCounts } from './application/capitalise-partition.js'
export type { FeeCounts } from './application/charge-fees.js'
export type { ExplainedDays } from './application/explain-interest.js'
export type { ForeseenInterest, InPosting, InterestRun, StoredAccrued } from './application/ports.js'
export type { SettlementCounts } from './application/settle-accounts.js'
export type { Settling } from './application/settling-first.js'
export type { InterestState } from './domain/interest-state.js'
export type { InterestExplanation } from './domain/render-explanation.js'

/** See accruePartitionWith. */
export const accruePartition = accruePartitionWith(interestStore)
/** See capitalisePartitionWith. */
export const capitalisePartition = capitalisePartitionWith(interestStore)
/** See chargeFeesWith. */
export const chargeFees = chargeFeesWith(feeStore)
/** See settleAccountsWith. */
export const settleAccounts = settleAccountsWith({ ...interestStore, ...feeStore })
/** For the posting engine: what has accrued on accounts. */
export const interestDesk = interestDeskWith(interestStore)
/** See settlingFirstWith. */
export const settlingFirst = settlingFirstWith(interestDesk, settleAccounts)
/** Where accounts stand; those that have not accrued yet are left out. */
export const readAccrued = interestStore.readAccrued
/** Accounts that may accrue, by id, for partitions: those that were opened with terms and are not closed. */
export const listAccruing = listTermsHolders
/** See verifyInterestWith. */
export const verifyInterest = verifyInterestWith(verifyStore)
/** See explainInterestWith. */
export const explainInterest = explainInterestWith(explainStore)
/** See readAccruedOnGlWith. */
export const readAccruedOnGl = readAccruedOnGlWith({ ...interestStore, ...verifyStore })
