import { readFileSync } from 'node:fs'

/** One question of the consumer's and the answer that it reads. */
export interface Interaction {
  readonly name: string
  readonly given: readonly ('funds' | 'no funds' | 'held' | 'frozen')[]
  readonly step: 'hold' | 'abandon' | 'capture' | 'suspend' | 'release' | 'giveBack'
  readonly request: ContractRequest
  readonly response: {
    readonly status: number
    readonly replayed?: true
    readonly body: object
    readonly like?: Readonly<Record<string, Kind>>
  }
  /** What the consumer makes of it. */
  readonly read: object & { readonly holdId?: string }
}

export interface ContractRequest {
  readonly method: 'GET' | 'POST'
  readonly path: string
  readonly key?: string
  readonly body?: object
}

type Kind = 'uuid' | 'text' | 'number'

export interface ContractEvent {
  readonly name: string
  /** The interaction that causes it. */
  readonly after: string
  readonly event: {
    readonly type: string
    readonly id: string
    readonly position: number
    readonly data: object
  }
  readonly like: Readonly<Record<string, Kind>>
  readonly read: object
}

export interface Contract {
  readonly payment: Readonly<
    Record<
      'paymentId' | 'debtorAccount' | 'creditor' | 'amount' | 'currency' | 'railAccount' | 'suspenseAccount',
      string
    >
  >
  readonly interactions: readonly Interaction[]
  readonly events: readonly ContractEvent[]
}

const file = new URL('../../examples/payment-service/contract/plinth.json', import.meta.url)

/** What the payment service expects of Plinth, as it is written down beside it. */
export function readContract(): Contract {
  const said = JSON.parse(readFileSync(file, 'utf8')) as Contract & {
    interactions: readonly { request: ContractRequest | { same: string } }[]
  }
  const named = new Map(said.interactions.map(({ name, request }) => [name, request]))
  const resolved = (request: ContractRequest | { same: string }): ContractRequest =>
    'same' in request ? resolved(named.get(request.same) as ContractRequest) : request
  return {
    ...said,
    interactions: said.interactions.map((each) => ({ ...each, request: resolved(each.request) })),
  }
}

const kinds: Readonly<Record<Kind, (value: unknown) => boolean>> = {
  uuid: (value) => typeof value === 'string' && /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(value),
  text: (value) => typeof value === 'string' && value !== '',
  number: (value) => typeof value === 'number',
}

/** Where what was answered is not what the consumer reads. An answer may say more than is expected of it. */
export function differences(
  answered: unknown,
  expected: unknown,
  like: Readonly<Record<string, Kind>> = {},
  pointer = '',
): string[] {
  const kind = like[pointer]
  if (kind !== undefined)
    return kinds[kind](answered) ? [] : [`${pointer} is no ${kind}: ${JSON.stringify(answered)}`]
  if (typeof expected !== 'object' || expected === null)
    return answered === expected
      ? []
      : [`${pointer} is ${JSON.stringify(answered)}, and should be ${JSON.stringify(expected)}`]
  if (typeof answered !== 'object' || answered === null) return [`${pointer} is missing`]
  return Object.entries(expected).flatMap(([name, value]) =>
    differences((answered as Record<string, unknown>)[name], value, like, `${pointer}/${name}`),
  )
}
