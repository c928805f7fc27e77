/** A line as somebody asks for it. */
export interface Line {
  readonly id: string
  readonly side: 'debit' | 'credit'
  /** A decimal string in `currency`. */
  readonly amount: string
  readonly currency: string
}

export type Status = 'open' | 'dormant' | 'frozen' | 'closed'

/** When a hold's time is over: never, in another century, long ago, or as soon as that step of the sequence begins. */
export type End = 'never' | 'far' | 'past' | { readonly step: number }

/** Something of which Plinth makes the id: the first that was made is 1; one that was never made is 0. */
export type Nth = number

export interface PostWish {
  readonly type: 'post'
  readonly note: string
  readonly valueDate?: string
  readonly lines: readonly Line[]
}

export interface CaptureWish extends Omit<PostWish, 'type'> {
  readonly type: 'capture'
  readonly hold: Nth
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

export interface PlaceWish {
  readonly type: 'place'
  readonly note: string
  readonly id: string
  readonly amount: string
  readonly currency: string
  readonly ends: End
}

export type HoldChangeWish =
  | { readonly type: 'release' | 'expire'; readonly hold: Nth }
  | { readonly type: 'extend'; readonly hold: Nth; readonly ends: End }

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
  readonly limits?: readonly PaperLimit[]
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
  | SettingsWish

export interface Keyed {
  readonly key: string
  readonly wish: Wish
}
