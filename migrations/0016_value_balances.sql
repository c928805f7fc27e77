-- Why: balances of the past in a time that does not grow with an account's history (ADR 0013). Lock: SHARE ROW EXCLUSIVE on
-- posting_line until every line that is there has been read once and added up: nothing is posted meanwhile, and everything
-- can be read; some seconds for each million lines. Risk: none for the books, no row of which is touched.

-- What an account's lines come to, up to and including every 32nd: a sum of debits and credits then reads at most 31 lines.
-- `balance_after` of a line knows their difference only. The posting has the sums at hand; to add them up again here would read
-- 32 lines that lie far apart. Where a mark is missing the one before it serves, and `plinth verify` says so.
create table ledger.turnover_mark (
  tenant_id text collate "C" not null,
  account_id text collate "C" not null,
  account_version bigint not null,
  debits numeric(38,0) not null check (debits >= 0 and debits <> 'NaN'),
  credits numeric(38,0) not null check (credits >= 0 and credits <> 'NaN'),
  primary key (tenant_id, account_id, account_version),
  constraint every_so_many_lines check (account_version > 0 and account_version % 32 = 0)
);
select plinth.fence_by_tenant('ledger.turnover_mark'), plinth.make_append_only('ledger.turnover_mark');
grant select, insert on ledger.turnover_mark to plinth_ledger;
grant select on ledger.turnover_mark to plinth_auditor;

create function ledger.refuse_mark() returns trigger language plpgsql as $$
begin
  if not exists (select from ledger.posting_line l where l.tenant_id = new.tenant_id and l.account_id = new.account_id
                    and l.account_version = new.account_version and abs(l.balance_after) = abs(new.credits - new.debits)) then
    raise exception 'account %: debits % and credits % do not make the balance after line %', new.account_id, new.debits,
      new.credits, new.account_version using errcode = 'check_violation';
  end if;
  return null;
end $$;
create trigger marks_make_the_balance after insert on ledger.turnover_mark
  for each row execute function ledger.refuse_mark();
alter table ledger.turnover_mark enable always trigger marks_make_the_balance;

-- Lines whose value date is not their booking date, by account and by the year, the month and the day of the value date: what
-- those of a bucket come to, up to and including this one. The others are found by their booking dates and cost nothing here.
create table ledger.value_turnover (
  tenant_id text collate "C" not null,
  account_id text collate "C" not null,
  level text collate "C" not null check (level in ('year', 'month', 'day')),
  -- The first day of it.
  bucket date not null,
  account_version bigint not null check (account_version >= 1),
  debits numeric(38,0) not null check (debits >= 0 and debits <> 'NaN'),
  credits numeric(38,0) not null check (credits >= 0 and credits <> 'NaN'),
  primary key (tenant_id, account_id, level, bucket, account_version),
  constraint bucket_is_its_first_day check (bucket = date_trunc(level, bucket::timestamp)::date)
);
select plinth.fence_by_tenant('ledger.value_turnover'), plinth.make_append_only('ledger.value_turnover');
grant select on ledger.value_turnover to plinth_ledger, plinth_auditor;

-- Written by the lines themselves and by nothing else: no module may write here. Nobody writes to one account at a time with
-- another, for its balance row is locked. A statement without such lines pays for one look at what it inserted.
create function ledger.keep_value_turnovers() returns trigger language plpgsql security definer set search_path = '' as $$
declare
  lines bigint;
  kept bigint;
