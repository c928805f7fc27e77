import type { AccountState, GlAccount } from '@plinth/account'
import type { IdempotencyKey, Instant } from '@plinth/kernel'
import type { JournalEntry } from '@plinth/ledger'
import type { Command, Outcome, Submission } from '@plinth/posting'
import type { Book } from '../../packages/posting/src/domain/book.js'
import { type Decided, decideBatch } from '../../packages/posting/src/domain/decide-batch.js'
import type { RecordedCommand } from '../../packages/posting/src/domain/recorded-command.js'
import { renderAnswer } from '../../packages/posting/src/domain/render-answer.js'
import type { Bank } from '../support/bank.js'
import {
  currencies,
  newGlAccount,
  newTerms,
  opening,
  posting,
  standing,
  submissionOf,
} from '../support/commands.js'
import { bookOf, detailsOf, stateOf, writeSteps } from '../support/memory-book.js'
import type { Keyed, Wish } from './paper-bank.js'

/** Where commands are tried: in memory or on PostgreSQL. */
export interface Driver {
  single(keyed: Keyed): Promise<Outcome>
  dry(keyed: Keyed): Promise<Outcome>
  batch(groups: readonly (readonly Keyed[])[]): Promise<Outcome[]>
  states(): Promise<AccountState[]>
}

function commandOf(wish: Wish): Command {
  const { note } = wish
  switch (wish.type) {
    case 'post': {
      const { valueDate } = wish
      const lines = wish.lines.map(({ side, id, amount, currency }) => `${side} ${id} ${amount} ${currency}`)
      return posting(lines, { description: note, valueDate: valueDate as never })
    }
    case 'open':
      return opening(wish.id, { gl: wish.gl, currency: wish.currency, limit: wish.limit, name: note })
    case 'status': {
      const { debits, credits } = wish
      const blocks = { ...(debits !== undefined && { debits }), ...(credits !== undefined && { credits }) }
      return { ...standing(wish.id, wish.status, blocks), reason: note } as Command
    }
    case 'terms':
      return newTerms(wish.id, { limit: wish.limit, name: note })
    case 'gl': {
      const { code, kind, parent, postable } = wish
      const made = newGlAccount(code, kind, { postable, ...(parent !== undefined && { parent }) })
      return made.type === 'create_gl_account'
        ? { ...made, glAccount: { ...made.glAccount, name: note } }
        : made
    }
  }
}

const submissionFor = ({ key, wish }: Keyed): Submission =>
  submissionOf(commandOf(wish), key as IdempotencyKey)
const unitOf = (group: readonly Keyed[]) => ({ submissions: group.map(submissionFor), broken: false })

export const onPostgres = (bank: Bank): Driver => ({
  single: (keyed) => bank.send(submissionFor(keyed)),
  dry: (keyed) => bank.engine.rehearse(bank.books, submissionFor(keyed)),
  batch: (groups) => bank.batch(groups.map(unitOf)),
  states: async () => {
    const found = await bank.rows<{ account_id: string }>(
      'select account_id from account.balance where tenant_id = $1 order by 1',
      [bank.tenantId],
    )
    return Promise.all(found.map(({ account_id: accountId }) => bank.state(accountId)))
  },
})

/** The chart and the three unlimited accounts that `useBank` gives a bank on PostgreSQL. */
function bookToBeginWith(): Book {
  const chart: GlAccount[] = [
    newGlAccount('1000', 'asset', { postable: false }),
    newGlAccount('1100', 'asset', { parent: '1000' }),
    newGlAccount('1300', 'asset', { parent: '1000' }),
    newGlAccount('2100', 'liability'),
    newGlAccount('4100', 'income'),
  ].flatMap((command) => (command.type === 'create_gl_account' ? [command.glAccount] : []))
  const unlimited = { glCode: '1100' as never, normalSide: 'debit', unlimited: true } as const
  const start = [
    stateOf('cash', unlimited),
    stateOf('yen', { ...unlimited, currency: 'JPY' as never }),
    stateOf('gold', { ...unlimited, currency: 'GOLD' as never }),
  ]
  return {
    ...bookOf({ daysBack: 10, daysAhead: 30 }),
    accounts: new Map(start.map((state) => [state.accountId, state])),
    details: new Map(start.map((state) => [state.accountId, detailsOf(state)])),
    glAccounts: new Map(chart.map((glAccount) => [glAccount.code, glAccount])),
  }
}

/** The same pure decisions without a database: what the engine does between reading and writing. */
export function inMemory(): Driver {
  let book = bookToBeginWith()
  const rows = new Map(book.accounts)
  const known = new Map<IdempotencyKey, RecordedCommand>()
  let entriesCount = 0

  function run(groups: readonly (readonly Keyed[])[], rehearsal: boolean): Outcome[] {
    const { accounts, details, glAccounts } = book
    const tried = {
      ...book,
      accounts: new Map(accounts),
      details: new Map(details),
      glAccounts: new Map(glAccounts),
    }
    const plan = decideBatch(tried, groups.map(unitOf), known)
    let next = entriesCount
    const entries = new Map<Decided, JournalEntry>()
    for (const decided of plan.records) {
      const { decision } = decided
      if (decision.kind !== 'posted') continue
      next += 1
      entries.set(decided, { ...decision.entry, entryNo: next, postedAt: '' as Instant, rendering: 1 })
    }
    const answerOf = (decided: Decided) => renderAnswer(decided, entries.get(decided), currencies)
    if (!rehearsal) {
      writeSteps(rows, plan)
      book = tried
      entriesCount = next
      for (const decided of plan.records) {
        const { key, request } = decided.submission
        const stored = { key, request, businessDate: book.businessDate, decidedAt: '' as Instant }
        known.set(key, { ...stored, answer: answerOf(decided) })
      }
    }
    return plan.verdicts.map((verdict): Outcome => {
      if (verdict.kind === 'known') return { kind: 'answered', replayed: true, answer: verdict.answer }
      if (verdict.kind !== 'decided') return verdict
      return { kind: 'answered', replayed: verdict.replayed, answer: answerOf(verdict.decided) }
    })
  }

  return {
    single: async (keyed) => run([[keyed]], false)[0] as Outcome,
    dry: async (keyed) => run([[keyed]], true)[0] as Outcome,
    batch: async (groups) => run(groups, false),
    // The rows that the plans wrote, which must be what the decisions made of the book.
    states: async () => {
      for (const [accountId, row] of rows) {
        const decided = book.accounts.get(accountId)
        if (JSON.stringify(row, asText) !== JSON.stringify(decided, asText))
          throw new Error(`${accountId} was not written`)
      }
      return [...rows.values()].sort((a, b) => (a.accountId < b.accountId ? -1 : 1))
    },
  }
}

const asText = (_name: string, value: unknown) => (typeof value === 'bigint' ? `${value}` : value)
