-- Why: what every idempotency key was answered, for ever. Lock: none, new tables. Risk: none.

create schema posting;
grant usage on schema posting to plinth_posting, plinth_auditor;

create table posting.command (
  tenant_id text collate "C" not null,
  idempotency_key text collate "C" not null check (length(idempotency_key) between 1 and 255),
  type text not null,
  -- The canonical request: what "same command" is compared with, and what `verify` decides again (ADR 0005).
  request text not null,
  outcome text not null check (outcome in ('accepted', 'rejected')),
  -- An accepted posting is rendered from its entry; every other answer is kept here.
  entry_no bigint,
  answer text,
  business_date date not null,
  decided_at timestamptz(3) not null,
  correlation_id text not null,
  primary key (tenant_id, idempotency_key),
  constraint answer_is_kept_once check ((entry_no is null) <> (answer is null)),
  constraint rejection_makes_no_entry check (outcome = 'accepted' or entry_no is null)
);
select plinth.fence_by_tenant('posting.command'), plinth.make_append_only('posting.command');
grant select, insert on posting.command to plinth_posting;
grant select on posting.command to plinth_auditor;
