import {
  book,
  faultsOf,
  faultsOfLimits,
  inWords,
  type Moving,
  netsOf,
  type PaperAccount,
  type PaperBooks,
  type PaperHold,
  poorAfter,
  shortened,
  type Tried,
  units,
  worstOf,
} from './paper-books.js'
import { faultsOfSpending } from './paper-limits.js'
import { netsOfTaken, prepared } from './paper-postings.js'
import type { CaptureWish, End, HoldChangeWish, Name, Nth, PlaceWish } from './wishes.js'

/** The far end, as it is answered. */
export const farEnd = '2999-12-31T23:59:59.999Z'

const isOver = (ends: End, { step }: PaperBooks): boolean =>
  ends === 'past' || (typeof ends === 'object' && ends.step <= step)

function answerOf({ id, currency, amount, captured, remaining, status, ends, clears }: PaperHold): object {
  return {
    ...{ accountId: id, status, currency },
    amount: inWords(amount, currency),
    captured: inWords(captured, currency),
    remaining: inWords(remaining, currency),
    ...(ends === 'never' && { expiresAt: null }),
    ...(ends === 'far' && { expiresAt: farEnd }),
    ...(clears && { clears: { lineNo: clears.lineNo, availableFrom: clears.from } }),
  }
}

/** Sets money aside: as a customer's debit it hears of status, currency and funds, but it posts nothing. */
export function place(books: PaperBooks, { id, amount, currency, ends }: PlaceWish): Tried {
  const faults = faultsOf(books, { id, side: 'debit', currency }, { dormancy: () => true })
  if (isOver(ends, books)) faults.push('hold_expired')
  faults.push(
    ...faultsOfLimits(books, [{ side: 'debit', currency, moved: units(amount, currency) as bigint }], true),
  )
  if (units(amount, currency) !== undefined)
    faults.push(...faultsOfSpending(books, [[id, units(amount, currency) as bigint]], true))
  const worst = worstOf(faults)
  if (worst !== undefined) return { end: worst }
  const wanted = units(amount, currency) as bigint
  const poor = poorAfter(books, new Map([[id, -wanted]]))
  if (poor.length > 0) return { end: 'insufficient_funds', facts: poor }
  const hold: PaperHold = {
    ...{ id, currency, ends, amount: wanted },
    ...{ captured: 0n, remaining: wanted, status: 'active', placedOn: books.today },
  }
  const account = books.accounts.get(id) as PaperAccount
  account.held += wanted
  const placed = [...books.holds.values()].filter(({ clears }) => clears === undefined)
  books.holds.set(`${placed.length + 1}`, hold)
  return { end: 'accepted', answer: answerOf(hold) }
}

/** A hold that has ended, or whose time is over, is neither captured nor extended. */
function ended({ status, ends }: PaperHold, books: PaperBooks): string[] {
  if (status !== 'active') return [`hold_${status}`]
  return isOver(ends, books) ? ['hold_expired'] : []
}

/** Writes a hold as it is now, and lowers what is held on its account by what it let go of. */
function replace(books: PaperBooks, name: Name, after: PaperHold): Tried {
  const before = books.holds.get(name) as PaperHold
  const account = books.accounts.get(after.id) as PaperAccount
  account.held -= before.remaining - after.remaining
  books.holds.set(name, after)
  return { end: 'accepted', answer: answerOf(after) }
}

export function changeHold(books: PaperBooks, wish: HoldChangeWish): Tried {
  const hold = books.holds.get(wish.hold)
  if (hold === undefined) return { end: 'hold_not_found' }
  // Releasing and expiry ask for what was recorded; the clock alone ends nothing for them.
  if (hold.status !== 'active') return { end: `hold_${hold.status}` }
  switch (wish.type) {
    case 'release':
      return replace(books, wish.hold, { ...hold, remaining: 0n, status: 'released' })
    case 'expire': {
      const cleared = hold.clears !== undefined && hold.clears.from <= books.today
      if (!cleared && !isOver(hold.ends, books)) return { end: 'condition_failed' }
      return replace(books, wish.hold, { ...hold, remaining: 0n, status: 'expired' })
    }
    case 'extend':
      if (isOver(hold.ends, books) || isOver(wish.ends, books)) return { end: 'hold_expired' }
      if (hold.clears !== undefined) return { end: 'condition_failed' }
      return replace(books, wish.hold, { ...hold, ends: wish.ends })
  }
}

/** Holds that keep lines of an entry, and by how much each lets go where so much of its line is taken back. */
export function stillKept(
  { holds }: PaperBooks,
  entry: Nth,
  takenBack: (lineNo: number) => bigint,
): { readonly name: Name; readonly hold: PaperHold; readonly less: bigint }[] {
  return [...holds].flatMap(([name, hold]) => {
    if (hold.clears?.entry !== entry || hold.status !== 'active') return []
    const asked = takenBack(hold.clears.lineNo)
    const left = asked < hold.remaining ? hold.remaining - asked : 0n
    return asked === 0n ? [] : [{ name, hold, less: hold.remaining - left }]
  })
}

export function letGo(books: PaperBooks, { name, hold, less }: ReturnType<typeof stillKept>[number]): void {
  const remaining = hold.remaining - less
  replace(books, name, { ...hold, remaining, status: remaining === 0n ? 'released' : 'active' })
}

/** What speaks against taking `amount` of the hold by these lines. */
function faultsOfCapture(
  books: PaperBooks,
  hold: PaperHold,
  wish: CaptureWish,
  lines: readonly Moving[],
): string[] {
  const amount = units(shortened(wish.amount), hold.currency)
  if (amount === undefined) return ['currency_mismatch']
  const faults = ended(hold, books)
  if (amount > hold.remaining) faults.push('hold_amount_exceeded')
  if (hold.clears !== undefined) faults.push('condition_failed')
  const own = lines.filter(({ id, currency }) => id === hold.id && currency === hold.currency)
  if ((netsOf(own).get(hold.id) ?? 0n) !== -amount) faults.push('hold_account_mismatch')
  return faults
}

/** A posting that takes what was set aside; dormancy does not keep the hold's own account from paying. */
export function capture(books: PaperBooks, wish: CaptureWish): Tried {
  const hold = books.holds.get(wish.hold)
  const { booking, faults: ofPosting } = prepared(books, wish, {
    dormancy: (id) => id !== hold?.id,
    // What the hold set aside was tested when it was placed.
    setAsideFor: hold?.id,
  })
  const faults = [
    ...ofPosting,
    ...(hold === undefined ? ['hold_not_found'] : faultsOfCapture(books, hold, wish, booking.lines)),
  ]
  const worst = worstOf(faults)
  if (worst !== undefined || hold === undefined) return { end: worst as string }
  const amount = units(shortened(wish.amount), hold.currency) as bigint
  const remaining = wish.final ? 0n : hold.remaining - amount
  const nets = netsOfTaken(books, booking.lines)
  nets.set(hold.id, (nets.get(hold.id) ?? 0n) + hold.remaining - remaining)
  const poor = poorAfter(books, nets)
  if (poor.length > 0) return { end: 'insufficient_funds', facts: poor }
  const status = remaining === 0n ? 'captured' : 'active'
  replace(books, wish.hold, { ...hold, remaining, status, captured: hold.captured + amount })
  return book(books, { ...booking, kind: 'capture', setAsideFor: hold.id })
}
