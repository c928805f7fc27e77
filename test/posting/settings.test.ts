import { randomUUID } from 'node:crypto'
import type { EntryId } from '@plinth/kernel'
import { type Command, verifyBooks } from '@plinth/posting'
import type { ProposalId, SettingsChange } from '@plinth/tenancy'
import { describe, expect, test } from 'vitest'
import { type Bank, useBank } from '../support/bank.js'
import { answerOf, endOf, entryOf, posting, submissionOf, transferOf } from '../support/commands.js'
import { asAdmin } from '../support/database-admin.js'
import { untilBlocked } from '../support/faults.js'

const openBank = useBank()

const change = (changes: SettingsChange): Command => ({ type: 'change_settings', changes, reason: 'a test' })
const toCash = (valueDate?: string): Command =>
  transferOf({ from: 'cash', to: 'cash', amount: '1.00', ...(valueDate !== undefined && { valueDate }) })

async function findings(bank: Bank): Promise<unknown[]> {
  const report = await bank.database.read(bank.tenantId, (tx) => verifyBooks(tx, bank.books))
  return report.rules.filter(({ broken }) => broken > 0).map(({ rule, broken }) => ({ rule, broken }))
}

describe('settings', () => {
  test('bind what comes behind them in one batch, and leave alone what comes before', async () => {
    const bank = await openBank()
    const outcomes = await bank.batch([
      toCash('2026-01-01'),
      change({ valueDateDaysBack: 3 }),
      toCash('2026-01-01'),
      change({ valueDateDaysBack: 400 }),
      toCash('2026-01-01'),
    ])
    expect(outcomes.map(endOf)).toEqual([
      'accepted',
      'accepted',
      'value_date_out_of_window',
      'accepted',
      'accepted',
    ])
    const versions = await bank.rows(
      'select version, first_entry_no::int from tenancy.settings where tenant_id = $1 order by version',
      [bank.tenantId],
    )
    expect(versions).toEqual([
      { version: 1, first_entry_no: 1 },
      { version: 2, first_entry_no: 2 },
      { version: 3, first_entry_no: 2 },
    ])
  })

  test('of another day explain entries that today’s would refuse', async () => {
    const bank = await openBank()
    const long = posting(['debit cash 700.00', 'credit cash 700.00'])
    expect(endOf(await bank.submit(toCash('2026-01-01')))).toBe('accepted')
    expect(endOf(await bank.submit(long))).toBe('accepted')
    const limits = [{ currency: 'EUR', perPosting: '10.00' }]
    await bank.submit(change({ valueDateDaysBack: 0, postingLimits: limits, strictTransactionCodes: true }))
    expect(endOf(await bank.submit(long))).toBe('condition_failed')
    expect(await findings(bank)).toEqual([])
    // Seen from the other side: had they been decided with today's, they would not stand in the books.
    await bank.rows('alter table tenancy.settings disable trigger append_only')
    await bank.rows('update tenancy.settings set first_entry_no = 1 where version = 2 and tenant_id = $1', [
      bank.tenantId,
    ])
    await bank.rows('alter table tenancy.settings enable always trigger append_only')
    expect(await findings(bank)).toEqual([{ rule: 'decided_again', broken: 2 }])
  })

  test('that a part of a failed unit changed are as they were', async () => {
    const bank = await openBank()
    const unit = {
      submissions: [change({ valueDateDaysBack: 0 }), posting(['debit nobody 1.00', 'credit cash 1.00'])].map(
        (each) => submissionOf(each),
      ),
      broken: false,
    }
    expect((await bank.batch([unit])).map(endOf)).toEqual(['linked_failed', 'account_not_found'])
    expect(endOf(await bank.submit(toCash('2026-01-01')))).toBe('accepted')
    expect(
      await bank.rows('select version from tenancy.settings where tenant_id = $1', [bank.tenantId]),
    ).toEqual([{ version: 1 }])
  })

  test('of two who change them at once both take effect, one after the other', async () => {
    const bank = await openBank()
    const other = bank.elsewhere()
    const outcomes = await Promise.all([
      bank.submit(change({ valueDateDaysBack: 7 })),
      other.submit(change({ valueDateDaysAhead: 8 })),
      other.submit(change({ currencies: { GEM: 1 } })),
    ])
    expect(outcomes.map(endOf)).toEqual(['accepted', 'accepted', 'accepted'])
    const versions = outcomes.map((outcome) => answerOf(outcome).version)
    expect([...versions].sort()).toEqual([2, 3, 4])
    const last = outcomes.find((outcome) => answerOf(outcome).version === 4)
    expect(last && answerOf(last)).toMatchObject({
      valueDateDaysBack: 7,
      valueDateDaysAhead: 8,
      currencies: { ATTO: 18, GEM: 1, GOLD: 4 },
    })
  })

  test('that change while a posting waits for the head decide it again', async () => {
    const bank = await openBank()
    await asAdmin(bank.adminUrl, async (client) => {
      await client.query('begin')
      await client.query(
        `insert into tenancy.settings (tenant_id, version, settings, first_entry_no, changed_by, reason)
           select tenant_id, 2, settings || '{"valueDateDaysBack": 0}', 1, 'test', 'test' from tenancy.settings
            where tenant_id = $1`,
        [bank.tenantId],
      )
      await client.query('update ledger.journal_head set settings_version = 2 where tenant_id = $1', [
        bank.tenantId,
      ])
      const waiting = bank.submit(toCash('2026-11-01'))
      await untilBlocked(bank)
      await client.query('commit')
      expect(endOf(await waiting)).toBe('value_date_out_of_window')
    })
  })

  test('are found in another process at once, with the currencies that were added there', async () => {
    const bank = await openBank()
    const other = bank.elsewhere()
    expect(endOf(await other.submit(toCash()))).toBe('accepted')
    await bank.submit(change({ valueDateDaysBack: 0 }))
    expect(endOf(await other.submit(toCash('2026-11-19')))).toBe('value_date_out_of_window')
  })
})

