-- Why: what each closed day came to by GL account, kept as it was told, and what was found to differ between the books
-- (ADR 0022). Lock: none on what is there but a moment of SHARE ROW EXCLUSIVE on eod.run and eod.control_total for the
-- foreign keys. Risk: none; days that are closed already have no extract.

-- The extract of a closed day. Its rows come whole and once, in one statement.
create table reconciliation.gl_extract (
  tenant_id text collate "C" not null,
  business_date date not null,
  -- The version of its form (packages/reconciliation/src/domain/render-gl-extract.ts): what an extract says never changes.
  form smallint not null check (form >= 1),
  row_count integer not null check (row_count >= 0),
  -- In which each row says its closing too.
  base_currency text collate "C" not null,
  -- Over its rows and moves.
  checksum text collate "C" not null check (checksum ~ '^[0-9a-f]{64}$'),
  made_at timestamptz(3) not null,
  primary key (tenant_id, business_date),
  foreign key (tenant_id, business_date) references eod.run (tenant_id, business_date)
);

-- Minor units; opening, closing and shown are debits less credits.
create table reconciliation.gl_extract_row (
  tenant_id text collate "C" not null,
  business_date date not null,
  gl_code text collate "C" not null,
  currency text collate "C" not null,
  name text not null,
  type text not null,
  opening numeric(38,0) not null check (opening <> 'NaN'),
  debits numeric(38,0) not null check (debits >= 0 and debits <> 'NaN'),
  credits numeric(38,0) not null check (credits >= 0 and credits <> 'NaN'),
  closing numeric(38,0) not null,
  lines bigint not null check (lines >= 0),
  -- Of the accounts on which debits, and on which credits prevail at the end of the day.
  debit_balances numeric(38,0) not null check (debit_balances >= 0 and debit_balances <> 'NaN'),
  credit_balances numeric(38,0) not null check (credit_balances >= 0 and credit_balances <> 'NaN'),
  -- Overdrawn accounts that are shown here though they stand elsewhere, and those that stand here and are shown elsewhere.
  moved_in numeric(38,0) not null check (moved_in >= 0 and moved_in <> 'NaN'),
  moved_out numeric(38,0) not null check (moved_out >= 0 and moved_out <> 'NaN'),
  shown numeric(38,0) not null,
  -- The day of the control total that it repeats; null where nothing stands but overdrawn accounts of other GL accounts.
  total_of date,
  -- The closing in the base currency, rounded half to even; null: there was no rate. The version of the rate is one of fx.rate,
  -- which comes later; null where none was needed, or where there was none.
  base_closing numeric(38,0) check (base_closing <> 'NaN'),
  rate numeric(36,18) check (rate > 0 and rate <> 'NaN'),
  rate_date date constraint at_a_rate_of_the_day_or_before check (rate_date <= business_date),
  rate_version integer check (rate_version >= 1),
  primary key (tenant_id, business_date, gl_code, currency),
  foreign key (tenant_id, business_date) references reconciliation.gl_extract,
  foreign key (tenant_id, total_of, gl_code, currency) references eod.control_total (tenant_id, business_date, gl_code, currency),
  constraint opening_and_turnover_make_closing check (closing = opening + debits - credits),
  constraint closing_and_moves_make_what_is_shown check (shown = closing + moved_in - moved_out),
  constraint total_is_of_the_day check (total_of = business_date),
  constraint nothing_without_a_total check (total_of is not null or (opening = 0 and lines = 0 and debits = 0 and credits = 0)),
  constraint converted_at_a_version check ((rate is null) = (rate_date is null) and (rate is null) = (rate_version is null)),
  constraint no_value_without_a_rate
    check (case when closing = 0 then base_closing is not distinct from 0 when rate is not null then base_closing is not null else true end)
);

-- From where to where overdrawn accounts were moved.
create table reconciliation.gl_extract_move (
  tenant_id text collate "C" not null,
  business_date date not null,
  gl_code text collate "C" not null,
  overdrawn_gl_code text collate "C" not null,
  currency text collate "C" not null,
  amount numeric(38,0) not null check (amount > 0 and amount <> 'NaN'),
  accounts integer not null check (accounts >= 1),
  primary key (tenant_id, business_date, gl_code, overdrawn_gl_code, currency),
  foreign key (tenant_id, business_date) references reconciliation.gl_extract,
  constraint moves_somewhere check (gl_code <> overdrawn_gl_code)
);
select plinth.fence_by_tenant('reconciliation.gl_extract'), plinth.make_append_only('reconciliation.gl_extract'),
       plinth.fence_by_tenant('reconciliation.gl_extract_row'), plinth.make_append_only('reconciliation.gl_extract_row'),
       plinth.fence_by_tenant('reconciliation.gl_extract_move'), plinth.make_append_only('reconciliation.gl_extract_move');
grant select, insert on reconciliation.gl_extract, reconciliation.gl_extract_row, reconciliation.gl_extract_move
  to plinth_reconciliation;
grant select on reconciliation.gl_extract, reconciliation.gl_extract_row, reconciliation.gl_extract_move to plinth_auditor;

create function reconciliation.refuse_partial_extract() returns trigger language plpgsql as $$
declare broken record;
begin
  select t.business_date, t.rows, e.row_count into broken
    from (select tenant_id, business_date, count(*) as rows from inserted group by tenant_id, business_date) t
   cross join lateral (select row_count from reconciliation.gl_extract e
          where e.tenant_id = t.tenant_id and e.business_date = t.business_date offset 0) e
   where t.rows <> e.row_count
   limit 1;
  if found then
    raise exception 'extract of %: % rows where it states %', broken.business_date, broken.rows, broken.row_count
      using errcode = 'check_violation';
  end if;
  select business_date, currency into broken
    from inserted group by tenant_id, business_date, currency
  having sum(opening) <> 0 or sum(debits) <> sum(credits) or sum(moved_in) <> sum(moved_out)
   limit 1;
  if found then
    raise exception 'extract of % in %: opening, turnover or moves do not balance', broken.business_date, broken.currency
      using errcode = 'check_violation';
  end if;
  return null;
