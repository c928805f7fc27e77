import {
  type AccountId,
  type Currencies,
  type Limit,
  parseMinor,
  type Rejection,
  reject,
  withLimit,
} from '@plinth/kernel'
import {
  type Account,
  type AccountDetails,
  type AccountState,
  type AccountStatus,
  postedOf,
} from './account-state.js'
import type { GlAccount } from './gl-account.js'
import { formatFor } from './render-account.js'

export interface OpenAccount {
  readonly details: AccountDetails
  /** In minor units. */
  readonly overdraftLimit: bigint
  readonly unlimited: boolean
}

/** A new account stands at zero, open, unblocked. */
export function decideOpenAccount(
  command: OpenAccount,
  known: { glAccount: GlAccount | undefined; account: AccountState | undefined },
): Account | Rejection {
  const { glCode, accountId, currency } = command.details
  if (known.glAccount === undefined)
    return reject('gl_account_not_found', `There is no GL account ${glCode}.`)
  if (!known.glAccount.postable) {
    return reject(
      'gl_account_not_found',
      `GL account ${glCode} is a heading; accounts are opened under a postable one.`,
    )
  }
  if (known.account !== undefined) return reject('account_exists', `Account ${accountId} exists already.`)
  const state: AccountState = {
    accountId,
    glCode,
    currency,
    normalSide: known.glAccount.normalSide,
    unlimited: command.unlimited,
    status: 'open',
    blockDebits: false,
    blockCredits: false,
    overdraftLimit: command.overdraftLimit,
    debits: 0n,
    credits: 0n,
    held: 0n,
    version: 0,
    rowVersion: 0,
    limits: [],
    countedFrom: undefined,
  }
  return { details: command.details, state }
}

export interface SetStatus {
  readonly accountId: AccountId
  readonly status: AccountStatus
  /** Undefined: as they are. */
  readonly blockDebits: boolean | undefined
  readonly blockCredits: boolean | undefined
  readonly reason: string
}

// A freeze is somebody's order: it is lifted first, by that somebody, before anything else becomes of the account.
const transitions: Readonly<Record<AccountStatus, readonly AccountStatus[]>> = {
  open: ['open', 'dormant', 'frozen', 'closed'],
  dormant: ['dormant', 'open', 'frozen', 'closed'],
  frozen: ['frozen', 'open'],
  closed: [],
}

/** Interest that is neither capitalised nor posted to the account yet, in minor units. */
export interface Unsettled {
  /** What the customer has earned, and what they owe. */
  readonly credit: bigint
  readonly debit: bigint
  /** There are days that have not accrued yet. */
  readonly daysToCome: boolean
}

/** Contract §5, Status. Closing needs zero posted, held and accrued; `unsettled` is what has accrued, if anything may have. */
export function decideStatus(
  command: SetStatus,
  account: Account | undefined,
  { unsettled, currencies }: { unsettled?: Unsettled | undefined; currencies: Currencies },
): Account | Rejection {
  if (account === undefined) return noAccount(command.accountId)
  const { state } = account
  if (state.status === 'closed') return reject('account_closed', `Account ${state.accountId} is closed.`)
  if (!transitions[state.status].includes(command.status)) {
    return reject(
      'status_transition_invalid',
      `Account ${state.accountId} is ${state.status} and cannot become ${command.status}.`,
    )
  }
  const fault = command.status === 'closed' ? faultOfClosing(state, unsettled, currencies) : undefined
  if (fault !== undefined) return fault
  const blocks = {
    blockDebits: command.blockDebits ?? state.blockDebits,
    blockCredits: command.blockCredits ?? state.blockCredits,
  }
  return { ...account, state: { ...state, ...blocks, status: command.status } }
}

