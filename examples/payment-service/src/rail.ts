import type { Payment, RailStatus } from './domain/payment.js'

/** A payment in the rail's own list. */
export interface RailPayment {
  readonly railId: string
  /** The id of the payment here. */
  readonly reference: string
  readonly amount: string
  readonly currency: string
  readonly status: Exclude<RailStatus, 'never_arrived'>
  /** Rises with each change of any payment in the list. */
  readonly changeNo: number
}

/** What the rail answered at once; `unknown`: it may have it. */
export type Sent =
  | { readonly kind: 'taken'; readonly railId: string }
  | { readonly kind: 'rejected'; readonly railId: string }
  | { readonly kind: 'unknown'; readonly reason: string }

/** The rail as a client of it sees it. */
export interface Rail {
  /** Tells the rail to pay: once, for it pays twice what it is told twice. Not after `validUntil`, by the rail's clock. */
  send(payment: Payment, validUntil: Date): Promise<Sent>
  /** What changed behind a change number, and the rail's clock when it began to look. */
  changes(after: number): Promise<{ readonly payments: readonly RailPayment[]; readonly asOf: Date }>
}

const pageSize = 200

export function openRail({ url, timeoutMs }: { url: string; timeoutMs: number }): Rail {
  return {
    send: async ({ paymentId, amount, currency, creditor }, validUntil) => {
      const body = { reference: paymentId, amount, currency, creditor, validUntil: validUntil.toISOString() }
      try {
        const response = await fetch(`${url}/payments`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify(body),
          signal: AbortSignal.timeout(timeoutMs),
        })
        const answer = (await response.json()) as { railId?: unknown; status?: unknown }
        if (typeof answer.railId !== 'string') return { kind: 'unknown', reason: `status ${response.status}` }
        return { kind: answer.status === 'rejected' ? 'rejected' : 'taken', railId: answer.railId }
      } catch (error) {
        return { kind: 'unknown', reason: (error as Error).message }
      }
    },
    changes: async (after) => {
      const payments: RailPayment[] = []
      let asOf: Date | undefined
      for (;;) {
        const from = payments.at(-1)?.changeNo ?? after
        const response = await fetch(`${url}/payments?after=${from}&limit=${pageSize}`, {
          signal: AbortSignal.timeout(10_000),
        })
        if (!response.ok) throw new Error(`the rail answers ${response.status}`)
        const page = (await response.json()) as { data: RailPayment[]; asOf: string }
        asOf ??= new Date(page.asOf)
        payments.push(...page.data)
        if (page.data.length < pageSize) return { payments, asOf }
      }
    },
  }
}
