import { recordAuditEvents } from '@plinth/audit'
import { type AnchorReport, CommandFailure, keepCheckpoint, type Plinth, readKept } from '@plinth/cli'
import { compareAnchors } from '@plinth/evidence'
import { originOf, signRestoration, verifierOf } from '@plinth/evidence/domain'
import type { TenantId } from '@plinth/kernel'
import { readHead } from '@plinth/ledger'
import { listTenants } from '@plinth/tenancy'
import type { Logger } from 'pino'
import type { Configuration } from './configuration.js'
import { findSigningKey, openSigningKey } from './signing-key.js'

/**
 * Compares the books of all tenants with the checkpoints that were kept in PLINTH_ANCHOR; undefined without such a place. A file
 * that is not there yet holds nothing.
 *
 * @throws CommandFailure if the place cannot be read.
 */
export async function compareWithAnchor(
  { database }: Plinth,
  configuration: Configuration,
): Promise<readonly AnchorReport[] | undefined> {
  const { anchor } = configuration
  if (anchor === undefined) return undefined
  const anchors = await readKept(anchor, { mayBeMissing: true })
  const key = await findSigningKey(configuration)
  const reports: AnchorReport[] = []
  for (const { tenantId } of await database.read(undefined, listTenants)) {
    const name = originOf(configuration.origin, tenantId)
    const trusted = key && [key.signer.publicKey, ...key.earlier].map((each) => verifierOf(name, each))
    const compared = await database.read(tenantId, (tx) => compareAnchors(tx, { tenantId, anchors, trusted }))
    reports.push({ tenantId, ...compared })
  }
  return reports
}

/**
 * Refuses to work on books that fall short of what was kept of them outside (ADR 0032): most likely a backup was restored, and
 * somebody has to say that this is meant. A place that cannot be read is told of in the log and stops nobody: what is
 * outside must not decide whether the bank opens.
 *
 * @throws CommandFailure
 */
export async function refuseBooksBehindAnchor(
  plinth: Plinth,
  configuration: Configuration,
  logger: Pick<Logger, 'error'>,
): Promise<void> {
  const reports = await compareWithAnchor(plinth, configuration).catch((error: unknown) => {
    if (!(error instanceof CommandFailure)) throw error
    logger.error({ err: error }, 'the books could not be compared with what was kept outside')
  })
  const fallen = reports?.filter(({ state }) => state === 'behind' || state === 'differs') ?? []
  if (fallen.length === 0) return
  const list = fallen.map((report) => `  - ${sentenceOf(report)}`).join('\n')
  throw new CommandFailure(
    `The books are not those that were anchored:\n${list}\nWas a backup restored? \`plinth anchor compare\` looks again, ` +
      '`plinth anchor accept --reason TEXT` goes on without what is missing.',
  )
}

const sentenceOf = ({ tenantId, state, anchored, sealed, entries }: AnchorReport): string =>
  state === 'behind'
    ? `${tenantId}: the anchor has a checkpoint of ${anchored} entries; here are ${entries}, ${sealed} of them sealed`
    : `${tenantId}: of the first ${anchored} entries there is another checkpoint here than in the anchor`

/**
 * Says for good, in the anchor and under the installation's signature, that a tenant's books go on from a backup. Audited first, so
 * that whoever says it is known even if the anchor does not answer.
 *
 * @throws CommandFailure where there is nothing to accept.
 */
export async function acceptRestoration(
  plinth: Plinth,
  configuration: Configuration,
  { tenantId, reason }: { readonly tenantId: TenantId; readonly reason: string },
): Promise<AnchorReport> {
  const { anchor, origin } = configuration
  const reports = await compareWithAnchor(plinth, configuration)
  if (anchor === undefined || reports === undefined)
    throw new CommandFailure('PLINTH_ANCHOR names no place in which checkpoints are kept.')
  const report = reports.find((each) => each.tenantId === tenantId)
  if (report === undefined) throw new CommandFailure(`There is no tenant ${tenantId}.`)
  if (report.state !== 'behind')
    throw new CommandFailure(
      report.state === 'differs'
        ? `The books of ${tenantId} differ from what was anchored within what they have: that is no restored backup, and nothing to accept. \`plinth verify --checkpoint\` names the first entry.`
        : `The books of ${tenantId} have all that was anchored: there is nothing to accept.`,
    )
  await audit(plinth, report, reason)
  const { signer } = await openSigningKey(configuration)
  const restoration = {
    origin: originOf(origin, tenantId),
    keptSize: report.sealed,
    givenUpSize: report.anchored,
  }
  await keepCheckpoint(anchor, signRestoration(restoration, signer))
  return report
}

const patienceMs = 10_000

async function audit(plinth: Plinth, report: AnchorReport, reason: string): Promise<void> {
  const { tenantId, sealed, anchored } = report
  const { now } = await plinth.database.read(tenantId, readHead)
  await plinth.database.transaction(
    { tenantId, lane: 'online', deadlineMs: Date.now() + patienceMs },
    async (tx) =>
      recordAuditEvents(
        tx,
        [
          {
            auditEventId: plinth.newId(),
            subject: plinth.subject,
            roles: [],
            action: 'accept_restoration',
            object: `${sealed} of ${anchored} entries: ${reason}`,
            outcome: 'accepted',
            code: undefined,
            idempotencyKey: undefined,
            correlationId: plinth.newId(),
            causationId: undefined,
          },
        ],
        now,
      ),
  )
}