/** What is left is said amount by amount: whoever closes the account reads there what is still to be paid out or in. */
function faultOfClosing(
  state: AccountState,
  { credit, debit, daysToCome }: Unsettled = { credit: 0n, debit: 0n, daysToCome: false },
  currencies: Currencies,
): Rejection | undefined {
  const left = { posted: postedOf(state), held: state.held, accruedCredit: credit, accruedDebit: debit }
  if (Object.values(left).every((amount) => amount === 0n) && !daysToCome) return undefined
  const { accountId, currency } = state
  const said = Object.fromEntries(
    Object.entries(left).map(([name, amount]) => [name, formatFor(state, amount, currencies)]),
  )
  const interest =
    `${said.accruedCredit} earned and ${said.accruedDebit} owed in interest` +
    (daysToCome ? ', and days that have not accrued yet' : '')
  const detail = `Account ${accountId} is closed only with nothing posted, held or accrued: it has ${said.posted} posted, ${said.held} held, ${interest}.`
  return reject('account_not_empty', detail, { accountId, currency, ...said })
}

export interface ChangeTerms {
  readonly accountId: AccountId
  readonly name: string | undefined
  /** A decimal string in the account's currency, which the caller need not name. */
  readonly overdraftLimit: string | undefined
  readonly metadata: Readonly<Record<string, string>> | undefined
}

/** A limit may be lowered below what is drawn: further debits are then refused until credits mend it. */
export function decideTerms(
  command: ChangeTerms,
  account: Account | undefined,
  currencies: Currencies,
): Account | Rejection {
  if (account === undefined) return noAccount(command.accountId)
  const { details, state } = account
  if (state.status === 'closed') return reject('account_closed', `Account ${state.accountId} is closed.`)
  let { overdraftLimit } = state
  if (command.overdraftLimit !== undefined) {
    const parsed = parseMinor(command.overdraftLimit, currencies.decimalsOf(state.currency) as number)
    if (typeof parsed === 'string' || state.unlimited) {
      return reject(
        'currency_mismatch',
        state.unlimited
          ? `Account ${state.accountId} is unlimited and has no overdraft limit.`
          : `${command.overdraftLimit} is not an amount of ${state.currency}, the currency of account ${state.accountId}.`,
      )
    }
    overdraftLimit = parsed
  }
  return {
    details: {
      ...details,
      name: command.name ?? details.name,
      metadata: command.metadata ?? details.metadata,
    },
    state: { ...state, overdraftLimit },
  }
}

// They stand in the row that every posting reads.
const ownLimitsMax = 100

/** The account with the limit as it is said here, or without it if it limits nothing. An unlimited account has none. */
export function decideOwnLimit(
  limit: Limit,
  { accountId, state }: { accountId: AccountId; state: AccountState | undefined },
): AccountState | Rejection {
  if (state === undefined) return noAccount(accountId)
  if (state.status === 'closed')
    return reject('account_closed', `Account ${accountId} is closed.`, { accountId })
  if (state.currency !== limit.currency) {
    const detail = `Account ${accountId} is kept in ${state.currency}, not in ${limit.currency}.`
    return reject('currency_mismatch', detail, { accountId })
  }
  if (state.unlimited)
    return reject('condition_failed', `Account ${accountId} is unlimited and has no limits.`, {
      accountId,
      condition: 'limited',
    })
  const limits = withLimit(state.limits, limit)
  if (limits.length > ownLimitsMax)
    return reject('condition_failed', `An account has ${ownLimitsMax} limits at the most.`, {
      accountId,
      condition: 'limits',
    })
  return { ...state, limits }
}

export interface CreateGlAccount {
  readonly glAccount: GlAccount
}

/** A parent must be there and be of the same type, so that reports can roll up. */
export function decideGlAccount(
  { glAccount }: CreateGlAccount,
  known: { existing: GlAccount | undefined; parent: GlAccount | undefined },
): GlAccount | Rejection {
  const { code, parentCode, type } = glAccount
  if (parentCode !== undefined && known.parent?.type !== type) {
    return reject(
      'gl_account_not_found',
      `There is no GL account ${parentCode} of type ${type} to stand under.`,
    )
  }
  if (known.existing !== undefined) return reject('gl_account_exists', `GL account ${code} exists already.`)
  return glAccount
}

export const noAccount = (accountId: AccountId): Rejection =>
  reject('account_not_found', `There is no account ${accountId}.`, { accountId })
