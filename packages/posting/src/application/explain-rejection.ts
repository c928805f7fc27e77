import type { Tx } from '@plinth/db'
import type { IdempotencyKey, Instant } from '@plinth/kernel'
import { listSettings, type SettingsRecord } from '@plinth/tenancy'
import type { CommandType } from '../domain/command.js'
import { type ExplainedRejection, explainRecorded } from '../domain/explain-rejection.js'
import type { CommandStore } from './ports.js'
import type { Books } from './posting-engine.js'
import { readRecorded } from './recorded-commands.js'

/** What there is to say of a key. */
export type RejectionAnswer =
  | { readonly outcome: 'unknown' }
  | { readonly outcome: 'accepted'; readonly type: CommandType; readonly decidedAt: Instant }
  | ({ readonly outcome: 'rejected' } & ExplainedRejection)

/** Why the command of a key was rejected, from what is recorded of it. Wants a transaction that reads one snapshot. */
export const explainRejectionWith =
  (store: CommandStore) =>
  async (tx: Tx, { currencies }: Books, key: IdempotencyKey): Promise<RejectionAnswer> => {
    const recorded = (await readRecorded(store, tx, [key]))(currencies).get(key)
    if (recorded === undefined) return { outcome: 'unknown' }
    const { answer, decidedAt } = recorded
    if (answer.outcome === 'accepted') return { outcome: 'accepted', type: answer.type, decidedAt }
    const settings = await settingsAt(tx, decidedAt)
    return { outcome: 'rejected', ...explainRecorded({ ...recorded, answer }, settings, currencies) }
  }

const versionsPerPage = 50

/** The newest version of before the decision, which was the one that it was made with. */
async function settingsAt(tx: Tx, decidedAt: Instant): Promise<SettingsRecord | undefined> {
  for (let after: number | undefined; ; ) {
    const page: SettingsRecord[] = await listSettings(tx, { order: 'desc', limit: versionsPerPage, after })
    const found = page.find(({ changedAt }) => changedAt <= decidedAt)
    if (found !== undefined || page.length < versionsPerPage) return found ?? page.at(-1)
    after = page.at(-1)?.settings.version
  }
}
