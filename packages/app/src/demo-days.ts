import { CommandFailure, type DemoDays, type LivedDays, type Plinth } from '@plinth/cli'
import { EodFailed, EodRunning, openEod } from '@plinth/eod'
import { isBusinessDay } from '@plinth/eod/domain'
import type { HoldId } from '@plinth/holds'
import { addDays, type BusinessDate, type EntryId, type IdempotencyKey, type TenantId } from '@plinth/kernel'
import { readHead } from '@plinth/ledger'
import type { Books, Outcome } from '@plinth/posting'
import { readProducts } from '@plinth/product'
import { glExtractStep, makeStatement } from '@plinth/reconciliation'
import { readSettings } from '@plinth/tenancy'
import { type DemoCommand, glAccount, opening } from './demo-books.js'
import {
  type CardPayment,
  captureHold,
  cardPaymentsOn,
  demoCustomers,
  isTakenBack,
  openingDeposits,
  paymentsOn,
  placeHold,
  takeBack,
} from './demo-day.js'
import { demoCalendar, demoProducts, demoRetainedEarnings, productChart } from './demo-products.js'
import { stampSubmission } from './stamp-submission.js'

const statementPatienceMs = 30_000

/** The date from which `days` business days end on the day before `today`. */
export function firstDayBefore(today: BusinessDate, days: number): BusinessDate {
  let date = today
  for (let left = days; left > 0; ) {
    date = addDays(date, -1)
    if (isBusinessDay(demoCalendar, date)) left -= 1
  }
  return date
}

/**
 * Lets the demo bank live: products and customers, if they are not there yet, then for so many business days what customers do
 * and the end of the day; statements for the months that have ended.
 *
 * @throws CommandFailure something was refused that a bank of its own making takes; the tenant was changed by somebody.
 */
export async function liveDays(plinth: Plinth, tenantId: TenantId, wanted: DemoDays): Promise<LivedDays> {
  const bank = new DemoBank(plinth, await plinth.books(tenantId))
  await bank.setUp()
  const from = (await bank.head()).businessDate
  let days = 0
  let statements = 0
  for (; days < wanted.days && !wanted.stopped(); days += 1) {
    const date = (await bank.head()).businessDate
    await bank.live(date)
    await bank.endDay(date)
    statements += await bank.makeStatements(date)
    wanted.progressed({ date, done: days + 1, of: wanted.days })
  }
  const { businessDate } = await bank.head()
  return { days, from, businessDate, statements, ...bank.counts }
}

class DemoBank {
  readonly counts = { postings: 0, rejected: 0 }
  /** Card payments that are captured a day later. */
  #overnight: { payment: CardPayment; holdId: HoldId }[] = []

  constructor(
    readonly plinth: Plinth,
    readonly books: Books,
  ) {}

  head(): ReturnType<typeof readHead> {
    return this.plinth.database.read(this.books.tenant.tenantId, readHead)
  }

