import type { Tx } from '@plinth/db'
import type { EntryId } from '@plinth/kernel'
import { type Erasure, listErasures, type Proposal, readProposals } from '@plinth/tenancy'
import { isSamePerson } from '@plinth/tenancy/domain'
import type { renderErasure } from '../domain/decide-erasure.js'
import type { Findings } from '../domain/verify-report.js'
import type { ErasedEntries } from './verify-journal.js'
import type { StandingCommand, VerifyStore } from './verify-ports.js'

const rowsPerPage = 500

/** What a recorded command says that it erased. */
interface Commanded {
  readonly key: string
  readonly named: string
  readonly legalBasis: string
  readonly erasedAt: string
}

/**
 * Compares what three modules say of erasures: entries without details, records of their erasure, and the commands that two people
 * agreed on. A text that was taken away by anybody else is missed in one of them, and by the evidence.
 */
export async function verifyErasures(
  store: VerifyStore,
  tx: Tx,
  erased: ErasedEntries,
  findings: Findings,
): Promise<void> {
  const commanded = await readCommanded(store, tx)
  const recorded = new Set<EntryId>()
  for (let after: EntryId | undefined; ; ) {
    const page: Erasure[] = await listErasures(tx, { after, limit: rowsPerPage })
    const ids = [...new Set(page.map(({ proposalId }) => proposalId))]
    const proposals = new Map((await readProposals(tx, ids)).map((each) => [each.proposalId, each]))
    for (const erasure of page) {
      recorded.add(erasure.entryId)
      const row = { journalEntryId: erasure.entryId }
      const fault =
        faultOfEntry(erasure, erased) ??
        faultOfCommand(erasure, commanded.get(erasure.entryId)) ??
        faultOfProposal(proposals.get(erasure.proposalId))
      if (fault !== undefined) findings.add('details_erased', { row, ...fault })
    }
    if (page.length < rowsPerPage) break
    after = page.at(-1)?.entryId
  }
  const unrecorded = { expected: 'the record of an erasure', found: 'nothing' }
  for (const [entryId, { entryNo }] of erased)
    if (!recorded.has(entryId)) findings.add('details_erased', { row: { entryNo }, ...unrecorded })
  for (const [journalEntryId, { key }] of commanded)
    if (!recorded.has(journalEntryId as EntryId))
      findings.add('details_erased', { row: { key, journalEntryId }, ...unrecorded })
}

interface Fault {
  readonly expected: string
  readonly found: string
}

function faultOfEntry({ entryId, erasedAt, legalBasis }: Erasure, erased: ErasedEntries): Fault | undefined {
  const entry = erased.get(entryId)
  if (entry === undefined)
    return { expected: 'an entry without details', found: 'one that has them, or none' }
  const [expected, found] = [`${erasedAt}, ${legalBasis}`, `${entry.at}, ${entry.legalBasis}`]
  return expected === found ? undefined : { expected: `erased at ${expected}`, found: `at ${found}` }
}

function faultOfCommand(erasure: Erasure, command: Commanded | undefined): Fault | undefined {
  const expected = `an accepted command of the proposal ${erasure.proposalId}`
  if (command === undefined) return { expected, found: 'nothing' }
  const { key, named, legalBasis, erasedAt } = command
  const agrees =
    key.startsWith(`proposal:${erasure.proposalId}:`) &&
    named === erasure.namedEntryId &&
    legalBasis === erasure.legalBasis &&
    erasedAt === erasure.erasedAt
  return agrees ? undefined : { expected, found: `command ${key} of ${named}, ${erasedAt}, ${legalBasis}` }
}

function faultOfProposal(proposal: Proposal | undefined): Fault | undefined {
  const expected = 'a proposal that somebody else approved'
  if (
    proposal?.status !== 'approved' ||
    proposal.action !== 'erase_details' ||
    proposal.decision === undefined
  )
    return { expected, found: proposal === undefined ? 'none' : `${proposal.action}, ${proposal.status}` }
  const own = isSamePerson(proposal.maker, proposal.decision.decider)
  return own ? { expected, found: 'one that its maker approved' } : undefined
}

/** By entry. */
async function readCommanded(store: VerifyStore, tx: Tx): Promise<Map<string, Commanded>> {
  const commanded = new Map<string, Commanded>()
  for (let after = ''; ; ) {
    const page: StandingCommand[] = await store.readStandingCommands(tx, {
      types: ['erase_details'],
      after,
      limit: rowsPerPage,
    })
    for (const { key, answer } of page) {
      const {
        journalEntryId: named,
        legalBasis,
        erasedAt,
        entries,
      } = JSON.parse(answer) as ReturnType<typeof renderErasure>
      for (const { journalEntryId } of entries)
        commanded.set(journalEntryId, { key, named, legalBasis, erasedAt })
    }
    if (page.length < rowsPerPage) return commanded
    after = page.at(-1)?.key ?? after
  }
}
