import { createHash } from 'node:crypto'
import type { HoldId } from '@plinth/holds'
import {
  type AccountId,
  addDays,
  type BusinessDate,
  type CurrencyCode,
  type EntryId,
  formatMinor,
} from '@plinth/kernel'
import type { Command } from '@plinth/posting'
import type { DemoCommand } from './demo-books.js'

const currency = 'EUR' as CurrencyCode

const names = [
  ...['Ada Albers', 'Bruno Brandt', 'Clara Conrad', 'David Dietz', 'Elif Erdem', 'Felix Fuchs'],
  ...['Greta Graf', 'Hugo Hahn', 'Ines Ilg', 'Jonas Jung', 'Katja Kern', 'Leon Lang', 'Mira Moser'],
  ...['Nils Neumann', 'Olga Ott', 'Paul Peters', 'Quirin Quast', 'Rosa Roth', 'Samir Said', 'Tilda Thoma'],
  ...['Udo Ulrich', 'Vera Voigt', 'Willi Wolf', 'Yara Yilmaz'],
]

/** Somebody with a current account, and perhaps with savings. */
export interface DemoCustomer {
  readonly customerId: string
  readonly name: string
  readonly current: AccountId
  readonly savings: AccountId | undefined
}

export const demoCustomers: readonly DemoCustomer[] = names.map((name, at) => {
  const customerId = `customer-${String(at + 1).padStart(2, '0')}`
  return {
    customerId,
    name,
    current: `${customerId}:current` as AccountId,
    savings: at % 3 === 2 ? undefined : (`${customerId}:savings` as AccountId),
  }
})

/** A number from 0 that hangs on what it is for alone: the same day happens in the same way again. */
function chance(below: number, ...about: readonly string[]): number {
  return createHash('sha256').update(about.join(' ')).digest().readUInt32BE() % below
}

const cents = (from: number, to: number, ...about: readonly string[]): bigint =>
  BigInt(from * 100 + chance((to - from) * 100, ...about))

interface Payment {
  readonly from: AccountId
  readonly to: AccountId
  readonly minor: bigint
}

const linesOf = ({ from, to, minor }: Payment) => [
  { accountId: from, side: 'debit' as const, amount: minor, currency },
  { accountId: to, side: 'credit' as const, amount: minor, currency },
]

const cash = 'cash' as AccountId

function pay(
  key: string,
  {
    code,
    description,
    valueDate,
    ...payment
  }: Payment & {
    code: string
    description: string
    valueDate?: BusinessDate | undefined
  },
): DemoCommand {
  const said = { transactionCode: code, description, valueDate, reference: undefined, endToEndId: undefined }
  return { key, command: { type: 'post', ...said, lines: linesOf(payment), metadata: {} } }
}

/** A hold for a card payment, and what it is captured with in the evening or on the next day. */
export interface CardPayment {
  readonly key: string
  readonly customer: DemoCustomer
  readonly minor: bigint
  readonly overnight: boolean
}

/** What customers bring along. */
export const openingDeposits: readonly DemoCommand[] = demoCustomers.flatMap(
  ({ customerId, current, savings }) =>
    [current, ...(savings ? [savings] : [])].map((to) =>
      pay(`${to}-deposit`, {
        ...{ code: 'DEPOSIT', description: 'opening deposit', from: cash, to },
        minor:
          to === savings ? cents(500, 9_000, customerId, 'savings') : cents(20, 800, customerId, 'deposit'),
      }),
    ),
)

/** What customers do on a business day. `first` and `third`: the day is that business day of its month. */
export function paymentsOn(
  date: BusinessDate,
  { first, third }: { first: boolean; third: boolean },
): DemoCommand[] {
  return demoCustomers.flatMap((customer): DemoCommand[] => {
    const { customerId, current, savings } = customer
    const key = (what: string): string => `${date}-${customerId}-${what}`
    const likely = (of: number, what: string): boolean => chance(of, date, customerId, what) === 0
    const amount = (from: number, to: number, what: string): bigint => cents(from, to, date, customerId, what)
    const neighbour = demoCustomers[chance(demoCustomers.length, date, customerId, 'whom')] ?? customer
    const payments: (DemoCommand | false)[] = [
      first &&
        pay(key('salary'), {
          ...{ code: 'SALARY', description: 'salary', from: cash, to: current },
          minor: cents(1_900, 4_200, customerId, 'salary'),
        }),
      third &&
        pay(key('rent'), {
          ...{ code: 'STANDING_ORDER', description: 'rent', from: current, to: cash },
          minor: cents(700, 1_600, customerId, 'rent'),
        }),
      third &&
        savings !== undefined &&
        pay(key('save'), {
          ...{ code: 'TRANSFER', description: 'to savings', from: current, to: savings },
          minor: cents(100, 1_400, customerId, 'save'),
        }),
      neighbour !== customer &&
        likely(6, 'transfer') &&
        pay(key('transfer'), {
          ...{ code: 'TRANSFER', description: 'shared costs', from: current, to: neighbour.current },
          minor: amount(5, 180, 'transfer'),
        }),
      // What another bank sent late: interest counts from the day on which it was due.
      likely(60, 'late') &&
        pay(key('late'), {
          ...{ code: 'DEPOSIT', description: 'delayed by the correspondent bank', from: cash, to: current },
          ...{ minor: amount(200, 2_000, 'late'), valueDate: addDays(date, -10) },
        }),
    ]
    return payments.filter((payment) => payment !== false)
  })
}

/** The card payments of a business day. */
export const cardPaymentsOn = (date: BusinessDate): CardPayment[] =>
  demoCustomers
    .filter(({ customerId }) => chance(3, date, customerId, 'card') < 2)
    .map((customer) => ({
      key: `${date}-${customer.customerId}-card`,
      customer,
      minor: cents(3, 160, date, customer.customerId, 'card'),
      overnight: chance(3, date, customer.customerId, 'overnight') === 0,
    }))

export const placeHold = ({ key, customer, minor }: CardPayment): DemoCommand => ({
  key: `${key}-hold`,
  command: {
    ...{ type: 'place_hold', accountId: customer.current, amount: minor, currency },
    expiresAt: undefined,
    reference: undefined,
    transactionCode: 'CARD',
  },
})

/** One in ten merchants charges a little less than was set aside. */
export function captureHold({ key, customer, minor }: CardPayment, holdId: HoldId): DemoCommand {
  const charged = chance(10, key, 'less') === 0 ? minor - minor / 10n : minor
  const command: Command = {
    ...{ type: 'capture_hold', holdId, amount: formatMinor(charged, 2), final: true },
    ...{ transactionCode: 'CARD', description: 'card payment', valueDate: undefined },
    ...{ reference: undefined, endToEndId: undefined, metadata: {} },
    lines: linesOf({ from: customer.current, to: cash, minor: charged }),
  }
  return { key: `${key}-capture`, command }
}

/** Some transfers went to the wrong person. */
export const isTakenBack = (key: string): boolean =>
  key.endsWith('-transfer') && chance(25, key, 'back') === 0

export const takeBack = (key: string, entryId: EntryId): DemoCommand => ({
  key: `${key}-back`,
  command: { type: 'reverse', entryId, reason: 'wrong payee', valueDate: 'original', lines: undefined },
})
