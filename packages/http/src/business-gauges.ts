import { comparisonNames } from '@plinth/reconciliation/domain'
import { Gauge, type Registry } from 'prom-client'
import type { Figures, TenantFigures } from './business-figures.js'

/** A figure of a tenant: its value, or its values by labels. */
type Told =
  | number
  | undefined
  | readonly (readonly [labels: Readonly<Record<string, string>>, value: number])[]

interface Described {
  readonly help: string
  readonly labels?: readonly string[]
  readonly tell: (figures: TenantFigures) => Told
}

const states = ['none', 'running', 'failed', 'completed'] as const

/** What is told of each tenant, by name. All have the label `tenant`. */
const described: Readonly<Record<string, Described>> = {
  plinth_entry_no_last: {
    help: 'The number of the last entry: how many there are.',
    tell: ({ books }) => books.lastEntryNo,
  },
  plinth_event_position_last: {
    help: 'The position of the last event in the outbox.',
    tell: ({ books }) => books.lastEventPosition,
  },
  plinth_business_date_timestamp_seconds: {
    help: 'The business date, as midnight UTC.',
    tell: ({ books }) => Date.parse(books.businessDate) / 1000,
  },
  plinth_open_day_over_seconds: {
    help: 'For how long the first day that is not closed has been over in the tenant’s time zone; below zero while it lasts.',
    tell: ({ books }) => books.openDayOverSeconds,
  },
  plinth_checkpoint_lag_entries: {
    help: 'Entries above the last checkpoint.',
    tell: ({ books, sealedEntries }) => Math.max(0, books.lastEntryNo - sealedEntries),
  },
  plinth_checkpoint_lag_seconds: {
    help: 'Since the oldest entry above the last checkpoint was posted; 0 if there is none.',
    tell: ({ books }) => books.unsealedSeconds ?? 0,
  },
  plinth_outbox_lag_events: {
    help: 'Events that a consumer has not had yet.',
    labels: ['consumer'],
    tell: ({ consumers }) => consumers.map(({ consumer, lag }) => [{ consumer }, lag]),
  },
  plinth_outbox_lag_seconds: {
    help: 'Since the first of them was recorded; 0 if there is none.',
    labels: ['consumer'],
    tell: ({ books, consumers }) =>
      consumers.map(({ consumer, waitingSince }) => [
        { consumer },
        waitingSince === undefined ? 0 : Math.max(0, (books.nowMs - Date.parse(waitingSince)) / 1000),
      ]),
  },
  plinth_holds_overdue: {
    help: 'Holds whose time is over and of which that is not recorded; 1000 means at least that many.',
    tell: ({ overdue }) => overdue.count,
  },
  plinth_hold_expiry_lag_seconds: {
    help: 'For how long the first of them has been over; 0 if there is none.',
    tell: ({ overdue }) => overdue.oldestSeconds,
  },
  plinth_held_amount: {
    // A float loses cents from some 90 trillion on: for a graph, and for nothing else. Absent beyond 100 000 active holds.
    help: 'What active holds have left, in units of the currency: a picture, no figure of the books.',
    labels: ['currency'],
    tell: ({ held }) => [...(held ?? [])].map(([currency, text]) => [{ currency }, Number(text)]),
  },
  plinth_proposals_pending: {
    help: 'Proposals that wait for a decision; 1000 means at least that many.',
    tell: ({ proposals }) => proposals.count,
  },
  plinth_proposal_age_seconds_max: {
    help: 'Since the oldest of them was made; 0 if there is none.',
    tell: ({ proposals }) => proposals.oldestSeconds,
  },
  plinth_suspense_items_open: {
    help: 'Credits that went to a fallback account and wait there; 1000 means at least that many.',
    tell: ({ suspense }) => suspense.count,
  },
  plinth_suspense_age_seconds_max: {
    help: 'Since the oldest of them came; 0 if there is none.',
    tell: ({ suspense }) => suspense.oldestSeconds,
  },
  plinth_reconciliation_breaks: {
    help: 'What differs in the books: open, or explained and still there.',
    labels: ['comparison', 'status'],
    tell: ({ breaks }) =>
      comparisonNames.flatMap((comparison) =>
        (['open', 'explained'] as const).map((status) => {
          const found = breaks.find((each) => each.comparison === comparison && each.status === status)
          return [{ comparison, status }, found?.count ?? 0] as const
        }),
      ),
  },
  plinth_gl_extract_mismatches: {
    help: 'Open breaks of extracts that were told to the general ledger and are not what the control totals say.',
    tell: ({ breaks }) =>
      breaks
        .filter(({ comparison, status }) => comparison === 'control_totals_extracts' && status === 'open')
        .reduce((sum, { count }) => sum + count, 0),
  },
  plinth_eod_state: {
    help: '1 for the state of the last end of day that was begun.',
    labels: ['state'],
    tell: ({ eod }) => states.map((state) => [{ state }, state === (eod?.status ?? 'none') ? 1 : 0]),
  },
  plinth_eod_duration_seconds: {
    help: 'Of the last end of day that was begun: from its cut-off to its end, or until now.',
    tell: ({ eod }) => eod?.seconds,
  },
  plinth_eod_lease_over_seconds: {
    help: 'Since whoever works on an end of day was last due to show a sign of life; 0 if nobody is late.',
    tell: ({ eod }) => (eod?.status === 'running' ? Math.max(0, eod.leaseOverSeconds) : 0),
  },
  plinth_eod_step_duration_seconds: {
    help: 'Of the steps of that end of day that were begun: until their end, or until now.',
    labels: ['step'],
    tell: ({ eod }) => eod?.steps.map(({ step, seconds }) => [{ step }, seconds]),
  },
  plinth_eod_step_running: {
    help: '1 for a step that was begun and has not ended.',
    labels: ['step'],
    tell: ({ eod }) => eod?.steps.map(({ step, running }) => [{ step }, running ? 1 : 0]),
  },
  plinth_eod_accounts_set_aside: {
    help: 'Accounts that an end of day went on without, and that wait to be tried again; 1000 means at least that many.',
    tell: ({ eod }) => eod?.setAside ?? 0,
  },
  plinth_figures_age_seconds: {
    help: 'Since the figures of the tenant were read from the database.',
    tell: ({ readMs }) => (performance.now() - readMs) / 1000,
  },
}

/** Gauges of how the business of all tenants stands. */
export function registerBusinessGauges(registry: Registry, figures: Figures): void {
  for (const [name, { help, labels = [], tell }] of Object.entries(described)) {
    new Gauge({
      name,
      help,
      labelNames: ['tenant', ...labels],
      registers: [registry],
      async collect() {
        // One reading serves them all: whoever asks while it is under way waits for the same.
        const tenants = await figures.latest()
        this.reset()
        for (const tenant of tenants) set(this, tenant.tenantId, tell(tenant))
      },
    })
  }
  new Gauge({
    name: 'plinth_figures_failures',
    help: 'How often the figures of a tenant could not be read since the process began.',
    registers: [registry],
    async collect() {
      await figures.latest()
      this.set(figures.failures)
    },
  })
}

function set(gauge: Gauge, tenant: string, told: Told): void {
  if (typeof told === 'number') gauge.set({ tenant }, told)
  else for (const [labels, value] of told ?? []) gauge.set({ tenant, ...labels }, value)
}
