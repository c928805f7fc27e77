import { noAccount } from '@plinth/account/domain'
import { type AccountId, prevailing, type Rejection, reject } from '@plinth/kernel'
import type { AccruedInterest } from './accrued-interest.js'
import type { Book } from './book.js'
import type { Post, Stamp } from './command.js'
import type { Posted } from './decision.js'
import { faultOfCurrency } from './fault-of-currency.js'

type AccruingLine = Post['lines'][number] & { readonly accruesFor: AccountId }

const accruing = ({ lines }: Pick<Post, 'lines'>): AccruingLine[] =>
  lines.filter((line): line is AccruingLine => line.accruesFor !== undefined)

/** What speaks against what an engine outside says has accrued: it moves what stands for accounts that leave it to such an engine. */
export function faultOfInstruction(book: Book, command: Pick<Post, 'lines'>): Rejection | undefined {
  let fault: Rejection | undefined
  for (const line of accruing(command)) fault = prevailing(fault, faultOfLine(book, line))
  return fault
}

function faultOfLine(book: Book, { accruesFor, accountId, currency }: AccruingLine): Rejection | undefined {
  const state = book.accounts.get(accruesFor)
  if (state === undefined) return noAccount(accruesFor)
  if (state.status === 'closed')
    return reject('account_closed', `Account ${accruesFor} is closed.`, { accountId: accruesFor })
  const failed = (condition: string, detail: string): Rejection =>
    reject('condition_failed', detail, { accountId: accruesFor, condition })
  const accrued = book.accrued.get(accruesFor)
  if (accrued?.external !== true) {
    const detail = `The terms of account ${accruesFor} do not leave its interest to an engine outside.`
    return prevailing(faultOfCurrency(state, currency), failed('interestEngine', detail))
  }
  const { standsOn } = accrued
  if (standsOn === undefined) {
    const detail = `Account ${accruesFor} accrues from its first end of day on.`
    return prevailing(faultOfCurrency(state, currency), failed('accrued', detail))
  }
  const { payable, receivable } = standsOn
  if (accountId === payable || accountId === receivable) return faultOfCurrency(state, currency)
  return failed('standsOn', `Interest of account ${accruesFor} stands on ${payable} and ${receivable}.`)
}

/** An accrual that nothing speaks against, with what it adds: what is credited to the payable, or debited to the receivable. */
export function withInstructed(
  book: Book,
  command: Pick<Post, 'lines'>,
  posted: Posted,
  stamp: Stamp,
): Posted {
  const lines = accruing(command)
  if (lines.length === 0) return posted
  const [{ valueDate }] = posted.entries
  const sums = new Map<AccountId, { before: AccruedInterest; credit: bigint; debit: bigint }>()
  for (const { accruesFor, accountId, side, amount } of lines) {
    const before = book.accrued.get(accruesFor) as AccruedInterest
    const sum = sums.get(accruesFor) ?? { before, credit: 0n, debit: 0n }
    sums.set(accruesFor, sum)
    const signed = side === 'credit' ? (amount as bigint) : -(amount as bigint)
    if (accountId === before.standsOn?.payable) sum.credit += signed
    else sum.debit -= signed
  }
  const changing = [...sums].filter(([, { credit, debit }]) => credit !== 0n || debit !== 0n)
  return {
    ...posted,
    instructed: {
      added: changing.map(([accountId, { credit, debit }]) => ({
        ...{ accountId, valueDate, credit, debit },
        entryId: stamp.entryId,
      })),
      accrued: changing.map(([, { before, credit, debit }]) => ({
        ...before,
        credit: before.credit + credit,
        debit: before.debit + debit,
      })),
    },
  }
}
