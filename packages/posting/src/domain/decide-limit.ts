import { decideOwnLimit } from '@plinth/account/domain'
import { type Bound, isSameLimit, type Limit, limitOf, type Rejection, reject } from '@plinth/kernel'
import { isSameCommonLimit, setCommonLimit } from '@plinth/tenancy/domain'
import type { Book } from './book.js'
import type { SetLimitCommand } from './command.js'
import type { Accepted } from './decision.js'

type LimitSet = Extract<Accepted, { kind: 'own_limit_set' | 'settings_changed' }>

/** Sets a limit of an account, a product or the tenant, or takes it away (ADR 0014). */
export function decideLimit(book: Book, command: SetLimitCommand): LimitSet | Rejection {
  const limit = limitIn(book, command)
  if (limit === undefined) return reject('currency_mismatch', `The limit is not one in ${command.currency}.`)
  const { accountId, productCode, reason } = command
  if (accountId !== undefined) {
    const state = decideOwnLimit(limit, { accountId, state: book.accounts.get(accountId) })
    return 'kind' in state ? state : { kind: 'own_limit_set', state, limit }
  }
  const settings = setCommonLimit(book.settings, { ...limit, productCode })
  return 'kind' in settings
    ? settings
    : { kind: 'settings_changed', settings, reason, limit: { ...limit, productCode } }
}

// The edge has read the amounts by the same decimals, which never change.
function limitIn({ settings }: Book, command: SetLimitCommand): Limit | undefined {
  const decimals = settings.currencies.decimalsOf(command.currency)
  return decimals === undefined ? undefined : limitOf(command, decimals)
}

/** Whether more may be spent afterwards: a bound that was there is higher or gone. A limit that is new takes nothing away. */
export function isLimitRaise(book: Book, command: SetLimitCommand): boolean {
  const next = limitIn(book, command)
  const { accountId, productCode } = command
  if (next === undefined) return false
  const current =
    accountId === undefined
      ? book.settings.limits.find((each) => isSameCommonLimit(each, { ...next, productCode }))
      : book.accounts.get(accountId)?.limits.find((each) => isSameLimit(each, next))
  if (current === undefined) return false
  return (
    isMore(current.perPosting, next.perPosting) ||
    isWider(current.perDay, next.perDay) ||
    isWider(current.perMonth, next.perMonth)
  )
}

const isMore = <Most extends bigint | number>(before: Most | undefined, after: Most | undefined): boolean =>
  before !== undefined && (after === undefined || after > before)

const isWider = (before: Bound | undefined, after: Bound | undefined): boolean =>
  isMore(before?.amount, after?.amount) || isMore(before?.count, after?.count)
