import type { AccountState } from '@plinth/account'
import { type IdempotencyKey, instantOf } from '@plinth/kernel'
import { type Outcome, type Unit, verifyBooks } from '@plinth/posting'
import type { Bank } from '../support/bank.js'
import { submissionOf } from '../support/commands.js'
import { stateOf } from '../support/memory-book.js'
import { Acquaintance } from './plinth-commands.js'
import type { Keyed } from './wishes.js'

export type Groups = readonly (readonly Keyed[])[]

/** Where commands are tried: in memory or on PostgreSQL. */
export interface Driver {
  /** A step begins, so many days behind the one before; what ends with it has ended. */
  turn(step: number, days: number): Promise<void>
  single(keyed: Keyed): Promise<Outcome>
  dry(keyed: Keyed): Promise<Outcome>
  batch(groups: Groups): Promise<Outcome[]>
  /** Whether the step was over before anything ended that was to end with the next one. */
  inTime(): Promise<boolean>
  /** In the order of their ids. */
  states(): Promise<AccountState[]>
  /** Every rule of the books that is broken, by what was written alone. */
  faults(): Promise<unknown[]>
}

export const unitsOf = (ids: Acquaintance, groups: Groups): Unit[] =>
  groups.map((group) => ({
    submissions: group.map(({ key, wish }) => submissionOf(ids.commandOf(wish), key as IdempotencyKey)),
    broken: false,
  }))

export const submissionsOf = (units: readonly Unit[]) => units.flatMap(({ submissions }) => submissions)

// Long enough for a step on a busy machine, most of the time, and short enough to be waited for.
const stepMs = 150

/**
 * PostgreSQL's clock cannot be set: what ends with the next step ends in a moment, which that step waits for. A step that took
 * longer itself says so.
 */
export function onPostgres(bank: Bank): Driver {
  const clockMs = async (): Promise<number> => {
    const [row] = await bank.rows<{ now: number }>(
      'select extract(epoch from clock_timestamp())::float8 * 1000 as now',
    )
    return row?.now as number
  }
  let startedMs = 0
  /** When each step begins that something ends with. */
  const moments = new Map<number, number>()
  const ids = new Acquaintance((step) => {
    const moment = moments.get(step) ?? Math.floor(startedMs + stepMs)
    moments.set(step, moment)
    return instantOf(moment)
  })
  let at = 0
  const run = async (groups: Groups): Promise<Outcome[]> => {
    const units = unitsOf(ids, groups)
    const outcomes = await bank.batch(units)
    ids.learn(submissionsOf(units), groups.flat(), outcomes)
    return outcomes
  }
  return {
    turn: async (step, days) => {
      at = step
      if (days > 0)
        await bank.rows(
          'update ledger.journal_head set business_date = business_date + $2::integer where tenant_id = $1',
          [bank.tenantId, days],
        )
      startedMs = await clockMs()
      for (const moment of [...moments].flatMap(([of, ms]) => (of <= step ? [ms] : [])))
        while (startedMs <= moment) {
          await new Promise((resolve) => setTimeout(resolve, moment - startedMs + 1))
          startedMs = await clockMs()
        }
    },
    single: async (keyed) => {
      const [unit] = unitsOf(ids, [[keyed]])
      const [submission] = unit?.submissions ?? []
      if (submission === undefined) throw new Error('a command is a submission')
      const outcome = await bank.send(submission)
      ids.learn([submission], [keyed], [outcome])
      return outcome
    },
    dry: ({ key, wish }) => bank.rehearse(ids.commandOf(wish), key as IdempotencyKey),
    batch: run,
    inTime: async () => {
      const next = moments.get(at + 1)
      return next === undefined || (await clockMs()) < next
    },
    states: async () => {
      const rows = await bank.rows<BalanceRow>(
        `select account_id, gl_code, currency, normal_side, unlimited, status, block_debits, block_credits,
                overdraft_limit::text, debits::text, credits::text, held::text, version::integer, row_version::integer
           from account.balance where tenant_id = $1 order by account_id`,
        [bank.tenantId],
      )
      return rows.map(stateOfRow)
    },
    faults: async () => {
      await bank.expectBooksInOrder()
      const report = await bank.database.read(bank.tenantId, (tx) => verifyBooks(tx, bank.books))
      return report.rules.filter(({ broken }) => broken > 0)
    },
  }
}

type BalanceRow = Record<'account_id' | 'gl_code' | 'currency' | 'normal_side' | 'status', string> &
  Record<'overdraft_limit' | 'debits' | 'credits' | 'held', string> &
  Record<'unlimited' | 'block_debits' | 'block_credits', boolean> &
  Record<'version' | 'row_version', number>

const stateOfRow = (row: BalanceRow): AccountState =>
  stateOf(row.account_id, {
    ...{ glCode: row.gl_code as never, currency: row.currency as never, unlimited: row.unlimited },
    ...{ normalSide: row.normal_side as AccountState['normalSide'] },
    ...{ status: row.status as AccountState['status'] },
    ...{ blockDebits: row.block_debits, blockCredits: row.block_credits },
    ...{ overdraftLimit: BigInt(row.overdraft_limit), held: BigInt(row.held) },
    ...{ debits: BigInt(row.debits), credits: BigInt(row.credits) },
    ...{ version: row.version, rowVersion: row.row_version },
  })
