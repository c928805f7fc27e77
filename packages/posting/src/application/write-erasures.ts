import type { Tx } from '@plinth/db'
import { destroyDetailsSalts } from '@plinth/evidence'
import { type IdempotencyKey, invariant } from '@plinth/kernel'
import { eraseEntryDetails } from '@plinth/ledger'
import { eraseToldPayloads } from '@plinth/outbox'
import { expectClearings } from '@plinth/suspense'
import { erasePayload, type Proposal, writeErasure } from '@plinth/tenancy'
import { payloadHashOf } from '@plinth/tenancy/domain'
import type { Decided } from '../domain/decide-batch.js'
import type { DetailsErasure } from '../domain/decide-erasure.js'
import { notErased, type RecordedTexts } from '../domain/erasure-case.js'
import { withoutTexts } from '../domain/without-texts.js'
import type { CommandStore } from './ports.js'

/** Sends the erasures of a batch, behind the approvals that they hang on. The record of each comes first: the tables ask for it. */
export function writeErasures(store: CommandStore, tx: Tx, records: readonly Decided[]): void {
  for (const { submission, decision } of records) {
    if (decision.kind !== 'details_erased') continue
    const { approvedBy } = submission
    invariant(approvedBy !== undefined, 'nobody erases details alone', { key: submission.key })
    writeOne(store, tx, decision, approvedBy)
  }
}

function writeOne(
  store: CommandStore,
  tx: Tx,
  { found, erased }: DetailsErasure,
  proposalId: Proposal['proposalId'],
): void {
  const { entry, family, kept = [], reversals, clearings, commands, proposals } = found
  const members = notErased(found)
  writeErasure(tx, {
    namedEntryId: entry.entryId,
    legalBasis: erased.legalBasis,
    erasedAt: erased.at,
    proposalId,
    entries: members.map(({ entry: { entryId }, madeBy }) => ({ entryId, madeByProposalId: madeBy })),
  })
  const numbersOf = (of: typeof members): number[] => of.map(({ entry: { entryNo } }) => entryNo)
  eraseEntryDetails(tx, { entryNos: numbersOf(members), family: numbersOf([...family]), reversals }, erased)
  expectClearings(
    tx,
    family.map((member) => member.entry.entryId),
    clearings,
  )
  destroyDetailsSalts(tx, kept)
  const payloads = new Map(proposals.map((each) => [each.proposalId, withoutTexts(each.payload)]))
  for (const [id, payload] of payloads) {
    erasePayload(tx, id, payload)
    eraseToldPayloads(tx, id, payloadHashOf(payload))
  }
  store.eraseTexts(
    tx,
    commands.map((command) => blank(command, payloads)),
  )
}

/** A recorded command without the texts, and its answer without them if that is a proposal. */
function blank(
  { key, request, answer, onProposal }: RecordedTexts,
  payloads: ReadonlyMap<string, string>,
): { key: IdempotencyKey; request: string; answer: string | undefined } {
  const left = { key, request: withoutTexts(request), answer }
  const payload = onProposal && payloads.get(onProposal)
  if (payload === undefined || answer === undefined) return left
  const answered = JSON.parse(answer) as Record<string, unknown>
  if (answered.payload === undefined) return left
  const blanked = {
    ...answered,
    payload: JSON.parse(payload) as object,
    payloadHash: payloadHashOf(payload),
  }
  return { ...left, answer: JSON.stringify(blanked) }
}
