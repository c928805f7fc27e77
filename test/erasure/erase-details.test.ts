import { createHash } from 'node:crypto'
import { checkProof } from '@plinth/evidence/domain'
import type { AccountId, BusinessDate, EntryId } from '@plinth/kernel'
import { type Command, canonicalRequest, type Post } from '@plinth/posting'
import type { SuspenseItemId } from '@plinth/suspense'
import { beforeAll, describe, expect, test } from 'vitest'
import { keyOf, provedOf, seal } from '../evidence/sealed-bank.js'
import { findings, inEveryForm, make, numbered, told } from '../statements/in-bank.js'
import { type Bank, useBank } from '../support/bank.js'
import { answerOf, currencies, endOf, newKey, posting, reverseWhole, special } from '../support/commands.js'
import { capture, holdIdOf, place } from '../support/hold-commands.js'
import { approve, broken, erase, erasure, propose, whereStand } from './erasing-bank.js'

const openBank = useBank()

/** Texts of a customer, all of which have the mark in them. */
const textsOf = (mark: string) => ({
  description: `rent of ${mark}`,
  reference: `ref-${mark}`,
  endToEndId: `e2e-${mark}`,
  metadata: { [`name-${mark}`]: 'x', note: `for "${mark}"` },
})
const paying = (mark: string, more: Partial<Post> = {}): Post =>
  posting(['debit alice 10.00', 'credit bob 10.00'], { ...textsOf(mark), ...more })

const entryIdOf = (answer: Record<string, unknown>): string => answer.journalEntryId as string
async function made(bank: Bank, command: Command, key = newKey()): Promise<string> {
  const outcome = await bank.submit(command, key)
  expect(endOf(outcome)).toBe('accepted')
  const answer = answerOf(outcome)
  return entryIdOf((answer.posting as Record<string, unknown> | undefined) ?? answer)
}
async function newBank(): Promise<Bank> {
  const bank = await openBank()
  for (const account of ['alice', 'bob', 'carol']) await bank.open(account)
  await bank.fund('alice', '500.00')
  return bank
}
const entryOf = async (bank: Bank, entryId: string) =>
  (
    await bank.rows(
      `select description, reference, end_to_end_id, metadata, details_erased_under from ledger.journal_entry
        where tenant_id = $1 and entry_id = $2`,
      [bank.tenantId, entryId],
    )
  )[0]

const erasedRow = {
  description: null,
  reference: null,
  end_to_end_id: null,
  metadata: {},
  details_erased_under: 'GDPR Art. 17(1)(a)',
}

describe('after the details of an entry were erased, a dump of the database has none of them', () => {
  const cases: [string, (bank: Bank, mark: string) => Promise<string>][] = [
    ['of a posting', (bank, mark) => made(bank, paying(mark))],
    [
      'of one of a batch',
      async (bank, mark) => {
        const [first] = await bank.batch([paying(mark), posting(['debit alice 1.00', 'credit bob 1.00'])])
        return entryIdOf(answerOf(first as never))
      },
    ],
    [
      'of a capture of a hold',
      async (bank, mark) => {
        const holdId = holdIdOf(await bank.submit(place('alice', 1000n)))
        return made(bank, { ...capture(holdId, '10.00'), ...textsOf(mark) } as Command)
      },
    ],
    [
      'that was reversed in part, and corrected',
      async (bank, mark) => {
        const entryId = await made(bank, paying(mark))
        const { description, reference, endToEndId, metadata, lines, transactionCode, valueDate } =
          paying(mark)
        const corrected = { description, reference, endToEndId, metadata, lines, transactionCode, valueDate }
        await made(bank, {
          type: 'correct',
          entryId: entryId as EntryId,
          reason: 'a wrong amount',
          valueDate: undefined,
          posting: corrected,
        })
        return entryId
      },
    ],
    [
      'that was reversed',
      async (bank, mark) => {
        const entryId = await made(bank, paying(mark))
        await made(bank, reverseWhole(entryId))
        return entryId
      },
    ],
    [
      'that was diverted, cleared, and whose clearing was taken back and done again',
      async (bank, mark) => {
        await bank.open('suspense', { unlimited: true })
        await bank.status('carol', 'closed')
        const diverted = special(['debit cash 10.00', 'credit carol 10.00 else:suspense'], textsOf(mark))
        const entryId = await made(bank, diverted)
        const [item] = await bank.rows<{ suspense_item_id: SuspenseItemId }>(
          'select suspense_item_id from suspense.suspense_item where tenant_id = $1',
          [bank.tenantId],
        )
        const clear: Command = {
          type: 'clear_suspense_item',
          suspenseItemId: item?.suspense_item_id as SuspenseItemId,
          accountId: 'bob' as AccountId,
          reason: 'found',
          valueDate: undefined,
        }
        await made(bank, reverseWhole(await made(bank, clear)))
        await made(bank, clear)
        return entryId
      },
    ],
    [
      'that was proposed and approved, whose approval named the hash of the payload',
      async (bank, mark) => {
        const command = paying(mark, { transactionCode: 'MANUAL' })
        const payload = canonicalRequest(command, currencies)
        const payloadHash = createHash('sha256').update(payload).digest('hex')
        const proposalId = await propose(bank, command)
        // One who decides what is their own is rejected, and that is recorded, with the hash.
        const [refused] = await approve(bank, proposalId, { command, payloadHash, subject: 'key:test' })
        expect(endOf(refused)).toBe('self_approval')
        const [, ran] = await approve(bank, proposalId, { command, payloadHash })
        expect((await whereStand(bank, [payloadHash])).length).toBeGreaterThan(0)
        return entryIdOf(answerOf(ran))
      },
    ],
  ]
  test.each(cases)('%s', async (_, make_) => {
    const bank = await newBank()
    const mark = `canary-${bank.tenantId}`
    const entryId = await make_(bank, mark)
    const payload = canonicalRequest(paying(mark, { transactionCode: 'MANUAL' }), currencies)
    const hash = createHash('sha256').update(payload).digest('hex')
    await seal(bank)
    expect(await broken(bank)).toEqual({})
    expect((await whereStand(bank, [mark])).join()).toContain('ledger.journal_entry')
    const told_ = await erase(bank, entryId)
    expect(told_).toMatchObject({ journalEntryId: entryId, legalBasis: 'GDPR Art. 17(1)(a)' })
    expect(JSON.stringify(told_)).not.toContain(mark)
    expect(await whereStand(bank, [mark, hash])).toEqual([])
    expect(await entryOf(bank, entryId)).toEqual(erasedRow)
    expect(await broken(bank)).toEqual({})
    await bank.expectBooksInOrder()
  })
})

