import type { GlType } from '@plinth/account'
import { normalSideOf } from '@plinth/account/domain'
import type { AccountId, CurrencyCode, GlCode, Side } from '@plinth/kernel'
import type { Command } from '@plinth/posting'

/** A command of the demo, with the end of its idempotency key: the key never changes, so a second start replays. */
export interface DemoCommand {
  readonly key: string
  readonly command: Command
}

export interface ChartRow {
  readonly code: string
  readonly name: string
  readonly type: GlType
  readonly parent?: string
  /** Of a contra account. */
  readonly side?: Side
}

// Parents stand before their children. Those that are a parent are headings and take no accounts.
const chart: readonly ChartRow[] = [
  { code: '1000', name: 'Assets', type: 'asset' },
  { code: '1100', name: 'Cash and nostro accounts', type: 'asset', parent: '1000' },
  { code: '1200', name: 'Loans to customers', type: 'asset', parent: '1000' },
  { code: '1290', name: 'Allowance for loan losses', type: 'asset', parent: '1000', side: 'credit' },
  { code: '1900', name: 'Suspense', type: 'asset', parent: '1000' },
  { code: '2000', name: 'Liabilities', type: 'liability' },
  { code: '2100', name: 'Customer deposits', type: 'liability', parent: '2000' },
  { code: '2110', name: 'Current accounts', type: 'liability', parent: '2100' },
  { code: '2120', name: 'Savings accounts', type: 'liability', parent: '2100' },
  { code: '3000', name: 'Equity', type: 'equity' },
  { code: '3100', name: 'Share capital', type: 'equity', parent: '3000' },
  { code: '4000', name: 'Income', type: 'income' },
  { code: '4100', name: 'Fee income', type: 'income', parent: '4000' },
  { code: '4200', name: 'Interest income', type: 'income', parent: '4000' },
  { code: '5000', name: 'Expenses', type: 'expense' },
  { code: '5100', name: 'Interest expense', type: 'expense', parent: '5000' },
]

// Internal accounts have no limit: what they are in is the bank's own doing.
const accounts: readonly { id: string; name: string; glCode: string; customer?: true }[] = [
  { id: 'cash', name: 'Nostro at the central bank', glCode: '1100' },
  { id: 'suspense', name: 'Items to be explained', glCode: '1900' },
  { id: 'capital', name: 'Share capital', glCode: '3100' },
  { id: 'fees', name: 'Fees earned', glCode: '4100' },
  { id: 'interest-paid', name: 'Interest on deposits', glCode: '5100' },
  { id: 'alice', name: 'Alice Arnold', glCode: '2110', customer: true },
  { id: 'bob', name: 'Bob Becker', glCode: '2110', customer: true },
]

const postings: readonly { key: string; code: string; description: string; to: string; minor: bigint }[] = [
  { key: 'capital', code: 'CAPITAL', description: 'paid-in capital', to: 'capital', minor: 1_000_000_00n },
  { key: 'deposit-alice', code: 'DEPOSIT', description: 'opening deposit', to: 'alice', minor: 500_00n },
]

const currency = 'EUR' as CurrencyCode

const headings = new Set(chart.map(({ parent }) => parent))

/** A GL account of the demo. A heading takes no accounts. */
export const glAccount = ({ code, name, type, parent, side }: ChartRow): DemoCommand => ({
  key: `gl-${code}`,
  command: {
    type: 'create_gl_account',
    glAccount: {
      code: code as GlCode,
      name,
      type,
      parentCode: parent as GlCode | undefined,
      normalSide: side ?? normalSideOf(type),
      postable: !headings.has(code),
    },
  },
})

/** An account of the demo: a customer's, or one of the bank's own. With a product it leaves GL account and currency to that. */
export const opening = (
  accountId: string,
  of: { name: string; customerId?: string } & ({ glCode: string } | { productCode: string }),
): DemoCommand => ({
  key: `account-${accountId}`,
  command: {
    type: 'open_account',
    accountId: accountId as AccountId,
    name: of.name,
    glCode: 'glCode' in of ? (of.glCode as GlCode) : undefined,
    currency: 'glCode' in of ? currency : undefined,
    customerId: of.customerId,
    productCode: 'productCode' in of ? of.productCode : undefined,
    overdraftLimit: 0n,
    unlimited: of.customerId === undefined,
    metadata: {},
  },
})

/** Chart, accounts and first postings of the demo tenant, in the order in which they build on each other. */
export const demoCommands: readonly DemoCommand[] = [
  ...chart.map(glAccount),
  ...accounts.map(({ id, customer, ...of }) => opening(id, { ...of, ...(customer && { customerId: id }) })),
  ...postings.map(
    ({ key, code, description, to, minor }): DemoCommand => ({
      key,
      command: {
        type: 'post',
        transactionCode: code,
        description,
        valueDate: undefined,
        reference: undefined,
        endToEndId: undefined,
        lines: [
          { accountId: 'cash' as AccountId, side: 'debit', amount: minor, currency },
          { accountId: to as AccountId, side: 'credit', amount: minor, currency },
        ],
        metadata: {},
      },
    }),
  ),
]
