import { type Note, parseNote, type Signer, signNote } from './signed-note.js'

/** What all customer accounts in a currency come to at the end of a day. Amounts are decimal texts. */
export interface BalanceTotal {
  readonly currency: string
  readonly accounts: number
  /** Of those that stand in credit: what the bank owes its customers. */
  readonly creditBalances: string
  /** Of those that stand in debit: what customers owe the bank. */
  readonly debitBalances: string
  readonly root: Buffer
}

/** What is signed of a closed day. */
export interface BalanceNote {
  /** `<host>/<tenantId>`, which is also the name of the key. */
  readonly origin: string
  readonly businessDate: string
  /** By currency. */
  readonly totals: readonly BalanceTotal[]
}

// Behind the origin, so that no checkpoint begins like it, and nobody can show the one for the other.
const suffix = '/customer-balances'

/** A signed note: origin, day, and a line for each currency. It is signed with the key of the checkpoints. */
export function signBalances({ origin, businessDate, totals }: BalanceNote, signer: Signer): string {
  const lines = totals.map(
    ({ currency, accounts, creditBalances, debitBalances, root }) =>
      `${currency} ${accounts} ${creditBalances} ${debitBalances} ${root.toString('base64')}`,
  )
  return signNote([`${origin}${suffix}`, businessDate, ...lines, ''].join('\n'), origin, signer)
}

/** What a note says if it is one of balances. Nothing is verified. */
export function parseBalances(text: string): (BalanceNote & { readonly note: Note }) | undefined {
  const note = parseNote(text)
  const [first, businessDate, ...lines] = note?.text.slice(0, -1).split('\n') ?? []
  if (note === undefined || !first?.endsWith(suffix) || businessDate === undefined) return undefined
  if (!/^[0-9]{4}-[0-9]{2}-[0-9]{2}$/.test(businessDate)) return undefined
  const totals: BalanceTotal[] = []
  for (const line of lines) {
    const [, currency, accounts, creditBalances, debitBalances, base64] =
      /^([A-Z0-9]{3,10}) ([1-9][0-9]{0,14}) ([0-9.]+) ([0-9.]+) ([A-Za-z0-9+/]{43}=)$/.exec(line) ?? []
    if (!currency || !creditBalances || !debitBalances || !base64) return undefined
    if (totals.some((total) => total.currency === currency)) return undefined
    const root = Buffer.from(base64, 'base64')
    const count = Number(accounts)
    totals.push({ currency, accounts: count, creditBalances, debitBalances, root })
  }
  return { origin: first.slice(0, -suffix.length), businessDate, totals, note }
}
