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

// Entry numbers and the dates on which lines are made rise with the account's versions, so each limit is a version that a search
// finds. Beside these stand the few lines that the end of day made later for a day that was closing (ADR 0019).
const turnoversBy: Statement = {
  name: 'ledger.turnovers_by',
  text: `select case when late.lines = 0 then known.version end as version, t.debits + late.debits as debits,
           t.credits + late.credits as credits
      from (select ledger.version_by($1, $2, $3, $4) as version offset 0) known
     cross join lateral ledger.turnovers_by($1, $2, known.version) t
     cross join lateral ledger.late_turnovers($1, $2, $3, $4, null, null) late`,
}

const valuedTurnoversBy: Statement = {
  name: 'ledger.valued_turnovers_by',
  text: `select null as version, t.debits + m.debits + late.debits + late_valued.debits as debits,
           t.credits + m.credits + late.credits + late_valued.credits as credits
      from (select ledger.version_by($1, $2, $3, $4) as known,
                   ledger.version_by($1, $2, $3, least($4::date, $5::date)) as booked offset 0) version
     cross join lateral ledger.turnovers_by($1, $2, version.booked) t
     cross join lateral ledger.turnovers_moved_by_value($1, $2, version.booked, version.known, $5) m
     cross join lateral ledger.late_turnovers($1, $2, $3, least($4::date, $5::date), false, null) late
     cross join lateral ledger.late_turnovers($1, $2, $3, $4, true, $5) late_valued`,
}

export const readTurnoversBy: PastTurnoversPort['readTurnoversBy'] = async (tx, limits) => {
  const { accountId, knownAtEntryNo, bookingDate, valueDate } = limits
  const values = [tenantOf(tx), accountId, knownAtEntryNo, bookingDate ?? null]
  const [row] = await sql.run<{ version: number | null; debits: string; credits: string }>(
    tx,
    valueDate === undefined ? turnoversBy : valuedTurnoversBy,
    valueDate === undefined ? values : [...values, valueDate],
  )
  invariant(row !== undefined, 'functions answer', { accountId })
  return {
    debits: minorFromDatabase(row.debits),
    credits: minorFromDatabase(row.credits),
    version: row.version ?? undefined,
  }
}
