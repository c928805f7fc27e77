import { createHash } from 'node:crypto'
import { canonicalJson, invariant, type TenantId } from '@plinth/kernel'
import type { RenderedEntry } from '@plinth/ledger/domain'
import { leafHash } from './merkle-tree.js'

export const saltBytes = 16

/** What is hashed of an entry (contract §8). Lines and details are commitments, base64. */
export interface Evidence {
  readonly schema: 'plinth.entry/1'
  readonly tenantId: string
  readonly journalEntryId: string
  readonly entryNo: number
  readonly kind: string
  readonly transactionCode: string
  readonly bookingDate: string
  readonly valueDate: string
  readonly postedAt: string
  readonly reverses?: string | undefined
  readonly lines: readonly string[]
  readonly details: string
}

/** The salts of an entry's parts, 16 random bytes each. */
export interface Salts {
  /** Undefined: the details were erased, and it with them. */
  readonly details: Buffer | undefined
  /** Of erased details, what they had been committed to under their salt. */
  readonly keptCommitment?: Buffer | undefined
  /** Of all lines, one behind the other. */
  readonly lines: Buffer
}

/** A part of an entry that is shown: whoever hashes it with its salt finds the commitment. */
export interface Opening {
  readonly part: string
  /** Base64. */
  readonly salt: string
  readonly value: unknown
}

/** `base64(SHA-256(salt ‖ JCS(part)))`. */
export const commitment = (salt: Buffer, part: unknown): string =>
  createHash('sha256').update(salt).update(canonicalJson(part)).digest('base64')

/** The details of an entry, which may be erased without breaking the tree. */
const detailsOf = ({ description, reference, endToEndId, correlationId, metadata }: RenderedEntry) => ({
  description,
  reference,
  endToEndId,
  correlationId,
  metadata,
})

/** What details are committed to under their salt, or were before they were erased. */
export function detailsCommitment(entry: RenderedEntry, { details, keptCommitment }: Salts): Buffer {
  if (details !== undefined) return Buffer.from(commitment(details, detailsOf(entry)), 'base64')
  invariant(keptCommitment !== undefined, 'what was committed to is kept when the salt goes')
  return keptCommitment
}

const lineSalt = ({ lines }: Salts, at: number): Buffer =>
  lines.subarray(at * saltBytes, (at + 1) * saltBytes)

/** The evidence of an entry as it is answered, under its salts. */
export const evidenceOf = (tenantId: TenantId, entry: RenderedEntry, salts: Salts): Evidence => ({
  schema: 'plinth.entry/1',
  tenantId,
  journalEntryId: entry.journalEntryId,
  entryNo: entry.entryNo,
  kind: entry.kind,
  transactionCode: entry.transactionCode,
  bookingDate: entry.bookingDate,
  valueDate: entry.valueDate,
  postedAt: entry.postedAt,
  reverses: entry.reverses,
  lines: entry.lines.map((line, at) => commitment(lineSalt(salts, at), line)),
  details: detailsCommitment(entry, salts).toString('base64'),
})

/** The leaf of an entry: `SHA-256(0x00 ‖ JCS(evidence))`. */
export const leafOf = (evidence: Evidence): Buffer => leafHash(canonicalJson(evidence))

/** What is shown of an entry: all of it that was not erased, or an account's lines alone, or nothing. */
export type Wanted = 'all' | 'nothing' | { readonly accountId: string }

export function openingsOf(entry: RenderedEntry, salts: Salts, wanted: Wanted): Opening[] {
  if (wanted === 'nothing') return []
  const lines = entry.lines.flatMap((line, at) =>
    wanted === 'all' || line.accountId === wanted.accountId
      ? [{ part: `lines/${at}`, salt: lineSalt(salts, at).toString('base64'), value: line }]
      : [],
  )
  if (wanted !== 'all' || salts.details === undefined) return lines
  return [...lines, { part: 'details', salt: salts.details.toString('base64'), value: detailsOf(entry) }]
}
