import { readKeysOfEntries } from '@plinth/audit'
import type { Tx } from '@plinth/db'
import { commitmentsOfDetails } from '@plinth/evidence'
import { type Currencies, type EntryId, type IdempotencyKey, invariant, type TenantId } from '@plinth/kernel'
import { type JournalEntry, readEntriesById, readEntriesByNumber, readFollowers } from '@plinth/ledger'
import { readClearingEntries } from '@plinth/suspense'
import { type Proposal, readProposals } from '@plinth/tenancy'
import type { Book } from '../domain/book.js'
import type { ErasureCase, FamilyMember, RecordedTexts } from '../domain/erasure-case.js'
import { statesTexts } from '../domain/without-texts.js'
import type { CommandRow, CommandStore } from './ports.js'

interface Reader {
  readonly store: CommandStore
  readonly tx: Tx
  readonly tenantId: TenantId
  readonly currencies: Currencies
}

/**
 * The entries whose details shall be erased, each with all that repeats them. Nothing is locked: what is written tests again,
 * behind the head, that nothing more repeats them.
 */
export async function readErasures(reader: Reader, entryIds: readonly EntryId[]): Promise<Book['erasures']> {
  const entries = await readEntriesById(reader.tx, entryIds)
  const cases: [EntryId, ErasureCase][] = []
  for (const entry of entries) cases.push([entry.entryId, await readCase(reader, entry)])
  return new Map(cases)
}

async function readCase(reader: Reader, entry: JournalEntry): Promise<ErasureCase> {
  const { store, tx } = reader
  const { entries, clearings } = await readFamily(tx, entry)
  const keys = await readKeysOfEntries(
    tx,
    entries.map(({ entryId }) => entryId),
  )
  const family = entries.map((each): FamilyMember & { key: IdempotencyKey } => {
    const key = keys.get(each.entryId)
    invariant(key !== undefined, 'an entry has its audit event, beside it in time', { entryId: each.entryId })
    return { entry: each, key, madeBy: proposalOf(key) }
  })
  const numbers = new Set(entries.map(({ entryNo }) => entryNo))
  const rows = await store.readCommandRows(tx, [...new Set(family.map(({ key }) => key))])
  const making = rows.filter((row) => statesTextsOf(row, numbers))
  const proposalIds = [...new Set(making.flatMap(({ key }) => proposalOf(key) ?? []))]
  const ofProposals: RecordedTexts[] = []
  for (const proposalId of proposalIds)
    for (const row of await store.readRowsOnProposal(tx, proposalId))
      ofProposals.push({ ...row, onProposal: proposalId })
  const stating = new Set(making.map(({ key }) => key))
  const left = entries.filter(({ detailsErased }) => detailsErased === undefined)
  return {
    entry,
    family: family.map(({ key, ...member }) => ({
      ...member,
      madeBy: stating.has(key) ? member.madeBy : undefined,
    })),
    reversals: entries.filter(({ reverses }) => reverses !== undefined && numbers.has(reverses.entryNo))
      .length,
    clearings,
    kept: await commitmentsOfDetails(tx, left, reader),
    commands: [...making.map((row) => ({ ...row, onProposal: undefined })), ...ofProposals],
    proposals: await readProposals(tx, proposalIds),
  }
}

/** A correction's texts are those of its second entry. */
function statesTextsOf({ type, entryNo = 0 }: CommandRow, numbers: ReadonlySet<number>): boolean {
  return statesTexts(type) && numbers.has(type === 'correct' ? entryNo + 1 : entryNo)
}

/** What runs as approved has a key that names its proposal. */
const proposalOf = (key: IdempotencyKey): Proposal['proposalId'] | undefined =>
  /^proposal:([0-9a-f-]{36}):/.exec(key)?.[1] as Proposal['proposalId'] | undefined

/** The entry and all that repeats it, and that again, in the order in which they were found. */
async function readFamily(
  tx: Tx,
  entry: JournalEntry,
): Promise<{ entries: readonly JournalEntry[]; clearings: number }> {
  const found = new Map([[entry.entryId, entry]])
  let clearings = 0
  for (let fresh = [entry]; fresh.length > 0; ) {
    const clearingIds = await readClearingEntries(
      tx,
      fresh.map(({ entryId }) => entryId),
    )
    clearings += clearingIds.length
    const followers = await readFollowers(
      tx,
      fresh.map(({ entryNo }) => entryNo),
    )
    const next = [
      ...(await readEntriesByNumber(tx, [...new Set(followers)])),
      ...(await readEntriesById(tx, clearingIds)),
    ]
    fresh = next.filter(({ entryId }) => !found.has(entryId))
    for (const each of fresh) found.set(each.entryId, each)
  }
  return { entries: [...found.values()], clearings }
}
