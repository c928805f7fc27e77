import type { Tx } from '@plinth/db'
import { writeSettingsVersion } from '@plinth/ledger'
import { insertApiKey, writeDecision, writeProposal, writeSettings } from '@plinth/tenancy'
import type { Decided } from '../domain/decide-batch.js'

/**
 * Sends what was decided on the rules of the tenant and on who may do what: settings, proposals, keys. In order, because one
 * command may decide what another proposed.
 */
export function writeGovernance(tx: Tx, records: readonly Decided[]): void {
  let entriesBefore = 0
  let settingsVersion: number | undefined
  for (const { submission, decision } of records) {
    const { subject, onBehalfOf } = submission.context
    switch (decision.kind) {
      case 'posted':
        entriesBefore += decision.entries.length
        break
      case 'settings_changed': {
        const { settings, reason } = decision
        writeSettings(tx, { settings, actor: { subject, onBehalfOf }, reason, entriesBefore })
        settingsVersion = settings.version
        break
      }
      case 'proposed':
        writeProposal(tx, decision.proposal)
        break
      case 'proposal_decided':
        writeDecision(tx, decision.proposal)
        break
      case 'api_key_issued': {
        const { apiKey, createdBy } = decision
        const secretHash = Buffer.from(apiKey.secretHash, 'hex')
        insertApiKey(tx, { ...apiKey, secretHash, createdBy, expiresAt: apiKey.expiresAt })
      }
    }
  }
  if (settingsVersion !== undefined) writeSettingsVersion(tx, settingsVersion)
}
