import { setTimeout as sleep } from 'node:timers/promises'
import type { LaneOptions } from '@plinth/posting'
import type { Bank } from './bank.js'

/** Waits until `check` holds; fails after ten seconds, or as many milliseconds as are given. */
export async function until(check: () => Promise<boolean>, what: string, patienceMs = 10_000): Promise<void> {
  const deadlineMs = Date.now() + patienceMs
  while (!(await check())) {
    if (Date.now() > deadlineMs) throw new Error(`It never came to this: ${what}`)
    await sleep(10)
  }
}

/** Waits until so many sessions of this database wait for a lock. */
export const untilBlocked = (bank: Bank, sessions = 1, patienceMs?: number): Promise<void> =>
  until(
    async () => {
      const [row] = await bank.rows<{ count: number }>(
        `select count(*)::int as count from pg_stat_activity
        where datname = current_database() and wait_event_type = 'Lock'`,
      )
      return (row?.count ?? 0) >= sessions
    },
    `${sessions} sessions wait for a lock`,
    patienceMs,
  )

/** Many small transactions that race each other, instead of few large ones that wait in a queue. */
export const racingLanes: LaneOptions = {
  online: { commandsMax: 3, queuedMax: 10_000, inFlightMax: 4, waitMs: 30_000, answerMs: 40_000 },
  batch: { commandsMax: 20, queuedMax: 10_000, inFlightMax: 2, waitMs: 30_000, answerMs: 40_000 },
}

/**
 * Makes the next `times` inserts of rows for which `condition` holds fail with a SQLSTATE, in whichever transaction. A
 * sequence counts them, because it is not rolled back with the transaction that failed.
 */
export async function failInserts(
  bank: Bank,
  {
    table,
    sqlState,
    times,
    condition = 'true',
  }: { table: string; sqlState: string; times: number; condition?: string },
): Promise<void> {
  await bank.rows(`
    drop trigger if exists planted_fault on ${table};
    create schema if not exists planted;
    drop sequence if exists planted.faults;
    create sequence planted.faults;
    create or replace function planted.fail() returns trigger language plpgsql security definer as $$
    begin
      if ${condition} and nextval('planted.faults') <= ${times} then
        raise exception 'a planted fault' using errcode = '${sqlState}';
      end if;
      return new;
    end $$;
    create trigger planted_fault before insert on ${table} for each row execute function planted.fail();`)
}

export const healInserts = (bank: Bank, table: string): Promise<unknown> =>
  bank.rows(`drop trigger if exists planted_fault on ${table}`)
