-- Why: the end of a business day, its steps and what they leave behind (ADR 0018). Lock: none, new tables and a function.
-- Risk: none; a process of an older release books on whatever date the head has.

-- Moves the head to its next business date and takes positions for events, as take_numbers does: everything before is booked on
-- the old date, which is closing from now on, and everything behind on the new one. Fails, and the transaction is run again, if
-- the date is not `from_date` any more or the settings, of which the calendar is one, are not those that `to_date` was found with.
create function ledger.move_business_date(of_tenant text, from_date date, to_date date, decided_with integer, events bigint,
    out first_entry_no bigint, out first_event_position bigint, out posted_at timestamptz) language plpgsql as $$
begin
  update ledger.journal_head h
     set business_date = to_date, closing_date = from_date, next_event_position = next_event_position + events,
         last_posted_at = greatest(last_posted_at, date_trunc('milliseconds', clock_timestamp()))
   where tenant_id = of_tenant and business_date = from_date and from_date < to_date and settings_version = decided_with
  returning next_entry_no, next_event_position - events, last_posted_at
       into first_entry_no, first_event_position, posted_at;
  if not found then
    raise exception 'the business date of % is not % any more, or its settings are not of version %', of_tenant, from_date,
      decided_with using errcode = 'PLN01';
  end if;
  perform set_config('plinth.first_entry_no', first_entry_no::text, true),
          set_config('plinth.first_event_position', first_event_position::text, true),
          set_config('plinth.posted_at', posted_at::text, true);
end $$;
revoke execute on function ledger.move_business_date(text, date, date, integer, bigint) from public;
grant execute on function ledger.move_business_date(text, date, date, integer, bigint) to plinth_ledger;

create schema eod;
grant usage on schema eod to plinth_eod, plinth_auditor;
grant usage on schema plinth to plinth_eod;

-- The end of one business day: while it is not completed the day is closing, then it is closed.
create table eod.run (
  tenant_id text collate "C" not null,
  run_id uuid not null,
  business_date date not null,
  -- The business date that everybody else books on from the cut-off.
  next_date date not null,
  status text not null check (status in ('running', 'failed', 'completed')),
  -- The last entry before the cut-off, and its moment. Set once, in the transaction that moves the business date.
  cut_off_entry_no bigint check (cut_off_entry_no >= 0),
  cut_off_at timestamptz(3),
  started_by text not null,
  correlation_id text collate "C" not null,
  finished_at timestamptz(3),
  -- Of a run that has failed: the step and the reason.
  failed_step text,
  failure text,
  -- Who works on it. Every transaction of a run asks for its own epoch, so whoever was overtaken writes nothing any more.
  lease_owner text not null,
  lease_since timestamptz(3) not null,
  lease_until timestamptz(3) not null,
  lease_epoch integer not null check (lease_epoch >= 1),
  primary key (tenant_id, run_id),
  constraint a_day_ends_once unique (tenant_id, business_date),
  constraint days_go_on check (business_date < next_date),
  constraint a_failure_has_its_step check ((status = 'failed') = (failure is not null and failed_step is not null)),
  constraint completed_at_some_time check ((status = 'completed') = (finished_at is not null))
) with (fillfactor = 50);
-- Days are closed one by one.
create unique index one_day_at_a_time on eod.run (tenant_id) where status <> 'completed';
select plinth.fence_by_tenant('eod.run');
grant select, insert, update (status, cut_off_entry_no, cut_off_at, finished_at, failed_step, failure, lease_owner, lease_since,
  lease_until, lease_epoch) on eod.run to plinth_eod;
grant select on eod.run to plinth_auditor;

create function eod.refuse_run_change() returns trigger language plpgsql as $$
begin
  raise exception 'end of day %: a closed day stays closed, and its cut-off where it was', old.business_date
    using errcode = 'check_violation';
end $$;
create trigger moves_forward before update on eod.run for each row
  when ((old.status <> 'completed' and new.tenant_id = old.tenant_id and new.run_id = old.run_id
    and new.business_date = old.business_date and new.next_date = old.next_date and new.started_by = old.started_by
    and (old.cut_off_entry_no is null or new.cut_off_entry_no = old.cut_off_entry_no)
    and (old.cut_off_at is null or new.cut_off_at = old.cut_off_at)
    and new.lease_epoch between old.lease_epoch and old.lease_epoch + 1) is not true)
  execute function eod.refuse_run_change();
create trigger never_removed before delete on eod.run for each row execute function plinth.refuse_change();
create trigger never_truncated before truncate on eod.run for each statement execute function plinth.refuse_change();
alter table eod.run enable always trigger moves_forward;
alter table eod.run enable always trigger never_removed;
alter table eod.run enable always trigger never_truncated;

create table eod.step (
  tenant_id text collate "C" not null,
  run_id uuid not null,
  step_no smallint not null check (step_no >= 1),
  name text not null,
  started_at timestamptz(3) not null,
  finished_at timestamptz(3),
  primary key (tenant_id, run_id, step_no),
  constraint a_step_runs_once unique (tenant_id, run_id, name),
  foreign key (tenant_id, run_id) references eod.run
);
select plinth.fence_by_tenant('eod.step');
grant select, insert, update (finished_at) on eod.step to plinth_eod;
grant select on eod.step to plinth_auditor;

