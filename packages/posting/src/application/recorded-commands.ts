import type { Tx } from '@plinth/db'
import { type Currencies, type IdempotencyKey, invariant, type Rejection } from '@plinth/kernel'
import { readEntriesByNumber } from '@plinth/ledger'
import type { CommandType } from '../domain/command.js'
import type { Answer, RecordedCommand } from '../domain/recorded-command.js'
import { renderPosted } from '../domain/render-answer.js'
import type { CommandRow, CommandStore } from './ports.js'

export type Recorded = Map<IdempotencyKey, RecordedCommand>

/** What is recorded for these keys, with the answers their callers were given: as amounts, once the currencies are known. */
export async function readRecorded(
  store: CommandStore,
  tx: Tx,
  keys: readonly IdempotencyKey[],
): Promise<(currencies: Currencies) => Recorded> {
  const rows = await store.readCommandRows(tx, keys)
  if (rows.length === 0) return () => new Map()
  const entries = new Map(
    (await readEntriesByNumber(tx, rows.flatMap(entryNosOf))).map((entry) => [entry.entryNo, entry]),
  )
  return (currencies) =>
    new Map(
      rows.map((row) => {
        const { key, request, textsErased, businessDate, decidedAt } = row
        const made = entryNosOf(row).flatMap((entryNo) => entries.get(entryNo) ?? [])
        const posted =
          row.entryNo === undefined ? undefined : renderPosted(row.type as CommandType, made, currencies)
        return [key, { key, request, textsErased, businessDate, decidedAt, answer: answerOf(row, posted) }]
      }),
    )
}

/** The entries that a command made: a correction's second one is the one behind its first. */
const entryNosOf = ({ type, entryNo }: CommandRow): number[] => {
  if (entryNo === undefined) return []
  return type === 'correct' ? [entryNo, entryNo + 1] : [entryNo]
}

function answerOf(row: CommandRow, posted: object | undefined): Answer {
  const type = row.type as CommandType
  if (posted !== undefined) return { outcome: 'accepted', type, body: posted }
  invariant(row.answer !== undefined, 'a command without an entry keeps its answer', { key: row.key })
  const stored: unknown = JSON.parse(row.answer)
  if (row.outcome === 'accepted') return { outcome: 'accepted', type, body: stored as object }
  return { outcome: 'rejected', type, rejection: stored as Rejection, correlationId: row.correlationId }
}
