-- Why: while a day is closing, the end of day books its own entries into it, and everybody else already books on the next one
-- (ADR 0019). Lock: ACCESS EXCLUSIVE on journal_entry and posting_line for the new column, which nothing has yet: no row is read
-- but to test the new checks, once, some seconds for each ten million lines. Risk: none for the books, no row of which is touched.

-- The day behind the business date whose end is being worked on; at most one.
alter table ledger.journal_head add column closing_date date,
  add constraint closing_comes_before check (closing_date < business_date);

create or replace function ledger.refuse_head_going_back() returns trigger language plpgsql as $$
begin
  if new.tenant_id <> old.tenant_id or new.next_entry_no < old.next_entry_no
     or new.next_event_position < old.next_event_position or new.last_posted_at < old.last_posted_at
     or new.business_date < old.business_date or new.settings_version < old.settings_version then
    raise exception 'the journal head of % never goes back', old.tenant_id using errcode = 'check_violation';
  end if;
  -- The business date moves on when no day is closing; what begins to close is the day it leaves.
  if new.business_date > old.business_date and old.closing_date is not null
     or new.closing_date is distinct from old.closing_date and new.closing_date is not null
        and (new.closing_date = old.business_date and new.business_date > old.business_date) is not true then
    raise exception 'books of %: % is closing on %, and cannot be followed by % on %', old.tenant_id, old.closing_date,
      old.business_date, new.closing_date, new.business_date using errcode = 'check_violation';
  end if;
  return new;
end $$;

-- The business date on which an entry was made that is booked into the day that was closing; null for all others, which are
-- booked on the date on which they are made. Booking dates may fall for these few; the dates of making never do.
alter table ledger.journal_entry add column entered_on date, add constraint made_behind_its_day check (entered_on > booking_date);
alter table ledger.posting_line add column entered_on date, add constraint made_behind_its_day check (entered_on > booking_date);
create index late_entry_by_day on ledger.journal_entry (tenant_id, booking_date, entry_no) where entered_on is not null;
create index late_line_by_day on ledger.posting_line (tenant_id, account_id, booking_date, account_version)
  where entered_on is not null;

-- As before; the lines of an entry are made when it is.
create or replace function ledger.refuse_partial_entries() returns trigger language plpgsql as $$
declare broken record;
begin
  select t.entry_no, t.lines, e.line_count into broken
    from (select tenant_id, entry_no, count(*) as lines, min(line_no) as first_line, max(line_no) as last_line,
                 min(booking_date) as booked_from, max(booking_date) as booked_to,
                 min(value_date) as valued_from, max(value_date) as valued_to,
                 count(entered_on) as late_lines, min(entered_on) as entered_from, max(entered_on) as entered_to
            from inserted group by tenant_id, entry_no) t
    left join lateral (select line_count, booking_date, value_date, entered_on from ledger.journal_entry e
            where e.tenant_id = t.tenant_id and e.entry_no = t.entry_no offset 0) e on true
   where (e.line_count = t.lines and t.first_line = 1 and t.last_line = t.lines
          and t.booked_from = e.booking_date and t.booked_to = e.booking_date
          and t.valued_from = e.value_date and t.valued_to = e.value_date
          and t.late_lines = case when e.entered_on is null then 0 else t.lines end
          and t.entered_from is not distinct from e.entered_on
          and t.entered_to is not distinct from e.entered_on) is not true
   limit 1;
  if found then
    raise exception 'entry %: % lines inserted where it states %, numbered from 1 and dated as it is',
      broken.entry_no, broken.lines, broken.line_count using errcode = 'check_violation';
  end if;
  select tenant_id, entry_no, currency, sum(case side when 'debit' then amount else -amount end) as net into broken
    from inserted group by tenant_id, entry_no, currency
  having sum(case side when 'debit' then amount else -amount end) <> 0
   limit 1;
  if found then
    raise exception 'entry % does not balance in %: debits less credits are %', broken.entry_no, broken.currency, broken.net
      using errcode = 'check_violation';
  end if;
  -- Versions are dense, and every line copies its account: the first new line of an account follows one that is there and
  -- copied the same, or is the first one and copies the account itself. No two are the same (account_version_is_unique), so
  -- as many as lie between the first and the last are all of them. An account that comes in two groups fails in one.
  select t.account_id, t.first_version into broken
    from (select tenant_id, account_id, currency, gl_code, count(*) as lines, min(account_version) as first_version,
                 max(account_version) as last_version
            from inserted group by tenant_id, account_id, currency, gl_code) t
    left join lateral (select l.currency, l.gl_code from ledger.posting_line l
            where t.first_version > 1 and l.tenant_id = t.tenant_id and l.account_id = t.account_id
              and l.account_version = t.first_version - 1 offset 0) before on true
   where (t.last_version - t.first_version + 1 = t.lines
          and case when t.first_version = 1
                   then account.is_account(t.tenant_id, t.account_id, t.currency, t.gl_code)
                   else before.currency = t.currency and before.gl_code = t.gl_code end) is not true
   limit 1;
  if found then
    raise exception 'account %: lines from version % leave a gap, or are not of the account''s currency and GL account',
      broken.account_id, broken.first_version using errcode = 'check_violation';
  end if;
  return null;
end $$;

