-- Why: statements of closed days are numbered and stay what they are (ADR 0020). Lock: none on what is there but a moment of
-- SHARE ROW EXCLUSIVE on account for the foreign key. Risk: none.

-- Whether nothing is booked into a day any more: it lies before the business date, and before the day that is closing.
create function ledger.day_is_closed(of_tenant text, day date) returns boolean
  language sql stable security definer set search_path = ''
  return exists (select from ledger.journal_head h
                  where h.tenant_id = of_tenant and day < coalesce(h.closing_date, h.business_date));
revoke execute on function ledger.day_is_closed(text, date) from public;

create schema reconciliation;
grant usage on schema reconciliation to plinth_reconciliation, plinth_auditor;
grant usage on schema plinth, ledger to plinth_reconciliation;
grant execute on function ledger.day_is_closed(text, date) to plinth_reconciliation;

-- What a statement came to. Its lines stay in the journal, where closed days do not change; the checksum is of both.
create table reconciliation.statement (
  tenant_id text collate "C" not null,
  account_id text collate "C" not null,
  statement_no integer not null check (statement_no >= 1),
  from_date date not null,
  to_date date not null,
  -- As it was when the statement was made: the name of an account may change, a statement may not.
  account_name text not null,
  currency text collate "C" not null,
  normal_side text not null check (normal_side in ('debit', 'credit')),
  -- Minor units, on the normal side.
  opening numeric(38,0) not null check (opening <> 'NaN'),
  closing numeric(38,0) not null check (closing <> 'NaN'),
  debit_count integer not null check (debit_count >= 0),
  credit_count integer not null check (credit_count >= 0),
  debits numeric(38,0) not null check (debits >= 0 and debits <> 'NaN'),
  credits numeric(38,0) not null check (credits >= 0 and credits <> 'NaN'),
  checksum text collate "C" not null check (checksum ~ '^[0-9a-f]{64}$'),
  made_at timestamptz(3) not null,
  made_by text not null,
  primary key (tenant_id, account_id, statement_no),
  constraint one_statement_ends_on_a_day unique (tenant_id, account_id, to_date),
  constraint a_statement_has_days check (from_date <= to_date),
  constraint opening_and_lines_make_closing check (
    closing = opening + case normal_side when 'credit' then credits - debits else debits - credits end),
  foreign key (tenant_id, account_id) references account.account
);
select plinth.fence_by_tenant('reconciliation.statement'), plinth.make_append_only('reconciliation.statement');

-- One statement follows the other without a gap of numbers or days, opens with what the other closed with, and has closed days only.
create function reconciliation.refuse_statement() returns trigger language plpgsql as $$
declare before record;
begin
  select s.to_date, s.closing into before from reconciliation.statement s
   where s.tenant_id = new.tenant_id and s.account_id = new.account_id and s.statement_no = new.statement_no - 1;
  if (case when found then new.from_date = before.to_date + 1 and new.opening = before.closing
           else new.statement_no = 1 end) is not true then
    raise exception 'statement % of account %, from % and %, does not follow the one before', new.statement_no, new.account_id,
      new.from_date, new.opening using errcode = 'check_violation';
  end if;
  if ledger.day_is_closed(new.tenant_id, new.to_date) is not true then
    raise exception 'statement % of account % is not of closed days: %', new.statement_no, new.account_id, new.to_date
      using errcode = 'check_violation';
  end if;
  return new;
end $$;
create trigger follows_the_one_before before insert on reconciliation.statement
  for each row execute function reconciliation.refuse_statement();
alter table reconciliation.statement enable always trigger follows_the_one_before;

grant select, insert on reconciliation.statement to plinth_reconciliation;
grant select on reconciliation.statement to plinth_auditor;
