-- Why: the same rules for less work on every posting (ADR 0007). Lock: ACCESS EXCLUSIVE on journal_entry, posting_line and
-- balance for a moment; nothing is rewritten or read. Risk: none, each rule is replaced in this transaction.

-- Rules on one row's old and new values: tested while the row is at hand, and a function is called only to complain.
drop trigger limits_and_versions on account.balance;
drop function account.refuse_balance_change();
create function account.refuse_balance_change() returns trigger language plpgsql as $$
begin
  if tg_name = 'within_limit' then
    raise exception 'account % would be overdrawn beyond its limit: available %', new.account_id,
      new.credits - new.debits - new.held + new.overdraft_limit using errcode = 'check_violation';
  end if;
  raise exception 'account %: a balance row changes by one row_version, its turnovers never fall, a closed one never changes',
    new.account_id using errcode = 'check_violation';
end $$;
create trigger within_limit after update on account.balance for each row
  when (not new.unlimited
    and new.credits - new.debits - new.held + new.overdraft_limit < 0
    and new.credits - new.debits - new.held < old.credits - old.debits - old.held
    and new.forced_row_version is distinct from new.row_version)
  execute function account.refuse_balance_change();
create trigger versions_rise after update on account.balance for each row
  when ((new.tenant_id = old.tenant_id and new.account_id = old.account_id and new.row_version = old.row_version + 1
    and new.version >= old.version and new.debits >= old.debits and new.credits >= old.credits
    and old.status <> 'closed') is not true)
  execute function account.refuse_balance_change();
alter table account.balance enable always trigger within_limit;
alter table account.balance enable always trigger versions_rise;

-- Entries and their lines come in one statement, so the triggers at its end see both: an entry without its lines is refused
-- at once, where a deferred foreign key looked for each entry's last line at COMMIT.
alter table ledger.journal_entry drop constraint entry_has_its_lines;

-- Those that have lines have them whole (refuse_partial_entries), so it is enough to count the first ones. Numbers are dense.
create function ledger.refuse_entries_without_lines() returns trigger language plpgsql as $$
declare broken record;
begin
  select t.first_no, t.last_no, l.entries as with_lines into broken
    from (select tenant_id, count(*) as entries, min(entry_no) as first_no, max(entry_no) as last_no
            from inserted group by tenant_id) t
   cross join lateral (select count(*) as entries from ledger.posting_line l
            where l.tenant_id = t.tenant_id and l.entry_no between t.first_no and t.last_no and l.line_no = 1) l
   where l.entries <> t.entries
   limit 1;
  if found then
    raise exception 'of the entries % to % only % come with their lines', broken.first_no, broken.last_no, broken.with_lines
      using errcode = 'check_violation';
  end if;
  return null;
end $$;
create trigger entry_has_its_lines after insert on ledger.journal_entry
  referencing new table as inserted for each statement execute function ledger.refuse_entries_without_lines();
alter table ledger.journal_entry enable always trigger entry_has_its_lines;

-- As before, with the lines of an account grouped instead of sorted.
create or replace function ledger.refuse_partial_entries() returns trigger language plpgsql as $$
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