-- As before; and entries are booked on the business date, or into the day that is closing, as the head says under its lock.
create or replace function ledger.refuse_entry_gaps() returns trigger language plpgsql as $$
declare broken record;
begin
  select t.tenant_id, t.first_no, t.last_no into broken
    from (select tenant_id, count(*) as entries, min(entry_no) as first_no, max(entry_no) as last_no
            from inserted group by tenant_id) t
    left join lateral (select h.next_entry_no from ledger.journal_head h where h.tenant_id = t.tenant_id offset 0) h on true
    left join lateral (select e.entry_no from ledger.journal_entry e
            where e.tenant_id = t.tenant_id and e.entry_no = t.first_no - 1 offset 0) before on true
   where (t.last_no - t.first_no + 1 = t.entries and t.last_no < h.next_entry_no
          and (t.first_no = 1 or before.entry_no is not null)) is not true
   limit 1;
  if found then
    raise exception 'entries % to % of % are not dense or not numbered by the head', broken.first_no, broken.last_no,
      broken.tenant_id using errcode = 'check_violation';
  end if;
  select t.tenant_id, t.booked_from, t.booked_to into broken
    from (select tenant_id, min(booking_date) as booked_from, max(booking_date) as booked_to, count(*) as entries,
                 count(entered_on) as late_entries, min(entered_on) as entered_from, max(entered_on) as entered_to
            from inserted group by tenant_id) t
    left join lateral (select h.business_date, h.closing_date from ledger.journal_head h where h.tenant_id = t.tenant_id offset 0) h on true
   where (t.booked_from = t.booked_to
          and case when t.late_entries = 0 then t.booked_to = h.business_date
                   else t.late_entries = t.entries and t.booked_to = h.closing_date
                    and t.entered_from = h.business_date and t.entered_to = h.business_date end) is not true
   limit 1;
  if found then
    raise exception 'entries of % are booked on % to %, neither the business date nor the day that is closing', broken.tenant_id,
      broken.booked_from, broken.booked_to using errcode = 'check_violation';
  end if;
  return null;
end $$;

-- As before, by the date on which entries are made. Where statistics say that an account has few lines, older planners would read
-- all of them for the last one.
create or replace function ledger.entry_no_from(of_tenant text, from_date date) returns bigint language plpgsql stable as $$
declare
  low bigint := 1;
  high bigint;
  middle bigint;
  found_date date;
begin
  select next_entry_no into high from ledger.journal_head where tenant_id = of_tenant;
  while low < high loop
    middle := (low + high) / 2;
    select coalesce(entered_on, booking_date) into found_date
      from ledger.journal_entry where tenant_id = of_tenant and entry_no = middle;
    if found_date >= from_date then high := middle; else low := middle + 1; end if;
  end loop;
  return low;
end $$;

create or replace function ledger.version_by(of_tenant text, of_account text, known_at bigint, booked_by date) returns bigint
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
    select entry_no, coalesce(entered_on, booking_date) as made_on into found
      from ledger.posting_line where tenant_id = of_tenant and account_id = of_account and account_version = middle;
    if found.entry_no > known_at or found.made_on > booked_by then high := middle - 1; else low := middle; end if;
  end loop;
  return low;
end $$;

-- As before; read as above.
create or replace function ledger.version_from(of_tenant text, of_account text, from_entry_no bigint) returns bigint
  language plpgsql stable
  set enable_sort = off set enable_bitmapscan = off set enable_seqscan = off as $$
declare
  low bigint := 1;
  high bigint;
  middle bigint;
  found_no bigint;
begin
  select account_version + 1 into high
    from ledger.posting_line where tenant_id = of_tenant and account_id = of_account
   order by account_version desc limit 1;
  high := coalesce(high, 1);
  while low < high loop
    middle := (low + high) / 2;
    select entry_no into found_no
      from ledger.posting_line where tenant_id = of_tenant and account_id = of_account and account_version = middle;
    if found_no >= from_entry_no then high := middle; else low := middle + 1; end if;
  end loop;
  return low;
end $$;

-- Lines of an account that are booked on `booked_by` or before and were made later: those of one day at the most, because no day
-- begins to close before the one in front has closed. Of a value date of their own or not, if that is said, and by `valued_by`.
create function ledger.late_turnovers(of_tenant text, of_account text, known_at bigint, booked_by date, own_value boolean,
    valued_by date, out lines bigint, out debits numeric, out credits numeric) language plpgsql stable
  set enable_sort = off set enable_bitmapscan = off set enable_seqscan = off as $$
declare closed_late date;
begin
  select l.booking_date into closed_late from ledger.posting_line l
   where l.tenant_id = of_tenant and l.account_id = of_account and l.entered_on is not null and l.booking_date <= booked_by
   order by l.booking_date desc, l.account_version desc limit 1;
  select count(*), coalesce(sum(l.amount) filter (where l.side = 'debit'), 0),
         coalesce(sum(l.amount) filter (where l.side = 'credit'), 0)
    into lines, debits, credits
    from ledger.posting_line l
   where l.tenant_id = of_tenant and l.account_id = of_account and l.entered_on is not null
     and l.booking_date = closed_late and l.entered_on > booked_by
     and (known_at is null or l.entry_no <= known_at)
     and (own_value is null or (l.value_date <> l.booking_date) = own_value)
     and (valued_by is null or l.value_date <= valued_by);
end $$;
