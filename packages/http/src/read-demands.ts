import { type AccountId, instantOf, type RiskDecision } from '@plinth/kernel'
import type { Demands } from '@plinth/posting'
import { normalisedAmount } from './read-amounts.js'
import { type PlacedError, placed } from './read-fields.js'

/** What no field of notAfter and conditions shows alone. Looks at a value of any shape. */
export function demandFaults(value: object): PlacedError[] {
  const { conditions } = value as { conditions?: unknown }
  if (!Array.isArray(conditions)) return []
  return conditions.flatMap((condition: unknown, index) => {
    if (typeof condition !== 'object' || condition === null) return []
    const { version, available } = condition as { version?: unknown; available?: { gte?: unknown } | null }
    if (version === undefined && available === undefined)
      return [
        placed(['conditions', index], 'required', 'A condition names a version or what must be available.'),
      ]
    const gte = available?.gte
    const normalised = typeof gte === 'string' ? normalisedAmount(gte) : undefined
    return normalised !== undefined && 'code' in normalised
      ? [placed(['conditions', index, 'available', 'gte'], normalised.code)]
      : []
  })
}

interface DemandFields {
  readonly decision?:
    | (Omit<RiskDecision, 'decidedAt' | 'expiresAt'> & {
        readonly decidedAt: string
        readonly expiresAt: string
      })
    | undefined
  readonly notAfter?: string | undefined
  readonly conditions?:
    | readonly {
        readonly accountId: string
        readonly version?: number | undefined
        readonly available?: { readonly gte: string } | undefined
      }[]
    | undefined
}

/** No member where nothing is demanded: a command from before there were demands is the same command. */
export function demandsOf({ notAfter, conditions, decision }: DemandFields): Demands {
  return {
    ...(decision !== undefined && {
      decision: {
        ...decision,
        decidedAt: instantOf(Date.parse(decision.decidedAt)),
        expiresAt: instantOf(Date.parse(decision.expiresAt)),
      },
    }),
    ...(notAfter !== undefined && { notAfter: instantOf(Date.parse(notAfter)) }),
    ...(conditions !== undefined &&
      conditions.length > 0 && {
        conditions: conditions.map(({ accountId, version, available }) => ({
          accountId: accountId as AccountId,
          ...(version !== undefined && { version }),
          ...(available !== undefined && {
            availableGte: (normalisedAmount(available.gte) as { text: string }).text,
          }),
        })),
      }),
  }
}
