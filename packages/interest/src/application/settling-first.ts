import type { Database } from '@plinth/db'
import type { AccountId } from '@plinth/kernel'
import { readHead } from '@plinth/ledger'
import {
  type Books,
  type Command,
  type CommandContext,
  failedOutcomes,
  type InterestDesk,
  type Outcome,
  OwnCommandRefused,
  type PostingEngine,
  type Submission,
  type Unit,
} from '@plinth/posting'
import type { settleAccountsWith } from './settle-accounts.js'

/** What settling needs of whoever composes the two. */
export interface Settling {
  readonly database: Database
  /** UUIDs of version 7. */
  newId(): string
}

type Settle = ReturnType<typeof settleAccountsWith>

// A transaction's worth; an end of day does as many.
const accountsAtOnce = 200
// As long as a caller waits for an answer.
const patienceMs = 10_000

/**
 * The posting engine, in front of which accounts are settled that a submission asks to close (ADR 0021): each in a transaction of
 * its own, which stays whatever becomes of the closing. What is known already, and a rehearsal, settles nothing.
 */
export const settlingFirstWith =
  (desk: InterestDesk, settle: Settle) =>
  (engine: PostingEngine, settling: Settling): PostingEngine => {
    const { settleAll } = new Settlements({ desk, settle, engine, ...settling })
    return {
      ...engine,
      submit: async (books, submission) => {
        await settleAll(books, [submission])
        return engine.submit(books, submission)
      },
      submitTogether: async (books, submissions) => {
        await settleAll(books, submissions)
        return engine.submitTogether(books, submissions)
      },
      submitBatch: async (books, units): Promise<Outcome[]> => {
        const settled = await attempt(() => settleAll(books, submissionsOf(units)))
        return 'error' in settled ? failedOutcomes(units, settled.error) : engine.submitBatch(books, units)
      },
    }
  }

/** What stands in front of closings. */
class Settlements {
  constructor(
    readonly at: Settling & {
      readonly desk: InterestDesk
      readonly settle: Settle
      readonly engine: Pick<PostingEngine, 'recorded'>
    },
  ) {}

  readonly settleAll = async (books: Books, submissions: readonly Submission[]): Promise<void> => {
    const closings = submissions.flatMap((submission) => {
      const accountId = closedBy(submission.command)
      return accountId === undefined ? [] : [{ accountId, submission }]
    })
    for (let from = 0; from < closings.length; from += accountsAtOnce)
      await this.#settleSome(books, closings.slice(from, from + accountsAtOnce))
  }

  async #settleSome(books: Books, closings: readonly Closing[]): Promise<void> {
    const accruing = await this.#accruingAmong(books, closings)
    const unknown: Closing[] = []
    for (const closing of closings) {
      if (!accruing.has(closing.accountId)) continue
      const recorded = await this.at.engine.recorded(books, closing.submission.key)
      if (recorded === undefined) unknown.push(closing)
    }
    const [first] = unknown
    if (first === undefined) return
    const accountIds = [...new Set(unknown.map(({ accountId }) => accountId))]
    if (await this.#tryToSettle(books, first.submission.context, accountIds)) return
    // One of them spoils it for all: alone, the others are settled.
    for (const { accountId, submission } of unknown)
      await this.#tryToSettle(books, submission.context, [accountId])
  }

  /** False: an entry was refused. What has accrued then stands, and the closing is refused for it. */
  async #tryToSettle(
    books: Books,
    context: CommandContext,
    accountIds: readonly AccountId[],
  ): Promise<boolean> {
    const { database, newId, settle } = this.at
    const { tenantId } = books.tenant
    const write = { tenantId, lane: 'online', deadlineMs: Date.now() + patienceMs, repeatable: true } as const
    try {
      await database.transaction(write, (tx) => settle(tx, { books, context, newId }, accountIds))
      return true
    } catch (error) {
      if (error instanceof OwnCommandRefused) return false
      throw error
    }
  }

  /**
   * Those of the accounts that earn or owe interest, and while a day is closing all of them, because of its fees. By a plain read:
   * the settlement locks them.
   */
  #accruingAmong(
    { tenant, currencies }: Books,
    closings: readonly Closing[],
  ): Promise<ReadonlySet<AccountId>> {
    const ids = [...new Set(closings.map(({ accountId }) => accountId))].sort()
    return this.at.database.read(tenant.tenantId, async (tx) => {
      const [found, { businessDate, closingDate }] = await Promise.all([
        this.at.desk.read(tx, ids, currencies),
        readHead(tx),
      ])
      if (closingDate !== undefined) return new Set(ids)
      return new Set(
        found
          .filter(({ standsOn, through }) => standsOn !== undefined || through < businessDate)
          .map(({ accountId }) => accountId),
      )
    })
  }
}

interface Closing {
  readonly accountId: AccountId
  readonly submission: Submission
}

/** The account that a command closes, or would if somebody approved it. */
function closedBy(command: Command): AccountId | undefined {
  if (command.type === 'propose') return closedBy(command.proposed)
  return command.type === 'set_status' && command.status === 'closed' ? command.accountId : undefined
}

/** Of units that are broken nothing takes effect. */
const submissionsOf = (units: readonly Unit[]): Submission[] =>
  units.flatMap(({ submissions, broken }) => (broken ? [] : submissions))

async function attempt(work: () => Promise<void>): Promise<{ done: true } | { error: unknown }> {
  try {
    await work()
    return { done: true }
  } catch (error) {
    return { error }
  }
}
