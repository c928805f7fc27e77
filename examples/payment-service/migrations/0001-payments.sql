-- The payment service's own database. Nothing of Plinth's is in it, and Plinth knows nothing of it.
create schema payment;

create table payment.migration (
  name text primary key,
  applied_at timestamptz not null default clock_timestamp()
);

create table payment.allowed_transition (
  from_state text not null,
  to_state text not null,
  primary key (from_state, to_state)
);
insert into payment.allowed_transition (from_state, to_state) values
  ('received', 'approved'), ('received', 'declined'),
  ('approved', 'holding'),
  ('holding', 'held'), ('holding', 'refused'),
  ('held', 'sending'), ('held', 'releasing'),
  ('sending', 'sent'), ('sending', 'unknown'),
  ('unknown', 'sent'), ('unknown', 'capturing'), ('unknown', 'releasing'),
  ('sent', 'capturing'), ('sent', 'releasing'),
  ('capturing', 'settled'), ('capturing', 'stuck'),
  ('settled', 'returning'),
  ('releasing', 'released'), ('releasing', 'stuck'),
  ('returning', 'returned'), ('returning', 'stuck');

create table payment.payment (
  payment_id uuid primary key,
  state text not null default 'received',
  debtor_account text not null,
  creditor text not null,
  amount text not null check (amount ~ '^(0|[1-9][0-9]*)(\.[0-9]+)?$'),
  currency text not null,
  received_at timestamptz not null default clock_timestamp(),
  execute_before timestamptz not null,
  hold_id uuid,
  rail_id text,
  rail_status text check (rail_status in ('pending', 'rejected', 'never_arrived', 'settled', 'returned')),
  valid_until timestamptz,
  -- Why the last attempt of a step did not come to an end.
  trouble text,
  attempts integer not null default 0,
  -- Null: nothing to do until the rail says something.
  due_at timestamptz default clock_timestamp(),
  -- Nobody else takes it before; it is not a lock, so no transaction is open while the core or the rail is asked.
  leased_until timestamptz,
  -- Money is held only for what was decided on, and sent only when it is held.
  constraint sent_after_held check (state in ('received', 'approved', 'declined', 'holding', 'refused') or hold_id is not null)
);
create index payment_due on payment.payment (due_at) where due_at is not null;

-- Stored before money is held, and never changed.
create table payment.risk_decision (
  payment_id uuid primary key references payment.payment,
  decision json not null,
  outcome text not null check (outcome in ('approved', 'rejected')),
  stored_at timestamptz not null default clock_timestamp()
);

create table payment.transition (
  payment_id uuid not null references payment.payment,
  seq integer not null check (seq > 0),
  from_state text not null,
  to_state text not null,
  because text not null,
  at timestamptz not null default clock_timestamp(),
  primary key (payment_id, seq),
  constraint only_allowed_ones foreign key (from_state, to_state) references payment.allowed_transition
);

-- The state is where the transitions lead, and a hold is asked for only behind an approval: whatever a program tries.
create function payment.follows_the_last() returns trigger language plpgsql as $$
begin
  if new.seq <> coalesce((select max(seq) from payment.transition where payment_id = new.payment_id), 0) + 1
     or new.from_state <> (select state from payment.payment where payment_id = new.payment_id) then
    raise exception 'transition % of payment % does not follow the last', new.seq, new.payment_id;
  end if;
  if new.to_state = 'holding' and not exists (
    select from payment.risk_decision where payment_id = new.payment_id and outcome = 'approved') then
    raise exception 'payment % has no approval', new.payment_id;
  end if;
  update payment.payment set state = new.to_state where payment_id = new.payment_id;
  return new;
end $$;
create trigger follows_the_last before insert on payment.transition
  for each row execute function payment.follows_the_last();

create function payment.append_only() returns trigger language plpgsql as $$
begin
  raise exception '% is append-only', tg_table_name;
end $$;
create trigger append_only before update or delete on payment.transition
  for each row execute function payment.append_only();
create trigger append_only before update or delete on payment.risk_decision
  for each row execute function payment.append_only();

-- What the core says it has booked for a payment, from its events.
create table payment.booking (
  entry_id uuid primary key,
  payment_id uuid not null references payment.payment,
  transaction_code text not null,
  amount text not null,
  currency text not null,
  position bigint not null
);
create index on payment.booking (payment_id);
