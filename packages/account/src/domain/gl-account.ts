import type { GlCode, Side } from '@plinth/kernel'

export const glTypes = ['asset', 'liability', 'equity', 'income', 'expense'] as const
export type GlType = (typeof glTypes)[number]

/** A node of the chart of accounts (contract §1). Never changed once it exists. */
export interface GlAccount {
  readonly code: GlCode
  readonly name: string
  readonly type: GlType
  readonly parentCode: GlCode | undefined
  /** Stated by a contra account, else that of the type. */
  readonly normalSide: Side
  /** False: a heading, which takes no accounts. */
  readonly postable: boolean
}

/** Debit for asset and expense, credit for liability, equity and income (contract §1). */
export const normalSideOf = (type: GlType): Side =>
  type === 'asset' || type === 'expense' ? 'debit' : 'credit'
