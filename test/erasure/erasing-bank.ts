import { createHash } from 'node:crypto'
import type { EntryId } from '@plinth/kernel'
import {
  type Command,
  type Outcome,
  type ProposableCommand,
  type Submission,
  verifyBooks,
} from '@plinth/posting'
import type { ProposalId } from '@plinth/tenancy'
import { expect } from 'vitest'
import { brokenOf, report } from '../evidence/sealed-bank.js'
import { findings } from '../statements/in-bank.js'
import type { Bank } from '../support/bank.js'
import { answerOf, endOf, newKey, submissionOf } from '../support/commands.js'
import { brokenRules } from '../verify/tampered-books.js'

const legalBasis = 'GDPR Art. 17(1)(a)'

export const erasure = (entryId: string): ProposableCommand => ({
  type: 'erase_details',
  entryId: entryId as EntryId,
  reason: 'the customer asked',
  legalBasis,
})

/** What one person proposes; throws unless it was taken. */
export async function propose(bank: Bank, proposed: ProposableCommand): Promise<ProposalId> {
  const made = await bank.submit({ type: 'propose', proposed, reason: 'a test', expiresAt: undefined })
  expect(endOf(made)).toBe('accepted')
  return answerOf(made).proposalId as ProposalId
}

/** Another person approves it, and it is run in the same breath: what became of the approval, and of what was approved. */
export async function approve(
  bank: Bank,
  proposalId: ProposalId,
  {
    command,
    payloadHash,
    subject = 'key:other',
  }: { command: Command; payloadHash?: string; subject?: string },
): Promise<[Outcome, Outcome]> {
  const decide: Command = {
    type: 'decide_proposal',
    proposalId,
    verdict: 'approve',
    payloadHash,
    comment: undefined,
  }
  const key = newKey()
  const ofApproval = createHash('sha256').update(key).digest('hex').slice(0, 32)
  const by = (submission: Submission): Submission => ({
    ...submission,
    context: { ...submission.context, subject },
  })
  const run = submissionOf(command, `proposal:${proposalId}:${ofApproval}` as typeof key)
  const [approved, ran] = await bank.engine.submitTogether(bank.books, [
    by(submissionOf(decide, key)),
    { ...by(run), context: { ...run.context, subject, onBehalfOf: 'key:test' }, approvedBy: proposalId },
  ])
  return [approved as Outcome, ran as Outcome]
}

/** Two people erase the details of an entry. */
export async function erase(bank: Bank, entryId: string): Promise<Record<string, unknown>> {
  const command = erasure(entryId)
  const [approved, ran] = await approve(bank, await propose(bank, command), { command })
  expect([endOf(approved), endOf(ran)]).toEqual(['accepted', 'accepted'])
  return answerOf(ran)
}

/** Every row of every table of the database as text, by table. */
async function dump({ rows }: Bank): Promise<Map<string, string>> {
  const tables = await rows<{ name: string }>(
    `select table_schema || '.' || table_name as name from information_schema.tables
      where table_type = 'BASE TABLE' and table_schema not in ('pg_catalog', 'information_schema') order by 1`,
  )
  const found = new Map<string, string>()
  for (const { name } of tables) {
    const [row] = await rows<{ text: string }>(
      `select coalesce(string_agg(t::text, E'\n'), '') as text from ${name} t`,
    )
    found.set(name, row?.text ?? '')
  }
  return found
}

/** The tables in which one of the texts stands, each with the text. */
export async function whereStand(bank: Bank, texts: readonly string[]): Promise<string[]> {
  const tables = await dump(bank)
  return [...tables].flatMap(([name, rows]) =>
    texts.filter((text) => rows.includes(text)).map((text) => `${name}: ${text}`),
  )
}

/** Every rule of the books, the evidence and the statements that is broken. */
export async function broken(bank: Bank): Promise<Record<string, unknown>> {
  const books = await bank.database.read(bank.tenantId, (tx) => verifyBooks(tx, bank.books))
  const statements = await findings(bank)
  return {
    ...brokenRules(books),
    ...brokenOf(await report(bank)),
    ...(statements.first !== undefined && { statements_stand: statements.first }),
  }
}
