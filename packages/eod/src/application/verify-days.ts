import { countAuditedActions } from '@plinth/audit'
import type { Tx } from '@plinth/db'
import type { BusinessDate } from '@plinth/kernel'
import { readHead } from '@plinth/ledger'
import { countEventsOfTypes } from '@plinth/outbox'
import { type Books, Findings, type RuleResult } from '@plinth/posting'
import type { EndedDay } from '../domain/run.js'
import type { DayReader } from './ports.js'

/** What `plinth verify` finds out about the ends of days. */
const dayRules = {
  days_are_closed:
    'business days end one behind the other, from the first of the books up to the business date, each with all its steps',
  days_are_told: 'the beginning and the end of each day’s end are told and audited once',
} as const

type DayFindings = Findings<keyof typeof dayRules>

const daysPerPage = 500

/** Holds the ends of days against each other, the head, the events and the audit trail, in the snapshot of `tx`. */
export const verifyDaysWith =
  ({ readEndedDays }: DayReader) =>
  async (tx: Tx, { tenant }: Books): Promise<RuleResult[]> => {
    const findings: DayFindings = new Findings(dayRules)
    const days: EndedDay[] = []
    for (;;) {
      const page = await readEndedDays(tx, { after: days.at(-1)?.businessDate, limit: daysPerPage })
      days.push(...page)
      if (page.length < daysPerPage) break
    }
    let next: BusinessDate = tenant.firstBusinessDate
    let closing: BusinessDate | undefined
    for (const { businessDate, nextDate, status, toDo } of days) {
      findings.compare(
        'days_are_closed',
        { businessDate },
        { expected: `day ${next}`, found: `day ${businessDate}` },
      )
      const last = businessDate === days.at(-1)?.businessDate
      if (status !== 'completed' && !last)
        findings.add('days_are_closed', { row: { businessDate }, expected: 'completed', found: status })
      if (status === 'completed')
        findings.compare(
          'days_are_closed',
          { businessDate },
          { expected: 'nothing to do', found: toDoText(toDo) },
        )
      closing = status === 'completed' ? undefined : businessDate
      next = nextDate
    }
    const head = await readHead(tx)
    findings.compare(
      'days_are_closed',
      { businessDate: head.businessDate },
      {
        expected: `business date ${next}, closing ${closing ?? 'none'}`,
        found: `business date ${head.businessDate}, closing ${head.closingDate ?? 'none'}`,
      },
    )
    await verifyTold(tx, days, findings)
    return findings.results()
  }

const toDoText = (toDo: number): string =>
  toDo === 0 ? 'nothing to do' : `${toDo} steps and partitions to do`

const types = { closing: 'plinth.business_day.closing.v1', closed: 'plinth.business_day.closed.v1' } as const

async function verifyTold(tx: Tx, days: readonly EndedDay[], findings: DayFindings): Promise<void> {
  const told = new Map(
    (await countEventsOfTypes(tx, Object.values(types))).map(({ type, subject, runId, events }) => [
      `${type} of ${subject} in run ${runId}`,
      events,
    ]),
  )
  const audited = new Map(
    (await countAuditedActions(tx, ['run_eod', 'complete_eod'])).map(({ action, object, events }) => [
      `${action} of ${object}`,
      events,
    ]),
  )
  const take = (from: Map<string, number>, what: string, businessDate: BusinessDate): void => {
    findings.compare(
      'days_are_told',
      { businessDate },
      { expected: `1 ${what}`, found: `${from.get(what) ?? 0} ${what}` },
    )
    from.delete(what)
  }
  for (const { businessDate, runId, status } of days) {
    take(told, `${types.closing} of ${businessDate} in run ${runId}`, businessDate)
    take(audited, `run_eod of ${businessDate}`, businessDate)
    if (status !== 'completed') continue
    take(told, `${types.closed} of ${businessDate} in run ${runId}`, businessDate)
    take(audited, `complete_eod of ${businessDate}`, businessDate)
  }
  for (const [what, events] of [...told, ...audited])
    findings.add('days_are_told', { row: { what }, expected: 'an end of a day', found: `${events} ${what}` })
}
