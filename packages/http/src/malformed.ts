import { escapePointer } from '@plinth/kernel'

/** What can be wrong with one field of a body or one query parameter (contract §6). */
export const fieldErrorCodes = [
  'required',
  'unknown_field',
  'wrong_type',
  'amount_not_a_string',
  'amount_malformed',
  'amount_zero',
  'amount_too_many_decimals',
  'amount_too_large',
  'currency_unknown',
  'date_malformed',
  'id_malformed',
  'too_few_lines',
  'too_many_lines',
  'too_long',
] as const

export type FieldErrorCode = (typeof fieldErrorCodes)[number]

export interface FieldError {
  /** A JSON Pointer (RFC 6901) into the body; for a query or header its name behind a slash. */
  readonly pointer: string
  readonly code: FieldErrorCode
  readonly detail: string
}

export type MalformedCode =
  | 'malformed_json'
  | 'malformed_request'
  | 'idempotency_key_missing'
  | 'idempotency_key_malformed'
  | 'cursor_malformed'
  | 'entry_unbalanced'

/** A request that says nothing Plinth could decide on. Never recorded. */
export interface Malformed {
  readonly kind: 'malformed'
  readonly status: 400 | 422
  readonly code: MalformedCode
  readonly detail: string
  readonly errors: readonly FieldError[]
}

// Enough to mend a body by, little enough that a megabyte of faults is not answered with ten.
export const errorsMax = 100

export const malformed = (code: Exclude<MalformedCode, 'entry_unbalanced'>, detail: string): Malformed => ({
  kind: 'malformed',
  status: 400,
  code,
  detail,
  errors: [],
})

/** A body or query with faults in some of its fields. */
export function malformedFields(errors: readonly FieldError[]): Malformed {
  const [first] = errors
  const more = errors.length > 1 ? ` (and ${errors.length - 1} more)` : ''
  return {
    kind: 'malformed',
    status: 400,
    code: 'malformed_request',
    detail:
      first === undefined
        ? 'The request is malformed.'
        : `${first.pointer || 'The body'}: ${first.detail}${more}`,
    errors: errors.slice(0, errorsMax),
  }
}

export const isMalformed = (value: object): value is Malformed =>
  'kind' in value && value.kind === 'malformed'

const pointerOf = (path: readonly PropertyKey[]): string =>
  path.map((token) => `/${escapePointer(String(token))}`).join('')

const details: Readonly<Record<FieldErrorCode, string>> = {
  required: 'This field is required.',
  unknown_field: 'There is no such field here.',
  wrong_type: 'The value is of another type than this field takes.',
  amount_not_a_string: 'An amount is a JSON string, such as "12.50".',
  amount_malformed: 'An amount is digits, then perhaps a point and digits, such as "12.50".',
  amount_zero: 'The amount must be above zero.',
  amount_too_many_decimals: 'The amount has more decimals than its currency.',
  amount_too_large: 'The amount has more than 28 digits in minor units.',
  currency_unknown: 'This currency is neither in ISO 4217 nor one of the tenant.',
  date_malformed: 'A date is a day of the calendar written YYYY-MM-DD.',
  id_malformed: 'The id has characters or a length that ids of this kind do not have.',
  too_few_lines: 'An entry has two lines or more.',
  too_many_lines: 'An entry has at most 1000 lines.',
  too_long: 'The value is too long.',
}

/** One fault, said in the house's words unless `detail` says it better. */
export const fieldError = (
  path: readonly PropertyKey[],
  code: FieldErrorCode,
  detail: string = details[code],
): FieldError => ({ pointer: pointerOf(path), code, detail })
