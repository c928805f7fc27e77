import { readAccount, readOpenedOn } from '@plinth/account'
import { type AuditEvent, recordAuditEvents } from '@plinth/audit'
import type { Tx } from '@plinth/db'
import { type AccountId, addDays, type BusinessDate, type Currencies, invariant } from '@plinth/kernel'
import { type Head, readHead } from '@plinth/ledger'
import { decimalsIn, gatherLines } from './gather-lines.js'
import type { StatementStore, StoredStatement } from './ports.js'

/** Who asks for a statement, as the audit trail has it. */
export type Asker = Pick<AuditEvent, 'auditEventId' | 'subject' | 'roles' | 'correlationId' | 'causationId'> &
  Partial<Pick<AuditEvent, 'client' | 'onBehalfOf' | 'origin'>>

export interface StatementRequest {
  readonly accountId: AccountId
  /** The last day. */
  readonly to: BusinessDate
  readonly currencies: Currencies
  readonly asker: Asker
}

/** `there` was made before. */
export type MadeStatement =
  | { readonly outcome: 'made' | 'there'; readonly stored: StoredStatement }
  | { readonly outcome: 'no_account' }
  | { readonly outcome: 'refused'; readonly detail: string }

/** The first day that is not closed: it may still get entries. */
export const firstOpenDay = ({ businessDate, closingDate }: Head): BusinessDate => closingDate ?? businessDate

/**
 * Makes an account's next statement, from the day behind the last one's (the first begins with the day on which the account
 * was opened) up to `to`, and numbers it. The same account and `to` have the same statement for ever, whoever asks again. All its
 * days must be closed. Two at once: the table takes one of them, and the transaction of the other, which must be
 * repeatable, is run again and finds it.
 */
export const makeStatementWith =
  (store: StatementStore) =>
  async (tx: Tx, { accountId, to, currencies, asker }: StatementRequest): Promise<MadeStatement> => {
    const [account, openedOn, last, head] = await Promise.all([
      readAccount(tx, accountId),
      readOpenedOn(tx, accountId),
      store.readLast(tx, accountId),
      readHead(tx),
    ])
    if (account === undefined || openedOn === undefined) return { outcome: 'no_account' }
    const from = last === undefined ? openedOn : addDays(last.statement.to, 1)
    if (to < from) return await thereOrRefused(store, tx, { accountId, to, from })
    if (to >= firstOpenDay(head)) {
      const detail = `${to} is not closed: the first day that is not is ${firstOpenDay(head)}.`
      return { outcome: 'refused', detail }
    }
    const { statement: made, checksum } = await gatherLines(tx, {
      statementNo: (last?.statement.statementNo ?? 0) + 1,
      accountId,
      name: account.details.name,
      currency: account.details.currency,
      decimals: decimalsIn(currencies, account.details.currency),
      normalSide: account.state.normalSide,
      from,
      to,
      provisional: false,
      madeAt: head.now,
      madeBy: asker.subject,
    })
    const { decimals: _, statementNo, ...statement } = made
    invariant(statementNo !== undefined, 'what is made has a number', { accountId })
    const stored = { statement: { ...statement, statementNo }, checksum }
    store.insert(tx, stored)
    recordAuditEvents(
      tx,
      [
        {
          ...asker,
          action: 'make_statement',
          object: `${accountId} ${statementNo}`,
          outcome: 'accepted',
          code: undefined,
          idempotencyKey: undefined,
        },
      ],
      head.now,
    )
    return { outcome: 'made', stored }
  }

async function thereOrRefused(
  store: StatementStore,
  tx: Tx,
  { accountId, to, from }: { accountId: AccountId; to: BusinessDate; from: BusinessDate },
): Promise<MadeStatement> {
  const around = await store.readByDay(tx, accountId, to)
  if (around === undefined) {
    return { outcome: 'refused', detail: `The account’s statements begin with ${from}.` }
  }
  if (around.statement.to === to) return { outcome: 'there', stored: around }
  const { statementNo, from: first, to: end } = around.statement
  return { outcome: 'refused', detail: `${to} stands in statement ${statementNo}, from ${first} to ${end}.` }
}
