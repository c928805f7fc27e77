/** A line as somebody asks for it. */
export interface Line {
  readonly id: string
  readonly side: 'debit' | 'credit'
  /** A decimal string in `currency`. */
  readonly amount: string
  readonly currency: string
  /** Of a credit: the day from which it is available. */
  readonly from?: string
  /** Of a credit: the account that takes it where its own does not. */
  readonly fallback?: string
}

/** A line that may say `all`, or how much at most, instead of an amount. */
export interface AskingLine extends Omit<Line, 'amount'> {
  readonly amount: string | { readonly upTo: string }
}

export type Status = 'open' | 'dormant' | 'frozen' | 'closed'

/** When a hold's time is over: never, in another century, long ago, or as soon as that step of the sequence begins. */
export type End = 'never' | 'far' | 'past' | { readonly step: number }

/** An entry, of which Plinth makes the id: the first is 1; one that was never made is 0. */
export type Nth = number

/**
 * What else Plinth makes the ids of. A hold is called by its number among those that were placed, `3`; one that came with a line
 * of an entry, and a suspense item, by that line: `12/2`. Nothing is called `0`.
 */
export type Name = string

export interface Posting {
  readonly valueDate?: string
  readonly lines: readonly AskingLine[]
}

export interface PostWish extends Posting {
  readonly type: 'post'
  readonly note: string
  /** Whether it must be booked. */
  readonly advice?: true
}

export interface CaptureWish {
  readonly type: 'capture'
  readonly note: string
  readonly valueDate?: string
  readonly lines: readonly Line[]
  readonly hold: Name
  /** A decimal string in the currency of the hold. */
  readonly amount: string
  readonly final: boolean
}

export interface ReverseWish {
  readonly type: 'reverse'
  readonly note: string
  readonly entry: Nth
  readonly valueDate?: string
  readonly lines?: readonly { readonly lineNo: number; readonly amount: string }[]
}

/** Takes an entry back whole and posts another one. */
export interface CorrectWish {
  readonly type: 'correct'
  readonly note: string
  readonly entry: Nth
  /** Of the entry that takes back. */
  readonly valueDate?: string
  readonly posting: Posting
}

/** Posts what waits of a suspense item on. */
export interface ClearWish {
  readonly type: 'clear'
  readonly note: string
  readonly item: Name
  readonly id: string
  readonly valueDate?: string
}

export interface PlaceWish {
  readonly type: 'place'
  readonly note: string
  readonly id: string
  readonly amount: string
  readonly currency: string
  readonly ends: End
}

export type HoldChangeWish =
  | { readonly type: 'release' | 'expire'; readonly hold: Name }
  | { readonly type: 'extend'; readonly hold: Name; readonly ends: End }

export interface PaperLimit {
  readonly code?: string
  readonly currency: string
  readonly most: string
}

export interface SettingsWish {
  readonly type: 'settings'
  readonly note: string
  /** Null: any day. */
  readonly back?: number | null
  readonly ahead?: number
  /** No value dates before it; null: no such day. */
  readonly floor?: string | null
  readonly limits?: readonly PaperLimit[]
}

/** The most of a day or a month. */
export interface PaperBound {
  /** A decimal string. */
  readonly amount?: string
  readonly count?: number
}

/** What an account may spend, or every account where none is named; nothing said: whatever it likes. */
export interface LimitWish {
  readonly type: 'limit'
  readonly note: string
  readonly id?: string
  readonly code?: string
  readonly currency: string
  readonly perPosting?: string
  readonly perDay?: PaperBound
  readonly perMonth?: PaperBound
}

export interface OpenWish {
  readonly type: 'open'
  readonly note: string
  readonly id: string
  readonly gl: string
  readonly currency: string
  readonly limit: string
}

export interface StatusWish {
  readonly type: 'status'
  readonly note: string
  readonly id: string
  readonly status: Status
  readonly debits?: boolean
  readonly credits?: boolean
}

export interface TermsWish {
  readonly type: 'terms'
  readonly note: string
  readonly id: string
  readonly limit: string
}

export interface GlWish {
  readonly type: 'gl'
  readonly note: string
  readonly code: string
  readonly kind: 'asset' | 'liability'
  readonly parent?: string
  readonly postable: boolean
}

/** What somebody asks of the bank. `note` is a text that is part of the command. */
export type Wish =
  | PostWish
  | OpenWish
  | StatusWish
  | TermsWish
  | GlWish
  | PlaceWish
  | CaptureWish
  | HoldChangeWish
  | ReverseWish
  | CorrectWish
  | ClearWish
  | SettingsWish
  | LimitWish

export interface Keyed {
  readonly key: string
  readonly wish: Wish
}
