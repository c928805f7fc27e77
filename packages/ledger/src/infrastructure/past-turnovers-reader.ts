import { type Statement, sqlDoor, tenantOf } from '@plinth/db/sql'
import { invariant, minorFromDatabase } from '@plinth/kernel'
import type { PastTurnoversPort } from '../application/ports.js'
import type { LedgerTables } from './tables.js'

const sql = sqlDoor<LedgerTables>('ledger')

const entryNoAt: Statement = {
  name: 'ledger.entry_no_at',
  text: 'select ledger.entry_no_at($1, $2::timestamptz) as entry_no',
}

export const readEntryNoAt: PastTurnoversPort['readEntryNoAt'] = async (tx, at) => {
  const [row] = await sql.run<{ entry_no: number }>(tx, entryNoAt, [tenantOf(tx), at])
  invariant(row !== undefined, 'a function answers', { at })
  return row.entry_no
}

// Booking dates and entry numbers rise with the account's versions, so each limit is a version that a search finds. The end of
// day's own late entries into a closing day will need more than this.
const known = `select ledger.version_from($1, $2, least($3::bigint + 1,
           case when $4::date is not null then ledger.entry_no_from($1, $4::date + 1) end)) - 1 as version offset 0`

const turnoversBy: Statement = {
  name: 'ledger.turnovers_by',
  text: `select known.version, t.debits, t.credits
      from (${known}) known
     cross join lateral ledger.turnovers_by($1, $2, known.version) t`,
}

// Of the known lines that were booked by the value date, those with a value date of their own are taken out; then all known
// ones of that kind whose value date is early enough come in.
const valuedTurnoversBy: Statement = {
  name: 'ledger.valued_turnovers_by',
  text: `select null as version, t.debits - o.debits + v.debits as debits, t.credits - o.credits + v.credits as credits
      from (${known}) known
     cross join lateral (select least(known.version,
              ledger.version_from($1, $2, ledger.entry_no_from($1, $5::date + 1)) - 1) as version offset 0) booked
     cross join lateral ledger.turnovers_by($1, $2, booked.version) t
     cross join lateral ledger.value_turnovers_by($1, $2, booked.version, null) o
     cross join lateral ledger.value_turnovers_by($1, $2, known.version, $5) v`,
}

export const readTurnoversBy: PastTurnoversPort['readTurnoversBy'] = async (tx, limits) => {
  const { accountId, knownAtEntryNo, bookingDate, valueDate } = limits
  const values = [tenantOf(tx), accountId, knownAtEntryNo, bookingDate ?? null]
  const [row] = await sql.run<{ version: number | null; debits: string | null; credits: string | null }>(
    tx,
    valueDate === undefined ? turnoversBy : valuedTurnoversBy,
    valueDate === undefined ? values : [...values, valueDate],
  )
  invariant(row?.debits != null && row.credits !== null, 'turnovers are marked every so many lines', {
    accountId,
  })
  return {
    debits: minorFromDatabase(row.debits),
    credits: minorFromDatabase(row.credits),
    version: row.version ?? undefined,
  }
}
