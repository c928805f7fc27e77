import type { Tx } from '@plinth/db'
import type { BusinessDate, CurrencyCode, EntryId } from '@plinth/kernel'
import {
  type FixedLineRequest,
  internalAccount,
  type OwnCommand,
  openInternalAccounts,
  type Post,
  postOwn,
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

/**
 * Posts entries in the transaction, each alone, behind the openings of internal accounts that are not there yet: into the day that
 * is closing, or on the business date; of a rehearsal only tells of them. The head of the journal is locked from then on, so this comes last.
 *
 * @throws OwnCommandRefused one of them was rejected.
 */
export async function postInterest(
  tx: Tx,
  run: InPosting & { readonly bookInto?: BusinessDate | undefined },
  entries: readonly InterestEntry[],
): Promise<void> {
  if (entries.length === 0) return
  const accounts = entries.flatMap(({ currency, glLines }) =>
    glLines.map(({ glCode }) => ({ glCode, currency })),
  )
  const openings = await openInternalAccounts(tx, 'interest', accounts)
  if (run.foresee === undefined) await postOwn(tx, run, [...openings, ...entries.map(commandOf)])
  else run.foresee(entries)
}

function commandOf(entry: InterestEntry): OwnCommand {
  const { key, entryId, productCode, kind, description } = entry
  const { valueDate, currency, glLines, accountLines = [] } = entry
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
  return { purpose: key, command, entryId }
}
