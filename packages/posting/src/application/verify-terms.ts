import { readTermsSnapshots, type TermsSnapshot } from '@plinth/account'
import type { Tx } from '@plinth/db'
import type { AccountId } from '@plinth/kernel'
import type { Product } from '@plinth/product'
import { checksumOf, parametersText } from '@plinth/product/domain'
import type { Findings } from '../domain/verify-report.js'
import { eachStandingCommand } from './verify-accounts.js'
import type { VerifyStore } from './verify-ports.js'

interface Opened {
  readonly accountId: AccountId
  readonly productCode?: string
  /** Undefined: it was opened without terms. */
  readonly productVersion?: number
}

/** Compares the terms of accounts with the openings that captured them and the versions they are copies of. */
export async function verifyTerms(
  store: VerifyStore,
  tx: Tx,
  products: ReadonlyMap<string, Product>,
  findings: Findings,
): Promise<void> {
  await eachStandingCommand(store, tx, ['open_account'], async (page) => {
    const opened = page.map(({ answer }) => JSON.parse(answer) as Opened)
    const snapshots = await readTermsSnapshots(
      tx,
      opened.map(({ accountId }) => accountId),
    )
    const ofAccount = new Map<AccountId, TermsSnapshot[]>()
    for (const snapshot of snapshots)
      ofAccount.set(snapshot.accountId, [...(ofAccount.get(snapshot.accountId) ?? []), snapshot])
    for (const each of opened)
      verifyAccount(each, ofAccount.get(each.accountId) ?? [], { products, findings })
  })
}

interface Check {
  readonly products: ReadonlyMap<string, Product>
  readonly findings: Findings
}

function verifyAccount(opened: Opened, snapshots: readonly TermsSnapshot[], check: Check): void {
  const { accountId, productCode, productVersion } = opened
  const [first] = snapshots
  const name = (code: string | undefined, version: number | undefined): string =>
    version === undefined ? 'no terms' : `the terms of version ${version} of ${code}`
  check.findings.compare(
    'terms_as_captured',
    { accountId },
    {
      expected: name(productCode, productVersion),
      found: name(first?.productCode, first?.version),
    },
  )
  for (const [at, snapshot] of snapshots.entries()) verifySnapshot(snapshot, snapshots[at - 1], check)
}

function verifySnapshot(
  snapshot: TermsSnapshot,
  before: TermsSnapshot | undefined,
  { products, findings }: Check,
): void {
  const { accountId, snapshotNo, productCode, version, effectiveFrom, parameters, eligibility } = snapshot
  const row = { accountId, snapshotNo }
  const compare = (expected: string, found: string): void =>
    findings.compare('terms_as_captured', row, { expected, found })
  compare(`snapshot ${(before?.snapshotNo ?? 0) + 1}`, `snapshot ${snapshotNo}`)
  compare(`checksum ${checksumOf(parameters)}`, `checksum ${snapshot.checksum}`)
  // Never the text: it is the customer's.
  const ofEligibility = eligibility === undefined ? 'none' : checksumOf(eligibility)
  compare(`eligibility ${ofEligibility}`, `eligibility ${snapshot.eligibilityChecksum ?? 'none'}`)
  const source = products.get(productCode)?.versions[version - 1]
  if (source?.status !== 'approved') {
    findings.add('terms_as_captured', {
      row,
      expected: 'an approved version',
      found: `${productCode}/${version}`,
    })
    return
  }
  compare(source.versionId, snapshot.productVersionId)
  compare(parametersText(source.parameters), parameters)
  if (before === undefined) {
    if (effectiveFrom < source.effectiveFrom)
      compare(`from ${source.effectiveFrom} on`, `from ${effectiveFrom} on`)
    return
  }
  const [, since = effectiveFrom] = [source.effectiveFrom, before.effectiveFrom].sort()
  compare(`from ${since} on`, `from ${effectiveFrom} on`)
  if (before.productCode !== productCode || before.version >= version)
    compare(`a newer version than ${before.productCode}/${before.version}`, `${productCode}/${version}`)
}
