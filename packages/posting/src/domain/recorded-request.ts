import { type Currencies, parseMinor } from '@plinth/kernel'
import { canonicalRequest } from './canonical-request.js'
import type {
  CaptureHoldCommand,
  CorrectCommand,
  EntryRequest,
  LineRequest,
  OpenAccountCommand,
  PlaceHoldCommand,
  Post,
  ProposableCommand,
} from './command.js'

/** Reads a canonical request back; undefined unless the command says exactly what was recorded. */
export function commandOfRequest(request: string, currencies: Currencies): ProposableCommand | undefined {
  try {
    const command = withMinorUnits(JSON.parse(request) as Recorded, currencies)
    return canonicalRequest(command, currencies) === request ? command : undefined
  } catch {
    return undefined
  }
}

type AsText<Part extends object, Name extends keyof Part> = Omit<Part, Name> & {
  readonly [Key in Name]: string
}
type WithLines<Part extends { lines: unknown }> = Omit<Part, 'lines'> & {
  readonly lines: readonly RecordedLine[]
}
type RecordedLine = Omit<LineRequest, 'amount'> & { readonly amount: string | { readonly upTo: string } }
type Recorded =
  | WithLines<Post>
  | (Omit<CorrectCommand, 'posting'> & { readonly posting: WithLines<EntryRequest> })
  | WithLines<CaptureHoldCommand>
  | (Omit<OpenAccountCommand, 'overdraftLimit'> & { readonly overdraftLimit?: string })
  | AsText<PlaceHoldCommand, 'amount'>
  | Exclude<
      ProposableCommand,
      Post | CorrectCommand | CaptureHoldCommand | OpenAccountCommand | PlaceHoldCommand
    >

function lineOf(line: RecordedLine, minorOf: (amount: string, currency: string) => bigint): LineRequest {
  const { amount, currency } = line
  if (typeof amount === 'object') return { ...line, amount: { upTo: minorOf(amount.upTo, currency) } }
  return { ...line, amount: amount === 'all' ? amount : minorOf(amount, currency) }
}

function withMinorUnits(recorded: Recorded, currencies: Currencies): ProposableCommand {
  const minorOf = (amount: string, currency: string): bigint => {
    const minor = parseMinor(amount, currencies.decimalsOf(currency) ?? 0)
    if (typeof minor === 'string') throw new RangeError(minor)
    return minor
  }
  switch (recorded.type) {
    case 'post':
    case 'capture_hold': {
      const lines = recorded.lines.map((line) => lineOf(line, minorOf))
      // What a capture moves is read as it was written: amounts.
      return { ...recorded, lines } as Post | CaptureHoldCommand
    }
    case 'correct': {
      const { posting } = recorded
      const lines = posting.lines.map((line) => lineOf(line, minorOf))
      return { ...recorded, posting: { ...posting, lines } }
    }
    case 'open_account': {
      const { overdraftLimit, currency } = recorded
      const limit =
        overdraftLimit === undefined || currency === undefined ? 0n : minorOf(overdraftLimit, currency)
      return { ...recorded, overdraftLimit: limit }
    }
    case 'place_hold':
      return { ...recorded, amount: minorOf(recorded.amount, recorded.currency) }
    default:
      return recorded
  }
}
