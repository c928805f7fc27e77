import type { AccountId, CurrencyCode, GlCode, Side } from '@plinth/kernel'

/** An entry that a step would post. */
export interface ForeseenEntry {
  readonly currency: CurrencyCode
  readonly lines: readonly {
    readonly accountId: AccountId
    /** Undefined: the account is there, and knows it. */
    readonly glCode?: GlCode | undefined
    readonly side: Side
    readonly amount: bigint
  }[]
}

/** What would be posted on an account, in minor units. */
export interface ForeseenTurnover {
  readonly accountId: AccountId
  readonly glCode: GlCode | undefined
  readonly currency: CurrencyCode
  readonly debits: bigint
  readonly credits: bigint
  readonly lines: number
}

/** What the steps of a rehearsal would have posted, by account. Of a run that posts it stays empty. */
export class Foreseen {
  readonly #turnovers = new Map<AccountId, ForeseenTurnover>()

  add(entries: readonly ForeseenEntry[]): void {
    for (const { currency, lines } of entries) {
      for (const { accountId, glCode, side, amount } of lines) {
        const known = this.#turnovers.get(accountId)
        this.#turnovers.set(accountId, {
          ...{ accountId, glCode: glCode ?? known?.glCode, currency },
          debits: (known?.debits ?? 0n) + (side === 'debit' ? amount : 0n),
          credits: (known?.credits ?? 0n) + (side === 'credit' ? amount : 0n),
          lines: (known?.lines ?? 0) + 1,
        })
      }
    }
  }

  of(accountId: AccountId): ForeseenTurnover | undefined {
    return this.#turnovers.get(accountId)
  }

  all(): readonly ForeseenTurnover[] {
    return [...this.#turnovers.values()]
  }
}
