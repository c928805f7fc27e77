import type { Findings } from '@plinth/posting'

/** What `plinth verify` recomputes of interest and fees. */
export const interestRules = {
  accruals_add_up:
    'every day accrues what its balance brings under its terms, and an account has accrued what its days come to, less what was capitalised',
  accruals_follow_lines: 'the balance that interest goes on with is what the lines of the account come to',
  accruals_are_posted: 'what days change stands in the entries they name, and so does what was capitalised',
  accrued_balances: 'the GL accounts of accrued interest come to the rounded sums of all accounts',
  closed_accounts_are_settled: 'nothing has accrued on an account that is closed, and nothing is due to it',
  fees_are_posted: 'what accounts were charged is what their terms say, and stands in the entries it names',
} as const

export type InterestFindings = Findings<keyof typeof interestRules>
