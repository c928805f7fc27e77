import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeAll, describe, expect, test, vi } from 'vitest'
import { repositoryRoot } from '../architecture/workspace-copy.js'
import { asAdmin } from '../support/database-admin.js'
import { namedIn, seriesIn } from './promql.js'
import { newKey, openAccounts, transfer, useWatchedBank } from './watched-bank.js'

const read = (path: string): string => readFileSync(join(repositoryRoot, path), 'utf8')
const rules = read('ops/prometheus/plinth.rules.yml')
const dashboard = read('ops/grafana/plinth-dashboard.json')

/** The expressions of the rules: what stands behind `expr:`, on its line or indented on those behind it. */
const expressionsOfRules = [...rules.matchAll(/^ +expr: (?:>-\n((?: {10}.*\n)+)|(.*)\n)/gm)].map(
  ([, lines, line]) => (lines ?? line ?? '').trim(),
)

/** Every expression and query of a dashboard, wherever in it. */
function expressionsIn(value: unknown): string[] {
  if (value === null || typeof value !== 'object') return []
  return Object.entries(value).flatMap(([name, member]) =>
    (name === 'expr' || name === 'query') && typeof member === 'string' ? [member] : expressionsIn(member),
  )
}
const expressionsOfDashboard = expressionsIn(JSON.parse(dashboard))

// Prometheus adds them when it scrapes.
const addedByPrometheus = new Set(['instance', 'job'])

describe('what the rules and the dashboard name', () => {
  const bank = useWatchedBank()
  let series: ReturnType<typeof seriesIn>
  beforeAll(async () => {
    await useEverything()
    const { serve, worker } = await bank().metrics()
    series = seriesIn(`${serve}\n${worker}`)
  })

  /** A bank's day, so that every metric has something to tell. */
  async function useEverything(): Promise<void> {
    const { post } = bank()
    await openAccounts(bank())
    const key = newKey()
    for (const amount of ['1.00', '1.00', '2.00'])
      await post('/v1/postings', transfer('cust:alice', 'cust:bob', amount), { 'idempotency-key': key })
    await post('/v1/postings', transfer('cust:bob', 'vault:cash', '99999.00'))
    await post('/v1/holds', { accountId: 'cust:alice', amount: '5.00', currency: 'EUR' })
    const commands = ['1.00', '2.00'].map((amount) => ({
      ...{ type: 'post', idempotencyKey: newKey() },
      ...transfer('cust:alice', 'cust:bob', amount),
    }))
    await post('/v1/batches', { atomicity: 'independent', commands })
    await post('/v1/eod-runs', { date: '2026-11-20' })
    // Somebody to whom events are passed on, and who has had none.
    await asAdmin(bank().adminUrl, (admin) =>
      admin.query(`insert into outbox.consumer (tenant_id, consumer, position, epoch, moved_at)
        values ('watched', 'far-away', 0, 1, now())`),
    )
    // The worker remembers its figures for ten seconds: these are its first.
    const closed = 'plinth_eod_state{tenant="watched",state="completed"} 1'
    await vi.waitUntil(async () => (await bank().metrics()).worker.includes(closed), {
      timeout: 30_000,
      interval: 1_000,
    })
  }

  test.each([
    ['rules', expressionsOfRules, 45],
    ['dashboard', expressionsOfDashboard, 45],
  ])('in the %s is what a running serve and worker tell', (_where, expressions, least) => {
    expect(expressions.length).toBeGreaterThanOrEqual(least)
    const faults = expressions.flatMap(namedIn).flatMap(({ metric, labels, values }) => {
      const known = series.get(metric)
      if (known === undefined) return [`${metric}: nobody tells it`]
      return [
        ...[...labels]
          .filter((label) => !known.has(label) && !addedByPrometheus.has(label))
          .map((label) => `${metric}: has no label ${label}`),
        ...values
          .filter(([label, value]) => known.has(label) && !known.get(label)?.has(value))
          .map(([label, value]) => `${metric}: ${label} was never ${value}`),
      ]
    })
    expect([...new Set(faults)]).toEqual([])
  })

  test('is all that business figures and counts there are', () => {
    const whole = (name: string): string => name.replace(/_(bucket|count|sum)$/, '')
    const named = [...expressionsOfRules, ...expressionsOfDashboard].flatMap(namedIn)
    const pictured = new Set(named.map(({ metric }) => whole(metric)))
    const told = new Set([...series.keys()].filter((name) => name.startsWith('plinth_')).map(whole))
    const forgotten = [...told].filter((name) => !pictured.has(name))
    expect(forgotten).toEqual(notPictured)
  })

  test('holds no account, key, name or amount', async () => {
    const { serve, worker } = await bank().metrics()
    for (const text of [serve, worker]) {
      expect(text).toContain('plinth_commands_total')
      expect(text).not.toMatch(/cust:|vault:|secret-key|Bob|7654\.32/)
    }
  })

  test('tells of tenants in figures that are right', async () => {
    const { worker } = await bank().metrics()
    const figure = (name: string): number =>
      Number(new RegExp(`^${name.replace(/[{}"]/g, '\\$&')} (\\S+)$`, 'm').exec(worker)?.[1])
    expect(figure('plinth_held_amount{tenant="watched",currency="EUR"}')).toBe(5)
    expect(figure('plinth_entry_no_last{tenant="watched"}')).toBe(4)
    expect(figure('plinth_business_date_timestamp_seconds{tenant="watched"}')).toBe(
      Date.parse('2026-11-21') / 1000,
    )
    expect(figure('plinth_eod_state{tenant="watched",state="completed"}')).toBe(1)
    expect(figure('plinth_eod_step_running{tenant="watched",step="control_totals"}')).toBe(0)
    expect(figure('plinth_proposals_pending{tenant="watched"}')).toBe(0)
    expect(figure('plinth_outbox_lag_events{tenant="watched",consumer="far-away"}')).toBe(
      figure('plinth_event_position_last{tenant="watched"}'),
    )
    expect(figure('plinth_outbox_lag_seconds{tenant="watched",consumer="far-away"}')).toBeGreaterThan(0)
    expect(
      figure('plinth_reconciliation_breaks{tenant="watched",comparison="holds_held",status="open"}'),
    ).toBe(0)
  })
})

