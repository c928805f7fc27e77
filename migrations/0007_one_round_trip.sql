-- Why: the writes of a transaction and its COMMIT travel together, so numbers are read by the statements themselves and a
-- lost race is the database's error. Lock: none, functions only. Risk: none.

-- The numbers that this transaction took from the head. Local to it: nothing is left on a pooled connection.
create function plinth.first_entry_no() returns bigint language sql stable
  return current_setting('plinth.first_entry_no')::bigint;
create function plinth.first_event_position() returns bigint language sql stable
  return current_setting('plinth.first_event_position')::bigint;
create function plinth.posted_at() returns timestamptz language sql stable
  return current_setting('plinth.posted_at')::timestamptz;

-- PLN01: somebody changed what was decided on. The transaction is run again from its beginning.
create function plinth.expect_rows(changed bigint, expected bigint, what text) returns void language plpgsql stable as $$
begin
  if changed <> expected then
    raise exception '%: % rows are as they were decided on, not %', what, changed, expected using errcode = 'PLN01';
  end if;
end $$;

-- Locks the head until the transaction ends and takes numbers from it.
create function ledger.take_numbers(of_tenant text, decided_on date, entries bigint, events bigint,
    out first_entry_no bigint, out first_event_position bigint, out posted_at timestamptz) language plpgsql as $$
begin
  update ledger.journal_head h
     set next_entry_no = next_entry_no + entries, next_event_position = next_event_position + events,
         last_posted_at = greatest(last_posted_at, date_trunc('milliseconds', clock_timestamp()))
   where tenant_id = of_tenant and business_date = decided_on
  returning next_entry_no - entries, next_event_position - events, last_posted_at
       into first_entry_no, first_event_position, posted_at;
  if not found then
    raise exception 'the business date of % is not % any more', of_tenant, decided_on using errcode = 'PLN01';
  end if;
  perform set_config('plinth.first_entry_no', first_entry_no::text, true),
          set_config('plinth.first_event_position', first_event_position::text, true),
          set_config('plinth.posted_at', posted_at::text, true);
end $$;
revoke execute on function ledger.take_numbers(text, date, bigint, bigint) from public;
grant execute on function ledger.take_numbers(text, date, bigint, bigint) to plinth_ledger;