describe('an entry whose details were erased', () => {
  let bank: Bank
  let entryId: string
  let otherId: string
  const key = newKey()
  beforeAll(async () => {
    bank = await newBank()
    entryId = await made(bank, paying('canary-one'), key)
    otherId = await made(bank, paying('canary-two'))
    await seal(bank)
    await erase(bank, entryId)
  })

  test('keeps its leaf: its proof checks, and opens everything but the details', async () => {
    const { evidence, openings, erased } = await provedOf(bank, entryId, 'all')
    expect(openings.map(({ part }) => part)).toEqual(['lines/0', 'lines/1'])
    expect(erased).toEqual(['details'])
    const proof = await provedOf(bank, entryId, 'all')
    expect(checkProof(JSON.stringify(proof), [keyOf(bank)])).toMatchObject({ sound: true })
    expect(evidence.details).toMatch(/^[A-Za-z0-9+/]{43}=$/)
    const other = await provedOf(bank, otherId, 'all')
    expect(other).not.toHaveProperty('erased')
    expect(other.openings.map(({ part }) => part)).toContain('details')
  })

  test('replays for its key, whatever the texts, and not for another command', async () => {
    const replayed = async (command: Command) => bank.submit(command, key)
    for (const command of [
      paying('canary-one'),
      paying('another'),
      posting(['debit alice 10.00', 'credit bob 10.00']),
    ]) {
      const outcome = await replayed(command)
      expect(endOf(outcome)).toBe('accepted, replayed')
      expect(answerOf(outcome)).toMatchObject({ journalEntryId: entryId, metadata: {} })
      expect(answerOf(outcome)).toHaveProperty('detailsErased')
    }
    const other = await replayed(posting(['debit alice 10.01', 'credit bob 10.01'], textsOf('canary-one')))
    expect(other).toMatchObject({ kind: 'key_reused', firstDifference: '/lines/0/amount' })
  })

  test('is taken back like any other, by an entry that has no details either', async () => {
    const reversalId = await made(bank, reverseWhole(entryId))
    expect(await entryOf(bank, reversalId)).toMatchObject({ description: null, reference: null })
    expect(await broken(bank)).toEqual({})
  })

  test('is told of by an event and an audit event that do not say what was erased', async () => {
    const events = await bank.rows<{ data: object }>(
      `select data from outbox.outbox_event where tenant_id = $1 and type = 'plinth.journal_entry.details_erased.v1'`,
      [bank.tenantId],
    )
    expect(events).toMatchObject([
      { data: { journalEntryId: entryId, entries: [{ journalEntryId: entryId }] } },
    ])
    const audited = await bank.rows(
      `select subject, on_behalf_of, object, outcome from audit.audit_event
        where tenant_id = $1 and action = 'erase_details'`,
      [bank.tenantId],
    )
    expect(audited).toEqual([
      { subject: 'key:other', on_behalf_of: 'key:test', object: entryId, outcome: 'accepted' },
    ])
  })

  test('is not erased twice', async () => {
    const again = await bank.submit({
      type: 'propose',
      proposed: erasure(entryId),
      reason: 'x',
      expiresAt: undefined,
    })
    expect(endOf(again)).toBe('status_transition_invalid')
  })
})

