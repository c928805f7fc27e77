import { type AccountDetails, readDetails, readGlAccounts } from '@plinth/account'
import type { Tx } from '@plinth/db'
import {
  type AccountId,
  type BusinessDate,
  type CurrencyCode,
  type EntryId,
  type GlCode,
  type IdempotencyKey,
  invariant,
  type Rejection,
  reject,
} from '@plinth/kernel'
import { canonicalRequest } from '../domain/canonical-request.js'
import type { Command, CommandContext, Submission } from '../domain/command.js'
import { idsFor } from '../domain/ids-for.js'
import type { PostWithin } from './post-within.js'
import type { Books } from './posting-engine.js'

/** In whose name the bank changes its own books, and where new ids come from. */
export interface InOwnName {
  readonly books: Books
  readonly context: CommandContext
  /** UUIDs of version 7. */
  newId(): string
}

/** A command of the bank's own. */
export interface OwnCommand {
  /** Begins its idempotency key. The row that it settles, locked in the same transaction, is why it is never done twice. */
  readonly purpose: string
  readonly command: Command
  /** Of the entry that it makes, if that is to be known before. */
  readonly entryId?: EntryId | undefined
}

/** A command of the bank's own was refused: nothing of the transaction may stand. */
export class OwnCommandRefused extends Error {
  override readonly name = 'OwnCommandRefused'
  constructor(
    readonly purpose: string,
    readonly rejection: Rejection,
  ) {
    super(`${purpose}: ${rejection.code}: ${rejection.detail}`)
  }
}

/**
 * Runs commands of the bank's own in the caller's transaction, each alone, and answers what each was answered: into the day that is
 * closing, or on the business date. The head of the journal is locked from then on, so this comes last.
 *
 * @throws OwnCommandRefused one of them was rejected.
 */
export type PostOwn = (
  tx: Tx,
  run: InOwnName & { readonly bookInto?: BusinessDate | undefined },
  commands: readonly OwnCommand[],
) => Promise<object[]>

export const postOwnWith =
  (postWithin: PostWithin): PostOwn =>
  async (tx, run, commands) => {
    if (commands.length === 0) return []
    const units = commands.map((own) => ({ submissions: [submissionOf(run, own)], broken: false }))
    const outcomes = await postWithin(tx, run.books, { units, bookInto: run.bookInto })
    return outcomes.map((outcome, at) => {
      const purpose = commands[at]?.purpose as string
      const answered = outcome.kind === 'answered' && !outcome.replayed
      invariant(answered, 'a unit that stands alone is answered, and not again', { purpose })
      const { answer } = outcome
      if (answer.outcome === 'rejected') throw new OwnCommandRefused(purpose, answer.rejection)
      return answer.body
    })
  }

function submissionOf(
  { books, context, newId }: InOwnName,
  { purpose, command, entryId }: OwnCommand,
): Submission {
  const ids = idsFor(command, newId)
  return {
    // Keys are anybody's to choose: what nobody can foresee nobody has used.
    key: `${purpose}:${newId()}` as IdempotencyKey,
    command,
    request: canonicalRequest(command, books.currencies),
    context,
    ids: entryId === undefined ? ids : { ...ids, entryId },
  }
}

/** The internal account that the bank's own entries of a GL account and currency are posted to. */
export const internalAccount = (glCode: GlCode, currency: CurrencyCode): AccountId =>
  `GL:${glCode}:${currency}` as AccountId

/** The opening of an account of the bank's own. */
export interface OwnOpening extends OwnCommand {
  readonly command: Extract<Command, { type: 'open_account' }>
}

/** Opens an account of the bank's own: unlimited, of no customer and no product. */
export const openingOf = (
  purpose: string,
  account: {
    readonly accountId: AccountId
    readonly glCode: GlCode
    readonly currency: CurrencyCode
    readonly name: string
  },
): OwnOpening => ({
  purpose: `${purpose}:open:${account.accountId}`,
  command: {
    ...{ type: 'open_account', ...account, unlimited: true, overdraftLimit: 0n },
    ...{ customerId: undefined, productCode: undefined, metadata: {} },
  },
})

/**
 * Openings of those internal accounts that nobody has opened yet, in the order of their ids.
 *
 * @throws OwnCommandRefused one is kept under another GL account.
 */
export async function openInternalAccounts(
  tx: Tx,
  purpose: string,
  wanted: readonly { readonly glCode: GlCode; readonly currency: CurrencyCode }[],
): Promise<OwnCommand[]> {
  const own = new Map(wanted.map((each) => [internalAccount(each.glCode, each.currency), each]))
  const there = new Map((await readDetails(tx, [...own.keys()])).map((each) => [each.accountId, each]))
  for (const [accountId, { glCode }] of own) expectOwn(there.get(accountId), glCode)
  const missing = [...own].filter(([accountId]) => !there.has(accountId)).sort()
  if (missing.length === 0) return []
  const glAccounts = await readGlAccounts(tx, [...new Set(missing.map(([, { glCode }]) => glCode))])
  const names = new Map(glAccounts.map(({ code, name }) => [code, name]))
  return missing.map(([accountId, { glCode, currency }]) =>
    openingOf(purpose, { accountId, glCode, currency, name: `${names.get(glCode) ?? glCode}, ${currency}` }),
  )
}

/** Account ids are anybody's to choose: what stands under another GL account is not the bank's own. */
function expectOwn(found: AccountDetails | undefined, glCode: GlCode): void {
  if (found === undefined || found.glCode === glCode) return
  const { accountId, glCode: other } = found
  const detail = `${accountId} is kept under ${other}, where the bank’s own account of ${glCode} should be.`
  throw new OwnCommandRefused(
    accountId,
    reject('condition_failed', detail, { accountId, condition: 'glCode' }),
  )
}
