import { type Account, decideOpenAccount } from '@plinth/account/domain'
import {
  type Currencies,
  formatMinor,
  invariant,
  monthOf,
  parseMinor,
  prevailing,
  type Rejection,
} from '@plinth/kernel'
import { captureTerms, noProduct, type StatedTerms } from '@plinth/product/domain'
import type { Book } from './book.js'
import type { OpenAccountCommand, Stamp } from './command.js'
import type { Accepted } from './decision.js'
import { isToBeCounted } from './limits.js'

/**
 * Opens an account, with the terms of its product if the catalogue has one of that code. A product code that the catalogue does
 * not know is a label, as it was before there was a catalogue; nothing can then be left to the product (ADR 0016).
 */
export function decideOpening(
  book: Book,
  command: OpenAccountCommand,
  stamp: Pick<Stamp, 'accountId'>,
): Accepted | Rejection {
  const { productCode } = command
  const product = productCode === undefined ? undefined : book.products.get(productCode)
  if (product === undefined) return decideLabelled(book, command, stamp)
  const { currencies } = book.settings
  const terms = captureTerms(product, statedBy(command, currencies), book.businessDate)
  const parameters = 'kind' in terms ? undefined : terms.parameters
  const glCode = command.glCode ?? parameters?.glMapping.customerGlCode
  const currency = command.currency ?? parameters?.currency
  const fault = 'kind' in terms ? terms : terms.fault
  if (glCode === undefined || currency === undefined) {
    invariant(fault !== undefined, 'a version in force says what an opening leaves open', { productCode })
    return fault
  }
  const overdraftLimit =
    parameters === undefined
      ? command.overdraftLimit
      : (parseMinor(
          parameters.overdraftLimit,
          currencies.decimalsOf(parameters.currency) as number,
        ) as bigint)
  const opened = openUnder(book, { ...command, glCode, currency, overdraftLimit }, stamp)
  const rejection = prevailing('kind' in opened ? opened : undefined, fault)
  if (rejection !== undefined || 'kind' in opened || 'kind' in terms) return rejection as Rejection
  return { kind: 'account_opened', account: opened, terms: terms.captured }
}

/** Without a product: everything is said, and eligibility has no rule to be held against. */
function decideLabelled(
  book: Book,
  command: OpenAccountCommand,
  stamp: Pick<Stamp, 'accountId'>,
): Accepted | Rejection {
  const { glCode, currency, productCode = '', eligibility } = command
  if (glCode === undefined || currency === undefined) return noProduct(productCode)
  const opened = openUnder(book, { ...command, glCode, currency }, stamp)
  const fault = eligibility === undefined ? undefined : noProduct(productCode)
  const rejection = prevailing('kind' in opened ? opened : undefined, fault)
  if (rejection !== undefined || 'kind' in opened) return rejection as Rejection
  return { kind: 'account_opened', account: opened }
}

type Complete = OpenAccountCommand & {
  readonly glCode: NonNullable<OpenAccountCommand['glCode']>
  readonly currency: NonNullable<OpenAccountCommand['currency']>
}

function openUnder(book: Book, command: Complete, stamp: Pick<Stamp, 'accountId'>): Account | Rejection {
  const { name, glCode, currency, customerId, productCode, metadata, overdraftLimit, unlimited } = command
  const accountId = command.accountId ?? stamp.accountId
  const details = { accountId, name, glCode, currency, customerId, productCode, metadata }
  const known = { glAccount: book.glAccounts.get(glCode), account: book.accounts.get(accountId) }
  const opened = decideOpenAccount({ details, overdraftLimit, unlimited }, known)
  return 'kind' in opened ? opened : counted(book, opened)
}

/** A new account that a limit on days or months applies to is counted from its first posting on. */
function counted({ businessDate, settings, limits: { coming } }: Book, account: Account): Account {
  const { state, details } = account
  if (!isToBeCounted(state, details.productCode, { settings, coming })) return account
  return { details, state: { ...state, countedFrom: monthOf(businessDate) } }
}

function statedBy(command: OpenAccountCommand, currencies: Currencies): StatedTerms {
  const { glCode, currency, overdraftLimit, noOverdraft, unlimited, eligibility } = command
  const decimals = currency === undefined ? undefined : currencies.decimalsOf(currency)
  const said = overdraftLimit > 0n || noOverdraft === true
  const limit = said && decimals !== undefined ? formatMinor(overdraftLimit, decimals) : undefined
  return { glCode, currency, overdraftLimit: limit, unlimited, eligibility }
}
