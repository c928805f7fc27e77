import type { Tx } from '@plinth/db'
import { type Currencies, type IdempotencyKey, invariant, type Rejection } from '@plinth/kernel'
import { readEntriesByNumber } from '@plinth/ledger'
import { renderEntry } from '@plinth/ledger/domain'
import type { CommandType } from '../domain/command.js'
import type { Answer, RecordedCommand } from '../domain/recorded-command.js'
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
  const entryNos = rows.flatMap(({ entryNo }) => (entryNo === undefined ? [] : [entryNo]))
  const entries = await readEntriesByNumber(tx, entryNos)
  return (currencies) => {
    const bodies = new Map(entries.map((entry) => [entry.entryNo, renderEntry(entry, currencies)]))
    return new Map(
      rows.map((row) => {
        const { key, request, businessDate, decidedAt } = row
        const posted = row.entryNo === undefined ? undefined : bodies.get(row.entryNo)
        return [key, { key, request, businessDate, decidedAt, answer: answerOf(row, posted) }]
      }),
    )
  }
}

function answerOf(row: CommandRow, posted: object | undefined): Answer {
  const type = row.type as CommandType
  if (posted !== undefined) return { outcome: 'accepted', type, body: posted }
  invariant(row.answer !== undefined, 'a command without an entry keeps its answer', { key: row.key })
  const stored: unknown = JSON.parse(row.answer)
  if (row.outcome === 'accepted') return { outcome: 'accepted', type, body: stored as object }
  return { outcome: 'rejected', type, rejection: stored as Rejection, correlationId: row.correlationId }
}
