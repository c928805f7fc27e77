import type { Tx } from '@plinth/db'
import type { Instant } from '@plinth/kernel'
import type { CountedLine, LineTotals } from '../domain/explained-balance.js'
import type { GlTurnover } from '../domain/gl-turnover.js'
import type { PastQuestion, PastTurnovers } from '../domain/past-balance.js'
import type { TrialBalanceQuestion } from '../domain/trial-balance-question.js'

export interface TrialBalancePort {
  readTurnovers(tx: Tx, asked: TrialBalanceQuestion): Promise<readonly GlTurnover[]>
}

export interface PastTurnoversPort {
  readHead(tx: Tx): Promise<{ readonly nextEntryNo: number; readonly now: Instant }>
  /** The last entry posted at `at` or before; 0 if there is none. */
  readEntryNoAt(tx: Tx, at: Instant): Promise<number>
  readTurnoversBy(
    tx: Tx,
    limits: Omit<PastQuestion, 'knownAt'> & { readonly knownAtEntryNo: number },
  ): Promise<Omit<PastTurnovers, 'knownAtEntryNo'>>
}

type WhichLines = Omit<PastQuestion, 'knownAt'> & { readonly knownAtEntryNo: number }

export interface ExplainBalancePort {
  /** The last lines that count, in their order. */
  readCountedLines(tx: Tx, which: WhichLines & { readonly last: number }): Promise<CountedLine[]>
  /** `carried`: what counts and is of a version before `beforeVersion`. */
  readExplainedSums(
    tx: Tx,
    which: WhichLines & { readonly beforeVersion: number },
  ): Promise<Readonly<Record<'carried' | 'bookedLater' | 'valuedLater', LineTotals>>>
}
