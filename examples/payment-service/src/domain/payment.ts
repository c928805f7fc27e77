/** Where a payment stands. Those with `-ing` have something under way whose outcome may not be known yet. */
export type State =
  | 'received'
  | 'approved'
  | 'declined'
  | 'holding'
  | 'refused'
  | 'held'
  | 'sending'
  | 'unknown'
  | 'sent'
  | 'capturing'
  | 'settled'
  | 'releasing'
  | 'released'
  | 'returning'
  | 'returned'
  | 'stuck'

/**
 * From where to where a payment may go; the database has the same table and refuses every other step. What each one waits for
 * stands in README.md.
 */
export const transitions: Readonly<Record<State, readonly State[]>> = {
  received: ['approved', 'declined'],
  declined: [],
  approved: ['holding'],
  holding: ['held', 'refused'],
  refused: [],
  held: ['sending', 'releasing'],
  sending: ['sent', 'unknown'],
  unknown: ['sent', 'capturing', 'releasing'],
  sent: ['capturing', 'releasing'],
  capturing: ['settled', 'stuck'],
  settled: ['returning'],
  releasing: ['released', 'stuck'],
  released: [],
  returning: ['returned', 'stuck'],
  returned: [],
  stuck: [],
}

/**
 * What the rail says of a payment, each later than those before it. `never_arrived`: it is not in the rail's list after the
 * time until which the rail would have taken it.
 */
export type RailStatus = 'pending' | 'rejected' | 'never_arrived' | 'settled' | 'returned'

const rank: Readonly<Record<RailStatus, number>> = {
  pending: 0,
  rejected: 1,
  never_arrived: 1,
  settled: 1,
  returned: 2,
}

/** Whether the rail's word is news. Words come twice, late and out of order; one that is behind what is known changes nothing. */
export const isNews = (word: RailStatus, known: RailStatus | undefined): boolean =>
  known === undefined || rank[word] > rank[known]

export interface Payment {
  readonly paymentId: string
  readonly state: State
  readonly debtorAccount: string
  readonly creditor: string
  readonly amount: string
  readonly currency: string
  readonly holdId: string | undefined
  readonly railStatus: RailStatus | undefined
  /** The rail takes it no later; from when the first copy may have left. */
  readonly validUntil: Date | undefined
  /** Not sent after this; what is held then is let go. */
  readonly executeBefore: Date
  readonly decision: RiskDecision | undefined
}

/** What risk said, as it was when money was held. */
export interface RiskDecision {
  readonly id: string
  readonly source: string
  readonly outcome: 'approved' | 'rejected'
  readonly decidedAt: string
  readonly expiresAt: string
  readonly checksum: string
}

/** What to do next with a payment; undefined: wait for the rail, or nothing more. */
export type Step =
  | { readonly do: 'decide' | 'hold' | 'send' | 'capture' | 'release' | 'return' }
  | { readonly do: 'move'; readonly to: State; readonly because: string }

/** The next step follows from what is stored alone, so whoever takes a payment over after a crash does the same. */
export function nextStep(payment: Payment, now: Date): Step | undefined {
  const { state, railStatus } = payment
  const move = (to: State, because: string): Step => ({ do: 'move', to, because })
  switch (state) {
    case 'received':
      return { do: 'decide' }
    case 'approved':
      return move('holding', 'risk approved it')
    case 'holding':
      return { do: 'hold' }
    case 'held':
      return now > payment.executeBefore ? move('releasing', 'too late to send') : { do: 'send' }
    case 'sending':
      // It was being sent when its process ended. The rail pays twice what it is told twice: so it is asked, not told.
      return move('unknown', 'the sender ended')
    case 'unknown':
    case 'sent':
      return afterSending(payment, move)
    case 'capturing':
      return { do: 'capture' }
    case 'settled':
      return railStatus === 'returned' ? move('returning', 'the rail returned it') : undefined
    case 'releasing':
      return { do: 'release' }
    case 'returning':
      return { do: 'return' }
    default:
      return undefined
  }
}

function afterSending(
  { state, railStatus }: Payment,
  move: (to: State, because: string) => Step,
): Step | undefined {
  if (railStatus === 'settled' || railStatus === 'returned') return move('capturing', 'the rail settled it')
  if (railStatus === 'rejected' || railStatus === 'never_arrived')
    return move('releasing', `the rail: ${railStatus}`)
  return railStatus === 'pending' && state === 'unknown' ? move('sent', 'the rail has it') : undefined
}
