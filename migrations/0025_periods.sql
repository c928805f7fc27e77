-- Why: entries of a thirteenth period, and years that are closed and final (ADR 0023). Lock: ACCESS EXCLUSIVE on journal_entry and
-- journal_head; the index is built over rows that do not exist yet, for which journal_entry is read once, some seconds for each ten
-- million. Risk: a tenant cannot be made by a process of an older release.

-- The year whose thirteenth period an entry is of; null for all others, which are of the month of their booking date. No entry that
-- is there has one, so the checks hold for all.
alter table ledger.journal_entry add column thirteenth_of smallint;
alter table ledger.journal_entry
  add constraint thirteenth_behind_its_year check (thirteenth_of < extract(year from booking_date)) not valid,
  add constraint closes_on_the_last_day check (kind <> 'year_end_close'
    or (thirteenth_of is not null and value_date = make_date(thirteenth_of, 12, 31))) not valid;
create index entry_by_thirteenth on ledger.journal_entry (tenant_id, thirteenth_of, entry_no) where thirteenth_of is not null;

-- The last year whose books are final, the year before the first one to begin with, and the one that is being closed.
alter table ledger.journal_head add column final_year smallint, add column closing_year smallint;
-- Tenant by tenant, as row-level security wants it. The list of tenants is whole only while no tenant is set.
do $$
declare
  tenants text[] := (select array_agg(tenant_id) from tenancy.tenant);
  of_tenant text;
begin
  foreach of_tenant in array coalesce(tenants, '{}') loop
    perform set_config('plinth.tenant', of_tenant, true);
    update ledger.journal_head h
       set final_year = extract(year from coalesce((select e.booking_date from ledger.journal_entry e
             where e.tenant_id = of_tenant and e.entry_no = 1), h.business_date)) - 1
     where h.tenant_id = of_tenant;
  end loop;
  perform set_config('plinth.tenant', '', true);
end $$;
alter table ledger.journal_head alter column final_year set not null,
  add constraint years_follow check (closing_year = final_year + 1);

-- A year begins to close when its last day has closed, becomes final from there, and stays so.
create function ledger.refuse_year_change() returns trigger language plpgsql as $$
begin
  if (case when old.closing_year is null
           then new.final_year = old.final_year and new.closing_year = old.final_year + 1
            and extract(year from new.business_date) > new.closing_year
            and (new.closing_date is null or extract(year from new.closing_date) > new.closing_year)
           else new.final_year = old.closing_year and new.closing_year is null end) is not true then
    raise exception 'books of %: % is final and % is closing, and cannot be followed by % and %', old.tenant_id, old.final_year,
      old.closing_year, new.final_year, new.closing_year using errcode = 'check_violation';
  end if;
  return new;
end $$;
create trigger years_end_once before update on ledger.journal_head for each row
  when (new.final_year is distinct from old.final_year or new.closing_year is distinct from old.closing_year)
  execute function ledger.refuse_year_change();
alter table ledger.journal_head enable always trigger years_end_once;

-- Under the head's lock, so whoever decided before the year began to close is told, and decides again (PLN01).
create function ledger.refuse_closed_year() returns trigger language plpgsql as $$
declare head record;
begin
  select final_year, closing_year, business_date into head from ledger.journal_head where tenant_id = new.tenant_id;
  if (case when new.kind = 'year_end_close' then new.thirteenth_of = head.closing_year
           else new.thirteenth_of > coalesce(head.closing_year, head.final_year)
            and new.thirteenth_of < extract(year from head.business_date) end) is not true then
    raise exception 'entry %: the thirteenth period of % is not open', new.entry_no, new.thirteenth_of using errcode = 'PLN01';
  end if;
  return null;
end $$;
create trigger only_into_open_years after insert on ledger.journal_entry for each row
  when (new.thirteenth_of is not null) execute function ledger.refuse_closed_year();
alter table ledger.journal_entry enable always trigger only_into_open_years;

-- As before. Under row-level security only a plain variable bounds a search of the key from below: with an expression in its place, a
-- plan that is made before the values are known, as those of transactions that write are, reads the account's lines from the first.
create or replace function ledger.turnovers_by(of_tenant text, of_account text, up_to_version bigint, out debits numeric,
    out credits numeric) language plpgsql stable
  set enable_sort = off set enable_bitmapscan = off set enable_seqscan = off as $$
declare
  marked record;
  marked_version bigint;
