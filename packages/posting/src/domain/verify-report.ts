/** Every rule `plinth verify` recomputes, in the order in which it reports them. */
export const bookRules = {
  entry_numbers: 'entries are numbered 1, 2, 3 … up to the head',
  entries_in_order: 'posted-at and booking date never fall as the entry number rises',
  entries_are_whole: 'an entry has all its lines, numbered from 1 and dated as it is',
  entries_balance: 'debits equal credits in every entry and currency',
  line_copies: 'a line carries the currency and the GL code of its account',
  account_versions: 'the lines of an account count 1, 2, 3 … in the order of their entries',
  running_balances: 'the balance after each line follows from the line before',
  decided_again: 'every posting, decided again from its recorded command, makes the entry that stands',
  details_erased:
    'details are gone where two people had them erased, from the entry and its command, and nowhere else',
  commands_and_entries: 'every entry has its accepted command, and every such command its entry',
  balances_add_up: 'a balance row is the sum of the lines of its account',
  turnovers_add_up: 'what is kept for balances of the past comes to the same as the lines',
  trial_balance: 'the balances of each currency add up to zero, in the lines and in the balance rows',
  accounts_agree: 'an account, its balance row and its GL account say the same',
  accounts_as_commanded: 'an account stands as its last command left it',
  catalogue_as_commanded:
    'a product and its versions are what their commands made them, and nobody decided what they had a hand in',
  terms_as_captured:
    'an account has the terms that it was opened with and those of newer versions, each a true copy of an approved one',
  holds_add_up:
    'a hold is what its changes made it, what it captured stands in the journal, and active ones are what is held',
  suspense_adds_up:
    'a suspense item is what its changes made it, and every diverted line, its return and its clearing stands in the journal',
  reversals_fit: 'a reversal mirrors lines of the entry it names, and never takes back more than they were',
  closed_accounts_are_empty: 'nothing is posted or held on a closed account',
  limits: 'no limited account stands below zero, unless its limit was lowered or the posting was forced',
  limits_add_up:
    'what is counted against limits is what journal and holds say was spent, and accounts have the limits that were set',
  commands_are_audited: 'every recorded command has its audit event, and every such event its command',
  entries_are_audited: 'every entry has the audit event of its posting, and every such event its entry',
  events_are_numbered: 'outbox events are numbered 1, 2, 3 … up to the head',
  entries_are_told: 'every entry has its outbox event, and every such event its entry',
  commands_are_told: 'every accepted command has its outbox event, and every event its command',
} as const

export type BookRule = keyof typeof bookRules

/** A row that breaks a rule. */
export interface Finding {
  readonly row: Readonly<Record<string, string | number>>
  readonly expected: string
  readonly found: string
}

export interface RuleResult {
  readonly rule: string
  readonly says: string
  /** Rows found; some checks stop at their first. */
  readonly broken: number
  /** The first of them. */
  readonly first: Finding | undefined
}

export interface VerifyReport {
  readonly sound: boolean
  readonly entries: number
  readonly lines: number
  readonly accounts: number
  readonly rules: readonly RuleResult[]
}

/** Collects findings: the first of each rule and how many there are, so that wholly broken books cost no memory. */
export class Findings<Rule extends string = BookRule> {
  readonly #found = new Map<Rule, { first: Finding; broken: number }>()

  /** `rules` are what may be broken, each with what it says. */
  constructor(readonly rules: Readonly<Record<Rule, string>>) {}

  add(rule: Rule, finding: Finding): void {
    const known = this.#found.get(rule)
    if (known === undefined) this.#found.set(rule, { first: finding, broken: 1 })
    else known.broken += 1
  }

  /** Adds a finding unless both texts are equal. */
  compare(
    rule: Rule,
    row: Finding['row'],
    texts: { expected: string | number; found: string | number },
  ): void {
    if (texts.expected === texts.found) return
    this.add(rule, { row, expected: String(texts.expected), found: String(texts.found) })
  }

  results(): RuleResult[] {
    return (Object.keys(this.rules) as Rule[]).map((rule) => {
      const found = this.#found.get(rule)
      return { rule, says: this.rules[rule], broken: found?.broken ?? 0, first: found?.first }
    })
  }

  report(counts: Pick<VerifyReport, 'entries' | 'lines' | 'accounts'>): VerifyReport {
    return { sound: this.#found.size === 0, ...counts, rules: this.results() }
  }
}
