-- Why: the journal and its head. Lock: none, new tables. Risk: none.

create schema ledger;
grant usage on schema ledger to plinth_ledger, plinth_auditor;

-- Always locked last (ADR 0003): numbers entries and events, and holds the business date.
create table ledger.journal_head (
  tenant_id text collate "C" primary key,
  next_entry_no bigint not null check (next_entry_no >= 1),
  next_event_position bigint not null check (next_event_position >= 1),
  last_posted_at timestamptz(3) not null,
  business_date date not null
) with (fillfactor = 10);
select plinth.fence_by_tenant('ledger.journal_head');
grant select, insert, update on ledger.journal_head to plinth_ledger;
grant select on ledger.journal_head to plinth_auditor;

create function ledger.refuse_head_going_back() returns trigger language plpgsql as $$
begin
  if new.tenant_id <> old.tenant_id or new.next_entry_no < old.next_entry_no
     or new.next_event_position < old.next_event_position or new.last_posted_at < old.last_posted_at
     or new.business_date < old.business_date then
    raise exception 'the journal head of % never goes back', old.tenant_id using errcode = 'check_violation';
  end if;
  return new;
end $$;
create trigger never_back before update on ledger.journal_head
  for each row execute function ledger.refuse_head_going_back();
alter table ledger.journal_head enable always trigger never_back;
create trigger never_removed before delete on ledger.journal_head for each row execute function plinth.refuse_change();
create trigger never_truncated before truncate on ledger.journal_head for each statement execute function plinth.refuse_change();
alter table ledger.journal_head enable always trigger never_removed;
alter table ledger.journal_head enable always trigger never_truncated;

create table ledger.journal_entry (
  tenant_id text collate "C" not null,
  entry_no bigint not null check (entry_no >= 1),
  entry_id uuid not null,
  kind text not null check (kind <> ''),
  transaction_code text not null,
  description text,
  reference text collate "C",
  end_to_end_id text collate "C",
  booking_date date not null,
  value_date date not null,
  posted_at timestamptz(3) not null,
  correlation_id text collate "C" not null,
  causation_id text collate "C",
  metadata jsonb not null,
  line_count smallint not null check (line_count between 2 and 1000),
  -- The version of the answer's form: what an entry's answer says never changes (packages/ledger/src/domain/render-entry.ts).
  rendering smallint not null check (rendering >= 1),
  primary key (tenant_id, entry_no),
  unique (tenant_id, entry_id)
);
create index entry_by_correlation on ledger.journal_entry (tenant_id, correlation_id, entry_no);
create index entry_by_reference on ledger.journal_entry (tenant_id, reference, entry_no) where reference is not null;
create index entry_by_end_to_end_id on ledger.journal_entry (tenant_id, end_to_end_id, entry_no) where end_to_end_id is not null;
create index entry_by_code on ledger.journal_entry (tenant_id, transaction_code, entry_no);
create index entry_by_kind on ledger.journal_entry (tenant_id, kind, entry_no) where kind <> 'posting';
select plinth.fence_by_tenant('ledger.journal_entry'), plinth.make_append_only('ledger.journal_entry');
grant select, insert on ledger.journal_entry to plinth_ledger;
grant select on ledger.journal_entry to plinth_auditor;

create table ledger.posting_line (
  tenant_id text collate "C" not null,
  entry_no bigint not null,
  line_no smallint not null check (line_no between 1 and 1000),
  account_id text collate "C" not null,
  side text not null check (side in ('debit', 'credit')),
  amount numeric(38,0) not null check (amount > 0 and amount <> 'NaN'),
  currency text collate "C" not null,
  gl_code text collate "C" not null,
  -- On the account's normal side, after this line.
  balance_after numeric(38,0) not null check (balance_after <> 'NaN'),
  account_version bigint not null check (account_version >= 1),
  booking_date date not null,
  value_date date not null,
  primary key (tenant_id, entry_no, line_no),
  -- Its entry and its account are tested by the trigger entries_are_whole: once an entry and once an account instead of
  -- once a line (ADR 0007).
  constraint account_version_is_unique unique (tenant_id, account_id, account_version)
);
select plinth.fence_by_tenant('ledger.posting_line'), plinth.make_append_only('ledger.posting_line');
grant select, insert on ledger.posting_line to plinth_ledger;
grant select on ledger.posting_line to plinth_auditor;

-- An entry without lines is refused at COMMIT: it points at its own last line.
alter table ledger.journal_entry add constraint entry_has_its_lines
  foreign key (tenant_id, entry_no, line_count) references ledger.posting_line (tenant_id, entry_no, line_no)
  deferrable initially deferred;

