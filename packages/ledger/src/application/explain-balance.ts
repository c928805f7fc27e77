import type { Tx } from '@plinth/db'
import { addedUp, type ExplainedBalance } from '../domain/explained-balance.js'
import type { NotKnownYet, PastQuestion } from '../domain/past-balance.js'
import { pastTurnoversWith } from './past-turnovers.js'
import type { ExplainBalancePort, PastTurnoversPort } from './ports.js'

/**
 * The lines that make a balance, the last ones one by one and what comes before them as a sum, added up from the lines alone
 * beside what a balance of the same limits answers. Takes a time that grows with the account. Wants a transaction that reads
 * one snapshot.
 */
export const explainBalanceWith =
  (store: ExplainBalancePort & PastTurnoversPort) =>
  async (
    tx: Tx,
    { last, ...question }: PastQuestion & { readonly last: number },
  ): Promise<ExplainedBalance | NotKnownYet> => {
    const answered = await pastTurnoversWith(store)(tx, question)
    if ('notYet' in answered) return answered
    const { accountId, bookingDate, valueDate } = question
    const which = { accountId, bookingDate, valueDate, knownAtEntryNo: answered.knownAtEntryNo }
    const lines = await store.readCountedLines(tx, { ...which, last })
    // Where no line counts, nothing is carried either.
    const beforeVersion = lines[0]?.accountVersion ?? 0
    const sums = await store.readExplainedSums(tx, { ...which, beforeVersion })
    return { answered, lines, ...sums, total: addedUp(sums.carried, lines) }
  }