test('settings bind the batch behind, which begins while they are being written', async () => {
  const bank = await openBank()
  // A whole transaction of the lane, with the change at its end; the batch behind has one of its own.
  const first = [...Array.from({ length: 999 }, () => toCash()), change({ valueDateDaysBack: 0 })]
  const [, behind] = await Promise.all([bank.batch(first), bank.batch([toCash('2026-01-01'), toCash()])])
  expect(behind.map(endOf)).toEqual(['value_date_out_of_window', 'accepted'])
  await bank.expectBooksInOrder()
})

describe('a proposal', () => {
  const manual: Command = posting(['debit cash 5.00', 'credit cash 5.00'], { transactionCode: 'MANUAL' })

  async function proposed(bank: Bank): Promise<{ proposalId: ProposalId; payload: string }> {
    const outcome = await bank.submit({
      type: 'propose',
      proposed: manual as never,
      reason: 'x',
      expiresAt: undefined,
    })
    const { proposalId } = answerOf(outcome) as { proposalId: ProposalId }
    const [row] = await bank.rows<{ payload: string }>(
      'select payload from tenancy.proposal where proposal_id = $1',
      [proposalId],
    )
    return { proposalId, payload: row?.payload as string }
  }
  const approve = (proposalId: ProposalId): Command => ({
    type: 'decide_proposal',
    proposalId,
    verdict: 'approve',
    payloadHash: undefined,
    comment: undefined,
  })
  const byAnother = {
    subject: 'key:another',
    roles: ['approver'],
    correlationId: 'c',
    causationId: undefined,
  }

  test('approved runs its payload and nothing else', async () => {
    const bank = await openBank({ approvals: ['manual_postings'] })
    expect(endOf(await bank.submit(manual))).toBe('approval_needed')
    const { proposalId } = await proposed(bank)
    const decided = { ...submissionOf(approve(proposalId)), context: byAnother }
    const larger = posting(['debit cash 6.00', 'credit cash 6.00'], { transactionCode: 'MANUAL' })
    const smuggled = { ...submissionOf(larger), approvedBy: proposalId }
    const failed = await bank.engine.submitTogether(bank.books, [decided, smuggled])
    expect(failed.map(({ kind }) => kind)).toEqual(['failed', 'failed'])
    const right = { ...submissionOf(manual), approvedBy: proposalId }
    const outcomes = await bank.engine.submitTogether(bank.books, [decided, right])
    expect(outcomes.map(endOf)).toEqual(['accepted', 'accepted'])
    expect(entryOf(outcomes[1] as never).entryNo).toBe(1)
    // What was approved once is approved no more.
    const again = { ...submissionOf(manual), approvedBy: proposalId }
    const [outcome] = await bank.engine.submitTogether(bank.books, [again])
    expect(outcome?.kind).toBe('failed')
    expect(await findings(bank)).toEqual([])
    await bank.expectBooksInOrder()
  })

  test('is refused by the database when it is decided by its maker, twice, late, or changed', async () => {
    const bank = await openBank()
    const { proposalId } = await proposed(bank)
    const update = (set: string) =>
      bank
        .rows(`update tenancy.proposal set ${set} where tenant_id = $1 and proposal_id = $2`, [
          bank.tenantId,
          proposalId,
        ])
        .then(
          () => 'accepted',
          ({ code, constraint }: { code: string; constraint?: string }) => constraint ?? code,
        )
    const decision = (by: string, more = '') =>
      `status = 'approved', decided_at = made_at, decided_by = '${by}'${more}`
    expect(await update(decision('key:test'))).toBe('nobody_decides_their_own')
    expect(await update(decision('key:app', ", decided_on_behalf_of = 'key:test'"))).toBe(
      'nobody_decides_their_own',
    )
    expect(await update("status = 'approved'")).toBe('decided_by_somebody')
    expect(await update(`${decision('x')}, payload = '{}'`)).toBe('23514')
    expect(await update("reason = 'another'")).toBe('23514')
    expect(await update("status = 'approved', decided_at = expires_at, decided_by = 'x'")).toBe(
      'not_decided_when_expired',
    )
    expect(await update(decision('key:another'))).toBe('accepted')
    expect(await update("status = 'rejected'")).toBe('23514')
    const forged = bank.rows(
      `insert into tenancy.proposal (tenant_id, proposal_id, action, payload, payload_hash, reason, deciders, made_by, made_at, expires_at)
       values ($1, $2, 'post', '{}', '\\x00', 'x', '{admin}', 'x', now(), now() + interval '1 day')`,
      [bank.tenantId, randomUUID() as EntryId],
    )
    await expect(forged).rejects.toMatchObject({ constraint: 'payload_is_what_was_hashed' })
  })
})
