import type { Command, Matter } from '@plinth/posting'
import { may, type Permission, type Principal } from '@plinth/tenancy'
import { mayPostCode } from '@plinth/tenancy/domain'
import { forbidden } from './exchange.js'
import { type RequestRefused, refuse } from './problem.js'

/** The permission that a command needs, also to hear its answer again. To propose something one must be allowed to do it. */
function permissionOf(command: Command): Permission {
  switch (command.type) {
    case 'post':
      if (command.kind === 'accrual') return 'post_accruals'
      if (command.period !== undefined) return 'post_year_end'
      return command.adviceReason === undefined ? 'post' : 'post_advice'
    case 'reverse':
      return command.period === undefined ? 'post' : 'post_year_end'
    case 'abandon':
    case 'correct':
    case 'place_hold':
    case 'capture_hold':
    case 'release_hold':
    case 'extend_hold':
    case 'expire_hold':
      return 'post'
    case 'open_account':
      return command.unlimited ? 'open_unlimited_account' : 'open_account'
    case 'clear_suspense_item':
      return 'clear_suspense'
    case 'erase_details':
      return 'erase_details'
    case 'set_status':
    case 'change_terms':
      return 'manage_accounts'
    case 'create_gl_account':
      return 'manage_chart'
    case 'change_settings':
    case 'register_transaction_code':
      return 'manage_settings'
    case 'set_limit':
      return command.accountId === undefined ? 'manage_settings' : 'manage_accounts'
    case 'issue_api_key':
      return 'manage_api_keys'
    case 'create_product':
    case 'draft_product_version':
    case 'change_product_version':
    case 'submit_product_version':
      return 'draft_products'
    case 'approve_product_version':
    case 'reject_product_version':
      return 'decide_products'
    case 'propose':
      return permissionOf(command.proposed)
    case 'decide_proposal':
      return 'decide_proposals'
  }
}

/** Why the caller may not run the command; undefined if they may. */
export function refusalOf({ roles, settings }: Principal, command: Command): RequestRefused | undefined {
  const permission = permissionOf(command)
  if (!may(roles, permission)) return forbidden(permission)
  const asked = command.type === 'propose' ? command.proposed : command
  const transactionCode = codeOf(asked)
  if (transactionCode === undefined) return undefined
  return mayPostCode(settings.transactionCodes.get(transactionCode), roles)
    ? undefined
    : refuse('forbidden', `None of the caller’s roles may post with the transaction code ${transactionCode}.`)
}

/** The transaction code that a command posts with. */
function codeOf(command: Command): string | undefined {
  if (command.type === 'post' || command.type === 'capture_hold') return command.transactionCode
  return command.type === 'correct' ? command.posting.transactionCode : undefined
}

const inWords: Readonly<Record<Matter, string>> = {
  admin_api_keys: 'An API key with the role admin or approver',
  unlimited_accounts: 'An unlimited account',
  limit_increases: 'A limit that is raised or taken away',
  unfreezing: 'Lifting a freeze',
  manual_postings: 'A manual posting',
  reversals: 'A reversal of so much',
  erasures: 'The erasure of an entry’s details',
  settings: 'A change of the settings or of a transaction code',
}

/** The tenant's settings demand a second person for what was asked. */
export const approvalNeeded = (matter: Matter): RequestRefused =>
  refuse('forbidden', `${inWords[matter]} needs a second person: propose it with POST /v1/proposals.`)