begin
  select count(*) into lines from inserted where value_date <> booking_date;
  if lines = 0 then
    return null;
  end if;
  insert into ledger.value_turnover (tenant_id, account_id, level, bucket, account_version, debits, credits)
  select l.tenant_id, l.account_id, l.level, l.bucket, l.account_version,
         coalesce(before.debits, 0) + sum(l.debits) over so_far, coalesce(before.credits, 0) + sum(l.credits) over so_far
    from (select i.tenant_id, i.account_id, i.account_version, b.level, b.bucket,
                 case i.side when 'debit' then i.amount else 0 end as debits,
                 case i.side when 'credit' then i.amount else 0 end as credits
            from inserted i
           cross join lateral (values ('year', date_trunc('year', i.value_date::timestamp)::date),
                                      ('month', date_trunc('month', i.value_date::timestamp)::date),
                                      ('day', i.value_date)) b (level, bucket)
           where i.value_date <> i.booking_date) l
    left join lateral (select t.account_version, t.debits, t.credits from ledger.value_turnover t
            where t.tenant_id = l.tenant_id and t.account_id = l.account_id and t.level = l.level and t.bucket = l.bucket
            order by t.account_version desc limit 1) before on true
   where (before.account_version >= l.account_version) is not true
  window so_far as (partition by l.tenant_id, l.account_id, l.level, l.bucket order by l.account_version);
  get diagnostics kept = row_count;
  if kept <> 3 * lines then
    raise exception 'of % lines with a value date of their own some come behind later ones', lines
      using errcode = 'check_violation';
  end if;
  return null;
end $$;
revoke execute on function ledger.keep_value_turnovers() from public;
create trigger value_turnovers_are_kept after insert on ledger.posting_line
  referencing new table as inserted for each statement execute function ledger.keep_value_turnovers();
alter table ledger.posting_line enable always trigger value_turnovers_are_kept;

-- The lines that are there, tenant by tenant, as row-level security wants it. The list of tenants is read first: it is whole
-- only while no tenant is set.
do $$
declare
  tenants text[] := (select array_agg(tenant_id) from tenancy.tenant);
  of_tenant text;
begin
  foreach of_tenant in array coalesce(tenants, '{}') loop
    perform set_config('plinth.tenant', of_tenant, true);
    insert into ledger.turnover_mark (tenant_id, account_id, account_version, debits, credits)
    select tenant_id, account_id, account_version, debits, credits
      from (select l.tenant_id, l.account_id, l.account_version,
                   coalesce(sum(l.amount) filter (where l.side = 'debit') over so_far, 0) as debits,
                   coalesce(sum(l.amount) filter (where l.side = 'credit') over so_far, 0) as credits
              from ledger.posting_line l where l.tenant_id = of_tenant
            window so_far as (partition by l.account_id order by l.account_version)) added
     where account_version % 32 = 0;
    insert into ledger.value_turnover (tenant_id, account_id, level, bucket, account_version, debits, credits)
    select l.tenant_id, l.account_id, b.level, b.bucket, l.account_version,
           coalesce(sum(l.amount) filter (where l.side = 'debit') over so_far, 0),
           coalesce(sum(l.amount) filter (where l.side = 'credit') over so_far, 0)
      from ledger.posting_line l
     cross join lateral (values ('year', date_trunc('year', l.value_date::timestamp)::date),
                                ('month', date_trunc('month', l.value_date::timestamp)::date),
                                ('day', l.value_date)) b (level, bucket)
     where l.tenant_id = of_tenant and l.value_date <> l.booking_date
    window so_far as (partition by l.account_id, b.level, b.bucket order by l.account_version);
  end loop;
  perform set_config('plinth.tenant', '', true);
end $$;

-- The last entry that was posted at `at` or before; 0 if there is none. Posted-at never falls as entry numbers rise.
create function ledger.entry_no_at(of_tenant text, at timestamptz) returns bigint language plpgsql stable as $$
declare
  low bigint := 1;
  high bigint;
  middle bigint;
  found_at timestamptz;
begin
  select next_entry_no into high from ledger.journal_head where tenant_id = of_tenant;
  while low < high loop
    middle := (low + high) / 2;
    select posted_at into found_at from ledger.journal_entry where tenant_id = of_tenant and entry_no = middle;
    if found_at > at then high := middle; else low := middle + 1; end if;
  end loop;
  return low - 1;
end $$;

-- The last version of an account's lines that stands in entry `known_at` or an earlier one and was booked on `booked_by` or
-- before; 0 if there is none. Null limits nothing. Both rise with the versions, so some twenty probes find it in a million lines.
create function ledger.version_by(of_tenant text, of_account text, known_at bigint, booked_by date) returns bigint
  language plpgsql stable
  set enable_sort = off set enable_bitmapscan = off set enable_seqscan = off as $$
