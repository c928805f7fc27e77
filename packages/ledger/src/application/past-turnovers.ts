import type { Tx } from '@plinth/db'
import type { NotKnownYet, PastQuestion, PastTurnovers } from '../domain/past-balance.js'
import type { PastTurnoversPort } from './ports.js'

/**
 * What an account's lines came to by value date, by booking date and as the books knew it (contract §4), in a time that does
 * not grow with its history (ADR 0013). An account that had no lines yet has zeroes. Wants a transaction that reads one snapshot.
 */
export const pastTurnoversWith =
  ({ readHead, readEntryNoAt, readTurnoversBy }: PastTurnoversPort) =>
  async (
    tx: Tx,
    { accountId, valueDate, bookingDate, knownAtEntryNo, knownAt }: PastQuestion,
  ): Promise<PastTurnovers | NotKnownYet> => {
    const { nextEntryNo, now } = await readHead(tx)
    const lastEntryNo = nextEntryNo - 1
    if (knownAt !== undefined && knownAt > now) return { notYet: 'knownAt', lastEntryNo, now }
    const upTo = knownAtEntryNo ?? (knownAt === undefined ? lastEntryNo : await readEntryNoAt(tx, knownAt))
    if (upTo > lastEntryNo) return { notYet: 'knownAtEntryNo', lastEntryNo, now }
    const turnovers = await readTurnoversBy(tx, { accountId, valueDate, bookingDate, knownAtEntryNo: upTo })
    return { ...turnovers, knownAtEntryNo: upTo }
  }
