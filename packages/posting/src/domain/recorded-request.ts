import { type Currencies, parseMinor } from '@plinth/kernel'
import {
  canonicalRequest,
  type LineRequest,
  type OpenAccountCommand,
  type Post,
  type ProposableCommand,
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
type Recorded =
  | (Omit<Post, 'lines'> & { readonly lines: readonly AsText<LineRequest, 'amount'>[] })
  | AsText<OpenAccountCommand, 'overdraftLimit'>
  | Exclude<ProposableCommand, Post | OpenAccountCommand>

function withMinorUnits(recorded: Recorded, currencies: Currencies): ProposableCommand {
  const minorOf = (amount: string, currency: string): bigint => {
    const minor = parseMinor(amount, currencies.decimalsOf(currency) ?? 0)
    if (typeof minor === 'string') throw new RangeError(minor)
    return minor
  }
  switch (recorded.type) {
    case 'post': {
      const lines = recorded.lines.map((line) => ({ ...line, amount: minorOf(line.amount, line.currency) }))
      return { ...recorded, lines }
    }
    case 'open_account':
      return { ...recorded, overdraftLimit: minorOf(recorded.overdraftLimit, recorded.currency) }
    default:
      return recorded
  }
}
