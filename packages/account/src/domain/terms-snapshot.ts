import type { AccountId, BusinessDate, Instant } from '@plinth/kernel'
import type { CapturedTerms, ProductParameters } from '@plinth/product'

/** The terms that an account has from a day on: a copy of an approved version of its product. Never changed. */
export interface TermsSnapshot extends CapturedTerms {
  readonly accountId: AccountId
  /** From 1 without gaps. */
  readonly snapshotNo: number
  readonly capturedAt: Instant
}

/** The snapshot of one account that a day accrues with; undefined before its first. `snapshots` are in their order. */
export const termsOn = <Snapshot extends Pick<TermsSnapshot, 'effectiveFrom'>>(
  snapshots: readonly Snapshot[],
  day: BusinessDate,
): Snapshot | undefined => snapshots.findLast(({ effectiveFrom }) => effectiveFrom <= day)

/** A terms snapshot as it is answered. */
export function renderTermsSnapshot(snapshot: TermsSnapshot) {
  const { accountId, snapshotNo, productCode, version, productVersionId, effectiveFrom } = snapshot
  const { checksum, eligibility, eligibilityChecksum, capturedAt } = snapshot
  return {
    accountId,
    snapshotNo,
    productCode,
    version,
    productVersionId,
    effectiveFrom,
    parameters: JSON.parse(snapshot.parameters) as ProductParameters,
    checksum,
    ...(eligibility !== undefined && {
      eligibility: JSON.parse(eligibility) as Readonly<Record<string, string>>,
      eligibilityChecksum,
    }),
    capturedAt,
  }
}