  async setUp(): Promise<void> {
    const { database } = this.plinth
    const { tenantId } = this.books.tenant
    const settings = await database.read(tenantId, readSettings)
    const { businessDate } = await this.head()
    await this.#must(productChart.map(glAccount))
    if (settings?.calendar === undefined) {
      const changes = { calendar: demoCalendar, retainedEarningsGlCode: demoRetainedEarnings }
      const command = {
        type: 'change_settings',
        changes,
        reason: 'the demo',
      } as const
      await this.#must([{ key: `calendar-${businessDate}`, command }])
    }
    for (const { productCode, name, parameters } of demoProducts) {
      const [known] = await database.read(tenantId, (tx) => readProducts(tx, [productCode]))
      if (known?.versions.some(({ status }) => status === 'approved')) continue
      const key = `product-${productCode}`
      const drafted = { productCode, effectiveFrom: businessDate, parameters, reason: 'the demo' }
      await this.#must([{ key, command: { type: 'create_product', productCode, name } }])
      const [version] = await this.#must(
        [{ key: `${key}-${businessDate}`, command: { type: 'draft_product_version', ...drafted } }],
        'demo:product-manager',
      )
      const of = { productCode, version: (version as { version: number }).version, reason: 'the demo' }
      await this.#must(
        [{ key: `${key}-${businessDate}-submit`, command: { type: 'submit_product_version', ...of } }],
        'demo:product-manager',
      )
      const approve = { type: 'approve_product_version', ...of, checksum: undefined } as const
      await this.#must([{ key: `${key}-${businessDate}-approve`, command: approve }], 'demo:approver')
    }
    await this.#must(
      demoCustomers.flatMap(({ customerId, name, current, savings }) => [
        opening(current, { name, customerId, productCode: 'CURRENT' }),
        ...(savings
          ? [opening(savings, { name: `${name}, savings`, customerId, productCode: 'SAVINGS' })]
          : []),
      ]),
    )
    await this.#must(openingDeposits)
  }

  /** A business day: what fell due overnight, payments, cards, and what is put right before the evening. */
  async live(date: BusinessDate): Promise<void> {
    const overnight = this.#overnight.map(({ payment, holdId }) => captureHold(payment, holdId))
    const place = businessDayOfMonth(date)
    const payments = [...overnight, ...paymentsOn(date, { first: place === 1, third: place === 3 })]
    const cards = cardPaymentsOn(date)
    const made = await this.#may([...payments, ...cards.map(placeHold)])
    const held = cards.flatMap((payment, at) => {
      const body = made[payments.length + at] as { holdId: HoldId } | undefined
      return body === undefined ? [] : [{ payment, holdId: body.holdId }]
    })
    this.#overnight = held.filter(({ payment }) => payment.overnight)
    const wrong = payments.flatMap(({ key }, at) => {
      const body = made[at] as { journalEntryId: EntryId } | undefined
      return body !== undefined && isTakenBack(key) ? [takeBack(key, body.journalEntryId)] : []
    })
    const captured = held.filter(({ payment }) => !payment.overnight)
    await this.#may([...wrong, ...captured.map(({ payment, holdId }) => captureHold(payment, holdId))])
  }

  /** A day that was begun is ended, whoever wants to stop. */
  async endDay(date: BusinessDate): Promise<void> {
    const { database, newId, subject } = this.plinth
    const operator = { subject, roles: [], correlationId: newId(), causationId: undefined }
    const engine = openEod({ database, newId, owner: subject, behindTotals: [glExtractStep] })
    const begun = engine.begin(this.books, { operator, date })
    const { complete, reports } = await begun.then((each) => each.finish()).catch(inPlainWords)
    const setAside = reports.flatMap((report) => report.setAside)
    if (!complete || setAside.length > 0)
      throw new CommandFailure(`The end of ${date} left something behind: \`plinth eod status\` says what.`)
  }

  /** Of every customer's accounts, when `closed` was the last business day of its month. Answers how many were made. */
  async makeStatements(closed: BusinessDate): Promise<number> {
    const { database, newId, subject } = this.plinth
    const { tenantId } = this.books.tenant
    const { businessDate } = await this.head()
    const to = addDays(`${businessDate.slice(0, 7)}-01` as BusinessDate, -1)
    if (to < closed) return 0
    let made = 0
    for (const accountId of demoCustomers.flatMap(({ current, savings }) =>
      [current, savings ?? []].flat(),
    )) {
      const asker = {
        auditEventId: newId(),
        correlationId: newId(),
        causationId: undefined,
        subject,
        roles: [],
      }
      const deadlineMs = Date.now() + statementPatienceMs
      const options = { tenantId, lane: 'batch', deadlineMs, repeatable: true } as const
      const { currencies } = this.books
      const { outcome } = await database.transaction(options, (tx) =>
        makeStatement(tx, { accountId, to, currencies, asker }),
      )
      if (outcome === 'made') made += 1
    }
    return made
  }

  /** What each command answered. None of them may be refused. */
  async #must(commands: readonly DemoCommand[], subject?: string): Promise<object[]> {
    const answers = await this.#send(commands, subject)
    return answers.map(({ outcome, body }, at) => {
      if (body !== undefined) return body
      throw new CommandFailure(`The demo cannot go on: ${commands[at]?.key} was refused (${outcome}).`)
    })
  }

  /** What each command answered; undefined: the customer had not the money. */
  async #may(commands: readonly DemoCommand[]): Promise<(object | undefined)[]> {
    const answers = await this.#send(commands)
    return answers.map(({ outcome, body }, at) => {
      if (body !== undefined) this.counts.postings += 1
      else if (outcome === 'insufficient_funds') this.counts.rejected += 1
      else throw new CommandFailure(`The demo cannot go on: ${commands[at]?.key} was refused (${outcome}).`)
      return body
    })
  }

  async #send(
    commands: readonly DemoCommand[],
    subject: string = this.plinth.subject,
  ): Promise<{ outcome: string; body: object | undefined }[]> {
    const { books } = this
    const units = commands.map(({ key, command }) => ({
      submissions: [
        stampSubmission(command, { books, subject, key: `plinth-demo-${key}` as IdempotencyKey }),
      ],
      broken: false,
    }))
    return (await this.plinth.posting.submitBatch(books, units)).map(toldOf)
  }
}

function inPlainWords(error: unknown): never {
  if (error instanceof EodRunning)
    throw new CommandFailure(`${error.message} If that process is gone: \`plinth eod resume --take-over\`.`)
  if (error instanceof EodFailed) throw new CommandFailure(error.message)
  throw error
}

function toldOf(outcome: Outcome): { outcome: string; body: object | undefined } {
  if (outcome.kind === 'failed') throw outcome.error
  if (outcome.kind !== 'answered') return { outcome: outcome.kind, body: undefined }
  return outcome.answer.outcome === 'accepted'
    ? { outcome: 'accepted', body: outcome.answer.body }
    : { outcome: outcome.answer.rejection.code, body: undefined }
}

/** 1 on the first business day of a month. */
function businessDayOfMonth(date: BusinessDate): number {
  let place = 0
  for (let day = `${date.slice(0, 7)}-01` as BusinessDate; day <= date; day = addDays(day, 1))
    if (isBusinessDay(demoCalendar, day)) place += 1
  return place
}
