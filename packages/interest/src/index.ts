import { listTermsHolders } from '@plinth/account'
import { accruePartitionWith } from './application/accrue-partition.js'
import { readAccruedOnGlWith } from './application/accrued-by-gl.js'
import { capitaliseNowWith, capitalisePartitionWith } from './application/capitalise-partition.js'
import { verifyInterestWith } from './application/verify-interest.js'
import { interestStore } from './infrastructure/interest-store.js'
import { verifyStore } from './infrastructure/verify-store.js'

export type { AccrualCounts } from './application/accrue-partition.js'
export type { AccruedOnGl } from './application/accrued-by-gl.js'
export type { CapitalisationCounts } from './application/capitalise-partition.js'
export type { ForeseenInterest, InPosting, InterestRun, StoredAccrued } from './application/ports.js'
export { InterestRefused, internalAccount } from './application/post-interest.js'
export type { InterestState } from './domain/interest-state.js'

/** See accruePartitionWith. */
export const accruePartition = accruePartitionWith(interestStore)
/** See capitalisePartitionWith. */
export const capitalisePartition = capitalisePartitionWith(interestStore)
/** See capitaliseNowWith. */
export const capitaliseNow = capitaliseNowWith(interestStore)
/** Where accounts stand; those that have not accrued yet are left out. */
export const readAccrued = interestStore.readAccrued
/** Accounts that may accrue, by id, for partitions: those that were opened with terms and are not closed. */
export const listAccruing = listTermsHolders
/** See verifyInterestWith. */
export const verifyInterest = verifyInterestWith(verifyStore)
/** See readAccruedOnGlWith. */
export const readAccruedOnGl = readAccruedOnGlWith({ ...interestStore, ...verifyStore })