-- Lines come whole, entry by entry, in one statement: lineNo 1..line_count and balanced in each currency. Nothing can be
-- added later, because the key already holds 1..line_count and every other number is refused here.
create function ledger.refuse_partial_entries() returns trigger language plpgsql as $$
declare broken record;
begin
  select t.entry_no, t.lines, e.line_count into broken
    from (select tenant_id, entry_no, count(*) as lines, min(line_no) as first_line, max(line_no) as last_line,
                 min(booking_date) as booked_from, max(booking_date) as booked_to,
                 min(value_date) as valued_from, max(value_date) as valued_to
            from inserted group by tenant_id, entry_no) t
    left join lateral (select line_count, booking_date, value_date from ledger.journal_entry e
            where e.tenant_id = t.tenant_id and e.entry_no = t.entry_no offset 0) e on true
   where (e.line_count = t.lines and t.first_line = 1 and t.last_line = t.lines
          and t.booked_from = e.booking_date and t.booked_to = e.booking_date
          and t.valued_from = e.value_date and t.valued_to = e.value_date) is not true
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
  -- copied the same, or is the first one and copies the account itself.
  select t.account_id, t.account_version as first_version into broken
    from (select tenant_id, account_id, account_version, currency, gl_code, lag(account_version) over own as version_before,
                 lag(currency) over own as currency_before, lag(gl_code) over own as gl_code_before
            from inserted window own as (partition by tenant_id, account_id order by account_version)) t
    left join lateral (select l.currency, l.gl_code from ledger.posting_line l
            where t.version_before is null and l.tenant_id = t.tenant_id and l.account_id = t.account_id
              and l.account_version = t.account_version - 1 offset 0) b on true
   where case when t.version_before is not null
              then t.version_before = t.account_version - 1 and t.currency_before = t.currency and t.gl_code_before = t.gl_code
              when t.account_version = 1
              then account.is_account(t.tenant_id, t.account_id, t.currency, t.gl_code)
              else b.currency = t.currency and b.gl_code = t.gl_code end is not true
   limit 1;
  if found then
    raise exception 'account %: lines from version % leave a gap, or are not of the account''s currency and GL account',
      broken.account_id, broken.first_version using errcode = 'check_violation';
  end if;
  return null;
end $$;
create trigger entries_are_whole after insert on ledger.posting_line
  referencing new table as inserted for each statement execute function ledger.refuse_partial_entries();
alter table ledger.posting_line enable always trigger entries_are_whole;

-- Entry numbers are dense, and were taken from the head.
create function ledger.refuse_entry_gaps() returns trigger language plpgsql as $$
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
  return null;
end $$;
create trigger entry_numbers_are_dense after insert on ledger.journal_entry
  referencing new table as inserted for each statement execute function ledger.refuse_entry_gaps();
alter table ledger.journal_entry enable always trigger entry_numbers_are_dense;

-- The first version of an account's lines that stands in entry `from_entry_no` or a later one; one past the last if there is
-- none. Versions rise with entry numbers, so some twenty probes of the unique index find it in a million lines.
create function ledger.version_from(of_tenant text, of_account text, from_entry_no bigint) returns bigint
  language plpgsql stable as $$
declare
  low bigint := 1;
  high bigint;
  middle bigint;
  found_no bigint;
begin
  select coalesce(max(account_version), 0) + 1 into high
    from ledger.posting_line where tenant_id = of_tenant and account_id = of_account;
  while low < high loop
    middle := (low + high) / 2;
    select entry_no into found_no
      from ledger.posting_line where tenant_id = of_tenant and account_id = of_account and account_version = middle;
    if found_no >= from_entry_no then high := middle; else low := middle + 1; end if;
  end loop;
  return low;
end $$;

-- The first entry booked on `from_date` or later; one past the last if there is none. Booking dates never fall as entry
-- numbers rise and numbers are dense, so the primary key is searched; an index by date would cost every posting more.
create function ledger.entry_no_from(of_tenant text, from_date date) returns bigint language plpgsql stable as $$
declare
  low bigint := 1;
  high bigint;
  middle bigint;
  found_date date;
begin
  select next_entry_no into high from ledger.journal_head where tenant_id = of_tenant;
  while low < high loop
    middle := (low + high) / 2;
    select booking_date into found_date from ledger.journal_entry where tenant_id = of_tenant and entry_no = middle;
    if found_date >= from_date then high := middle; else low := middle + 1; end if;
  end loop;
  return low;
end $$;