begin
  select m.account_version, m.debits, m.credits into marked
    from ledger.turnover_mark m
   where m.tenant_id = of_tenant and m.account_id = of_account and m.account_version <= up_to_version
   order by m.account_version desc limit 1;
  marked_version := coalesce(marked.account_version, 0);
  select coalesce(marked.debits, 0) + coalesce(sum(l.amount) filter (where l.side = 'debit'), 0),
         coalesce(marked.credits, 0) + coalesce(sum(l.amount) filter (where l.side = 'credit'), 0)
    into debits, credits
    from ledger.posting_line l
   where l.tenant_id = of_tenant and l.account_id = of_account
     and l.account_version > marked_version and l.account_version <= up_to_version;
end $$;

-- The end of a year: while it closes nobody else books into its thirteenth period, then nobody does.
create table eod.year_end (
  tenant_id text collate "C" not null,
  year smallint not null check (year between 1 and 9998),
  status text not null check (status in ('closing', 'final')),
  retained_earnings_gl_code text collate "C" not null,
  begun_at timestamptz(3) not null,
  begun_by text not null,
  correlation_id text collate "C" not null,
  -- The last entry before it began to close, and before it was final.
  begun_entry_no bigint not null check (begun_entry_no >= 0),
  final_entry_no bigint check (final_entry_no >= begun_entry_no),
  final_at timestamptz(3),
  -- How many; null until the accounts have been divided.
  partitions integer check (partitions >= 0),
  primary key (tenant_id, year),
  constraint final_at_some_time check ((status = 'final') = (final_at is not null and final_entry_no is not null and partitions is not null))
);
create unique index one_year_at_a_time on eod.year_end (tenant_id) where status = 'closing';
select plinth.fence_by_tenant('eod.year_end');
grant select, insert, update (status, final_entry_no, final_at, partitions) on eod.year_end to plinth_eod;
grant select on eod.year_end to plinth_auditor;

-- Accounts of one currency whose income and expense are closed by one entry, made and marked in one transaction.
create table eod.year_end_partition (
  tenant_id text collate "C" not null,
  year smallint not null,
  partition_no integer not null check (partition_no >= 1),
  currency text collate "C" not null,
  account_ids text[] not null check (cardinality(account_ids) > 0),
  done_at timestamptz(3),
  -- Null when there was nothing to close.
  entry_id uuid,
  -- Income less expense, in minor units.
  result numeric(38,0) check (result <> 'NaN'),
  primary key (tenant_id, year, partition_no),
  foreign key (tenant_id, year) references eod.year_end,
  constraint done_with_a_result check ((done_at is null) = (result is null) and (entry_id is null or done_at is not null))
);
select plinth.fence_by_tenant('eod.year_end_partition');
grant select, insert, update (done_at, entry_id, result) on eod.year_end_partition to plinth_eod;
grant select on eod.year_end_partition to plinth_auditor;

create function eod.refuse_year_end_change() returns trigger language plpgsql as $$
begin
  raise exception '% of %: it moves on once, and a final year stays final', tg_table_name, old.year using errcode = 'check_violation';
end $$;
create trigger moves_forward before update on eod.year_end for each row
  when ((old.status = 'closing' and new.tenant_id = old.tenant_id and new.year = old.year
    and new.retained_earnings_gl_code = old.retained_earnings_gl_code and new.begun_at = old.begun_at and new.begun_by = old.begun_by
    and new.begun_entry_no = old.begun_entry_no and (old.partitions is null or new.partitions = old.partitions)) is not true)
  execute function eod.refuse_year_end_change();
create trigger done_once before update on eod.year_end_partition for each row
  when ((old.done_at is null and new.tenant_id = old.tenant_id and new.year = old.year and new.partition_no = old.partition_no
    and new.currency = old.currency and new.account_ids = old.account_ids) is not true)
  execute function eod.refuse_year_end_change();
create trigger never_removed before delete on eod.year_end for each row execute function plinth.refuse_change();
create trigger never_truncated before truncate on eod.year_end for each statement execute function plinth.refuse_change();
create trigger never_removed before delete on eod.year_end_partition for each row execute function plinth.refuse_change();
create trigger never_truncated before truncate on eod.year_end_partition for each statement execute function plinth.refuse_change();
alter table eod.year_end enable always trigger moves_forward;
alter table eod.year_end enable always trigger never_removed;
alter table eod.year_end enable always trigger never_truncated;
alter table eod.year_end_partition enable always trigger done_once;
alter table eod.year_end_partition enable always trigger never_removed;
alter table eod.year_end_partition enable always trigger never_truncated;