describe('details are not erased', () => {
  let bank: Bank
  let entryId: string
  beforeAll(async () => {
    bank = await newBank()
    entryId = await made(bank, paying('kept'))
    await seal(bank)
  })
  const proposing = (id: string): Command => ({
    type: 'propose',
    proposed: erasure(id),
    reason: 'x',
    expiresAt: undefined,
  })

  test('by one person alone, whatever the settings say', async () => {
    expect(endOf(await bank.submit(erasure(entryId)))).toBe('approval_needed')
    const command = erasure(entryId)
    const [approved, ran] = await approve(bank, await propose(bank, command), {
      command,
      subject: 'key:test',
    })
    expect([endOf(approved), endOf(ran)]).toEqual(['self_approval', 'linked_failed'])
    expect(await entryOf(bank, entryId)).toMatchObject({ description: 'rent of kept' })
  })

  test('of an entry that is not there', async () => {
    expect(endOf(await bank.submit(proposing('01990000-0000-7000-8000-000000000000')))).toBe(
      'entry_not_found',
    )
  })

  test('of an entry that is not sealed, or is repeated by one that is not', async () => {
    const fresh = await made(bank, paying('fresh'))
    expect(answerOf(await bank.submit(proposing(fresh)))).toMatchObject({
      code: 'condition_failed',
      facts: { condition: 'sealed' },
    })
    const command = erasure(entryId)
    const proposalId = await propose(bank, command)
    const reversalId = await made(bank, reverseWhole(entryId))
    const [, ran] = await approve(bank, proposalId, { command })
    expect(endOf(ran)).toBe('condition_failed')
    await seal(bank)
    // The proposal has waited.
    expect((await approve(bank, proposalId, { command })).map(endOf)).toEqual(['accepted', 'accepted'])
    expect(await entryOf(bank, reversalId)).toEqual(erasedRow)
  })

  test('of a reversal, which repeats those of another entry', async () => {
    const paid = await made(bank, paying('reversed'))
    const reversalId = await made(bank, reverseWhole(paid))
    await seal(bank)
    expect(endOf(await bank.submit(proposing(reversalId)))).toBe('entry_is_a_reversal')
  })
})

test('a reversal that is decided while the details are erased does not bring them back', async () => {
  const bank = await newBank()
  const other = bank.elsewhere()
  for (let round = 0; round < 5; round += 1) {
    const mark = `canary-race-${round}`
    const entryId = await made(bank, paying(mark))
    await seal(bank)
    const command = erasure(entryId)
    const proposalId = await propose(bank, command)
    const [[, ran], reversed] = await Promise.all([
      approve(bank, proposalId, { command }),
      other.submit(reverseWhole(entryId)),
    ])
    expect(endOf(reversed)).toBe('accepted')
    await seal(bank)
    if (endOf(ran) !== 'accepted')
      expect((await approve(bank, proposalId, { command })).map(endOf)).toEqual(['accepted', 'accepted'])
    expect(await whereStand(bank, [mark])).toEqual([])
  }
  expect(await broken(bank)).toEqual({})
})

describe('a statement that was made before details of its lines were erased', () => {
  let bank: Bank
  let before: string
  let entryId: string
  beforeAll(async () => {
    bank = await newBank()
    entryId = await made(bank, paying('canary-statement'))
    await made(bank, paying('kept'))
    await bank.moveTo('2026-11-21' as BusinessDate)
    await bank.moveTo('2026-11-22' as BusinessDate)
    expect(told(await make(bank, 'alice', '2026-11-20'))).toContain('made 1')
    before = (await numbered(bank, 'alice', 1)).checksum
    await seal(bank)
    await erase(bank, entryId)
  })

  test('is rendered in every form without them, says so, and keeps the checksum of the day it was made', async () => {
    const page = await numbered(bank, 'alice', 1)
    expect(page).toMatchObject({ checksum: before, erased: { lines: 1 } })
    expect(page.erased?.checksum).not.toBe(before)
    for (const form of inEveryForm(page)) {
      expect(form).not.toContain('canary')
      expect(form).toContain('rent of kept')
    }
    expect(inEveryForm(page)[1]).toContain('Erased    details of 1 lines')
  })

  test('is verified in all but the checksum, and counted', async () => {
    expect(await findings(bank)).toMatchObject({ broken: 0, withErasedLines: 1 })
  })

  test('is followed by statements with checksums of their own', async () => {
    expect(told(await make(bank, 'bob', '2026-11-20'))).toContain('made 1')
    const page = await numbered(bank, 'bob', 1)
    expect(page.erased).toBeUndefined()
    expect(page.lines.map(({ detailsErased }) => detailsErased)).toEqual([true, undefined])
    expect(await findings(bank)).toMatchObject({ broken: 0, withErasedLines: 1 })
  })
})