end $$;
create trigger extracts_are_whole after insert on reconciliation.gl_extract_row
  referencing new table as inserted for each statement execute function reconciliation.refuse_partial_extract();
alter table reconciliation.gl_extract_row enable always trigger extracts_are_whole;

-- A comparison of the books with themselves, as of an entry.
create table reconciliation.run (
  tenant_id text collate "C" not null,
  run_id uuid not null,
  as_of_entry_no bigint not null check (as_of_entry_no >= 0),
  started_at timestamptz(3) not null,
  finished_at timestamptz(3) not null,
  started_by text not null,
  correlation_id text collate "C" not null,
  -- By comparison: how many things were compared, and how many differ.
  comparisons jsonb not null,
  primary key (tenant_id, run_id),
  constraint ends_behind_its_beginning check (finished_at >= started_at)
);
select plinth.fence_by_tenant('reconciliation.run'), plinth.make_append_only('reconciliation.run');
grant select, insert on reconciliation.run to plinth_reconciliation;
grant select on reconciliation.run to plinth_auditor;

-- Something that differs, from the run that found it to the one that did not find it any more.
create table reconciliation.reconciliation_break (
  tenant_id text collate "C" not null,
  break_id uuid not null,
  comparison text collate "C" not null,
  subject text collate "C" not null,
  expected text not null,
  found text not null,
  -- Minor units, found less expected; null where it is no amount.
  difference numeric(38,0),
  status text not null check (status in ('open', 'explained', 'closed')),
  first_run_id uuid not null,
  first_seen_at timestamptz(3) not null,
  last_run_id uuid not null,
  last_seen_at timestamptz(3) not null,
  closed_by_run_id uuid,
  explained_by text,
  note text,
  event_count integer not null check (event_count >= 1),
  primary key (tenant_id, break_id),
  foreign key (tenant_id, first_run_id) references reconciliation.run,
  foreign key (tenant_id, last_run_id) references reconciliation.run,
  foreign key (tenant_id, closed_by_run_id) references reconciliation.run,
  constraint closed_by_a_run check ((status = 'closed') = (closed_by_run_id is not null)),
  constraint explained_by_somebody check ((explained_by is null) = (note is null) and (status <> 'explained' or note is not null))
) with (fillfactor = 70);
-- What differs again is the same break as long as it was never right in between.
create unique index one_break_at_a_time on reconciliation.reconciliation_break (tenant_id, comparison, subject)
  where status <> 'closed';
create index break_by_status on reconciliation.reconciliation_break (tenant_id, status, break_id);
select plinth.fence_by_tenant('reconciliation.reconciliation_break');
grant select, insert, update (expected, found, difference, status, last_run_id, last_seen_at, closed_by_run_id, explained_by, note,
  event_count) on reconciliation.reconciliation_break to plinth_reconciliation;
grant select on reconciliation.reconciliation_break to plinth_auditor;

create function reconciliation.refuse_break_change() returns trigger language plpgsql as $$
begin
  raise exception 'break %: what was closed stays closed, and what it is about stays what it was', old.break_id
    using errcode = 'check_violation';
end $$;
create trigger moves_forward before update on reconciliation.reconciliation_break for each row
  when ((old.status <> 'closed' and new.tenant_id = old.tenant_id and new.break_id = old.break_id
    and new.comparison = old.comparison and new.subject = old.subject and new.first_run_id = old.first_run_id
    and new.first_seen_at = old.first_seen_at and new.event_count between old.event_count and old.event_count + 1) is not true)
  execute function reconciliation.refuse_break_change();
create trigger never_removed before delete on reconciliation.reconciliation_break
  for each row execute function plinth.refuse_change();
create trigger never_truncated before truncate on reconciliation.reconciliation_break
  for each statement execute function plinth.refuse_change();
alter table reconciliation.reconciliation_break enable always trigger moves_forward;
alter table reconciliation.reconciliation_break enable always trigger never_removed;
alter table reconciliation.reconciliation_break enable always trigger never_truncated;

-- What became of a break, in order.
create table reconciliation.break_event (
  tenant_id text collate "C" not null,
  break_id uuid not null,
  event_no integer not null check (event_no >= 1),
  what text not null check (what in ('opened', 'changed', 'explained', 'closed')),
  at timestamptz(3) not null,
  by text not null,
  -- Of a run; null where somebody explained it.
  run_id uuid,
  expected text not null,
  found text not null,
  note text,
  -- Events are dense: each stands on the one before.
  event_before integer generated always as (nullif(event_no - 1, 0)) stored,
  primary key (tenant_id, break_id, event_no),
  foreign key (tenant_id, break_id) references reconciliation.reconciliation_break,
  foreign key (tenant_id, run_id) references reconciliation.run,
  constraint events_are_dense foreign key (tenant_id, break_id, event_before) references reconciliation.break_event,
  constraint explained_with_a_note check ((what = 'explained') = (note is not null) and (what = 'explained') = (run_id is null))
);
select plinth.fence_by_tenant('reconciliation.break_event'), plinth.make_append_only('reconciliation.break_event');
grant select, insert on reconciliation.break_event to plinth_reconciliation;
grant select on reconciliation.break_event to plinth_auditor;