/** Told, and neither pictured nor alerted on: for whoever asks. */
const notPictured: string[] = ['plinth_figures_failures']

describe('an alert', () => {
  const alerts = [...rules.matchAll(/^ +- alert: (\S+)\n((?: {8,}.*\n)+)/gm)].map(
    ([, name = '', text = '']) => ({
      name,
      runbook: /runbook: (\S+)/.exec(text)?.[1],
      severity: /severity: (\S+)/.exec(text)?.[1],
    }),
  )

  test('leads to a runbook that is there, and pages or writes a ticket', () => {
    expect(alerts.length).toBeGreaterThanOrEqual(25)
    expect(alerts.filter(({ runbook = '' }) => !existsSync(join(repositoryRoot, runbook)))).toEqual([])
    expect(new Set(alerts.map(({ severity }) => severity))).toEqual(new Set(['page', 'ticket']))
    expect(new Set(alerts.map(({ name }) => name)).size).toBe(alerts.length)
  })
})

// Debian's package prometheus has it; .ci/run fetches it. PLINTH_PROMTOOL names one elsewhere.
const promtool = process.env.PLINTH_PROMTOOL ?? 'promtool'
const promtoolIsHere = spawnSync(promtool, ['--version']).status === 0

describe.runIf(promtoolIsHere)('Prometheus’s own promtool', () => {
  const folder = join(repositoryRoot, 'ops/prometheus')
  const run = (...parameters: string[]): string =>
    execFileSync(promtool, parameters, { cwd: folder, encoding: 'utf8', stdio: 'pipe' })

  test('takes the rules and the configuration', () => {
    expect(run('check', 'config', 'prometheus.yml')).toContain('SUCCESS')
    expect(readdirSync(folder)).toEqual(['plinth.rules.test.yml', 'plinth.rules.yml', 'prometheus.yml'])
  })

  test('sees the alerts fire when they should, and not when they should not', () => {
    expect(run('test', 'rules', 'plinth.rules.test.yml')).toContain('SUCCESS')
  })

  test('takes every expression of the dashboard', () => {
    const queries = expressionsOfDashboard
      .filter(
        (expression) =>
          /plinth_|process_|nodejs_|ALERTS/.test(expression) && !expression.startsWith('label_values'),
      )
      .map((expression) => expression.replaceAll('$__rate_interval', '1m').replaceAll('$tenant', '.*'))
    const scratch = mkdtempSync(join(tmpdir(), 'plinth-promql-'))
    try {
      const listed = queries.map((query, at) => `  - record: query:${at}\n    expr: ${JSON.stringify(query)}`)
      writeFileSync(
        join(scratch, 'queries.yml'),
        `groups:\n- name: dashboard\n  rules:\n${listed.join('\n')}\n`,
      )
      expect(run('check', 'rules', join(scratch, 'queries.yml'))).toContain(`${queries.length} rules found`)
    } finally {
      rmSync(scratch, { recursive: true })
    }
  })
})
