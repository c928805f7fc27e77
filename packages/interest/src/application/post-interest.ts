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
import {
  type Command,
  canonicalRequest,
  type FixedLineRequest,
  idsFor,
  type Post,
  postWithin,
  type Submission,
} from '@plinth/posting'
import type { GlLine } from '../domain/gl-pairs.js'
import type { InPosting } from './ports.js'

/** The transaction codes of the bank's own entries. */
const transactionCodes = { accrual: 'INTEREST', capitalisation: 'INTEREST', fee: 'FEE' } as const

/** An entry of the bank's own. */
export interface InterestEntry {
  /** What it is for. The row that it settles, locked in the same transaction, is why it is never made twice. */
  readonly key: string
  readonly entryId: EntryId
  readonly kind: keyof typeof transactionCodes
  readonly description: string
  readonly valueDate: BusinessDate
  readonly productCode: string
  readonly currency: CurrencyCode
  /** On the internal accounts of GL accounts. */
  readonly glLines: readonly GlLine[]
  /** On the customer's account, if it is about one. */
  readonly accountLines?: readonly FixedLineRequest[]
}

/** The internal account that the bank's own entries of a GL account and currency are posted to. */
export const internalAccount = (glCode: GlCode, currency: CurrencyCode): AccountId =>
  `GL:${glCode}:${currency}` as AccountId

/** An entry of interest or of a fee was refused: nothing of the partition may stand. */
export class InterestRefused extends Error {
  override readonly name = 'InterestRefused'
  constructor(
    readonly key: string,
    readonly rejection: Rejection,
  ) {
    super(`${key}: ${rejection.code}: ${rejection.detail}`)
  }
}

/**
 * Posts entries in the transaction, each alone, behind the openings of internal accounts that are not there yet: into the day that
 * is closing, or on the business date; of a rehearsal only tells of them. The head of the journal is locked from then on, so this comes last.
 *
 * @throws InterestRefused one of them was rejected.
 */
export async function postInterest(
  tx: Tx,
  run: InPosting & { readonly bookInto?: BusinessDate | undefined },
  entries: readonly InterestEntry[],
): Promise<void> {
  if (entries.length === 0) return
  const openings = await openingsFor(tx, run, entries)
  if (run.foresee !== undefined) {
    run.foresee(entries)
    return
  }
  const submissions = [...openings, ...entries.map((entry) => submissionOf(run, entry))]
  const names = [...openings.map(({ key }) => key as string), ...entries.map(({ key }) => key)]
  const outcomes = await postWithin(tx, run.books, {
    units: submissions.map((submission) => ({ submissions: [submission], broken: false })),
    bookInto: run.bookInto,
  })
  outcomes.forEach((outcome, at) => {
    const key = names[at] as string
    invariant(outcome.kind === 'answered', 'a unit that stands alone is answered', { key })
    if (outcome.answer.outcome === 'rejected') throw new InterestRefused(key, outcome.answer.rejection)
    invariant(at < openings.length || !outcome.replayed, 'what was posted is not posted again', { key })
  })
}

function submissionOf(run: InPosting, entry: InterestEntry): Submission {
  const { productCode, kind, description, valueDate, currency, glLines, accountLines = [] } = entry
  const lines = glLines.map(
    ({ glCode, side, amount }): FixedLineRequest => ({
      ...{ accountId: internalAccount(glCode, currency), side, amount, currency },
    }),
  )
  const command: Post = {
    ...{ type: 'post', kind, transactionCode: transactionCodes[kind], description, valueDate },
    reference: undefined,
    endToEndId: undefined,
    lines: [...lines, ...accountLines],
    metadata: { productCode },
    // Interest and fees are booked whatever the account has or is blocked for (contract §1, advice).
    ...(kind !== 'accrual' && { adviceReason: description }),
  }
  return stamped(run, command, entry)
}

function stamped(run: InPosting, command: Command, { key, entryId }: Partial<InterestEntry>): Submission {
  const ids = idsFor(command, run.newId)
  return {
    // Keys are anybody's to choose: what nobody can foresee nobody has used.
    key: `${key}:${run.newId()}` as IdempotencyKey,
    command,
    request: canonicalRequest(command, run.books.currencies),
    context: run.context,
    ids: entryId === undefined ? ids : { ...ids, entryId },
  }
}

/** Account ids are anybody's to choose, too: what stands under another GL account is not the bank's own. */
function expectOwn(found: AccountDetails | undefined, glCode: GlCode): void {
  if (found === undefined || found.glCode === glCode) return
  const { accountId, glCode: other } = found
  const detail = `${accountId} is kept under ${other}, where the bank’s own account of ${glCode} should be: products need another GL account.`
  throw new InterestRefused(accountId, reject('condition_failed', detail, { accountId, condition: 'glCode' }))
}

/** Openings of the internal accounts that entries name and nobody has opened yet, in the order of their ids. */
async function openingsFor(tx: Tx, run: InPosting, entries: readonly InterestEntry[]): Promise<Submission[]> {
  const wanted = new Map(
    entries.flatMap(({ currency, glLines }) =>
      glLines.map(({ glCode }) => [internalAccount(glCode, currency), { glCode, currency }] as const),
    ),
  )
  const there = new Map((await readDetails(tx, [...wanted.keys()])).map((each) => [each.accountId, each]))
  for (const [accountId, { glCode }] of wanted) expectOwn(there.get(accountId), glCode)
  const missing = [...wanted].filter(([accountId]) => !there.has(accountId)).sort()
  if (missing.length === 0) return []
  const glAccounts = await readGlAccounts(tx, [...new Set(missing.map(([, { glCode }]) => glCode))])
  const names = new Map(glAccounts.map(({ code, name }) => [code, name]))
  return missing.map(([accountId, { glCode, currency }]) => {
    const command: Command = {
      ...{ type: 'open_account', accountId, glCode, currency, unlimited: true, overdraftLimit: 0n },
      name: `${names.get(glCode) ?? glCode}, ${currency}`,
      customerId: undefined,
      productCode: undefined,
      metadata: {},
    }
    return stamped(run, command, { key: `interest:open:${accountId}` })
  })
}