-- A part of a step's work, done and marked in one transaction. From and to are accounts or entry numbers, both included.
create table eod.partition (
  tenant_id text collate "C" not null,
  run_id uuid not null,
  step_no smallint not null,
  partition_no integer not null check (partition_no >= 1),
  from_key text collate "C" not null,
  to_key text collate "C" not null,
  done_at timestamptz(3),
  -- What was done, and what the step's end needs of it.
  counts jsonb,
  result jsonb,
  primary key (tenant_id, run_id, step_no, partition_no),
  foreign key (tenant_id, run_id, step_no) references eod.step,
  constraint done_and_counted check ((done_at is null) = (counts is null))
) with (fillfactor = 70);
create index partition_to_do on eod.partition (tenant_id, run_id, step_no, partition_no) where done_at is null;
select plinth.fence_by_tenant('eod.partition');
grant select, insert, update (to_key, done_at, counts, result) on eod.partition to plinth_eod;
grant select on eod.partition to plinth_auditor;

create function eod.refuse_repetition() returns trigger language plpgsql as $$
begin
  raise exception '% of an end of day is done once', tg_table_name using errcode = 'check_violation';
end $$;
create trigger done_once before update on eod.step for each row
  when ((old.finished_at is null and new.name = old.name and new.started_at = old.started_at) is not true)
  execute function eod.refuse_repetition();
create trigger done_once before update on eod.partition for each row
  when ((old.done_at is null and new.from_key = old.from_key) is not true) execute function eod.refuse_repetition();
create trigger never_removed before delete on eod.step for each row execute function plinth.refuse_change();
create trigger never_truncated before truncate on eod.step for each statement execute function plinth.refuse_change();
create trigger never_removed before delete on eod.partition for each row execute function plinth.refuse_change();
create trigger never_truncated before truncate on eod.partition for each statement execute function plinth.refuse_change();
alter table eod.step enable always trigger done_once;
alter table eod.step enable always trigger never_removed;
alter table eod.step enable always trigger never_truncated;
alter table eod.partition enable always trigger done_once;
alter table eod.partition enable always trigger never_removed;
alter table eod.partition enable always trigger never_truncated;

-- Accounts for which a step failed: the run went on without them.
create table eod.set_aside (
  tenant_id text collate "C" not null,
  run_id uuid not null,
  account_id text collate "C" not null,
  step text not null,
  code text not null,
  detail text not null,
  set_aside_at timestamptz(3) not null,
  attempts integer not null check (attempts >= 1),
  tried_at timestamptz(3) not null,
  settled_at timestamptz(3),
  primary key (tenant_id, run_id, account_id),
  foreign key (tenant_id, run_id) references eod.run
);
create index set_aside_still on eod.set_aside (tenant_id, run_id, account_id) where settled_at is null;
select plinth.fence_by_tenant('eod.set_aside');
grant select, insert, update (step, code, detail, attempts, tried_at, settled_at) on eod.set_aside to plinth_eod;
grant select on eod.set_aside to plinth_auditor;
create trigger never_removed before delete on eod.set_aside for each row execute function plinth.refuse_change();
create trigger never_truncated before truncate on eod.set_aside for each statement execute function plinth.refuse_change();
alter table eod.set_aside enable always trigger never_removed;
alter table eod.set_aside enable always trigger never_truncated;

-- What each GL account came to on a day, by booking date, in minor units: opening and closing are debits less credits.
create table eod.control_total (
  tenant_id text collate "C" not null,
  business_date date not null,
  gl_code text collate "C" not null,
  currency text collate "C" not null,
  opening numeric(38,0) not null check (opening <> 'NaN'),
  debits numeric(38,0) not null check (debits >= 0 and debits <> 'NaN'),
  credits numeric(38,0) not null check (credits >= 0 and credits <> 'NaN'),
  closing numeric(38,0) not null,
  lines bigint not null check (lines >= 0),
  primary key (tenant_id, business_date, gl_code, currency),
  foreign key (tenant_id, business_date) references eod.run (tenant_id, business_date),
  constraint opening_and_turnover_make_closing check (closing = opening + debits - credits)
);
select plinth.fence_by_tenant('eod.control_total'), plinth.make_append_only('eod.control_total');
grant select, insert on eod.control_total to plinth_eod;
grant select on eod.control_total to plinth_auditor;

create function eod.refuse_unequal_totals() returns trigger language plpgsql as $$
declare broken record;
begin
  select business_date, currency, sum(opening) as opening, sum(debits) as debits, sum(credits) as credits into broken
    from inserted group by tenant_id, business_date, currency
  having sum(opening) <> 0 or sum(debits) <> sum(credits)
   limit 1;
  if found then
    raise exception 'control totals of % in %: opening %, debits %, credits % do not balance', broken.business_date,
      broken.currency, broken.opening, broken.debits, broken.credits using errcode = 'check_violation';
  end if;
  return null;
end $$;
create trigger totals_are_equal after insert on eod.control_total
  referencing new table as inserted for each statement execute function eod.refuse_unequal_totals();
alter table eod.control_total enable always trigger totals_are_equal;
