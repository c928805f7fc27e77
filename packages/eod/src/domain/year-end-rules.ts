/** What `plinth verify` asks of periods and of years that were closed (ADR 0023). */
export const yearEndRules = {
  periods_fit:
    'an entry of a thirteenth period was made when its year was over and open, and one that closes a year while that was closing',
  years_are_closed:
    'the years that are final are those that the head names, their closing entries are those that were made for it, and nothing is left on income and expense',
} as const

export type YearEndRule = keyof typeof yearEndRules