declare
  low bigint := 0;
  high bigint;
  middle bigint;
  found record;
begin
  select account_version into high
    from ledger.posting_line where tenant_id = of_tenant and account_id = of_account
   order by account_version desc limit 1;
  high := coalesce(high, 0);
  while low < high loop
    middle := (low + high + 1) / 2;
    select entry_no, booking_date into found
      from ledger.posting_line where tenant_id = of_tenant and account_id = of_account and account_version = middle;
    if found.entry_no > known_at or found.booking_date > booked_by then high := middle - 1; else low := middle; end if;
  end loop;
  return low;
end $$;

-- What the lines of an account come to, up to and including `up_to_version`: by the last mark, and the lines behind it.
-- A probe is the last row of a range of the key. Where statistics say that the range is short, older planners read all of it and sort.
create function ledger.turnovers_by(of_tenant text, of_account text, up_to_version bigint, out debits numeric, out credits numeric)
  language plpgsql stable
  set enable_sort = off set enable_bitmapscan = off set enable_seqscan = off as $$
declare marked record;
begin
  select m.account_version, m.debits, m.credits into marked
    from ledger.turnover_mark m
   where m.tenant_id = of_tenant and m.account_id = of_account and m.account_version <= up_to_version
   order by m.account_version desc limit 1;
  select coalesce(marked.debits, 0) + coalesce(sum(l.amount) filter (where l.side = 'debit'), 0),
         coalesce(marked.credits, 0) + coalesce(sum(l.amount) filter (where l.side = 'credit'), 0)
    into debits, credits
    from ledger.posting_line l
   where l.tenant_id = of_tenant and l.account_id = of_account
     and l.account_version > coalesce(marked.account_version, 0) and l.account_version <= up_to_version;
end $$;

-- What to add to the turnovers by `booked_version`, which are those of all lines booked by the day `valued_by`, for those of
-- all lines by `known_version` that are of this value date or an earlier one: lines with a value date of their own go out, and
-- come in by their value dates. The years before that day, the months of its year before its own, the days of that: a probe each.
create function ledger.turnovers_moved_by_value(of_tenant text, of_account text, booked_version bigint, known_version bigint,
    valued_by date, out debits numeric, out credits numeric) language plpgsql stable
  set enable_sort = off set enable_bitmapscan = off set enable_seqscan = off as $$
declare
  first_of_year constant date := date_trunc('year', valued_by::timestamp);
  first_of_month constant date := date_trunc('month', valued_by::timestamp);
  first_year date;
begin
  select t.bucket into first_year from ledger.value_turnover t
   where t.tenant_id = of_tenant and t.account_id = of_account and t.level = 'year'
   order by t.bucket, t.account_version limit 1;
  if first_year is null then
    debits := 0;
    credits := 0;
    return;
  end if;
  with recursive years (bucket) as (
      select first_year
      union all
      select (select t.bucket from ledger.value_turnover t
               where t.tenant_id = of_tenant and t.account_id = of_account and t.level = 'year' and t.bucket > y.bucket
               order by t.bucket, t.account_version limit 1)
        from years y where y.bucket is not null),
    buckets (level, bucket, up_to_version, sign) as (
      select 'year', y.bucket, booked_version, -1 from years y where y.bucket is not null
      union all
      select 'year', y.bucket, known_version, 1 from years y where y.bucket < first_of_year
      union all
      select 'month', (first_of_year + m.months * interval '1 month')::date, known_version, 1
        from generate_series(0, extract(month from first_of_month)::integer - 2) m (months)
      union all
      select 'day', first_of_month + d.days, known_version, 1 from generate_series(0, valued_by - first_of_month) d (days))
  select coalesce(sum(b.sign * last.debits), 0), coalesce(sum(b.sign * last.credits), 0)
    into debits, credits
    from buckets b
   cross join lateral (select t.debits, t.credits from ledger.value_turnover t
          where t.tenant_id = of_tenant and t.account_id = of_account and t.level = b.level and t.bucket = b.bucket
            and t.account_version <= b.up_to_version
          order by t.account_version desc limit 1) last;
end $$;
